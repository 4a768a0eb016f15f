/// What describes the inputs: image processors and tokenizers.
extension ConfigurationFields {
    private static let format: FieldUse = .irrelevant("it says how arrays lie in memory")

    /// `preprocessor_config.json` of transformers (4.x and 5.24), for ViT, CLIP and Bit (DINOv2).
    static let imageProcessor = table(
        "ImagesKwargs",
        [
            "image_processor_type": .used(), "feature_extractor_type": .used(), "do_resize": .used(),
            "size": .used(), "default_to_square": .used(), "crop_size": .used(), "resample": .used(),
            "do_rescale": .used(), "rescale_factor": .used(), "do_normalize": .used(), "image_mean": .used(),
            "image_std": .used(), "do_center_crop": .used(), "do_pad": .only([nil, false]),
            "do_convert_rgb": .irrelevant("images are read as RGB"),
            "pad_size": .irrelevant("nothing is padded"),
            "crop_pct": .only([nil]), "offset": .only([nil, false]), "do_crop_margin": .only([nil, false]),
            "do_thumbnail": .only([nil, false]), "do_align_long_axis": .only([nil, false]),
            "do_flip_channel_order": .only([nil, false]), "do_reduce_labels": .only([nil, false]),
            "auto_map": .reported("code of the processor's own is not run"),
        ],
        all(["data_format", "input_data_format", "return_tensors", "device", "disable_grouping"], format),
        all(
            ["processor_class", "_processor_class", "_valid_processor_keys", "image_seq_length", "use_fast"],
            naming))

    /// `tokenizer_config.json`.
    static let tokenizer = table(
        "tokenizer_config",
        [
            "do_lower_case": .used(), "strip_accents": .used(), "tokenize_chinese_chars": .used(),
            "add_prefix_space": .used(), "model_max_length": .used(), "max_len": .used(),
            "tokenizer_class": .used(),
            "truncation_side": .only([nil, "right"]), "do_basic_tokenize": .only([nil, true]),
            "split_special_tokens": .only([nil, false]), "never_split": .only([nil, .empty]),
            "unk_token": .used(), "pad_token": .used(), "cls_token": .used(), "sep_token": .used(),
            "mask_token": .used(), "bos_token": .used(), "eos_token": .used(),
            "add_bos_token": .only([nil, false]), "add_eos_token": .only([nil, false]),
            "errors": .irrelevant("it matters where tokens become text"),
            "trim_offsets": .irrelevant("it moves the marks of tokens in the text, not the tokens"),
            "clean_up_tokenization_spaces": .irrelevant("it matters where tokens become text"),
            "padding_side": .irrelevant("texts are not padded"),
            "model_input_names": .irrelevant("it chooses what transformers returns"),
            // Most of them are in tokenizer.json, too; beside vocab.txt or vocab.json they are nowhere else.
            "added_tokens_decoder": .used(),
            "extra_special_tokens": .irrelevant("they are among the added tokens of tokenizer.json"),
            "additional_special_tokens": .irrelevant("they are among the added tokens of tokenizer.json"),
            "special_tokens_map_file": naming, "name_or_path": naming, "tokenizer_file": naming,
            "auto_map": .reported("code of the tokenizer's own is not run"),
            "chat_template": .irrelevant("texts are not conversations"),
            "use_fast": naming, "backend": naming, "is_local": naming, "local_files_only": naming,
            "processor_class": naming, "from_slow": naming, "legacy": naming,
            "max_length": .irrelevant("it matters if the caller asks for it"),
            "stride": .irrelevant("texts that are too long are cut, not split"),
            "truncation_strategy": .irrelevant("texts that are too long are cut"),
            "pad_to_multiple_of": .irrelevant("texts are not padded"),
            "pad_token_type_id": .irrelevant("texts are not padded"),
            "padding": .irrelevant("texts are not padded"),
            "truncation": .irrelevant("texts that are too long are cut"),
        ])
}
