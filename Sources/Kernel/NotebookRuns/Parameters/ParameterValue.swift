import Foundation
import JSON

/// A value of a parameter: as Swift writes it, and as the notebook's metadata holds it.
struct ParameterValue: Equatable, Sendable {
    let literal: String
    let json: JSON
    /// Whether the literal alone does not tell its type (`[]`).
    let needsType: Bool

    private init(literal: String, json: JSON, needsType: Bool = false) {
        self.literal = literal
        self.json = json
        self.needsType = needsType
    }

    /// The value of a type that a text represents; nil if it represents none.
    ///
    /// Lists are written `[1, 2]` or `1,2`, dictionaries `{"a": 1}`. A string is taken as it is; within lists it may be quoted.
    init?(_ text: String, as type: ParameterType) {
        self.init(text, as: type, isNested: false)
    }

    private init?(_ text: String, as type: ParameterType, isNested: Bool) {
        let word = text.trimmingCharacters(in: .whitespaces)
        switch type {
        case .other: return nil
        case .bool:
            guard let value = Bool(word) else { return nil }
            self.init(literal: word, json: .bool(value))
        case .integer(let name):
            guard let value = Self.integer(word, name) else { return nil }
            self.init(literal: value, json: Int(value).map(JSON.integer) ?? .string(value))
        case .floating(let name):
            guard let (literal, json) = Self.floating(word, name) else { return nil }
            self.init(literal: literal, json: json)
        case .string:
            guard let value = isNested ? ListText.unquoted(word) : text else { return nil }
            self.init(literal: SwiftText.quoted(value), json: .string(value))
        case .optional(let wrapped):
            if word == "nil" || word == "null" {
                self.init(literal: "nil", json: .null, needsType: true)
            } else {
                guard let value = ParameterValue(text, as: wrapped, isNested: isNested) else { return nil }
                // An integer for a `Double?` would be an `Int?`; the declaration's own annotation is kept anyway.
                self.init(literal: value.literal, json: value.json, needsType: true)
            }
        case .array(let element):
            self.init(array: word, of: element)
        case .dictionary(let element):
            self.init(dictionary: word, of: element)
        }
    }

    private init?(array text: String, of element: ParameterType) {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.count >= 2
        // Lists of lists need their brackets.
        guard let parts = ListText.parts(of: isBracketed ? String(text.dropFirst().dropLast()) : text) else {
            return nil
        }
        let values = parts.map { ParameterValue($0, as: element, isNested: true) }
        guard !values.contains(nil) else { return nil }
        let found = values.compactMap(\.self)
        self.init(
            literal: "[" + found.map(\.literal).joined(separator: ", ") + "]",
            json: .array(found.map(\.json)),
            needsType: found.isEmpty || found.contains(where: \.needsType))
    }

    private init?(dictionary text: String, of element: ParameterType) {
        let ends = [text.prefix(1), text.suffix(1)]
        guard text.count >= 2, ends == ["{", "}"] || ends == ["[", "]"] else { return nil }
        let inner = String(text.dropFirst().dropLast())
        let isEmpty = inner.trimmingCharacters(in: .whitespaces) == ":"
        guard let parts = ListText.parts(of: isEmpty ? "" : inner) else { return nil }
        var members: [(key: String, value: ParameterValue)] = []
        for part in parts {
            guard let (head, tail) = ListText.split(part, at: ":"),
                let key = ListText.unquoted(head.trimmingCharacters(in: .whitespaces)),
                let value = ParameterValue(tail, as: element, isNested: true),
                !members.contains(where: { $0.key == key })
            else { return nil }
            members.append((key, value))
        }
        let texts = members.map { "\(SwiftText.quoted($0.key)): \($0.value.literal)" }
        self.init(
            literal: texts.isEmpty ? "[:]" : "[" + texts.joined(separator: ", ") + "]",
            json: .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value.json) })),
            needsType: members.isEmpty || members.contains { $0.value.needsType })
    }

    private static func integer(_ text: String, _ type: String) -> String? {
        func value<Number: FixedWidthInteger>(_: Number.Type) -> String? {
            Number(text).map { String($0) }
        }
        return switch type {
        case "Int8": value(Int8.self)
        case "Int16": value(Int16.self)
        case "Int32": value(Int32.self)
        case "Int64": value(Int64.self)
        case "UInt": value(UInt.self)
        case "UInt8": value(UInt8.self)
        case "UInt16": value(UInt16.self)
        case "UInt32": value(UInt32.self)
        case "UInt64": value(UInt64.self)
        default: value(Int.self)
        }
    }

    private static func floating(_ text: String, _ type: String) -> (String, JSON)? {
        guard let value = Double(text) else { return nil }
        let isInfinite = text.lowercased().contains("inf")
        if value.isNaN { return ("\(type).nan", .string("nan")) }
        if isInfinite {
            return ((value < 0 ? "-" : "") + "\(type).infinity", .string(value < 0 ? "-inf" : "inf"))
        }
        // Too large for the type.
        guard value.isFinite else { return nil }
        if type == "Float" {
            // Too small for it would be 0.
            guard let short = Float(text), short.isFinite, short != 0 || value == 0 else { return nil }
            return ("\(short)", .number(Double("\(short)") ?? value))
        }
        return ("\(value)", .number(value))
    }
}

extension ParameterType {
    /// The type that a text is taken to have if nothing declares it: what a literal of Swift would have, else a string. Digits with
    /// zeros in front, and more than an `Int` can hold, are a label and no number.
    init(guessedFrom text: String) {
        if Self.isLabel(text) {
            self = .string
        } else if Int(text) != nil {
            self = .integer("Int")
        } else if Double(text) != nil, let first = text.first, first.isNumber || "+-.".contains(first) {
            self = .floating("Double")
        } else if Bool(text) != nil {
            self = .bool
        } else if text.hasPrefix("["), text.hasSuffix("]"),
            let parts = ListText.parts(of: String(text.dropFirst().dropLast())),
            let element = Self.common(parts.map { ParameterType(guessedFrom: $0) })
        {
            self = .array(element)
        } else {
            self = .string
        }
    }

    /// Whether a text is made of digits, with or without a sign.
    static func isDigits(_ text: String) -> Bool { text.wholeMatch(of: /[+-]?[0-9]+/) != nil }

    /// Whether a text would lose digits as a number.
    static func isLabel(_ text: String) -> Bool {
        text.prefixMatch(of: /[+-]?0[0-9]/) != nil || isDigits(text) && Int(text) == nil
    }
}
