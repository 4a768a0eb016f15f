import Foundation

/// The modules of a folder of sentence-transformers: which pooling its sentence embeddings have, how long texts may be.
///
/// The layers of the encoder give the features; what `Dense` and `Normalize` make of the pooled states is the layer
/// `"embedding"`, and other modules are named on the model's card.
struct SentenceModules {
    /// The pooling of sentence embeddings, if it is one that texts can have.
    private(set) var pooling: Pooling?
    /// Why there is none, said if it would be needed.
    private(set) var refusal: String?
    /// The most tokens of a text.
    private(set) var maximumLength: Int?
    /// Whether texts are made lower case before anything else.
    private(set) var lowercases = false
    /// The folders of linear layers, and whether the result has the length 1; nil if nothing known follows the pooling.
    private var behind: (dense: [URL], isNormalized: Bool)?

    /// What the folders say; all is nil without `modules.json` and `sentence_bert_config.json`.
    init(_ files: ModelFiles) throws {
        let own = files.location.appending(path: "sentence_bert_config.json")
        if !files.isFile, files.location.hasFile(own.lastPathComponent) {
            let configuration = try ModelConfiguration(file: own).read(
                as: .sentenceTransformer, notes: files.notes)
            maximumLength = try configuration.optionalCount("max_seq_length")
            lowercases = try configuration.flag("do_lower_case") ?? false
        }
        guard let folder = files.modules else { return }
        let general = folder.appending(path: "config_sentence_transformers.json")
        if folder.hasFile(general.lastPathComponent) {
            _ = try ModelConfiguration(file: general).read(as: .sentenceTransformers, notes: files.notes)
        }
        var others: [(type: String, path: String)] = []
        for module in try Self.list(in: folder) {
            switch module.type {
            case "Transformer": break
            case "Pooling":
                try read(
                    ModelConfiguration(file: folder.appending(path: module.path + "/config.json"))
                        .read(as: .sentencePooling, notes: files.notes))
            default: others.append(module)
            }
        }
        behind = try Self.behind(of: others, in: folder, files.notes)
        if pooling == nil { behind = nil }
        if behind == nil, !others.isEmpty {
            files.notes.add(
                "features are those of the encoder's layers: what sentence-transformers does behind them ("
                    + others.map(\.type).joined(separator: ", ") + ") is not applied")
        }
    }

    /// Linear layers, of which all that belongs to them is there, and perhaps a normalization after them; nil for
    /// others.
    private static func behind(
        of modules: [(type: String, path: String)], in folder: URL, _ notes: LoadingNotes
    ) throws -> (dense: [URL], isNormalized: Bool)? {
        let isNormalized = modules.last?.type == "Normalize"
        let dense = isNormalized ? modules.dropLast() : modules[...]
        let folders = dense.map { folder.appending(path: $0.path) }
        guard !modules.isEmpty, dense.allSatisfy({ $0.type == "Dense" }),
            folders.allSatisfy({ $0.hasFile("config.json") && Checkpoint.isComplete($0) })
        else { return nil }
        if isNormalized, let path = modules.last?.path {
            let file = folder.appending(path: path + "/config.json")
            if FileManager.default.fileExists(atPath: file.path) {
                _ = try ModelConfiguration(file: file).read(as: .sentenceNormalize, notes: notes)
            }
        }
        return (folders, isNormalized)
    }

    /// What is computed after an encoder of `width` numbers per token; nil if there is nothing.
    ///
    /// Throws if a linear layer has an activation that is not known, or its tensors do not fit.
    func head(width: Int, _ notes: LoadingNotes) throws -> SentenceHead? {
        guard let behind, let pooling else { return nil }
        var inputs = width
        var dense: [SentenceHead.Dense] = []
        for folder in behind.dense {
            let part = try Self.dense(folder, inputs: inputs, notes)
            inputs = part.layer.outputs
            dense.append(part)
        }
        return SentenceHead(pooling: pooling, dense: dense, isNormalized: behind.isNormalized)
    }

