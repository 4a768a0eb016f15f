/// The arguments of timm's convolutional networks (1.0.31).
extension ConfigurationFields {
    /// The arguments of `ResNet`.
    static let timmResNet = table(
        "timm.ResNet", timmArguments,
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
        "timm.EfficientNet", timmArguments,
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
