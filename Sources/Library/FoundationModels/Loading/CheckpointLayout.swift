/// How a family of checkpoints spells the parts of a transformer: a table of names, no code.
///
/// A name may hold `{}`, which stands for the number of a block. `.weight` and `.bias` follow it in the file, without
/// the point if it ends in `_` (`in_proj_`), and nothing at all if it ends in `=`.
struct CheckpointLayout: Sendable {
    /// A part that has weights.
    enum Part: Hashable, Sendable {
        case tokenEmbedding, positionEmbedding, typeEmbedding, embeddingNorm
        case query, key, value, attentionOutput, attentionNorm
        /// Query, key and value in one tensor.
        case attentionInput
        case expansion, contraction, feedForwardNorm
        case finalNorm, projection
        /// The layer before the projection, if there are two.
        case hiddenProjection
        case pooler
    }

    /// The family, as an error names it.
    let family: String
    let names: [Part: String]
    /// The name of a block, under which features are found.
    let block: String
    /// Endings of names that the file may have and the model does not need.
    let ignored: [String]
    /// Beginnings of the names that belong to the tower; the file's others are another tower's. Empty for all of them.
    var scope: [String] = []

    /// The name of a part in block `block`, without prefix.
    func name(_ part: Part, block: Int? = nil) -> String? {
        names[part].map { name in block.map { name.replacing("{}", with: String($0)) } ?? name }
    }

    /// The name of a block.
    func blockName(_ number: Int) -> String { block.replacing("{}", with: String(number)) }
}
