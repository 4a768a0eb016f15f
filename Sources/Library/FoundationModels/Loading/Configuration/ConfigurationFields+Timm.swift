/// The configuration of timm (1.0.31): `config.json`, and the arguments of the networks that are read.
extension ConfigurationFields {
    private static let naming: FieldUse = .irrelevant(
        "it says where the model comes from, not what it computes")
    private static let training: FieldUse = .irrelevant("it matters in training alone")
    private static let weightInit: FieldUse = .irrelevant(
        "it makes initial weights; those of the file are taken")
    private static let size: FieldUse = .irrelevant("the tensors tell it")

    /// The file.
    static let timm = table(
        "timm.config",
        [
            "architecture": .used(), "global_pool": .used(), "model_args": .used(), "pretrained_cfg": .used(),
            "num_classes": size, "num_features": size, "label_names": naming, "label_descriptions": naming,
        ])

    /// `PretrainedCfg`, of which timm's own transforms are made.
    static let timmPretrained = table(
        "timm.PretrainedCfg",
        [
            "input_size": .used(), "interpolation": .used(standard: "bicubic"),
            "crop_pct": .used(standard: 0.875), "crop_mode": .used(standard: "center"), "mean": .used(),
            "std": .used(), "fixed_input_size": .used(standard: false),
        ],
        all(
            [
                "url", "file", "state_dict", "hf_hub_id", "hf_hub_filename", "source", "architecture", "tag",
                "license", "description", "origin_url", "paper_name", "paper_ids", "notes", "label_offset",
                "label_names", "label_descriptions", "labels",
            ], naming),
        all(["num_classes", "num_features", "classifier", "first_conv", "custom_load"], size),
        all(
            ["test_input_size", "min_input_size", "test_crop_pct", "pool_size", "test_pool_size"],
            .irrelevant("it belongs to images of another size than input_size")))

    private static let arguments: [String: FieldUse] = [
        "num_classes": size, "in_chans": .only([3]), "device": naming, "dtype": naming,
        "pretrained": naming, "features_only": .only([false, nil]), "pretrained_cfg": naming,
        "pretrained_cfg_overlay": naming, "checkpoint_path": naming, "cache_dir": naming,
        "scriptable": naming,
        "exportable": naming, "no_jit": naming, "pretrained_strict": naming,
        "drop_rate": training, "drop_path_rate": training,
    ]

    /// The arguments of `VisionTransformer`.
    static let timmVisionTransformer = table(
        "timm.VisionTransformer", arguments,
        [
            "img_size": .used(), "num_heads": .used(), "act_layer": .used(), "norm_layer": .used(),
            "global_pool": .used(),
            "pool_include_prefix": .only([false, nil]),
            "pos_embed": .only(["learn", nil]), "block_fn": .only(["Block", nil]),
            "mlp_layer": .only(["Mlp", nil]), "attn_layer": .only(["Attention", "", "attn", nil]),
            "embed_layer": .only(["PatchEmbed", nil]), "embed_norm_layer": .only([nil]),
            "class_token": .only([true, nil]), "qk_norm": .only([false, nil]),
            "scale_attn_norm": .only([false, nil]), "scale_mlp_norm": .only([false, nil]),
            "init_values": weightInit, "weight_init": weightInit, "fix_init": weightInit,
            "dynamic_img_size": .irrelevant("images have the size that the tower is made for"),
            "dynamic_img_pad": .only([false, nil]),
            "strict_img_size": .irrelevant("images have the size that the tower is made for"),
            "use_naflex": .only([false, nil]),
        ],
        all(
            [
                "patch_size", "embed_dim", "depth", "mlp_ratio", "qkv_bias", "proj_bias", "no_embed_class",
                "reg_tokens", "pre_norm", "final_norm", "fc_norm",
            ], size),
        all(["pos_drop_rate", "patch_drop_rate", "proj_drop_rate", "attn_drop_rate"], training))

    /// The arguments of `ResNet`.
    static let timmResNet = table(
        "timm.ResNet", arguments,
        [
            "output_stride": .only([32, nil]), "global_pool": .used(),
            "replace_stem_pool": .only([false, nil]),
            "act_layer": .only(["relu", "ReLU", nil]),
            "norm_layer": .only(["batchnorm2d", "batchnorm", "BatchNorm2d", nil]),
            "aa_layer": .only(["", nil]), "block_args": .only([nil, .empty]),
            "stem_type": .only(["", nil]), "avg_down": .only([false, nil]),
            "drop_block_rate": training, "zero_init_last": weightInit,
        ],
        all(
            [
                "block", "layers", "cardinality", "base_width", "stem_width", "block_reduce_first",
                "down_kernel_size", "channels",
            ], size))

    /// The arguments of `EfficientNet`, and of the functions that make its sizes.
    static let timmEfficientNet = table(
        "timm.EfficientNet", arguments,
        [
            "channel_multiplier": .used(), "depth_multiplier": .used(), "pad_type": .used(),
            "bn_eps": .used(), "bn_tf": .used(standard: false), "global_pool": .used(),
            "output_stride": .only([32, nil]), "act_layer": .used(),
            "norm_layer": .only(["batchnorm2d", "batchnorm", "BatchNorm2d", nil]),
            "aa_layer": .only(["", nil]), "se_layer": .only(["se", "SqueezeExcite", nil]),
            "bn_momentum": training, "drop_connect_rate": training,
        ],
        all(
            [
                "block_args", "stem_size", "stem_kernel_size", "fix_stem", "round_chs_fn", "num_features",
                "channel_divisor", "channel_min", "group_size", "fix_head_stem", "se_from_exp",
            ], size))
}
