import SwiftSyntax

/// Walks the statements of a cell with the names that each scope binds, not what they declare; see `StatementVisitor`.
class StatementScopeVisitor: StatementVisitor {
    private var scopes: [Set<String>] = [[]]

    /// Called for a name that is read without an expression (`if let x`, `[x] in`).
    func read(_ name: TokenSyntax) {}

    /// Whether nothing inside of what is walked binds a name.
    func isUnbound(_ name: String) -> Bool { !scopes.contains { $0.contains(name) } }

    func bind(_ name: String) { scopes[scopes.count - 1].insert(name) }

    func bind(_ name: TokenSyntax) { bind(name.text.trimmingBackticks) }

    /// Binds a parameter of a closure.
    func bindParameter(_ name: TokenSyntax) { bind(name) }

    /// Binds one of several patterns of a declaration, which the next ones see.
    func bindInTurn(_ pattern: PatternSyntax) { bind(pattern) }

    func bind(_ pattern: PatternSyntax) { for name in pattern.boundNames { bind(name) } }

    func scoped(_ body: () -> Void) {
        scopes.append([])
        body()
        scopes.removeLast()
    }

    func bind(_ generics: GenericParameterClauseSyntax?) {
        for parameter in generics?.parameters ?? [] { bind(parameter.name) }
    }

    func walkAny(_ node: (some SyntaxProtocol)?) { if let node { walk(node) } }

    // MARK: blocks

    override func visit(_ node: SourceFileSyntax) -> SyntaxVisitorContinueKind {
        walkBlock(node.statements)
        return .skipChildren
    }

    /// Binds the functions and types of a block, which can be used before they are declared.
    private func hoist(_ statements: CodeBlockItemListSyntax) {
        for statement in statements {
            guard case .decl(let declaration) = statement.item,
                !declaration.is(VariableDeclSyntax.self),
                let named = declaration.asProtocol((any NamedDeclSyntax).self)
            else { continue }
            bind(named.name)
        }
    }

    func walkBlock(_ statements: CodeBlockItemListSyntax) {
        hoist(statements)
        walk(statements)
    }

    override func visit(_ node: CodeBlockSyntax) -> SyntaxVisitorContinueKind {
        scoped { walkBlock(node.statements) }
        return .skipChildren
    }

    // MARK: closures

    /// Walks the code in a closure, with its captures and parameters.
    func walkScope(of node: ClosureExprSyntax) {
        scoped {
            for capture in node.signature?.capture?.items ?? [] {
                walkCapture(capture)
                bind(capture.name)
            }
            switch node.signature?.parameterClause {
            case .simpleInput(let parameters)?: for parameter in parameters { bindParameter(parameter.name) }
            case .parameterClause(let clause)?:
                for parameter in clause.parameters {
                    bindParameter(parameter.secondName ?? parameter.firstName)
                    walkAny(parameter.type)
                }
            default: break
            }
            walkAny(node.signature?.returnClause)
            walkBlock(node.statements)
        }
    }

    /// What a closure captures by value is read when it is made.
    func walkCapture(_ capture: ClosureCaptureSyntax) {
        if let value = capture.initializer { walk(value) } else { read(capture.name) }
    }

    // MARK: statements

    override func visit(_ node: OptionalBindingConditionSyntax) -> SyntaxVisitorContinueKind {
        walkAny(node.typeAnnotation)
        walkAny(node.initializer)
        if node.initializer == nil { for name in node.pattern.boundNames { read(name) } }
        bind(node.pattern)
        return .skipChildren
    }

    override func visit(_ node: MatchingPatternConditionSyntax) -> SyntaxVisitorContinueKind {
        walk(node.initializer)
        walk(node.pattern)
        bind(node.pattern)
        return .skipChildren
    }

    override func visit(_ node: IfExprSyntax) -> SyntaxVisitorContinueKind {
        conditional(node.conditions, node.body)
        walkAny(node.elseBody)
        return .skipChildren
    }

    override func visit(_ node: WhileStmtSyntax) -> SyntaxVisitorContinueKind {
        conditional(node.conditions, node.body)
        return .skipChildren
    }

    private func conditional(_ conditions: ConditionElementListSyntax, _ body: CodeBlockSyntax) {
        scoped {
            walk(conditions)
            walk(body)
        }
    }

    override func visit(_ node: GuardStmtSyntax) -> SyntaxVisitorContinueKind {
        walk(node.body)
        walk(node.conditions)
        return .skipChildren
    }

    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
        walk(node.sequence)
        scoped {
            bind(node.pattern, where: node.whereClause)
            walk(node.body)
        }
        return .skipChildren
    }

    override func visit(_ node: SwitchCaseSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            if case .case(let label) = node.label {
                for item in label.caseItems { bind(item.pattern, where: item.whereClause) }
            }
            walkBlock(node.statements)
        }
        return .skipChildren
    }

    override func visit(_ node: CatchClauseSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            bind("error")
            for item in node.catchItems {
                if let pattern = item.pattern { bind(pattern, where: item.whereClause) }
            }
            walk(node.body)
        }
        return .skipChildren
    }

    private func bind(_ pattern: PatternSyntax, where condition: WhereClauseSyntax?) {
        walk(pattern)
        bind(pattern)
        walkAny(condition)
    }

    // MARK: declarations

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        walk(node.attributes)
        for binding in node.bindings {
            walkAny(binding.typeAnnotation)
            walkAny(binding.initializer)
            walkAny(binding.accessorBlock)
            bindInTurn(binding.pattern)
        }
        // What the item itself declares is not free in what follows within it.
        for binding in node.bindings { bind(binding.pattern) }
        return .skipChildren
    }

    override func visit(_ node: TypeAliasDeclSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            bind(node.genericParameterClause)
            walk(node.initializer)
        }
        return .skipChildren
    }
}
