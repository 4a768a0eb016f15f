/// The configuration classes of transformers (4.x and 5.24).
extension ConfigurationFields {
    private static let training: FieldUse = .irrelevant("it matters in training alone")
    private static let naming: FieldUse = .irrelevant(
        "it says where the model comes from, not what it computes")
    private static let output: FieldUse = .irrelevant(
        "it chooses what transformers returns, not what it computes")
    private static let heads: FieldUse = .irrelevant("it belongs to a head whose features are not taken")
    private static let generation: FieldUse = .irrelevant("it matters in the generation of text alone")
    private static let weightInit: FieldUse = .irrelevant(
        "it makes initial weights; those of the file are taken")

    /// The fields that any configuration may have.
    private static let shared: [String: FieldUse] = [
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

    private static let imageFields: [String: FieldUse] = [
        "hidden_size": .used(standard: 768), "num_hidden_layers": .used(standard: 12),
        "num_attention_heads": .used(standard: 12), "image_size": .used(standard: 224),
        "num_channels": .only([3]), "initializer_range": weightInit,
    ]
    private static let viTFields: [String: FieldUse] = [
        "hidden_act": .used(standard: "gelu"), "qkv_bias": .used(standard: true),
        "hidden_dropout_prob": training, "attention_probs_dropout_prob": training,
    ]

    /// `ViTConfig`.
    static let vit = table(
        "ViTConfig", shared, imageFields, viTFields,
        [
            "intermediate_size": .used(standard: 3072), "layer_norm_eps": .used(standard: 1e-12),
            "patch_size": .used(standard: 16), "encoder_stride": heads, "pooler_output_size": heads,
            "pooler_act": heads,
        ])

    private static let dinov2Fields: [String: FieldUse] = [
        "mlp_ratio": .used(standard: 4), "layer_norm_eps": .used(standard: 1e-6),
        "use_swiglu_ffn": .used(standard: false), "layerscale_value": weightInit, "drop_path_rate": training,
        "apply_layernorm": output, "reshape_hidden_states": output, "out_features": output,
        "out_indices": output, "stage_names": output, "_out_features": output, "_out_indices": output,
        "use_mask_token": .irrelevant("the mask's token is never an input"),
    ]

    /// `Dinov2Config`.
    static let dinov2 = table(
        "Dinov2Config", shared, imageFields, viTFields, dinov2Fields, ["patch_size": .used(standard: 14)])

    /// `Dinov2WithRegistersConfig`.
    static let dinov2WithRegisters = table(
        "Dinov2WithRegistersConfig", shared, imageFields, viTFields, dinov2Fields,
        ["patch_size": .used(standard: 16), "num_register_tokens": .used(standard: 4)])

    /// `CLIPConfig`, of both towers.
    static let clip = table(
        "CLIPConfig", shared,
        [
            "text_config": .used(), "vision_config": .used(), "projection_dim": .used(standard: 512),
            // Files of 2022 repeat the sections; transformers takes them before the sections themselves.
            "text_config_dict": .used(), "vision_config_dict": .used(),
            "logit_scale_init_value": .irrelevant("the file has the scale that was learnt"),
            "initializer_factor": weightInit, "initializer_range": weightInit,
        ])

    private static let clipFields: [String: FieldUse] = [
        "hidden_act": .used(standard: "quick_gelu"), "layer_norm_eps": .used(standard: 1e-5),
        "num_hidden_layers": .used(standard: 12), "projection_dim": .used(standard: 512),
        "attention_dropout": training, "dropout": training, "initializer_factor": weightInit,
        "initializer_range": weightInit,
    ]

    /// `CLIPTextConfig`.
    static let clipText = table(
        "CLIPTextConfig", shared, clipFields,
        [
            "vocab_size": .used(standard: 49408), "hidden_size": .used(standard: 512),
            "intermediate_size": .used(standard: 2048), "num_attention_heads": .used(standard: 8),
            "max_position_embeddings": .used(standard: 77), "eos_token_id": .used(standard: 49407),
        ])

    /// `CLIPVisionConfig`.
    static let clipVision = table(
        "CLIPVisionConfig", shared, imageFields, clipFields,
        ["intermediate_size": .used(standard: 3072), "patch_size": .used(standard: 32)])
}