    private static func dense(_ folder: URL, inputs: Int, _ notes: LoadingNotes) throws -> SentenceHead.Dense
    {
        let configuration = try ModelConfiguration(file: folder.appending(path: "config.json"))
            .read(as: .sentenceDense, notes: notes)
        guard try configuration.count("in_features") == inputs else {
            throw configuration.problem("\"in_features\" must be \(inputs), as many numbers as come in")
        }
        let outputs = try configuration.count("out_features")
        let name = try configuration.text("activation_function") ?? ""
        let words = name.split(separator: ".").suffix(2).joined(separator: ".")
        guard name.hasPrefix("torch."), let activation = SentenceHead.Activation(rawValue: words) else {
            throw configuration.problem(
                "the activation \"\(name)\" is not supported; Identity, Tanh, ReLU and Sigmoid of torch.nn are"
            )
        }
        let reader = ParameterReader(
            try Checkpoint(folder: folder),
            layout: CheckpointLayout(family: "Dense", names: [:], block: "linear.", ignored: []), prefix: "",
            scope: [])
        let hasBias = try configuration.flag("bias") ?? true
        let layer = Linear([
            (
                try reader.weight("linear.weight", shape: [outputs, inputs], columns: inputs),
                hasBias
                    ? try reader.tensor("linear.bias", shape: [outputs]).reshaped(to: [1, outputs]).matrix
                    : nil
            )
        ])
        _ = try reader.finish()
        return SentenceHead.Dense(name: folder.lastPathComponent, layer: layer, activation: activation)
    }

    /// The folder of the encoder, if it is not that of the modules.
    static func encoder(in folder: URL) throws -> URL? {
        try list(in: folder).first.flatMap { $0.path.isEmpty ? nil : folder.appending(path: $0.path) }
    }

    static func list(in folder: URL) throws -> [(type: String, path: String)] {
        let file = folder.appending(path: "modules.json")
        let modules = try readJSON(file).items?.compactMap { module -> (type: String, path: String)? in
            guard let type = module["type"]?.text, let path = module["path"]?.text else { return nil }
            return (type.split(separator: ".").last.map(String.init) ?? type, path)
        }
        guard let modules, !modules.isEmpty else {
            throw FoundationModelError.file(
                path: file.path, problem: "a list of modules with type and path is expected")
        }
        // The list comes from elsewhere: it may not lead to files outside its own folder.
        if let wrong = modules.first(where: {
            $0.path.split(separator: "/").contains("..") || $0.path.hasPrefix("/")
        }) {
            throw FoundationModelError.file(
                path: file.path, problem: "names \"\(wrong.path)\", which is not a folder inside its own")
        }
        return modules
    }

    private mutating func read(_ configuration: ModelConfiguration) throws {
        let flags = [
            ("cls", "pooling_mode_cls_token"), ("mean", "pooling_mode_mean_tokens"),
            ("max", "pooling_mode_max_tokens"), ("lasttoken", "pooling_mode_lasttoken"),
            ("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
            ("weightedmean", "pooling_mode_weightedmean_tokens"),
        ]
        var modes =
            try configuration.isList("pooling_mode")
            ? configuration.texts("pooling_mode") : [configuration.text("pooling_mode")].compactMap { $0 }
        if modes.isEmpty { modes = try flags.filter { try configuration.flag($0.1) == true }.map(\.0) }
        let known: [String: Pooling] = ["cls": .cls, "mean": .mean, "max": .max, "lasttoken": .end]
        if modes.isEmpty { modes = ["mean"] }
        if modes.count == 1, let found = known[modes[0]] {
            pooling = found
        } else {
            refusal =
                "\(configuration.path) pools by \(modes.joined(separator: " and ")), which is not supported; "
                + "say which pooling is wanted: \(Pooling.ofTexts.map(\.rawValue).joined(separator: ", "))"
        }
    }
}
