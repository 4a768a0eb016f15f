import SwiftSyntax

/// Finds what an item uses.
final class UseFinder: ScopeVisitor {
    var uses = Uses()
    /// How many closures around this place may outlive the statement.
    private var lasting = 0
    /// How many calls around this place may keep what they are given.
    private var keepers = 0
    /// The closures around this place, of those in `uses.passed`.
    private var open: [Int] = []
    /// The functions in whose arguments this place is.
    private var callees: [String] = []
    /// What is known of the names that each scope binds, and of the arguments of the closures around this place.
    private var receivers: [[String: Receiver]] = [[:]]
    private var elements: [Receiver] = []
    /// How many task groups around this place wait for their tasks.
    private var groups = 0

    private func use(_ text: String, isCalled: Bool = false) {
        let name = text.trimmingBackticks
        guard isUnbound(name) else { return }
        uses.names.insert(name)
        if !isCalled { uses.values.insert(name) }
        if lasting > 0 { uses.inClosures.insert(name) }
        if keepers > 0, !isCalled { uses.handedOver.insert(name) }
        for place in open { uses.passed[place].names.insert(name) }
        for callee in callees { uses.arguments[callee, default: []].insert(name) }
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
        let sequence = node.awaitKeyword == nil ? receiver(of: node.sequence) : .unknown
        walk(node.sequence)
        scoped {
            walk(node.pattern)
            bind(node.pattern)
            if let name = node.pattern.as(IdentifierPatternSyntax.self)?.identifier {
                know(name, sequence.element)
            }
            walkAny(node.whereClause)
            walk(node.body)
        }
        return .skipChildren
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
        let receiver = treatment == .calls ? self.receiver(calledBy: node) : nil
        let isGroup = node.calledExpression.trimmedDescription.hasSuffix("TaskGroup")
        if isGroup { groups += 1 }
        if treatment == .keeps { keepers += 1 }
        var arguments = node.arguments.map(\.expression)
        if let trailing = node.trailingClosure { arguments.append(ExprSyntax(trailing)) }
        arguments += node.additionalTrailingClosures.map { ExprSyntax($0.closure) }
        for argument in arguments {
            if let closure = argument.as(ClosureExprSyntax.self) {
                uses.implicit.insert(ImplicitUse.builder)
                if let receiver {
                    open.append(uses.passed.count)
                    uses.passed.append(PassedClosure(receiver: receiver))
                }
                enter(closure, lasts: treatment != .calls, elements: receiver?.element ?? .unknown)
                if receiver != nil { open.removeLast() }
            } else if let callee = node.calleeName {
                callees.append(callee)
                walk(argument)
                callees.removeLast()
            } else {
                walk(argument)
            }
        }
        if treatment == .keeps { keepers -= 1 }
        if isGroup { groups -= 1 }
        return .skipChildren
    }

    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind {
        enter(node, lasts: true)
        return .skipChildren
    }

    private func enter(_ node: ClosureExprSyntax, lasts: Bool, elements element: Receiver = .unknown) {
        elements.append(element)
        defer { elements.removeLast() }
        if lasts {
            lasting += 1
            if keepers > 0 { uses.handsOverClosure = true }
        }
        _ = super.visit(node)
        if lasts { lasting -= 1 }
    }

    override func walkCapture(_ capture: ClosureCaptureSyntax) {
        // What is captured by value is read now and not later.
        let before = (lasting, open)
        (lasting, open) = (0, [])
        super.walkCapture(capture)
        (lasting, open) = before
    }

    // MARK: whose method is called

    override func scoped(_ body: () -> Void) {
        receivers.append([:])
        super.scoped(body)
        receivers.removeLast()
    }

    override func bind(_ name: String) {
        super.bind(name)
        receivers[receivers.count - 1][name] = .unknown
    }

    // In `let a = 1, f = { a }` the second variable needs the first one's value as if another cell had declared it.
    override func bindInTurn(_ pattern: PatternSyntax) {}

    override func bindParameter(_ name: TokenSyntax) {
        bind(name)
        know(name, elements.last ?? .unknown)
    }

    override func bindParameter(_ name: TokenSyntax, of type: TypeSyntax) {
        bind(name)
        know(name, Receiver(of: type))
    }

