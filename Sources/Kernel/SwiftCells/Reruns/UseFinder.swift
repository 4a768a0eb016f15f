import SwiftSyntax

/// Finds what an item uses.
final class UseFinder: ScopeVisitor {
    var uses = Uses()
    /// How many closures around this place may outlive the statement.
    private var lasting = 0
    /// How many calls around this place may keep what they are given.
    private var keepers = 0

    private func use(_ text: String, isCalled: Bool = false) {
        let name = text.trimmingBackticks
        guard isUnbound(name) else { return }
        uses.names.insert(name)
        if !isCalled { uses.values.insert(name) }
        if lasting > 0 { uses.inClosures.insert(name) }
        if keepers > 0, !isCalled { uses.handedOver.insert(name) }
    }

    override func read(_ name: TokenSyntax) { use(name.text) }

    override func inherit(_ clause: InheritanceClauseSyntax) {
        for inherited in clause.inheritedTypes {
            for token in inherited.type.tokens(viewMode: .sourceAccurate) {
                if case .identifier(let name) = token.tokenKind {
                    uses.inherited.insert(name.trimmingBackticks)
                }
            }
        }
    }

    // MARK: names

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        let name = node.baseName
        switch name.tokenKind {
        case .identifier, .binaryOperator, .prefixOperator, .postfixOperator:
            if node.isFree {
                let isCalled =
                    node.parent?.as(FunctionCallExprSyntax.self)?.calledExpression.id == ExprSyntax(node).id
                use(name.text, isCalled: isCalled)
            } else {
                uses.members.insert(name.text.trimmingBackticks)
            }
        default: break
        }
        return .skipChildren
    }

    override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
        use(node.name.text, isCalled: true)
        return .visitChildren
    }

    override func visit(_ node: MemberTypeSyntax) -> SyntaxVisitorContinueKind {
        uses.members.insert(node.name.text.trimmingBackticks)
        return .visitChildren
    }

    override func visit(_ node: BinaryOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        use(node.operator.text, isCalled: true)
        return .skipChildren
    }

    override func visit(_ node: PrefixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        use(node.operator.text, isCalled: true)
        return .visitChildren
    }

    override func visit(_ node: PostfixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        use(node.operator.text, isCalled: true)
        return .visitChildren
    }

    override func visit(_ node: OperatorPrecedenceAndTypesSyntax) -> SyntaxVisitorContinueKind {
        uses.members.insert("precedencegroup \(node.precedenceGroup.text)")
        return .skipChildren
    }

    override func visit(_ node: PrecedenceGroupNameListSyntax) -> SyntaxVisitorContinueKind {
        for group in node { uses.members.insert("precedencegroup \(group.name.text)") }
        return .skipChildren
    }

    override func visit(_ node: SequenceExprSyntax) -> SyntaxVisitorContinueKind {
        let isElsewhere =
            node.elements.contains { $0.is(AssignmentExprSyntax.self) }
            && !(node.elements.first.map(ClosureTreatment.isVariable) ?? true)
        if isElsewhere { keepers += 1 }
        for element in node.elements { walk(element) }
        if isElsewhere { keepers -= 1 }
        return .skipChildren
    }

    // MARK: what is found without its name

    override func visit(_ node: MemberAccessExprSyntax) -> SyntaxVisitorContinueKind {
        uses.implicit.insert(ImplicitUse.member)
        return .visitChildren
    }

    override func visit(_ node: SubscriptCallExprSyntax) -> SyntaxVisitorContinueKind {
        uses.implicit.insert(ImplicitUse.subscripting(node.arguments.first?.label?.text))
        return .visitChildren
    }

    override func visit(_ node: KeyPathSubscriptComponentSyntax) -> SyntaxVisitorContinueKind {
        uses.implicit.insert(ImplicitUse.subscripting(node.arguments.first?.label?.text))
        return .visitChildren
    }

    override func visit(_ node: ExpressionSegmentSyntax) -> SyntaxVisitorContinueKind {
        uses.implicit.insert(ImplicitUse.interpolation)
        return .visitChildren
    }

    override func visit(_ node: AttributeSyntax) -> SyntaxVisitorContinueKind {
        uses.implicit.formUnion([ImplicitUse.builder, ImplicitUse.wrapper])
        return .visitChildren
    }

    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
        uses.implicit.insert(ImplicitUse.iteration)
        return super.visit(node)
    }

    override func visit(_ node: SwitchCaseSyntax) -> SyntaxVisitorContinueKind {
        uses.members.insert("~=")
        return super.visit(node)
    }

    override func visit(_ node: MatchingPatternConditionSyntax) -> SyntaxVisitorContinueKind {
        uses.members.insert("~=")
        return super.visit(node)
    }

    private func noteInitializer(_ called: ExprSyntax) {
        uses.implicit.insert(ImplicitUse.call)
        guard let last = called.lastToken(viewMode: .sourceAccurate), last.text != "init", last.text != "Self"
        else {
            uses.implicit.insert(ImplicitUse.anyInitializer)
            return
        }
        // `Pair<Int>(…)` and `[Int](…)` have no name at their end.
        for token in called.tokens(viewMode: .sourceAccurate) where token.text.first?.isUppercase ?? false {
            uses.implicit.insert(ImplicitUse.initializer(of: token.text.trimmingBackticks))
        }
        if called.is(ArrayExprSyntax.self) { uses.implicit.insert(ImplicitUse.initializer(of: "Array")) }
        if called.is(DictionaryExprSyntax.self) {
            uses.implicit.insert(ImplicitUse.initializer(of: "Dictionary"))
        }
    }

    // MARK: calls and closures

    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        noteInitializer(node.calledExpression)
        let treatment = ClosureTreatment(of: node)
        if let closure = node.calledExpression.as(ClosureExprSyntax.self) {
            enter(closure, lasts: false)
        } else {
            walk(node.calledExpression)
        }
        if treatment == .keeps { keepers += 1 }
        var arguments = node.arguments.map(\.expression)
        if let trailing = node.trailingClosure { arguments.append(ExprSyntax(trailing)) }
        arguments += node.additionalTrailingClosures.map { ExprSyntax($0.closure) }
        for argument in arguments {
            if let closure = argument.as(ClosureExprSyntax.self) {
                uses.implicit.insert(ImplicitUse.builder)
                enter(closure, lasts: treatment != .calls)
            } else {
                walk(argument)
            }
        }
        if treatment == .keeps { keepers -= 1 }
        return .skipChildren
    }

    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind {
        enter(node, lasts: true)
        return .skipChildren
    }

    private func enter(_ node: ClosureExprSyntax, lasts: Bool) {
        if lasts {
            lasting += 1
            if keepers > 0 { uses.handsOverClosure = true }
        }
        _ = super.visit(node)
        if lasts { lasting -= 1 }
    }

    override func walkCapture(_ capture: ClosureCaptureSyntax) {
        // What is captured by value is read now and not later.
        let before = lasting
        lasting = 0
        super.walkCapture(capture)
        lasting = before
    }
}
