/// What is done with a field of a configuration.
package enum FieldUse: Sendable {
    /// The reader takes it; `standard` is what the reference library assumes if the field is missing.
    case used(standard: FieldValue? = nil)
    /// These values are supported, each because the numbers are then those of the plain model; any other is refused.
    case only([FieldValue])
    /// Any value gives the same numbers, for this reason.
    case irrelevant(String)
    /// A value other than these changes what the reference library makes of the model as a whole but not the layers whose
    /// features are taken; the model's card shows it in these words.
    case reported(String, unless: [FieldValue] = [nil])
}

/// A simple value of JSON, as tables of fields name it.
package enum FieldValue: Sendable, Equatable, CustomStringConvertible {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    /// An empty list or object.
    case empty

    /// The value of a document; nil for lists and objects that hold something.
    init?(_ document: OrderedJSON) {
        switch document {
        case .null: self = .null
        case .bool(let flag): self = .flag(flag)
        case .number(let number): self = .number(number)
        case .string(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
        case .array(let items):
            guard items.isEmpty else { return nil }
            self = .empty
        case .object(let members):
            guard members.isEmpty else { return nil }
            self = .empty
        }
    }

    /// The document that has the value.
    var document: OrderedJSON {
        switch self {
        case .null: .null
        case .flag(let flag): .bool(flag)
        case .number(let number): .number(number)
        case .text(let text): .string(Array(text.utf8))
        case .empty: .array([])
        }
    }

    package var description: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .text(let text): "\"\(text)\""
        case .empty: "empty"
        }
    }
}

extension FieldValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByStringLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(integerLiteral value: Int) { self = .number(Double(value)) }
    package init(stringLiteral value: String) { self = .text(value) }
}
