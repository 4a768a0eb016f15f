/// How transformers spells the parts of its text encoders.
extension CheckpointLayout {
    /// `BertModel` of transformers.
    static let bert = CheckpointLayout(
        family: "BERT", names: bertNames, block: "encoder.layer.{}",
        ignored: ["embeddings.position_ids", "embeddings.token_type_ids"])

    /// `RobertaModel` of transformers.
    static let roberta = CheckpointLayout(
        family: "RoBERTa", names: bertNames, block: "encoder.layer.{}",
        ignored: ["embeddings.position_ids", "embeddings.token_type_ids"])

    static let bertNames: [Part: String] = [
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
        family: "DistilBERT",
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
