import SwiftSyntax

/// Finds `async let` outside functions and closures.
///
/// What such a declaration begins lives as long as its scope, and the top level of a cell has none that ends.
final class AsyncLets: StatementVisitor {
    private var found: [VariableDeclSyntax] = []

    /// Whether a statement has one in a scope of its own (`do { async let … }`).
    static func stand(in node: some SyntaxProtocol) -> Bool {
        let finder = AsyncLets()
        finder.walk(node)
        return !finder.found.isEmpty
    }

    /// The errors for those at a cell's top level itself.
    static func errors(in file: SourceFileSyntax, _ converter: SourceLocationConverter, label: String)
        -> [Diagnostic]
    {
        variables(in: file.statements).filter(isAsync).map { node in
            let place = node.startLocation(converter: converter)
            let name = node.bindings.first?.pattern.trimmedDescription ?? "x"
            return Diagnostic(
                severity: .error,
                message:
                    "'async let' at the top level of a cell has no scope that waits for it; write "
                    + "'let \(name) = Task { … }' and 'await \(name).value', or put it into 'do { … }'",
                file: label, line: place.line, column: place.column, length: "async let".utf8.count)
        }
    }

    /// The variables that statements declare, under conditions of compilation or not.
    private static func variables(in statements: CodeBlockItemListSyntax) -> [VariableDeclSyntax] {
        statements.flatMap { statement -> [VariableDeclSyntax] in
            guard case .decl(let declaration) = statement.item else { return [] }
            if let node = declaration.as(VariableDeclSyntax.self) { return [node] }
            let clauses = declaration.as(IfConfigDeclSyntax.self)?.possibleClauses ?? []
            return clauses.flatMap { clause -> [VariableDeclSyntax] in
                guard case .statements(let inner)? = clause.elements else { return [] }
                return variables(in: inner)
            }
        }
    }

    private static func isAsync(_ node: VariableDeclSyntax) -> Bool {
        node.modifiers.contains { $0.name.tokenKind == .keyword(.async) }
    }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        if Self.isAsync(node) { found.append(node) }
        return .visitChildren
    }

    // A branch that is compiled declares in the scope around it.
    override func visit(_ node: IfConfigDeclSyntax) -> SyntaxVisitorContinueKind { .visitChildren }
}
