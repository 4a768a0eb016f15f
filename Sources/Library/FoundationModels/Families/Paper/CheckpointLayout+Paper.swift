extension CheckpointLayout {
    /// The text half of the paper's model: BERT, and a linear head on [CLS].
    static let paperText = CheckpointLayout(
        family: "BERT",
        names: bertNames.mapValues { "backbone.bert." + $0 }.merging(
            [.projection: "learnable.textFC.fc"], uniquingKeysWith: { $1 }),
        block: "backbone.bert.encoder.layer.{}", ignored: ["embeddings.position_ids"])
}
