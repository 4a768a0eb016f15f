/// `config.json` of transformers' CLIP (4.x and 5.24).
extension ConfigurationFields {
    /// `CLIPConfig`, of both towers.
    static let clip = table(
        "CLIPConfig", shared,
        [
            "text_config": .used(), "vision_config": .used(), "projection_dim": .used(standard: 512),
            // Files of 2022 repeat the sections; transformers takes them instead of the sections themselves.
            "text_config_dict": .used(), "vision_config_dict": .used(),
            "logit_scale_init_value": .irrelevant("the file has the scale that was learned"),
            "initializer_factor": weightInit, "initializer_range": weightInit,
        ])

    private static let clipFields: [String: FieldUse] = [
        "hidden_act": .used(standard: "quick_gelu"), "layer_norm_eps": .used(standard: 1e-5),
        "num_hidden_layers": .used(standard: 12), "projection_dim": .used(standard: 512),
        "attention_dropout": training, "dropout": training, "initializer_factor": weightInit,
        "initializer_range": weightInit,
    ]

    /// `CLIPTextConfig`.
    static let clipText = table(
        "CLIPTextConfig", shared, clipFields,
        [
            "vocab_size": .used(standard: 49408), "hidden_size": .used(standard: 512),
            "intermediate_size": .used(standard: 2048), "num_attention_heads": .used(standard: 8),
            "max_position_embeddings": .used(standard: 77), "eos_token_id": .used(standard: 49407),
        ])

    /// `CLIPVisionConfig`.
    static let clipVision = table(
        "CLIPVisionConfig", shared, imageFields, clipFields,
        ["intermediate_size": .used(standard: 3072), "patch_size": .used(standard: 32)])
}
