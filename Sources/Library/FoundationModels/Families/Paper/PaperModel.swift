extension ModelFamily {
    /// The paper's model: `mp_rank_00_model_states.pt` of DeepSpeed, or its tensors in any other file.
    static let paper = ModelFamily(
        kinds: ["the paper's checkpoint"],
        recognizes: { files in
            guard files.configuration == nil, files.openCLIP == nil else { return false }
            let checkpoint = try files.checkpoint()
            return try PaperModel.textRoot(of: "textencoder", in: checkpoint) != nil
                || PaperModel.imageRoot(of: "imgencoder", in: checkpoint) != nil
        },
        load: { files in
            var towers = try PaperModel.towers(files, twin: "")
            let checkpoint = try files.checkpoint()
            if try PaperModel.textRoot(of: "textencoder_mom", in: checkpoint) != nil
                || PaperModel.imageRoot(of: "imgencoder_mom", in: checkpoint) != nil
            {
                towers.momentum = { try PaperModel.towers(files, twin: "_mom") }
            }
            return towers
        })
}

/// The two-tower model of Lu et al. 2022, as its DeepSpeed checkpoint has it.
enum PaperModel {
    /// The most tokens of a text, which the model was trained on.
    private static let maximumLength = 80

    /// The towers, or their momentum twins, whose names end in `_mom`.
    static func towers(_ files: ModelFiles, twin: String) throws -> Towers {
        let checkpoint = try files.checkpoint()
        return try Towers.halves(
            text: {
                try textRoot(of: "textencoder" + twin, in: checkpoint).map { _ in
                    try text(files, checkpoint, encoder: "textencoder" + twin)
                }
            },
            image: {
                try imageRoot(of: "imgencoder" + twin, in: checkpoint).map {
                    try VisionModel.paper(files, checkpoint, root: $0)
                }
            })
    }

    /// What stands before the names of an image encoder's tensors; nil without one.
    static func imageRoot(of encoder: String, in checkpoint: Checkpoint) throws -> String? {
        try checkpoint.root(of: encoder, holding: "backbone_vit.cls_token")
    }

    /// What stands before the names of a text encoder's tensors; nil without one.
    static func textRoot(of encoder: String, in checkpoint: Checkpoint) throws -> String? {
        try checkpoint.root(of: encoder, holding: "backbone.bert.embeddings.word_embeddings.weight")
    }

    /// BERT and its head; the sizes are those of the tensors, with heads of 64 as in BERT.
    private static func text(_ files: ModelFiles, _ checkpoint: Checkpoint, encoder: String) throws
        -> TextTower
    {
        guard let root = try textRoot(of: encoder, in: checkpoint) else {
            throw FoundationModelError.parameters(path: checkpoint.path, problems: ["\(encoder) is missing"])
        }
        let layout = CheckpointLayout.paperText
        let reader = ParameterReader(checkpoint, layout: layout, prefix: root, scope: [root])
        var parts = try reader.bert(
            family: layout.family, files, vocabularyOf: "bert-base-uncased", by: "google-bert")
        let width = parts.configuration.width
        parts.head.projection = (
            try reader.linear(
                [.projection], outputs: reader.shape(of: .projection)?.first ?? 0, inputs: width),
            "textFC"
        )
        parts.maximumLength = maximumLength
        parts.defaultPooling = .cls
        parts.unused = try reader.finish()
        return TextTower(parts)
    }
}