    private func know(_ name: TokenSyntax, _ receiver: Receiver) {
        receivers[receivers.count - 1][name.text.trimmingBackticks] = receiver
    }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        let known = node.bindings.compactMap { binding -> (TokenSyntax, Receiver)? in
            guard let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier else { return nil }
            if let type = binding.typeAnnotation?.type { return (name, Receiver(of: type)) }
            return binding.initializer.map { (name, receiver(of: $0.value)) }
        }
        let kind = super.visit(node)
        for (name, receiver) in known { know(name, receiver) }
        return kind
    }

    /// The value whose method a call that seems to be done with its closures calls; nil where it surely is.
    private func receiver(calledBy node: FunctionCallExprSyntax) -> Receiver? {
        if node.calledExpression.is(ClosureExprSyntax.self) { return nil }
        if let function = node.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text {
            guard function.hasPrefix("with") || function == "print", isUnbound(function) else {
                return .unknown
            }
            return Receiver(own: .nothing, elements: .unknowable, names: [function])
        }
        guard let called = node.calledExpression.as(MemberAccessExprSyntax.self), let base = called.base
        else { return .unknown }
        let name = called.declName.baseName.text
        if name == "addTask", groups > 0 { return nil }
        if name == "concurrentPerform", base.trimmedDescription == "DispatchQueue" { return nil }
        var found = receiver(of: base)
        found.members.insert(name)
        // What a reduction begins with is no element.
        if name == "reduce" { found.elements = .unknowable }
        return found
    }

    private func receiver(of node: ExprSyntax) -> Receiver {
        switch node.kind {
        case .arrayExpr, .dictionaryExpr, .stringLiteralExpr: return .collection
        default: break
        }
        if let node = node.as(DeclReferenceExprSyntax.self) { return receiver(named: node.baseName) }
        if let node = node.as(FunctionCallExprSyntax.self) { return receiver(madeBy: node) }
        if let node = node.as(SubscriptCallExprSyntax.self) {
            return receiver(of: node.calledExpression).element
        }
        if let node = node.as(ForceUnwrapExprSyntax.self) { return receiver(of: node.expression).element }
        if let node = node.as(MemberAccessExprSyntax.self), let base = node.base {
            return receiver(of: base).member(node.declName.baseName.text)
        }
        if let node = node.as(TupleExprSyntax.self), let only = node.elements.first, node.elements.count == 1
        {
            return receiver(of: only.expression)
        }
        let operators = node.as(SequenceExprSyntax.self)?.elements.compactMap {
            $0.as(BinaryOperatorExprSyntax.self)?.operator.text
        }
        let isRange = operators.map { $0.contains("..<") || $0.contains("...") } ?? false
        return isRange ? .collection : .unknown
    }

    private func receiver(madeBy node: FunctionCallExprSyntax) -> Receiver {
        let called = node.calledExpression
        if called.is(ArrayExprSyntax.self) || called.is(DictionaryExprSyntax.self) { return .collection }
        if let name = called.as(DeclReferenceExprSyntax.self)?.baseName.text {
            guard Receiver.makers.contains(name), isUnbound(name) else { return .unknown }
            return Receiver(own: .nothing, elements: .unknowable, names: [name])
        }
        guard let name = called.as(MemberAccessExprSyntax.self)?.declName.baseName.text else {
            return .unknown
        }
        // What is given to another method may decide what it returns.
        let mayBeAnything =
            node.trailingClosure != nil
            || node.arguments.tokens(viewMode: .sourceAccurate).contains {
                $0.text == "{" || $0.text.first?.isUppercase ?? false
            }
        return Receiver.makesCollection(name) || !mayBeAnything ? receiver(of: called) : .unknown
    }

    private func receiver(named token: TokenSyntax) -> Receiver {
        let name = token.text.trimmingBackticks
        if name.hasPrefix("$") { return elements.last ?? .unknown }
        if let known = receivers.last(where: { $0[name] != nil })?[name] { return known }
        return isUnbound(name) ? Receiver(variable: name) : .unknown
    }
}

extension FunctionCallExprSyntax {
    /// The name of the function, method or type that is called.
    fileprivate var calleeName: String? {
        let name =
            calledExpression.as(DeclReferenceExprSyntax.self)?.baseName
            ?? calledExpression.as(MemberAccessExprSyntax.self)?.declName.baseName
        return name?.text.trimmingBackticks
    }
}
