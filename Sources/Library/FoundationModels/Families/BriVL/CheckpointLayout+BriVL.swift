extension CheckpointLayout {
    /// BriVL's heads (`nn.TransformerEncoder`, two linear layers): of images, and of texts.
    static let brivlImage = fusion("BriVL", blocks: "imgAtt", output: "imgFC")
    static let brivlText = fusion("BriVL", blocks: "textAtt", output: "textFC")

    private static func fusion(_ family: String, blocks: String, output: String) -> CheckpointLayout {
        CheckpointLayout(
            family: family,
            names: [
                .attentionInput: "\(blocks).layers.{}.self_attn.in_proj_",
                .attentionOutput: "\(blocks).layers.{}.self_attn.out_proj",
                .attentionNorm: "\(blocks).layers.{}.norm1",
                .expansion: "\(blocks).layers.{}.linear1",
                .contraction: "\(blocks).layers.{}.linear2",
                .feedForwardNorm: "\(blocks).layers.{}.norm2",
                .hiddenProjection: "\(output).fc1",
                .projection: "\(output).fc2",
            ], block: "\(blocks).layers.{}", ignored: [])
    }
}
