/// timm's `config.json` (1.0.31).
extension ConfigurationFields {
    /// The file.
    static let timm = table(
        "timm.config",
        [
            "architecture": .used(), "global_pool": .used(), "model_args": .used(), "pretrained_cfg": .used(),
            "num_classes": size, "num_features": size, "label_names": naming, "label_descriptions": naming,
        ])

    /// `PretrainedCfg`, of which timm's own transforms are made.
    static let timmPretrained = table(
        "timm.PretrainedCfg",
        [
            "input_size": .used(), "interpolation": .used(standard: "bicubic"),
            "crop_pct": .used(standard: 0.875), "crop_mode": .used(standard: "center"), "mean": .used(),
            "std": .used(), "fixed_input_size": .used(standard: false),
        ],
        all(
            [
                "url", "file", "state_dict", "hf_hub_id", "hf_hub_filename", "source", "architecture", "tag",
                "license", "description", "origin_url", "paper_name", "paper_ids", "notes", "label_offset",
                "label_names", "label_descriptions", "labels",
            ], naming),
        all(["num_classes", "num_features", "classifier", "first_conv", "custom_load"], size),
        all(
            ["test_input_size", "min_input_size", "test_crop_pct", "pool_size", "test_pool_size"],
            .irrelevant("it belongs to images of another size than input_size")))

    /// The arguments that any of timm's networks may have.
    static let timmArguments: [String: FieldUse] = [
        "num_classes": size, "in_chans": .only([3]), "device": naming, "dtype": naming,
        "pretrained": naming, "features_only": .only([false, nil]), "pretrained_cfg": naming,
        "pretrained_cfg_overlay": naming, "checkpoint_path": naming, "cache_dir": naming,
        "scriptable": naming,
        "exportable": naming, "no_jit": naming, "pretrained_strict": naming,
        "drop_rate": training, "drop_path_rate": training,
    ]
}
