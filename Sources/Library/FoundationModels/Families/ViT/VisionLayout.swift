/// How a library spells the parts of a vision transformer: a table of names, no code.
///
/// `weight` and `bias` follow a name in the file, after a point unless it ends in `_`. Names inside a block follow the
/// block's own.
struct VisionLayout: Sendable {
    /// Whose way of keeping weights it is.
    enum Spelling: Sendable {
        /// `weight` of outputs x inputs, and `bias`.
        case pytorch
        /// `kernel` of inputs x outputs, whose side of heads may be two dimensions, `bias`, and `scale` of a norm.
        case flax
    }

    var spelling = Spelling.pytorch
    var classToken: String
    /// The registers' name, which differs between libraries that otherwise agree.
    var registers: [String] = []
    var positions: String
    var patch: String
    /// What normalizes all tokens before the first block.
    var inputNorm: String?

    /// A block, its number as `{}`.
    var block: String
    var attentionNorm: String
    /// Query, key and value, together or apart.
    var attentionInput: [String]
    var attentionOutput: String
    /// By what the attention's result is multiplied before it is added.
    var attentionScale: String?
    var feedForwardNorm: String
    /// The first and the last layer of the feed-forward part; the names that a gated one has follow the usual ones.
    var expansion: [String]
    var contraction: [String]
    /// Names of the two halves of a gated feed-forward part's first layer, if they are apart.
    var gate: [String] = []
    /// Whether a file may lack the biases of all blocks (timm's `qkv_bias` and `proj_bias`).
    var isBiasOptional = false
    var feedForwardScale: String?

    /// What normalizes all tokens after the last block.
    var tokenNorm: String?
    /// What normalizes the class token, or the mean over the patches, alone.
    var vectorNorm: String?
    /// The layer on the vector of the whole image.
    var head: String?
    /// Whether that layer is one tensor of inputs x outputs.
    var isHeadTransposed = false
    var hasHeadBias = true
    /// Whether the convolution that makes tokens of patches has a bias, in networks that do not normalize them first.
    var hasPatchBias = true

    /// How the library names what is inside, for those who take features.
    var names: VisionTransformer.Names
    var resampling: PatchPositions.Resampling
}
