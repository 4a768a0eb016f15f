/// The towers of a model.
struct Towers: Sendable {
    var text: TextTower?
    var image: ImageTower?
    /// Whether they are momentum twins.
    var isMomentum = false
    /// The slow copies of both towers that were kept in training, where the file has them.
    var momentum: (@Sendable () throws -> Towers)?
    /// The numbers of the towers' products.
    var precision: Precision { text?.precision ?? image?.precision ?? .float32 }

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

    /// The towers of the first family that knows the files; throws what is known where none does.
    static func towers(of files: ModelFiles) throws -> Towers {
        if let family = try all.first(where: { try $0.recognizes(files) }) { return try family.load(files) }
        let known = all.flatMap(\.kinds).joined(separator: ", ")
        guard let configuration = files.configuration else {
            throw FoundationModelError.file(
                path: files.location.path, problem: "no model that is supported looks like this; \(known) are"
            )
        }
        let kind = configuration.text("model_type") ?? configuration.text("architecture") ?? "none"
        throw configuration.problem("the model type \"\(kind)\" is not supported; \(known) are")
    }
}
