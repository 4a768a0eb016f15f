/// The files of sentence-transformers around an encoder's own.
extension ConfigurationFields {
    /// `config_sentence_transformers.json`.
    static let sentenceTransformers = table(
        "SentenceTransformer",
        [
            "__version__": naming, "model_type": naming,
            "prompts": .irrelevant("a prompt is put before texts by whoever asks for it"),
            "default_prompt_name": .reported(
                "sentence-transformers puts that prompt before every text; texts are taken here as they are"),
            "similarity_fn_name": .reported(
                "similarities here are cosines", unless: [nil, "cosine"]),
            "truncate_dim": .reported("features keep all columns here"),
        ])

    /// `sentence_bert_config.json`.
    static let sentenceTransformer = table(
        "sentence_transformers.Transformer",
        [
            "max_seq_length": .used(), "do_lower_case": .used(standard: false),
            "transformer_task": .only([nil, "feature-extraction"]),
            "modality_config": .irrelevant("texts are what the tower takes"),
            "module_output_name": naming, "processing_kwargs": .only([nil, .empty]),
            "unpad_inputs": .irrelevant("texts are not padded"),
            "query_length": .only([nil]), "document_length": .only([nil]),
            "query_expansion": .only([nil, false]),
            "model_args": .only([nil, .empty]), "tokenizer_args": .only([nil, .empty]),
            "config_args": .only([nil, .empty]),
        ])

    /// `config.json` of the pooling module.
    static let sentencePooling = table(
        "sentence_transformers.Pooling",
        [
            "pooling_mode": .used(), "pooling_mode_cls_token": .used(standard: false),
            "pooling_mode_mean_tokens": .used(standard: false),
            "pooling_mode_max_tokens": .used(standard: false),
            "pooling_mode_lasttoken": .used(standard: false),
            "pooling_mode_mean_sqrt_len_tokens": .used(standard: false),
            "pooling_mode_weightedmean_tokens": .used(standard: false),
            "include_prompt": .irrelevant("texts have no prompt of the model's own"),
            "embedding_dimension": .irrelevant("the tensors tell it"),
            "word_embedding_dimension": .irrelevant("the tensors tell it"),
        ])

    /// `config.json` of the linear module.
    static let sentenceDense = table(
        "sentence_transformers.Dense",
        [
            "in_features": .used(), "out_features": .used(), "bias": .used(standard: true),
            "activation_function": .used(standard: "torch.nn.modules.activation.Tanh"),
            "module_input_name": .only([nil, "sentence_embedding"]),
            "module_output_name": .only([nil, "sentence_embedding"]), "use_residual": .only([nil, false]),
        ])

    /// `config.json` of the normalizing module.
    static let sentenceNormalize = table(
        "sentence_transformers.Normalize",
        [
            "module_input_name": .only([nil, "sentence_embedding"]),
            "module_output_name": .only([nil, "sentence_embedding"]),
        ])
}
