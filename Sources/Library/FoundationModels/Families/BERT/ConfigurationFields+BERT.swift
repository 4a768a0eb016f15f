/// `config.json` of transformers' text encoders (4.x and 5.24).
extension ConfigurationFields {
    private static let bertFields: [String: FieldUse] = [
        "vocab_size": .used(standard: 30522), "hidden_size": .used(standard: 768),
        "num_hidden_layers": .used(standard: 12), "num_attention_heads": .used(standard: 12),
        "intermediate_size": .used(standard: 3072), "hidden_act": .used(standard: "gelu"),
        "max_position_embeddings": .used(standard: 512), "type_vocab_size": .used(standard: 2),
        "layer_norm_eps": .used(standard: 1e-12), "is_decoder": .used(standard: false),
        "position_embedding_type": .only([nil, "absolute"]),
        "hidden_dropout_prob": training, "attention_probs_dropout_prob": training,
        "initializer_range": weightInit, "classifier_dropout": training,
        // Of files of the time of BERT's publication.
        "directionality": heads, "pooler_fc_size": heads, "pooler_num_attention_heads": heads,
        "pooler_num_fc_layers": heads, "pooler_size_per_head": heads, "pooler_type": heads,
    ]

    /// `BertConfig`.
    static let bert = table("BertConfig", shared, bertFields)

    /// `RobertaConfig`; positions are counted from the padding's id.
    static let roberta = table(
        "RobertaConfig", shared, bertFields,
        ["vocab_size": .used(standard: 50265), "pad_token_id": .used(standard: 1)])

    /// `DistilBertConfig`.
    static let distilBERT = table(
        "DistilBertConfig", shared,
        [
            "vocab_size": .used(standard: 30522), "max_position_embeddings": .used(standard: 512),
            "n_layers": .used(standard: 6), "n_heads": .used(standard: 12), "dim": .used(standard: 768),
            "hidden_dim": .used(standard: 3072), "activation": .used(standard: "gelu"),
            "sinusoidal_pos_embds": weightInit, "initializer_range": weightInit, "dropout": training,
            "attention_dropout": training, "qa_dropout": training, "seq_classif_dropout": training,
            "tie_weights_": .irrelevant("the head that shares the embeddings is not computed"),
        ],
        aliases: ["hidden_size": "dim", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers"])
}
