/// What configures a vision transformer: `config.json` of transformers (4.x and 5.24), the arguments of timm's (1.0.31).
extension ConfigurationFields {
    private static let viTFields: [String: FieldUse] = [
        "hidden_act": .used(standard: "gelu"), "qkv_bias": .used(standard: true),
        "hidden_dropout_prob": training, "attention_probs_dropout_prob": training,
    ]

    /// `ViTConfig`.
    static let vit = table(
        "ViTConfig", shared, imageFields, viTFields,
        [
            "intermediate_size": .used(standard: 3072), "layer_norm_eps": .used(standard: 1e-12),
            "patch_size": .used(standard: 16), "encoder_stride": heads, "pooler_output_size": heads,
            "pooler_act": heads,
        ])

    private static let dinov2Fields: [String: FieldUse] = [
        "mlp_ratio": .used(standard: 4), "layer_norm_eps": .used(standard: 1e-6),
        "use_swiglu_ffn": .used(standard: false), "layerscale_value": weightInit, "drop_path_rate": training,
        "apply_layernorm": output, "reshape_hidden_states": output, "out_features": output,
        "out_indices": output, "stage_names": output, "_out_features": output, "_out_indices": output,
        "use_mask_token": .irrelevant("the mask's token is never an input"),
    ]

    /// `Dinov2Config`.
    static let dinov2 = table(
        "Dinov2Config", shared, imageFields, viTFields, dinov2Fields, ["patch_size": .used(standard: 14)])

    /// `Dinov2WithRegistersConfig`.
    static let dinov2WithRegisters = table(
        "Dinov2WithRegistersConfig", shared, imageFields, viTFields, dinov2Fields,
        ["patch_size": .used(standard: 16), "num_register_tokens": .used(standard: 4)])

    /// The arguments of timm's `VisionTransformer`.
    static let timmVisionTransformer = table(
        "timm.VisionTransformer", timmArguments,
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
}
