import SwiftParser
import SwiftSyntax

/// A parameter as a notebook declares it, with its default.
struct DeclaredParameter: Equatable, Sendable {
    let name: String
    /// `let` or `var`.
    let keyword: String
    /// The type as it is written, if it is.
    let annotation: String?
    let type: ParameterType

    /// The variables that a cell declares at its top level.
    static func all(in source: String) -> [DeclaredParameter] {
        Parser.parse(source: source).statements.flatMap { all(in: $0) }
    }

    static func all(in statement: CodeBlockItemSyntax) -> [DeclaredParameter] {
        guard case .decl(let declaration) = statement.item,
            let node = declaration.as(VariableDeclSyntax.self)
        else { return [] }
        return node.bindings.compactMap { binding in
            guard let pattern = binding.pattern.as(IdentifierPatternSyntax.self) else { return nil }
            // An accessor computes it: there is no default.
            guard binding.accessorBlock == nil else { return nil }
            let written = binding.typeAnnotation?.type
            let type =
                written.map { ParameterType($0) }
                ?? binding.initializer.map { ParameterType(of: $0.value) }
                ?? .other(pattern.trimmedDescription)
            return DeclaredParameter(
                name: pattern.identifier.text.filter { $0 != "`" },
                keyword: node.bindingSpecifier.text, annotation: written?.trimmedDescription, type: type)
        }
    }

    /// Splits a script after the imports and the variables with plain values that it begins with: its parameters, and
    /// the rest. Nil if it begins with no such variable.
    static func split(_ source: String) -> (parameters: String, rest: String)? {
        let file = Parser.parse(source: source)
        var end: Int?
        for statement in file.statements {
            let isImport =
                if case .decl(let declaration) = statement.item { declaration.is(ImportDeclSyntax.self) } else
                {
                    false
                }
            if isImport { continue }
            let declared = all(in: statement)
            guard !declared.isEmpty, declared.allSatisfy(\.type.canBeGiven) else { break }
            end = statement.endPosition.utf8Offset
        }
        guard let end else { return nil }
        let bytes = Array(source.utf8)
        // A comment after the last of them belongs to its line.
        let line = bytes[end...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        return (
            String(decoding: bytes[..<line], as: UTF8.self),
            String(decoding: bytes[min(line + 1, bytes.count)...], as: UTF8.self)
        )
    }
}
