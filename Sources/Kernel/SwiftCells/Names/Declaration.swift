/// What kind of name a cell declares; the raw values are the words of a scoped import.
public enum DeclarationKind: String, Sendable {
    case variable = "var"
    case function = "func"
    case structure = "struct"
    case classType = "class"
    case enumeration = "enum"
    case protocolType = "protocol"
    case typealiasType = "typealias"

    /// Whether the name is a type's.
    public var isType: Bool { self != .variable && self != .function }
}

/// A name that a cell declares at its top level.
public struct Declaration: Sendable {
    public let kind: DeclarationKind
    public let name: String
    /// What tells overloads of a function apart: labels, types and generic clause, without white space.
    public let signature: String
    /// Which of the cell's top-level items declares it.
    public let item: Int
    /// The text of a function's declaration and the line (from 1) at which it begins; empty for all else.
    let source: String
    let line: Int

    /// Parameters and result of a function, as they were written.
    public var functionType: String {
        guard kind == .function, let start = source.firstRange(of: name)?.upperBound else { return "" }
        let head = source[start...].prefix { $0 != "{" && !$0.isNewline }
        return String(head.reversed().drop(while: \.isWhitespace).reversed())
    }
}
