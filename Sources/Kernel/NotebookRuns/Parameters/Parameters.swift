import Foundation
import JSON

/// The values that are given for a notebook's parameters.
public struct Parameters: Sendable {
    /// A value that is given.
    struct Value: Sendable {
        let name: String
        let text: String
        /// What kind of value a file said it is; nil of a text on the command line.
        var kind: Kind?
        /// The type that it has where the notebook declares none; nil if it follows from the text alone.
        var type: CommonType?

        /// Whether a file says that it is a string.
        var isString: Bool { if case .string? = kind { true } else { false } }
    }
    /// The kinds of JSON that their texts do not tell.
    enum Kind: Sendable {
        case string, null
        /// A list or an object, and whether null is in it.
        case collection(holdsNull: Bool)
    }

    /// In the order in which they were given.
    private(set) var given: [Value] = []

    public init() {}

    /// Takes in `name=value`; throws `RunError` if it is not of that form, or if the name was given before.
    public mutating func add(_ argument: String) throws {
        guard let sign = argument.firstIndex(of: "=") else {
            throw RunError("-p \(argument): expected name=value")
        }
        try add(String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
    }

    /// Takes in a value; throws `RunError` if the name is not a Swift name, or if it was given before.
    ///
    /// - Parameters:
    ///   - name: the parameter's name.
    ///   - text: the value.
    ///   - type: the type that it has where the notebook declares none; nil for what the text represents.
    public mutating func add(_ name: String, _ text: String, as type: CommonType? = nil) throws {
        try add(Value(name: name, text: text, type: type))
    }

    private mutating func add(_ value: Value) throws {
        let name = value.name
        let rest = name.dropFirst()
        guard let first = name.first, first.isLetter || first == "_", name != "_",
            rest.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
        else { throw RunError("-p \(name)=\(value.text): \"\(name)\" is not the name of a variable") }
        guard !given.contains(where: { $0.name == name }) else {
            throw RunError("the parameter \(name) is given twice")
        }
        given.append(value)
    }

    /// Takes in the members of a JSON object, NaN and Infinity as Python writes them included.
    ///
    /// Throws `RunError` that names the file.
    public mutating func add(contentsOf file: URL) throws {
        var data = try FileContents.data(of: file, named: "-f \(file.relativePath)")
        // Some editors write a byte-order mark, which is no part of the object.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if data.starts(with: mark) { data = Data(data.dropFirst(mark.count)) }
        // With numbers where JSON has no word for what is written: they tell the types, and never are the values.
        var told = data
        if (try? JSON(parsing: data)) == nil, let text = String(data: data, encoding: .utf8) {
            told = Data(Self.withNumbers(text).utf8)
        }
        guard let members = (try? JSON(parsing: told))?.object else {
            throw RunError("-f \(file.relativePath): expected a JSON object of names and values")
        }
        let found = Self.writtenMembers(of: data)
        for (index, name) in found.map(\.0).enumerated()
        where found[..<index].contains(where: { $0.0 == name }) {
            throw RunError("-f \(file.relativePath): \(name) is given twice")
        }
        let written = Dictionary(found) { $1 }
        let typed = Dictionary(Self.writtenMembers(of: told)) { $1 }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard told == data || written[name] != nil else {
                throw RunError("-f \(file.relativePath): the value of \(name) cannot be read")
            }
            let text = written[name] ?? value.encodedText
            switch value {
            case .string(let text): try add(Value(name: name, text: text, kind: .string))
            case .null: try add(Value(name: name, text: "nil", kind: .null))
            // With all of its digits.
            case .number where value.int == nil:
                try add(name, text, as: CommonType(of: [value.encodedText]))
            case .array, .object:
                let kind = Kind.collection(holdsNull: Self.holdsNull(value))
                let type = CommonType(of: [typed[name] ?? text])
                let isJSON = typed[name] == written[name]
                try add(Value(name: name, text: isJSON ? value.encodedText : text, kind: kind, type: type))
            // As an integer it would have no sign.
            case _ where value.int == 0 && Double(text)?.sign == .minus:
                try add(name, text, as: CommonType(of: [text]))
            default: try add(name, value.encodedText, as: CommonType(of: [text]))
            }
        }
    }

    /// The text with a number in place of each NaN and Infinity, which Python writes and JSON does not have, and of each number
    /// that no Double can hold.
    private static func withNumbers(_ text: String) -> String {
        let word = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/
            .matchingSemantics(.unicodeScalar)
        return text.replacing(word) { match in
            let isKept =
                match.output.unicodeScalars.first == "\"" || Double(match.output).map(\.isFinite) ?? false
            return isKept ? String(match.output) : "0.5"
        }
    }

    private static func holdsNull(_ value: JSON) -> Bool {
        switch value {
        case .null: true
        case .array(let items): items.contains(where: holdsNull)
        case .object(let members): members.values.contains(where: holdsNull)
        default: false
        }
    }

    /// Names and values of a JSON object as they are written: read as JSON, `1.0` is `1`, and a name is there once.
    private static func writtenMembers(of data: Data) -> [(String, String)] {
        let spaces: Set<Character> = ["\n", "\r", "\r\n", "\t"]
        // No string of JSON holds one of these as it is.
        let text = String(String(decoding: data, as: UTF8.self).map { spaces.contains($0) ? " " : $0 })
        let object = text.trimmingCharacters(in: .whitespaces)
        return (ListText.parts(of: String(object.dropFirst().dropLast())) ?? [])
            .compactMap { ListText.split($0, at: ":") }
            .compactMap { name, value in
                ListText.unquoted(name.trimmingCharacters(in: .whitespaces)).map {
                    ($0, value.trimmingCharacters(in: .whitespaces))
                }
            }
    }
}
