import SwiftSyntax

/// Finds statements that use a variable which the cell declares below them, and which no earlier cell has, by
/// themselves or by a function of the cell.
///
/// Variables of a script are globals: the compiler lets them be read before they are written, as zero or as an
/// address of nothing. What is called later, in a closure or a function, sees their values.
final class EarlyUses: StatementScopeVisitor {
    /// For each variable, the item that declares it.
    private let items: [String: Int]
    /// The functions that the cell declares once.
    private let functions: [String: FunctionDeclSyntax]
    /// The item that is walked.
    private var item = 0
    /// The name in it whose call led into the function that is walked, and the functions that it led into.
    private var call: TokenSyntax?
    private var called: Set<String> = []
    /// The first use of each variable that is used too early: its name, or that of the function that is called.
    private var uses: [String: TokenSyntax] = [:]

    private init(_ items: [String: Int], _ functions: [String: FunctionDeclSyntax]) {
        self.items = items
        self.functions = functions
        super.init()
    }

    /// The errors of a cell; `isVariable` says whether an earlier cell has a variable of a name.
    static func errors(in syntax: CellSyntax, label: String, isVariable: (String) -> Bool) -> [Diagnostic] {
        guard !syntax.file.hasError else { return [] }
        var items: [String: Int] = [:]
        for declaration in syntax.declarations where declaration.kind == .variable {
            guard !isVariable(declaration.name) else { continue }
            items[declaration.name] = min(declaration.item, items[declaration.name] ?? declaration.item)
        }
        guard !items.isEmpty else { return [] }
        let statements = Array(syntax.file.statements)
        let finder = EarlyUses(items, functions(in: statements))
        for (index, statement) in statements.enumerated() {
            finder.item = index
            finder.called = []
            finder.walk(statement)
        }
        return finder.uses.sorted { $0.value.position < $1.value.position }.map { variable, name in
            let place = name.startLocation(converter: syntax.converter)
            let declaration = items[variable].map { statements[$0] }
            let line = declaration?.startLocation(converter: syntax.converter).line ?? place.line
            let isCall = name.text.trimmingBackticks != variable
            return Diagnostic(
                severity: .error,
                message: isCall
                    ? "'\(name.text)' uses '\(variable)', which is declared in line \(line) and has no value yet"
                    : "'\(variable)' is used before its declaration in line \(line) and has no value yet",
                file: label, line: place.line, column: place.column, length: name.text.utf8.count)
        }
    }

    private static func functions(in statements: [CodeBlockItemSyntax]) -> [String: FunctionDeclSyntax] {
        let all = statements.compactMap { statement -> FunctionDeclSyntax? in
            guard case .decl(let declaration) = statement.item else { return nil }
            return declaration.as(FunctionDeclSyntax.self)
        }
        return Dictionary(grouping: all) { $0.name.text.trimmingBackticks }
            .compactMapValues { $0.count == 1 ? $0[0] : nil }
    }

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        let name = node.baseName.text.trimmingBackticks
        guard node.isFree, isUnbound(name) else { return .visitChildren }
        if let declaring = items[name], declaring > item, uses[name] == nil {
            uses[name] = call ?? node.baseName
        }
        let isCalled =
            node.parent?.as(FunctionCallExprSyntax.self)?.calledExpression.id == ExprSyntax(node).id
        if isCalled, let function = functions[name], called.insert(name).inserted {
            enter(function, calledBy: call ?? node.baseName)
        }
        return .visitChildren
    }

    private func enter(_ function: FunctionDeclSyntax, calledBy name: TokenSyntax) {
        let before = call
        call = name
        scoped {
            for parameter in function.signature.parameterClause.parameters {
                bind(parameter.secondName ?? parameter.firstName)
            }
            walkAny(function.body)
        }
        call = before
    }

    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind {
        if let call = node.call, ClosureTreatment(of: call) == .calls { walkScope(of: node) }
        return .skipChildren
    }

    // It runs when the cell ends.
    override func visit(_ node: DeferStmtSyntax) -> SyntaxVisitorContinueKind {
        call == nil ? .skipChildren : .visitChildren
    }
}
