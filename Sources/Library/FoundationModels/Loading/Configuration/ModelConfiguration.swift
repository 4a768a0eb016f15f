import Foundation

/// A configuration in JSON, for instance the `config.json` of a Hugging Face folder.
///
/// Once it is read as a table of fields (`read(as:notes:)`), only fields that the table says are used can be asked for,
/// and one that is missing has the value that the reference library assumes.
struct ModelConfiguration: Sendable {
    let path: String
    /// Where in the file it is (`vision_config`); empty for the whole.
    private(set) var place = ""
    private var json: OrderedJSON
    private var fields: ConfigurationFields?

    init(file: URL) throws {
        path = file.path
        json = try readJSON(file)
        guard json.members != nil else { throw problem("is not a JSON object") }
    }

    init(path: String, json: OrderedJSON) {
        self.path = path
        self.json = json
    }

    /// The object under `key`; nil without one.
    func section(_ key: String) -> ModelConfiguration? {
        guard let section = json[key], section.members != nil else { return nil }
        var result = ModelConfiguration(path: path, json: section)
        result.place = place.isEmpty ? key : "\(place).\(key)"
        return result
    }

    /// The names of the fields that are given.
    var keys: [String] { (json.members ?? []).map { String(decoding: $0.key, as: UTF8.self) } }
    var isEmpty: Bool { keys.isEmpty }
    /// Whether it was read as a table.
    var hasFields: Bool { fields != nil }

    /// Whether a field is given and not null.
    func has(_ key: String) -> Bool { if let value = json[key], !value.isNull { true } else { false } }

    /// The configuration with some fields given by another (`model_args` over what the architecture implies).
    func overlaid(by other: ModelConfiguration?) -> ModelConfiguration {
        guard let added = other?.json.members else { return self }
        var result = self
        result.json = .object((json.members ?? []) + added)
        return result
    }
}

extension ModelConfiguration {
    /// The configuration, of which every field has been looked up in the table.
    ///
    /// Throws a value that is refused; notes fields that the table does not have, and values that it reports.
    func read(as fields: ConfigurationFields, notes: LoadingNotes) throws -> ModelConfiguration {
        var result = self
        if !fields.aliases.isEmpty {
            result.json = .object(
                (json.members ?? []).map { member in
                    let key = String(decoding: member.key, as: UTF8.self)
                    return (fields.aliases[key].map { Array($0.utf8) } ?? member.key, member.value)
                })
        }
        result.fields = fields
        var unknown: [String] = []
        for (bytes, value) in result.json.members ?? [] {
            let key = String(decoding: bytes, as: UTF8.self)
            let found = FieldValue(value)
            switch fields.fields[key] {
            case nil: unknown.append(key)
            case .used, .irrelevant: break
            case .only(let supported):
                guard let found, supported.contains(found) else {
                    throw problem(
                        "\"\(key)\" is \(value.shortened), which is not supported; "
                            + supported.map(\.description).joined(separator: " or ") + " is")
                }
            case .reported(let sentence, let plain):
                guard let found, plain.contains(found) else {
                    notes.add("\"\(key)\" is \(value.shortened): \(sentence)")
                    continue
                }
            }
        }
        if !unknown.isEmpty {
            let file = URL(fileURLWithPath: path).lastPathComponent
            notes.add(
                "not known, and not applied: "
                    + unknown.map { "\"\($0)\"" }.joined(separator: ", ")
                    + " of \(file)\(place.isEmpty ? "" : ", \(place)")")
        }
        return result
    }

    /// The value of a field, or what the reference library assumes; nil if it is null or there is neither.
    private func value(_ key: String) -> OrderedJSON? {
        var standard: FieldValue?
        if let fields {
            guard case .used(let assumed)? = fields.fields[key] else {
                preconditionFailure("\(key) is read and is not among the used fields of \(fields.name)")
            }
            standard = assumed
        }
        guard let found = json[key] ?? standard?.document, !found.isNull else { return nil }
        return found
    }

    private func wrong(_ key: String, _ expected: String, _ found: OrderedJSON) -> FoundationModelError {
        problem("\"\(key)\" must be \(expected); it is \(found.shortened)")
    }

    /// A required whole number above zero.
    func count(_ key: String) throws -> Int {
        guard let value = try optionalCount(key) else { throw problem("\"\(key)\" is missing") }
        return value
    }

    /// A whole number above zero, if it is given.
    func optionalCount(_ key: String) throws -> Int? {
        guard let entry = value(key) else { return nil }
        // Products of two such numbers do not overflow.
        guard let number = entry.integer, number > 0, number <= Int32.max else {
            throw wrong(key, "a whole number above 0, up to \(Int32.max)", entry)
        }
        return number
    }

