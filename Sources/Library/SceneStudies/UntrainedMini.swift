import FoundationModels
import SmallWorld
import Training

extension TwoTowerConfiguration {
    /// The towers of brivl-mini: ViT with a stem of three convolutions, 16 patches; BERT; 96 numbers per token.
    public static let brivlMini = TwoTowerConfiguration(
        image: ImageTowerConfiguration(
            imageSize: Scene.side,
            stem: [
                .init(size: 5, stride: 4, padding: 2, channels: 32),
                .init(size: 3, stride: 2, padding: 1, channels: 64),
                .init(size: 3, stride: 2, padding: 1, channels: 96),
            ],
            transformer: TransformerConfiguration(
                width: 96, depth: 3, heads: 3, feedForwardWidth: 384, activation: .geluTanh, epsilon: 1e-6,
                normOrder: .before)),
        text: TextTowerConfiguration(
            vocabulary: SmallWorld.vocabulary.count, positions: SmallWorld.longestCaption,
            transformer: TransformerConfiguration(
                width: 96, depth: 2, heads: 3, feedForwardWidth: 384, activation: .geluTanh,
                normOrder: .after)),
        embeddingWidth: 128)
}

extension FoundationModel {
    /// The towers of brivl-mini before any training: how much of a score comes from the architecture alone.
    ///
    /// - Parameter seed: what the weights are drawn from.
    public static func untrainedMini(seed: UInt64 = 0) throws -> FoundationModel {
        try untrained(.brivlMini, vocabulary: SmallWorld.vocabulary, seed: seed)
    }
}
