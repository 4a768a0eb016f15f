/// How a family of checkpoints spells the parts of a transformer: a table of names, no code.
///
/// A name may hold `{}`, which stands for the number of a block. `.weight` and `.bias` follow it in the file.
struct CheckpointLayout: Sendable {
    /// A part that has weights.
    enum Part: Hashable, Sendable {
        case tokenEmbedding, positionEmbedding, typeEmbedding, embeddingNorm
        case query, key, value, attentionOutput, attentionNorm
        case expansion, contraction, feedForwardNorm
        case pooler
    }

    /// The family, as an error names it.
    let family: String
    /// What may stand before every name; the first that the file has is taken.
    let prefixes: [String]
    let names: [Part: String]
    /// The name of a block, under which features are found.
    let block: String
    /// Endings of names that the file may have and the model does not need.
    let ignored: [String]

    /// The name of a part in block `block`, without prefix.
    func name(_ part: Part, block: Int? = nil) -> String? {
        names[part].map { name in block.map { name.replacing("{}", with: String($0)) } ?? name }
    }

    /// The name of a block.
    func blockName(_ number: Int) -> String { block.replacing("{}", with: String(number)) }
}

extension CheckpointLayout {
    /// `BertModel` of transformers.
    static let bert = CheckpointLayout(
        family: "BERT", prefixes: ["bert.", ""], names: bertNames, block: "encoder.layer.{}",
        ignored: ["embeddings.position_ids", "embeddings.token_type_ids"])

    /// `RobertaModel` of transformers.
    static let roberta = CheckpointLayout(
        family: "RoBERTa", prefixes: ["roberta.", ""], names: bertNames, block: "encoder.layer.{}",
        ignored: ["embeddings.position_ids", "embeddings.token_type_ids"])

    private static let bertNames: [Part: String] = [
        .tokenEmbedding: "embeddings.word_embeddings",
        .positionEmbedding: "embeddings.position_embeddings",
        .typeEmbedding: "embeddings.token_type_embeddings",
        .embeddingNorm: "embeddings.LayerNorm",
        .query: "encoder.layer.{}.attention.self.query",
        .key: "encoder.layer.{}.attention.self.key",
        .value: "encoder.layer.{}.attention.self.value",
        .attentionOutput: "encoder.layer.{}.attention.output.dense",
        .attentionNorm: "encoder.layer.{}.attention.output.LayerNorm",
        .expansion: "encoder.layer.{}.intermediate.dense",
        .contraction: "encoder.layer.{}.output.dense",
        .feedForwardNorm: "encoder.layer.{}.output.LayerNorm",
        .pooler: "pooler.dense",
    ]

    /// `DistilBertModel` of transformers.
    static let distilBERT = CheckpointLayout(
        family: "DistilBERT", prefixes: ["distilbert.", ""],
        names: [
            .tokenEmbedding: "embeddings.word_embeddings",
            .positionEmbedding: "embeddings.position_embeddings",
            .embeddingNorm: "embeddings.LayerNorm",
            .query: "transformer.layer.{}.attention.q_lin",
            .key: "transformer.layer.{}.attention.k_lin",
            .value: "transformer.layer.{}.attention.v_lin",
            .attentionOutput: "transformer.layer.{}.attention.out_lin",
            .attentionNorm: "transformer.layer.{}.sa_layer_norm",
            .expansion: "transformer.layer.{}.ffn.lin1",
            .contraction: "transformer.layer.{}.ffn.lin2",
            .feedForwardNorm: "transformer.layer.{}.output_layer_norm",
        ], block: "transformer.layer.{}", ignored: ["embeddings.position_ids"])
}
