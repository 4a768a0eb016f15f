extension ModelFamily {
    /// CLIP as transformers lays it out.
    static let clip = ModelFamily(
        kinds: clipTypes,
        recognizes: { clipTypes.contains($0.modelType ?? "") },
        load: { files in
            guard let file = files.configuration else { return Towers() }
            let configuration = try CLIPConfiguration(file, files.notes)
            return try Towers.halves(
                text: {
                    try configuration.text.flatMap { try CLIPText.huggingFace(files, configuration, $0) }
                },
                image: { try configuration.vision.flatMap { try VisionModel.clip(files, configuration, $0) } }
            )
        },
        companions: [
            "vision_model.embeddings.class_embedding", "text_model.embeddings.token_embedding.weight",
            "embeddings.token_embedding.weight",
        ].map { ($0, "CLIP, which needs the config.json of transformers") })

    private static let clipTypes = ["clip", "clip_text_model", "clip_vision_model"]

    /// CLIP as open_clip lays it out.
    static let openCLIP = ModelFamily(
        kinds: ["open_clip"], recognizes: { $0.openCLIP != nil && !$0.isTimm },
        load: { files in
            guard let file = files.openCLIP else { return Towers() }
            let model = try OpenCLIPConfiguration(file, files.notes)
            let names = try files.checkpoint().names
            let hasText = names.contains {
                $0.hasSuffix("token_embedding.weight") || $0.hasPrefix("text.") || $0.contains(".text.")
            }
            let hasImage = names.contains { $0.hasPrefix("visual.") || $0.contains(".visual.") }
            return try Towers.halves(
                text: { hasText ? try CLIPText.openCLIP(files, model) : nil },
                image: { hasImage ? try VisionModel.openCLIP(files, model) : nil })
        },
        companions: ["visual.class_embedding", "visual.conv1.weight", "token_embedding.weight"].map {
            ($0, "CLIP, which needs open_clip_config.json")
        })
}

/// `config.json` of CLIP in transformers: the sections of the towers that it describes.
struct CLIPConfiguration {
    let whole: ModelConfiguration
    /// The section of each tower, not yet read; nil if the file describes the other tower alone.
    let text: ModelConfiguration?
    let vision: ModelConfiguration?
    /// Whether the class of the model has projections, so that a file without them is not whole.
    let needsProjection: Bool

    init(_ file: ModelConfiguration, _ notes: LoadingNotes) throws {
        let type = try file.text("model_type")
        switch type {
        case "clip_text_model": (text, vision) = (file.section("text_config") ?? file, nil)
        case "clip_vision_model": (text, vision) = (nil, file.section("vision_config") ?? file)
        default:
            // Where there are both, transformers takes the latter for the whole: what it lacks is its class's own.
            let empty = ModelConfiguration(path: file.path, json: .object([]))
            text = file.section("text_config_dict") ?? file.section("text_config") ?? empty
            vision = file.section("vision_config_dict") ?? file.section("vision_config") ?? empty
        }
        whole = type == "clip" ? try file.read(as: .clip, notes: notes) : file
        let classes = type == "clip" ? try whole.texts("architectures") : []
        needsProjection = classes.contains("CLIPModel")
    }

    /// The width of the space that both towers share, of a tower alone that of its own configuration.
    func embedding(_ section: ModelConfiguration) throws -> Int {
        try whole.hasFields ? whole.count("projection_dim") : section.count("projection_dim")
    }
}

/// `open_clip_config.json`: the model's own part.
struct OpenCLIPConfiguration {
    let model: ModelConfiguration
    let isQuick: Bool
    private let notes: LoadingNotes

    init(_ file: ModelConfiguration, _ notes: LoadingNotes) throws {
        guard let section = try file.read(as: .openCLIP, notes: notes).section("model_cfg") else {
            throw file.problem("\"model_cfg\" is expected and missing")
        }
        model = try section.read(as: .openCLIPModel, notes: notes)
        isQuick = try model.flag("quick_gelu") ?? false
        self.notes = notes
    }

    /// The section of a tower.
    func tower(_ key: String, as fields: ConfigurationFields) throws -> ModelConfiguration {
        guard let section = model.section(key) else {
            throw model.problem("\"\(key)\" is expected and missing")
        }
        for (field, library) in [("timm_model_name", "timm"), ("hf_model_name", "transformers")] {
            guard section.has(field), let name = try section.text(field) else { continue }
            throw section.problem(
                "\"\(field)\" is \"\(name)\": towers of \(library) inside open_clip are not supported; open_clip's own are"
            )
        }
        return try section.read(as: fields, notes: notes)
    }

    /// The activation of a tower: QuickGELU for the whole model, or GELU with the tower's own arguments.
    func activation(_ tower: ModelConfiguration) throws -> TransformerConfiguration.Activation {
        guard let arguments = tower.section("act_kwargs"), !arguments.isEmpty else {
            return isQuick ? .quickGELU : .gelu
        }
        try arguments.expect(keys: ["approximate"], of: "act_kwargs")
        guard !isQuick else { throw arguments.problem("QuickGELU takes no arguments") }
        switch try arguments.text("approximate") {
        case "tanh": return .geluTanh
        case "none": return .gelu
        case let other:
            throw arguments.problem(
                "\"approximate\" is \(other ?? "null"); \"tanh\" and \"none\" are supported")
        }
    }

    /// What the normalizations of a tower add to the variance.
    func epsilon(_ tower: ModelConfiguration) throws -> Float {
        guard let arguments = tower.section("norm_kwargs"), !arguments.isEmpty else { return 1e-5 }
        try arguments.expect(keys: ["eps"], of: "norm_kwargs")
        return try arguments.epsilon("eps")
    }
}

extension ModelConfiguration {
    /// Throws if there are other fields than these.
    fileprivate func expect(keys: [String], of name: String) throws {
        if let other = self.keys.first(where: { !keys.contains($0) }) {
            throw problem("\"\(other)\" in \"\(name)\" is not supported; \(keys.joined(separator: ", ")) is")
        }
    }
}
