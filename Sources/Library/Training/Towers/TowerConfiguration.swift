import FoundationModels

/// How the states of a trained tower become one vector.
public enum TowerPooling: String, Sendable, Codable {
    /// The mean over the patches of an image, or over all tokens of a text.
    case mean
    /// The first token: an image's class token, or [CLS].
    case cls
}

/// A vision transformer that can be trained: patches made by one or several convolutions, blocks, a last normalization.
///
/// ```swift
/// let tower = ImageTowerConfiguration(
///     imageSize: 64, stem: [.init(size: 16, stride: 16, channels: 96)],
///     transformer: .init(width: 96, depth: 3, heads: 3, feedForwardWidth: 384, epsilon: 1e-6, normOrder: .before))
/// ```
public struct ImageTowerConfiguration: Sendable, Equatable {
    /// A convolution over squares of pixels; a GELU (through tanh) comes between two of them.
    public struct Convolution: Sendable, Equatable {
        /// Rows and columns of the window.
        public var size: Int
        /// Pixels from one window to the next.
        public var stride: Int
        /// Pixels of zeros around the image.
        public var padding: Int
        /// The numbers that it makes of a window.
        public var channels: Int

        /// A convolution of the stem.
        ///
        /// - Parameters:
        ///   - size: rows and columns of the window.
        ///   - stride: pixels from one window to the next.
        ///   - padding: pixels of zeros around the image.
        ///   - channels: the numbers that it makes of a window.
        public init(size: Int, stride: Int, padding: Int = 0, channels: Int) {
            self.size = size
            self.stride = stride
            self.padding = padding
            self.channels = channels
        }

        /// The windows along a side.
        func outputs(of side: Int) -> Int { (side + 2 * padding - size) / max(stride, 1) + 1 }
    }

    /// Rows and columns of pixels.
    public var imageSize: Int
    /// What makes patches of pixels; one convolution whose stride is its size is ViT's own.
    public var stem: [Convolution]
    /// Whether a class token precedes the patches.
    public var hasClassToken: Bool
    public var transformer: TransformerConfiguration
    public var pooling: TowerPooling
    /// The mean and deviation of the pixels (0 to 255) of each channel, by which images are normalized.
    public var mean: [Float]
    public var deviation: [Float]
    /// How many of the first blocks, and the patches with them, are not trained.
    public var frozenBlocks: Int

    /// An image tower.
    ///
    /// - Parameters:
    ///   - imageSize: rows and columns of an image.
    ///   - stem: the convolutions that make tokens of pixels.
    ///   - hasClassToken: whether a learned token comes before those of the image.
    ///   - transformer: the blocks.
    ///   - pooling: how the tokens become one row of numbers.
    ///   - mean: of the pixels (0 to 255) of each channel.
    ///   - deviation: of the pixels of each channel.
    ///   - frozenBlocks: how many of the first blocks, and the stem with them, are not trained.
    public init(
        imageSize: Int, stem: [Convolution], hasClassToken: Bool = false,
        transformer: TransformerConfiguration,
        pooling: TowerPooling = .mean, mean: [Float] = [90, 90, 90], deviation: [Float] = [70, 70, 70],
        frozenBlocks: Int = 0
    ) {
        self.imageSize = imageSize
        self.stem = stem
        self.hasClassToken = hasClassToken
        self.transformer = transformer
        self.pooling = pooling
        self.mean = mean
        self.deviation = deviation
        self.frozenBlocks = frozenBlocks
    }
}

/// A BERT that can be trained: words, positions, blocks; in the order of ViT with a last normalization.
public struct TextTowerConfiguration: Sendable, Equatable {
    /// How many tokens there are.
    public var vocabulary: Int
    /// The most tokens of a text.
    public var positions: Int
    public var transformer: TransformerConfiguration
    public var pooling: TowerPooling
    /// How many of the first blocks, and the embeddings with them, are not trained.
    public var frozenBlocks: Int

    /// A text tower.
    ///
    /// - Parameters:
    ///   - vocabulary: how many tokens there are.
    ///   - positions: the most tokens of a text.
    ///   - transformer: the blocks.
    ///   - pooling: how the tokens become one row of numbers.
    ///   - frozenBlocks: how many of the first blocks, and the embeddings with them, are not trained.
    public init(
        vocabulary: Int, positions: Int, transformer: TransformerConfiguration, pooling: TowerPooling = .mean,
        frozenBlocks: Int = 0
    ) {
        self.vocabulary = vocabulary
        self.positions = positions
        self.transformer = transformer
        self.pooling = pooling
        self.frozenBlocks = frozenBlocks
    }
}

/// Two towers with a linear head each into one space.
public struct TwoTowerConfiguration: Sendable, Equatable {
    public var image: ImageTowerConfiguration
    public var text: TextTowerConfiguration
    /// The numbers of the shared space.
    public var embeddingWidth: Int

    /// Two towers.
    ///
    /// - Parameters:
    ///   - image: the tower of images.
    ///   - text: the tower of texts.
    ///   - embeddingWidth: the numbers of the shared space.
    public init(image: ImageTowerConfiguration, text: TextTowerConfiguration, embeddingWidth: Int) {
        self.image = image
        self.text = text
        self.embeddingWidth = embeddingWidth
    }
}
