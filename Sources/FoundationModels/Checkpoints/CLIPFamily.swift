extension ModelFamily {
    /// CLIP as transformers lays it out.
    static let clip = ModelFamily(
        kinds: ["clip", "clip_text_model"],
        recognizes: { files in
            files.configuration?.text("model_type").map { ["clip", "clip_text_model"].contains($0) } ?? false
        },
        load: { files in
            guard let configuration = files.configuration else { return Towers() }
            return Towers(text: try CLIPText.huggingFace(files, configuration))
        })

    /// CLIP as open_clip lays it out.
    static let openCLIP = ModelFamily(
        kinds: ["open_clip"], recognizes: { $0.openCLIP != nil },
        load: { files in
            guard let configuration = files.openCLIP else { return Towers() }
            return Towers(text: try CLIPText.openCLIP(files, configuration))
        })
}
