import SwiftSyntax

/// Finds variables that a cell declares without a value and does not mention again.
///
/// In one file the compiler refuses whatever reads such a variable. In a later cell, which knows it as one of another
/// module, it would read what has never been written.
enum ValuelessVariables {
    /// The names of those that an item declares, mentioned again or not.
    static func names(in item: CellItem) -> [String] {
        names(in: CellSyntax(item.text).file).map(\.text.trimmingBackticks)
    }

    private static func names(in file: SourceFileSyntax) -> [TokenSyntax] {
        file.statements.flatMap { statement -> [TokenSyntax] in
            guard case .decl(let declaration) = statement.item else { return [] }
            return declaration.as(VariableDeclSyntax.self)?.namesWithoutValue ?? []
        }
    }

    /// The errors for those that stand at a cell's top level.
    static func errors(in file: SourceFileSyntax, _ converter: SourceLocationConverter, label: String)
        -> [Diagnostic]
    {
        let names = names(in: file)
        guard !names.isEmpty else { return [] }
        var counts: [String: Int] = [:]
        for token in file.tokens(viewMode: .sourceAccurate) {
            counts[token.text.trimmingBackticks, default: 0] += 1
        }
        return names.filter { counts[$0.text.trimmingBackticks] == 1 }.map { name in
            let place = name.startLocation(converter: converter)
            return Diagnostic(
                severity: .error,
                message:
                    "'\(name.text)' has no value; give it one where it is declared, since a later cell cannot tell "
                    + "whether it has one",
                file: label, line: place.line, column: place.column, length: name.text.utf8.count)
        }
    }
}

extension VariableDeclSyntax {
    /// The names that it gives no value, nor nil.
    fileprivate var namesWithoutValue: [TokenSyntax] {
        guard attributes.isEmpty else { return [] }
        var found: [TokenSyntax] = []
        // In `var a, b: Int` the type is that of both.
        var type: TypeSyntax?
        for binding in bindings.reversed() {
            type = binding.typeAnnotation?.type ?? (binding.initializer == nil ? type : nil)
            guard binding.initializer == nil, binding.accessorBlock == nil, let type else { continue }
            let isNil =
                bindingSpecifier.text == "var" && type.trimmedDescription.contains(/[?!]|\bOptional\b/)
            if !isNil { found = binding.pattern.boundNames + found }
        }
        return found
    }
}
