/// The towers of a model.
struct Towers: Sendable {
    var text: TextTower?
    var image: ImageTower?
    /// Why a tower that the files describe is not there.
    var textProblem: String?
    var imageProblem: String?
    /// What the user should know of how the files were read.
    var notes: [String] = []
    /// Whether they are momentum twins.
    var isMomentum = false
    /// The slow copies of both towers that were kept in training, where the file has them.
    var momentum: (@Sendable () throws -> Towers)?
    /// The numbers of the towers' products.
    var precision: Precision { text?.precision ?? image?.precision ?? .float32 }

    /// The towers of files that may have both; if one of them cannot be read, the other is there, and why.
    ///
    /// Throws if neither can be read.
    static func halves(text: () throws -> TextTower?, image: () throws -> ImageTower?) throws -> Towers {
        var towers = Towers()
        var problem: (any Error)?
        do { towers.text = try text() } catch {
            problem = error
            towers.textProblem = "\(error)"
        }
        do { towers.image = try image() } catch {
            problem = problem ?? error
            towers.imageProblem = "\(error)"
        }
        if let problem, towers.text == nil, towers.image == nil { throw problem }
        return towers
    }

    /// The same towers, and their momentum twins, in another precision; throws where a network has it not.
    func with(precision: Precision) throws -> Towers {
        var towers = self
        towers.text = text?.with(precision: precision)
        towers.image = try image?.with(precision: precision)
        if let momentum { towers.momentum = { try momentum().with(precision: precision) } }
        return towers
    }
}

/// One way in which models are laid out in files.
struct ModelFamily: Sendable {
    /// What the user may bring, as an error lists it (`bert`).
    let kinds: [String]
    /// Whether the files are of this family; looks at the configuration, or at the names of the weights.
    let recognizes: @Sendable (ModelFiles) throws -> Bool
    /// Reads them.
    let load: @Sendable (ModelFiles) throws -> Towers

    /// Every family, in the order in which they are asked.
    static let all: [ModelFamily] = [
        .huggingFaceText, .clip, .openCLIP, .huggingFaceVision, .brivl, .paper, .vit, .convolutional,
    ]

    /// The towers of the first family that knows the files; throws what is known if none does.
    static func towers(of files: ModelFiles) throws -> Towers {
        if let family = try all.first(where: { try $0.recognizes(files) }) {
            var towers = try family.load(files)
            towers.notes = files.notes.all
            return towers
        }
        let known = all.flatMap(\.kinds).joined(separator: ", ")
        if let configuration = files.configuration, let kind = try configuration.text("model_type") {
            throw configuration.problem("the model type \"\(kind)\" is not supported; \(known) are")
        }
        if let kind = weightsWithoutConfiguration(try files.checkpoint()) {
            throw FoundationModelError.file(
                path: files.location.path, problem: "has the weights of \(kind), beside which none is")
        }
        guard let configuration = files.configuration, let kind = try configuration.text("architecture")
        else {
            throw FoundationModelError.file(
                path: files.location.path, problem: "no model that is supported looks like this; \(known) are"
            )
        }
        throw configuration.problem("the architecture \"\(kind)\" is not supported; \(known) are")
    }

    /// What weights are known by their names and need a configuration.
    private static func weightsWithoutConfiguration(_ checkpoint: Checkpoint) -> String? {
        let kinds = [
            (
                "embeddings.word_embeddings.weight",
                "BERT, RoBERTa or DistilBERT, which need the config.json of transformers"
            ),
            ("vision_model.embeddings.class_embedding", "CLIP, which needs the config.json of transformers"),
            ("embeddings.token_embedding.weight", "CLIP, which needs the config.json of transformers"),
            (
                "embeddings.patch_embeddings.projection.weight",
                "a ViT, which needs the config.json of transformers"
            ),
            ("visual.class_embedding", "CLIP, which needs open_clip_config.json"),
            ("visual.conv1.weight", "CLIP, which needs open_clip_config.json"),
            ("token_embedding.weight", "CLIP, which needs open_clip_config.json"),
        ]
        return kinds.first { kind in checkpoint.names.contains { $0 == kind.0 || $0.hasSuffix("." + kind.0) }
        }?.1
    }
}
