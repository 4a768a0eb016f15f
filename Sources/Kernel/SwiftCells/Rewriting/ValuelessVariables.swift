import SwiftSyntax

/// Finds variables that a cell declares without a value.
///
/// In one file the compiler refuses whatever reads such a variable before it has one. A later cell knows it as one
/// of another module, and would read what has never been written.
enum ValuelessVariables {
    /// The names of those that an item declares, mentioned again or not.
    static func names(in item: CellItem) -> [String] {
        variables(in: CellSyntax(item.text).file).map(\.name.text.trimmingBackticks)
    }

    private static func variables(in file: SourceFileSyntax) -> [ValuelessVariable] {
        file.statements.flatMap { statement -> [ValuelessVariable] in
            guard case .decl(let declaration) = statement.item else { return [] }
            return declaration.as(VariableDeclSyntax.self)?.variablesWithoutValue ?? []
        }
    }

    /// The errors for those that a cell does not mention again.
    static func errors(in file: SourceFileSyntax, _ converter: SourceLocationConverter, label: String)
        -> [Diagnostic]
    {
        let variables = variables(in: file)
        guard !variables.isEmpty else { return [] }
        var counts: [String: Int] = [:]
        for token in file.tokens(viewMode: .sourceAccurate) {
            counts[token.text.trimmingBackticks, default: 0] += 1
        }
        return variables.filter { counts[$0.name.text.trimmingBackticks] == 1 }.map {
            $0.error("has no value; write \($0.advice)", converter, label: label)
        }
    }

    /// Code after a cell that reads each, as later cells may: so the compiler tells which may have no value by then.
    static func checks(of syntax: CellSyntax, label: String) -> String {
        variables(in: syntax.file).map {
            let line = $0.name.startLocation(converter: syntax.converter).line
            return CellCompiler.placed("_gyrusKeep(\($0.name.text))", label: label, line: line)
        }.joined()
    }

    /// The errors of a cell, with what the compiler says of those checks in the user's terms.
    static func explaining(_ errors: [Diagnostic], in syntax: CellSyntax, label: String) -> [Diagnostic] {
        guard errors.contains(where: { $0.message.hasSuffix(usedTooEarly) }) else { return errors }
        let variables = variables(in: syntax.file)
        return errors.map { error in
            let variable = variables.first {
                error.message.hasSuffix("'\($0.name.text.trimmingBackticks)' \(usedTooEarly)")
                    && error.line == $0.name.startLocation(converter: syntax.converter).line
            }
            guard error.file == label, let variable else { return error }
            return variable.error(
                "may have no value when the cell ends; give it one in every case, or write "
                    + variable.advice,
                syntax.converter, label: label)
        }
    }

    private static let usedTooEarly = "used before being initialized"
}

/// A variable that gets no value where it is declared, nor nil.
private struct ValuelessVariable {
    let name: TokenSyntax
    let specifier: String
    /// Its type; nil for one of several in a tuple.
    let type: TypeSyntax?

    /// What to write.
    var advice: String {
        guard let type else { return "its value where it is declared" }
        let text = type.trimmedDescription
        if type.isImplicitlyNil { return "'var \(name.text): \(text)', or its value where it is declared" }
        let needsParentheses = text.contains("->") || text.hasPrefix("any ") || text.hasPrefix("some ")
        let optional = needsParentheses ? "(\(text))?" : "\(text)?"
        return
            "'\(specifier) \(name.text): \(text) = \(Self.beginnings[text] ?? beginning)', "
            + "or 'var \(name.text): \(optional)' if it may have none"
    }

    /// What a value of its type may begin with.
    private var beginning: String {
        if type?.is(ArrayTypeSyntax.self) == true { return "[]" }
        return type?.is(DictionaryTypeSyntax.self) == true ? "[:]" : "…"
    }

    private static let beginnings = [
        "Int": "0", "Double": "0", "Float": "0", "String": "\"\"", "Bool": "false",
    ]

    func error(_ words: String, _ converter: SourceLocationConverter, label: String) -> Diagnostic {
        let place = name.startLocation(converter: converter)
        return Diagnostic(
            severity: .error,
            message: "'\(name.text)' \(words): a later cell cannot tell whether it has one",
            file: label, line: place.line, column: place.column, length: name.text.utf8.count)
    }
}

extension VariableDeclSyntax {
    /// The variables that it gives no value, nor nil.
    fileprivate var variablesWithoutValue: [ValuelessVariable] {
        // Any other attribute may be a property wrapper, which has a value of its own.
        let isStored = attributes.allSatisfy {
            guard case .attribute(let attribute) = $0 else { return false }
            return ["MainActor", "available"].contains(attribute.attributeName.trimmedDescription)
        }
        guard isStored else { return [] }
        var found: [ValuelessVariable] = []
        // In `var a, b: Int` the type is that of both.
        var type: TypeSyntax?
        for binding in bindings.reversed() {
            type = binding.typeAnnotation?.type ?? (binding.initializer == nil ? type : nil)
            guard binding.initializer == nil, binding.accessorBlock == nil, let type else { continue }
            if bindingSpecifier.text == "var", type.isImplicitlyNil { continue }
            let isOne = binding.pattern.is(IdentifierPatternSyntax.self)
            found =
                binding.pattern.boundNames.map {
                    ValuelessVariable(name: $0, specifier: bindingSpecifier.text, type: isOne ? type : nil)
                } + found
        }
        return found
    }
}

extension TypeSyntax {
    /// Whether a `var` of the type is nil where it is given no value: `Optional<Int>` is not.
    fileprivate var isImplicitlyNil: Bool {
        if self.is(OptionalTypeSyntax.self) || self.is(ImplicitlyUnwrappedOptionalTypeSyntax.self) {
            return true
        }
        if let type = self.as(AttributedTypeSyntax.self) { return type.baseType.isImplicitlyNil }
        return self.as(TupleTypeSyntax.self)?.elements.allSatisfy(\.type.isImplicitlyNil) ?? false
    }
}
