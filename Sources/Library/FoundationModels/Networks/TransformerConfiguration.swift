import Tensors

/// What a transformer encoder is, whatever its weights: one description serves every size of BERT, ViT and CLIP.
public struct TransformerConfiguration: Sendable, Equatable {
    /// The function between the two layers of a block's feed-forward part.
    public enum Activation: String, Sendable {
        /// `x Φ(x)`, the exact GELU.
        case gelu
        /// GELU's approximation through tanh.
        case geluTanh
        /// `x sigmoid(1.702 x)`, as in CLIP.
        case quickGELU
        /// The larger of x and zero.
        case relu
        /// `x sigmoid(x)`.
        case silu

        var kernel: Kernels.Activation {
            switch self {
            case .gelu: .gelu
            case .geluTanh: .geluTanh
            case .quickGELU: .quickGELU
            case .relu: .relu
            case .silu: .silu
            }
        }
    }

    /// Where a block normalizes: what goes into a part (ViT, CLIP), or the sum that comes out (BERT).
    public enum NormOrder: String, Sendable {
        case before
        case after
    }

    /// The numbers of a token's state.
    public var width: Int
    /// How many blocks there are.
    public var depth: Int
    /// How many heads the attention of a block has; they share `width`.
    public var heads: Int
    /// The numbers between the two layers of the feed-forward part.
    public var feedForwardWidth: Int
    /// The feed-forward part's activation.
    public var activation = Activation.gelu
    /// Whether the feed-forward part multiplies its activated half by its other half (SwiGLU where the activation is
    /// `silu`); its first layer then has twice `feedForwardWidth` outputs.
    public var isGated = false
    /// What layer normalization adds to the variance.
    public var epsilon: Float = 1e-12
    /// Where a block normalizes.
    public var normOrder = NormOrder.after
    /// Whether a token sees only itself and the tokens before it.
    public var isCausal = false
    /// The numbers that the products of the blocks are made of.
    public var precision = Precision.float32

    /// A transformer of the given sizes; the rest is BERT's unless it is given.
    ///
    /// - Parameters:
    ///   - width: the numbers of a token.
    ///   - depth: the number of blocks.
    ///   - heads: the number of heads of attention, which divides the width.
    ///   - feedForwardWidth: the width between the two layers of the feed-forward part.
    ///   - activation: the function between them.
    ///   - isGated: whether its activated half multiplies its other half.
    ///   - epsilon: what is added to variances.
    ///   - normOrder: whether the norm comes before or after each part.
    ///   - isCausal: whether a token sees earlier ones alone.
    ///   - precision: the precision of the products.
    public init(
        width: Int, depth: Int, heads: Int, feedForwardWidth: Int, activation: Activation = .gelu,
        isGated: Bool = false, epsilon: Float = 1e-12, normOrder: NormOrder = .after, isCausal: Bool = false,
        precision: Precision = .float32
    ) {
        self.width = width
        self.depth = depth
        self.heads = heads
        self.feedForwardWidth = feedForwardWidth
        self.activation = activation
        self.isGated = isGated
        self.epsilon = epsilon
        self.normOrder = normOrder
        self.isCausal = isCausal
        self.precision = precision
    }
}
