/// The configuration classes of transformers (4.x and 5.24).
extension ConfigurationFields {
    /// The fields that any configuration may have.
    static let shared: [String: FieldUse] = [
        "model_type": .used(),
        "architectures": .used(),
        "quantization_config": .only([nil]),
        "is_encoder_decoder": .only([nil, false]),
        "pruned_heads": .only([nil, .empty]),
        "add_cross_attention": .only([nil, false]),
        "auto_map": .reported("code of the model's own is not run; it is read as the library's own class"),
        "dtype": .irrelevant(
            "weights of every type are computed with in the precision that the user asks for"),
        "torch_dtype": .irrelevant(
            "weights of every type are computed with in the precision that the user asks for"),
        "chunk_size_feed_forward": .irrelevant("it saves memory; the numbers are the same"),
        "attn_implementation": .irrelevant("all implementations of attention compute the same"),
        "_attn_implementation": .irrelevant("all implementations of attention compute the same"),
        "_attn_implementation_autoset": .irrelevant("all implementations of attention compute the same"),
        "tie_word_embeddings": .irrelevant("the head that shares the embeddings is not computed"),
        "torchscript": .irrelevant("it says how the model is exported"),
        "gradient_checkpointing": training,
        "use_bfloat16": .irrelevant("it is TensorFlow's"),
        "tf_legacy_loss": .irrelevant("it is TensorFlow's"),
        "cross_attention_hidden_size": .irrelevant("there is no cross-attention"),
    ]
    .merging(
        all(
            [
                "transformers_version", "_name_or_path", "_commit_hash", "finetuning_task",
                "task_specific_params",
            ], naming)
    ) { $1 }
    .merging(all(["output_hidden_states", "output_attentions", "return_dict"], output)) { $1 }
    .merging(all(["id2label", "label2id", "problem_type", "num_labels", "_num_labels"], heads)) { $1 }
    .merging(
        all(
            [
                "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id", "prefix",
                "max_length",
                "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups",
                "diversity_penalty",
                "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty",
                "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
                "num_return_sequences",
                "output_scores", "return_dict_in_generate", "remove_invalid_values", "suppress_tokens",
                "begin_suppress_tokens", "exponential_decay_length_penalty", "use_cache", "sep_token_id",
                "tie_encoder_decoder", "tokenizer_class", "bos_token_id", "eos_token_id", "pad_token_id",
            ], generation)
    ) { $1 }

    static let imageFields: [String: FieldUse] = [
        "hidden_size": .used(standard: 768), "num_hidden_layers": .used(standard: 12),
        "num_attention_heads": .used(standard: 12), "image_size": .used(standard: 224),
        "num_channels": .only([3]), "initializer_range": weightInit,
    ]
}
