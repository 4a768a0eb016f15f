import SwiftSyntax

/// Gives the names that a cell declares again the meaning that they have before it: in `let x = x + 1` the right-hand
/// `x` is the earlier cell's, `Cell3.x`.
///
/// So it is in a closure that is called at once (`let x = x.map { $0 / x.count }`). What is called later, in a
/// closure or a function, sees the new values.
final class EarlierNames: StatementScopeVisitor {
    /// For each variable that the cell declares and an earlier cell has, the earlier module.
    private let modules: [String: String]
    private var edits: [SourceEdit] = []

    private init(_ modules: [String: String]) {
        self.modules = modules
        super.init()
    }

    /// The earlier modules of the variables that a cell declares again. `owners` names, for variables of earlier cells, the
    /// module that has them.
    static func modules(of syntax: CellSyntax, owners: (String) -> String?) -> [String: String] {
        var modules: [String: String] = [:]
        for declaration in syntax.declarations where declaration.kind == .variable {
            modules[declaration.name] = owners(declaration.name)
        }
        return modules
    }

    /// The edits of a cell; statements that are not `included` are left as they are.
    static func edits(
        of syntax: CellSyntax, modules: [String: String],
        included: (CodeBlockItemSyntax) -> Bool = { _ in true }
    ) -> [SourceEdit] {
        guard !modules.isEmpty else { return [] }
        let finder = EarlierNames(modules)
        for statement in syntax.file.statements where included(statement) { finder.walk(statement) }
        return finder.edits
    }

    private func module(of name: TokenSyntax) -> String? {
        let name = name.text.trimmingBackticks
        return isUnbound(name) ? modules[name] : nil
    }

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        if node.isFree, let module = module(of: node.baseName) {
            let place = node.baseName.positionAfterSkippingLeadingTrivia.utf8Offset
            edits.append(SourceEdit(offset: place, text: module + "."))
        }
        return .visitChildren
    }

    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind {
        if let call = node.call, ClosureTreatment(of: call) == .calls { walkScope(of: node) }
        return .skipChildren
    }

    override func visit(_ node: IfConfigDeclSyntax) -> SyntaxVisitorContinueKind {
        for clause in node.possibleClauses {
            if case .statements(let statements)? = clause.elements { walkBlock(statements) }
        }
        return .skipChildren
    }

    override func read(_ name: TokenSyntax) {
        // A guard's names are bound under other names; see `CellRewriter`.
        let isOfGuard = Syntax(name).isConditionOfGuard
        guard !isOfGuard, let module = module(of: name) else { return }
        edits.append(
            SourceEdit(
                offset: name.endPositionBeforeTrailingTrivia.utf8Offset, text: " = \(module).\(name.text)"))
    }
}

extension ClosureExprSyntax {
    /// The call that it is an argument of, or that calls it.
    var call: FunctionCallExprSyntax? {
        guard let parent else { return nil }
        let isListed =
            parent.is(LabeledExprSyntax.self) || parent.is(MultipleTrailingClosureElementSyntax.self)
        return (isListed ? parent.parent?.parent : parent)?.as(FunctionCallExprSyntax.self)
    }
}

extension Syntax {
    /// Whether it is what a guard of the cell itself, in no block or closure, binds.
    fileprivate var isConditionOfGuard: Bool {
        if parent?.is(ClosureCaptureSyntax.self) == true { return false }
        var node = parent
        while let current = node {
            if current.is(ConditionElementSyntax.self) {
                let statement = current.parent?.parent?.as(GuardStmtSyntax.self)
                return statement.map { Syntax($0).isStatementOfFile } ?? false
            }
            node = current.parent
        }
        return false
    }

    /// Whether it is a statement of the cell itself, under conditions of compilation or not.
    private var isStatementOfFile: Bool {
        // An item of a list of statements.
        guard let owner = parent?.parent?.parent else { return false }
        if owner.is(IfConfigClauseSyntax.self), let condition = owner.parent?.parent {
            return condition.isStatementOfFile
        }
        return owner.is(SourceFileSyntax.self)
    }
}
