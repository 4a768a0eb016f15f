extension ModelFamily {
    /// CLIP as transformers lays it out.
    static let clip = ModelFamily(
        kinds: clipTypes,
        recognizes: { clipTypes.contains($0.configuration?.text("model_type") ?? "") },
        load: { files in
            guard let configuration = files.configuration else { return Towers() }
            let type = configuration.text("model_type")
            return Towers(
                text: type == "clip_vision_model" ? nil : try CLIPText.huggingFace(files, configuration),
                image: type == "clip_text_model" ? nil : try VisionModel.clip(files, configuration))
        })

    private static let clipTypes = ["clip", "clip_text_model", "clip_vision_model"]

    /// CLIP as open_clip lays it out.
    static let openCLIP = ModelFamily(
        kinds: ["open_clip"], recognizes: { $0.openCLIP != nil && !$0.isTimm },
        load: { files in
            guard let configuration = files.openCLIP else { return Towers() }
            let hasText = try files.checkpoint().names.contains { $0.hasSuffix("token_embedding.weight") }
            return Towers(
                text: hasText ? try CLIPText.openCLIP(files, configuration) : nil,
                image: try VisionModel.openCLIP(files, configuration))
        })
}
