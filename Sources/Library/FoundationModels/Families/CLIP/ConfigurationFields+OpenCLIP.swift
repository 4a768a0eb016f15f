/// The configuration of open_clip (3.3): `open_clip_config.json`, and the dataclasses of its parts.
extension ConfigurationFields {
    private static let other: FieldUse = .only([nil, false])

    /// The file.
    static let openCLIP = table(
        "open_clip_config", ["model_cfg": .used(), "preprocess_cfg": .used()])

    /// `CLIP` and `CustomTextCLIP`.
    static let openCLIPModel = table(
        "open_clip.CLIP",
        [
            "embed_dim": .used(), "vision_cfg": .used(), "text_cfg": .used(),
            "quick_gelu": .used(standard: false),
            "init_logit_scale": .irrelevant("the file has the scale that was learned"),
            "init_logit_bias": .reported(
                "similarities are cosines times the scale; the bias that a sigmoid loss adds is left out"),
            "nonscalar_logit_scale": .irrelevant("the scale is read with one number or with a list of one"),
            "cast_dtype": .irrelevant("weights are computed with in the precision that the user asks for"),
            "output_dict": .irrelevant("it chooses what open_clip returns, not what it computes"),
            "custom_text": .irrelevant("the names of the tensors tell it"),
            "multimodal_cfg": .reported("CoCa's decoder of captions is not read"),
        ])

    private static let blocks: [String: FieldUse] = [
        "width": .used(), "layers": .used(standard: 12), "mlp_ratio": .used(standard: 4),
        "act_kwargs": .used(), "norm_kwargs": .used(),
        "ls_init_value": .irrelevant("it makes initial weights; the tensors tell whether there are scales"),
        "output_tokens": .irrelevant("it chooses what open_clip returns, not what it computes"),
        "block_type": .only([nil, "default"]), "qk_norm": other, "scaled_cosine_attn": other,
        "scale_heads": other, "scale_attn_inner": other, "scale_attn": other, "scale_fc": other,
        "final_ln_after_pool": other,
    ]

    /// `CLIPVisionCfg`.
    static let openCLIPVision = table(
        "open_clip.CLIPVisionCfg", blocks,
        [
            "width": .used(standard: 768), "head_width": .used(standard: 64),
            "patch_size": .used(standard: 16), "image_size": .used(standard: 224),
            "patch_dropout": .irrelevant("patches are dropped in training alone"),
            "attentional_pool": other,
            "attn_pooler_queries": .irrelevant("there is no attentional pooling"),
            "attn_pooler_heads": .irrelevant("there is no attentional pooling"),
            "no_ln_pre": .used(standard: false),
            "pos_embed_type": .irrelevant("positions of every type are in the file"),
            "pool_type": .only(["tok"]), "timm_model_name": .only([nil]),
        ],
        all(
            [
                "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop",
                "timm_drop_path",
            ], .irrelevant("it belongs to image towers of timm, which are refused by timm_model_name")))

    /// `CLIPTextCfg`.
    static let openCLIPText = table(
        "open_clip.CLIPTextCfg", blocks,
        [
            "width": .used(standard: 512), "heads": .used(standard: 8), "vocab_size": .used(standard: 49408),
            "context_length": .used(standard: 77), "embed_cls": other, "no_causal_mask": other,
            "proj_bias": other, "pool_type": .only(["argmax"]), "proj_type": .only(["linear"]),
            "pad_id": .irrelevant("what pads comes after the end, and tokens do not see what follows them"),
            "eos_id": .irrelevant("it is used where pool_type is \"eos\", which is refused"),
            "hf_tokenizer_name": .reported(
                "the tokenizer is that of the folder's own files", unless: [nil, ""]),
            "tokenizer_mode": .only([nil, "", "clean"]), "tokenizer_kwargs": .only([nil, .empty]),
            "hf_model_name": .only([nil]),
            "text_act": .only([nil, "gelu"]),
        ],
        all(
            ["hf_model_pretrained", "hf_proj_type", "hf_pooler_type", "hf_model_config"],
            .irrelevant("it belongs to text towers of transformers, which are refused by hf_model_name")))

    /// `PreprocessCfg`.
    static let openCLIPPreprocessing = table(
        "open_clip.PreprocessCfg",
        [
            "size": .used(), "mode": .only(["RGB"]), "mean": .used(), "std": .used(),
            "interpolation": .used(standard: "bicubic"), "resize_mode": .used(standard: "shortest"),
            "fill_color": .irrelevant("it fills what resize_mode \"longest\" leaves, which is refused"),
        ])
}
