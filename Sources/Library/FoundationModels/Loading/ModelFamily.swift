/// One way in which models are laid out in files.
struct ModelFamily: Sendable {
    /// What the user may bring, as an error lists it (`bert`).
    let kinds: [String]
    /// Whether the files are of this family; looks at the configuration, or at the names of the weights.
    let recognizes: @Sendable (ModelFiles) throws -> Bool
    /// Reads them.
    let load: @Sendable (ModelFiles) throws -> Towers
    /// Tensors that only this family has, and what must be beside weights that have them, for the error of a file without it.
    var companions: [(tensor: String, needed: String)] = []
    /// Whether a `config.json` of timm may be beside weights that are also read without it.
    var mayHaveTimmConfiguration = false

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

    /// What must be beside weights that are known by their names.
    static func weightsWithoutConfiguration(_ checkpoint: Checkpoint) -> String? {
        all.flatMap(\.companions).first { companion in
            checkpoint.names.contains { $0 == companion.tensor || $0.hasSuffix("." + companion.tensor) }
        }?.needed
    }
}
