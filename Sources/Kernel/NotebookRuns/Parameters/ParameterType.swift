import SwiftSyntax

/// The type of a parameter, as far as values of it can be given on a command line.
indirect enum ParameterType: Equatable, Sendable {
    case bool
    case string
    /// One of Swift's integers, by its name.
    case integer(String)
    /// `Double` or `Float`.
    case floating(String)
    case array(ParameterType)
    /// A dictionary whose keys are strings.
    case dictionary(ParameterType)
    case optional(ParameterType)
    /// A type of which no value can be given; its name, or what stands for the value if that does not tell the type.
    case other(String)

    private static let integers: Set = [
        "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64",
    ]

    /// The scalar type of a name; nil if the name is not a scalar type's.
    init?(named name: String) {
        switch name {
        case "Bool": self = .bool
        case "String": self = .string
        case "Double", "Float": self = .floating(name)
        case let name where Self.integers.contains(name): self = .integer(name)
        default: return nil
        }
    }

    /// The type that an annotation names.
    init(_ type: TypeSyntax) {
        if let name = type.as(IdentifierTypeSyntax.self) {
            let arguments = name.genericArgumentClause?.arguments.compactMap { argument -> ParameterType? in
                argument.argument.as(TypeSyntax.self).map { ParameterType($0) }
            }
            switch (name.name.text, arguments) {
            case ("Array", let of?) where of.count == 1: self = .array(of[0])
            case ("Optional", let of?) where of.count == 1: self = .optional(of[0])
            case ("Dictionary", let of?) where of.count == 2 && of[0] == .string: self = .dictionary(of[1])
            case (let text, nil): self = ParameterType(named: text) ?? .other(text)
            default: self = .other(type.trimmedDescription)
            }
        } else if let array = type.as(ArrayTypeSyntax.self) {
            self = .array(ParameterType(array.element))
        } else if let dictionary = type.as(DictionaryTypeSyntax.self),
            ParameterType(dictionary.key) == .string
        {
            self = .dictionary(ParameterType(dictionary.value))
        } else if let optional = type.as(OptionalTypeSyntax.self) {
            self = .optional(ParameterType(optional.wrappedType))
        } else {
            self = .other(type.trimmedDescription)
        }
    }

    /// The type that Swift infers for a value.
    init(of value: ExprSyntax) {
        if value.is(IntegerLiteralExprSyntax.self) {
            self = .integer("Int")
        } else if value.is(FloatLiteralExprSyntax.self) {
            self = .floating("Double")
        } else if value.is(BooleanLiteralExprSyntax.self) {
            self = .bool
        } else if value.is(StringLiteralExprSyntax.self) {
            self = .string
        } else if let negative = value.as(PrefixOperatorExprSyntax.self), negative.operator.text == "-" {
            self = ParameterType(of: negative.expression)
        } else if let array = value.as(ArrayExprSyntax.self),
            let element = Self.common(array.elements.map { ParameterType(of: $0.expression) })
        {
            self = .array(element)
        } else if let dictionary = value.as(DictionaryExprSyntax.self),
            case .elements(let elements) = dictionary.content,
            elements.allSatisfy({ ParameterType(of: $0.key) == .string }),
            let element = Self.common(elements.map { ParameterType(of: $0.value) })
        {
            self = .dictionary(element)
        } else if let call = value.as(FunctionCallExprSyntax.self), call.arguments.count == 1,
            let argument = call.arguments.first?.expression,
            let name = call.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text,
            let type = ParameterType(named: name),
            // A number that is read from a text (`Int("5")`) may be nil.
            type == .string || ParameterType(of: argument) != .string
        {
            self = type
        } else {
            self = .other(value.trimmedDescription)
        }
    }

    /// The type of a collection's elements; nil if they have none in common.
    static func common(_ types: [ParameterType]) -> ParameterType? {
        guard let first = types.first else { return nil }
        if types.allSatisfy({ $0 == first }) { return first }
        let numbers: Set<String> = ["Int", "Double"]
        let areNumbers = types.allSatisfy {
            switch $0 {
            case .integer(let name), .floating(let name): numbers.contains(name)
            default: false
            }
        }
        return areNumbers ? .floating("Double") : nil
    }

    /// Whether values of it can be given.
    var canBeGiven: Bool {
        switch self {
        case .other: false
        case .array(let element), .dictionary(let element), .optional(let element): element.canBeGiven
        default: true
        }
    }

    var isOptional: Bool { if case .optional = self { true } else { false } }

    /// Whether it is a collection of values that may be nil.
    var holdsOptionals: Bool {
        switch self {
        case .array(let element), .dictionary(let element): element.isOptional || element.holdsOptionals
        case .optional(let wrapped): wrapped.holdsOptionals
        default: false
        }
    }

    /// The type without the mark of an optional.
    var unwrapped: ParameterType { if case .optional(let wrapped) = self { wrapped } else { self } }

    /// The type as Swift writes it.
    var name: String {
        switch self {
        case .bool: "Bool"
        case .string: "String"
        case .integer(let name), .floating(let name), .other(let name): name
        case .array(let element): "[\(element.name)]"
        case .dictionary(let element): "[String: \(element.name)]"
        case .optional(let wrapped): "\(wrapped.name)?"
        }
    }
}
