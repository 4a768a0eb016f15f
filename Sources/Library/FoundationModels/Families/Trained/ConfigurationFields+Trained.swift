/// `config.json` of towers that were trained here.
extension ConfigurationFields {
    static let trained = table(
        "trained towers", ["model_type": .used(), "image": .used(), "text": .used()])

    private static let tower: [String: FieldUse] = [
        "num_attention_heads": .used(), "hidden_act": .used(standard: "gelu"),
        "layer_norm_eps": .used(standard: 1e-12), "pooling": .used(standard: "mean"),
    ]

    static let trainedImage = table(
        "trained image tower", tower,
        [
            "image_size": .used(), "strides": .used(), "paddings": .used(), "pixel_mean": .used(),
            "pixel_deviation": .used(),
        ])

    static let trainedText = table("trained text tower", tower, ["norm_order": .used(standard: "after")])
}
