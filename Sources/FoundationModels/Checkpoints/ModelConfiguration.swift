import Foundation

/// A configuration in JSON, for instance the `config.json` of a Hugging Face folder.
struct ModelConfiguration {
    let path: String
    private let json: JSONDocument

    init(file: URL) throws {
        path = file.path
        json = try readJSON(file)
    }

    private init(path: String, json: JSONDocument) {
        self.path = path
        self.json = json
    }

    /// The object under `key`, where there is one.
    func section(_ key: String) -> ModelConfiguration? {
        guard let section = json[key], section.members != nil else { return nil }
        return ModelConfiguration(path: path, json: section)
    }

    /// The numbers of a list, where there is one of numbers alone.
    func numbers(_ key: String) -> [Float]? {
        json[key]?.items?.map { if case .number(let value) = $0 { Float(value) } else { .nan } }
    }

    /// A required number above nought.
    func count(_ key: String) throws -> Int {
        guard let value = try optionalCount(key) else { throw problem("\"\(key)\" is missing") }
        return value
    }

    /// A number above nought, where it is given.
    func optionalCount(_ key: String) throws -> Int? {
        guard let entry = json[key] else { return nil }
        guard let value = entry.integer, value > 0 else {
            throw problem("\"\(key)\" must be a whole number above 0")
        }
        return value
    }

    func integer(_ key: String) -> Int? { json[key]?.integer }
    func number(_ key: String) -> Float? {
        if case .number(let value)? = json[key] { Float(value) } else { nil }
    }
    func text(_ key: String) -> String? { json[key]?.text }
    func flag(_ key: String) -> Bool? { json[key]?.flag }

    /// The activation of the feed-forward part by transformers' name.
    func activation(_ key: String) throws -> TransformerConfiguration.Activation {
        switch text(key) {
        case nil, "gelu": return .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": return .geluTanh
        case "quick_gelu": return .quickGELU
        case "relu": return .relu
        case "silu", "swish": return .silu
        case let name?: throw problem("the activation \"\(name)\" of \"\(key)\" is not supported")
        }
    }

    func problem(_ text: String) -> FoundationModelError { .file(path: path, problem: text) }
}
