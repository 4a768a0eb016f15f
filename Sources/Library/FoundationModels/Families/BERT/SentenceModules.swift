import Foundation

/// The modules of a folder of sentence-transformers: which pooling its sentence embeddings have, how long texts may be.
///
/// Features are those of the encoder's layers; what comes behind the pooling is named on the model's card.
struct SentenceModules {
    /// The pooling of sentence embeddings, if it is one that texts can have.
    private(set) var pooling: Pooling?
    /// Why there is none, to be said where it would be taken.
    private(set) var refusal: String?
    /// The most tokens of a text.
    private(set) var maximumLength: Int?
    /// Whether texts are made lower case before anything else.
    private(set) var lowercases = false

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
        var others: [String] = []
        for module in try Self.list(in: folder) {
            switch module.type {
            case "Transformer": break
            case "Pooling":
                try read(
                    ModelConfiguration(file: folder.appending(path: module.path + "/config.json"))
                        .read(as: .sentencePooling, notes: files.notes))
            default: others.append(module.type)
            }
        }
        if !others.isEmpty {
            files.notes.add(
                "features are those of the encoder's layers: what sentence-transformers does behind them ("
                    + others.joined(separator: ", ") + ") is not applied")
        }
    }

    /// The folder of the encoder, if it is not that of the modules.
    static func encoder(in folder: URL) throws -> URL? {
        try list(in: folder).first.flatMap { $0.path.isEmpty ? nil : folder.appending(path: $0.path) }
    }

    private static func list(in folder: URL) throws -> [(type: String, path: String)] {
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
                path: file.path, problem: "names \"\(wrong.path)\", which is no folder inside its own")
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