    /// The required pixels along a side of an image.
    func side(_ key: String) throws -> Int {
        let side = try count(key)
        guard side <= ImageSize.largestSide else {
            throw problem(
                "\"\(key)\" must be a number of pixels up to \(ImageSize.largestSide); it is \(side)")
        }
        return side
    }

    /// `width` times the number at `key` (`standard` if it is not given), rounded down: the inner width of a block.
    func inner(_ key: String, width: Int, standard: Double = 4) throws -> Int {
        let ratio = try double(key) ?? standard
        let product = Double(width) * ratio
        guard product >= 1, product <= Double(Int32.max) else {
            throw problem("\"\(key)\" \(ratio) makes no width of a block whose tokens have \(width) numbers")
        }
        return Int(product)
    }

    /// A whole number, if it is given.
    func integer(_ key: String) throws -> Int? {
        guard let entry = value(key) else { return nil }
        guard let number = entry.integer else { throw wrong(key, "a whole number", entry) }
        return number
    }

    /// A finite number, if it is given.
    func number(_ key: String) throws -> Float? {
        try double(key).map { Float($0) }
    }

    /// A finite number in all its digits, if it is given.
    func double(_ key: String) throws -> Double? {
        guard let entry = value(key) else { return nil }
        guard case .number(let number) = entry, number.isFinite else { throw wrong(key, "a number", entry) }
        return number
    }

    /// The numbers of a list, if it is given; one number counts for all `count` that are expected.
    func numbers(_ key: String, count: Int) throws -> [Float]? {
        guard let entry = value(key) else { return nil }
        let list = entry.items ?? Array(repeating: entry, count: count)
        let numbers = list.compactMap { if case .number(let number) = $0 { Float(number) } else { nil } }
        guard list.count == count, numbers.count == count, numbers.allSatisfy(\.isFinite) else {
            throw wrong(key, "\(count) numbers", entry)
        }
        return numbers
    }

    func text(_ key: String) throws -> String? {
        guard let entry = value(key) else { return nil }
        guard let text = entry.text else { throw wrong(key, "a text", entry) }
        return text
    }

    /// Whether a field is a list.
    func isList(_ key: String) -> Bool { value(key)?.items != nil }

    func texts(_ key: String) throws -> [String] {
        guard let entry = value(key) else { return [] }
        guard let items = entry.items, case let texts = items.compactMap(\.text), texts.count == items.count
        else { throw wrong(key, "a list of texts", entry) }
        return texts
    }

    func flag(_ key: String) throws -> Bool? {
        guard let entry = value(key) else { return nil }
        guard let flag = entry.flag else { throw wrong(key, "true or false", entry) }
        return flag
    }

    /// Rows and columns: one number for both, or a list of two.
    func extent(_ key: String) throws -> ImageSize? {
        guard let entry = value(key) else { return nil }
        let sides = (entry.items ?? [entry, entry]).compactMap(\.integer)
        guard sides.count == 2, sides.allSatisfy({ (1...ImageSize.largestSide).contains($0) }) else {
            throw wrong(key, "a number of pixels from 1 to \(ImageSize.largestSide), or two", entry)
        }
        return ImageSize(height: sides[0], width: sides[1])
    }

    /// The activation of the feed-forward part by transformers' name.
    func activation(_ key: String) throws -> TransformerConfiguration.Activation {
        switch try text(key) {
        case "gelu", "gelu_python": return .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate":
            return .geluTanh
        case "quick_gelu": return .quickGELU
        case "relu": return .relu
        case "silu", "swish": return .silu
        case let name?: throw problem("the activation \"\(name)\" of \"\(key)\" is not supported")
        case nil: throw problem("\"\(key)\" is missing")
        }
    }

    func problem(_ text: String) -> FoundationModelError {
        .file(path: path, problem: place.isEmpty ? text : "\(place): \(text)")
    }
}

extension OrderedJSON {
    var isNull: Bool { if case .null = self { true } else { false } }

    /// The value as an error names it.
    var shortened: String {
        if let simple = FieldValue(self), simple != .empty { return simple.description }
        if let items {
            return "[" + items.prefix(4).map(\.shortened).joined(separator: ", ")
                + (items.count > 4 ? ", …]" : "]")
        }
        let keys = (members ?? []).map { "\"\(String(decoding: $0.key, as: UTF8.self))\"" }
        return "{" + keys.prefix(4).joined(separator: ", ") + (keys.count > 4 ? ", …}" : "}")
    }
}
