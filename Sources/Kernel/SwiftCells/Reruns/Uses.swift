import SwiftSyntax

/// The names that a top-level item takes from outside of itself, and what it may leave behind.
package struct Uses: Sendable {
    /// The free names and operators: those that nothing inside the item binds.
    package fileprivate(set) var names: Set<String> = []
    /// The names behind a dot.
    package fileprivate(set) var members: Set<String> = []
    /// The free names that stand elsewhere than in front of a call's parentheses.
    package fileprivate(set) var values: Set<String> = []
    /// The free names in closures that may outlive the statement.
    package fileprivate(set) var inClosures: Set<String> = []
    /// Whether such a closure, or a function as a value, goes to a call that may keep it anywhere.
    package fileprivate(set) var handsOverClosure = false
    /// The free names that are arguments of such calls.
    package fileprivate(set) var handedOver: Set<String> = []

    var all: Set<String> { names.union(members) }
}

extension Uses {
    /// The uses of the one item of a source.
    package init(ofSource source: String) { self.init(of: CellSyntax(source).file) }

    /// The uses of an item; `known` are names that it sees by way of the type that it extends.
    init(of node: some SyntaxProtocol, known: Set<String> = []) {
        let finder = UseFinder(known: known)
        finder.walk(node)
        self = finder.uses
    }
}

/// Walks an item with the names that each scope binds.
private final class UseFinder: SyntaxVisitor {
    var uses = Uses()
    private var scopes: [Set<String>]
    /// How many closures around this place may outlive the statement.
    private var lasting = 0
    /// How many calls around this place may keep what they are given.
    private var keepers = 0

    init(known: Set<String>) {
        scopes = [known]
        super.init(viewMode: .sourceAccurate)
    }

    private func bind(_ name: String) { scopes[scopes.count - 1].insert(name.trimmingBackticks) }
    private func bind(_ pattern: PatternSyntax) { for name in pattern.boundNames { bind(name.text) } }

    private func use(_ text: String, isCalled: Bool = false) {
        let name = text.trimmingBackticks
        guard !scopes.contains(where: { $0.contains(name) }) else { return }
        uses.names.insert(name)
        if !isCalled { uses.values.insert(name) }
        if lasting > 0 { uses.inClosures.insert(name) }
        if keepers > 0, !isCalled { uses.handedOver.insert(name) }
    }

    private func scoped(_ body: () -> Void) {
        scopes.append([])
        body()
        scopes.removeLast()
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
            && !(node.elements.first.map(Self.isVariable) ?? true)
        if isElsewhere { keepers += 1 }
        for element in node.elements { walk(element) }
        if isElsewhere { keepers -= 1 }
        return .skipChildren
    }

    // MARK: calls and closures

    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        let treatment = Self.treatment(node)
        let keeps = treatment == .keeps
        if let closure = node.calledExpression.as(ClosureExprSyntax.self) {
            enter(closure, lasts: false)
        } else {
            walk(node.calledExpression)
        }
        if keeps { keepers += 1 }
        var closures = node.arguments.map(\.expression)
        if let trailing = node.trailingClosure { closures.append(ExprSyntax(trailing)) }
        closures += node.additionalTrailingClosures.map { ExprSyntax($0.closure) }
        for argument in closures {
            if let closure = argument.as(ClosureExprSyntax.self) {
                enter(closure, lasts: treatment != .calls)
            } else {
                walk(argument)
            }
        }
        if keeps { keepers -= 1 }
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
        scoped {
            for capture in node.signature?.capture?.items ?? [] {
                // What is captured by value is read now and not later.
                let before = lasting
                lasting = 0
                if let value = capture.initializer { walk(value) } else { use(capture.name.text) }
                lasting = before
                bind(capture.name.text)
            }
            switch node.signature?.parameterClause {
            case .simpleInput(let parameters)?: for parameter in parameters { bind(parameter.name.text) }
            case .parameterClause(let clause)?:
                for parameter in clause.parameters {
                    bind((parameter.secondName ?? parameter.firstName).text)
                    if let type = parameter.type { walk(type) }
                }
            default: break
            }
            if let result = node.signature?.returnClause { walk(result) }
            hoist(node.statements)
            walk(node.statements)
        }
        if lasts { lasting -= 1 }
    }

    /// Functions that call a closure and are done with it when they return.
    private static let callers: Set<String> = [
        "map", "compactMap", "flatMap", "filter", "reduce", "forEach", "sort", "sorted", "contains", "first",
        "firstIndex", "last", "lastIndex", "allSatisfy", "min", "max", "prefix", "drop", "split", "partition",
        "removeAll", "mapValues", "compactMapValues", "count", "concurrentPerform", "withUnsafeBufferPointer",
        "withUnsafeMutableBufferPointer", "withUnsafeBytes", "withUnsafeMutableBytes", "withUnsafePointer",
        "withUnsafeMutablePointer", "withTaskGroup", "withThrowingTaskGroup", "addTask", "elementsEqual",
        "starts",
        "print",
    ]
    /// Functions that put a closure into the variable that they are called on.
    private static let collectors: Set<String> = ["append", "insert", "updateValue"]

    /// Whether what is written to or called on is a variable of the notebook, or part of one, by the look of it: a static
    /// property could be anywhere.
    private static func isVariable(_ target: ExprSyntax) -> Bool {
        target.firstToken(viewMode: .sourceAccurate)?.text.first?.isLowercase ?? false
    }

    private enum Treatment { case calls, collects, keeps }

    /// What a call does with the closures that it is given.
    private static func treatment(_ node: FunctionCallExprSyntax) -> Treatment {
        let called = node.calledExpression
        if called.is(ClosureExprSyntax.self) { return .calls }
        if let name = called.as(DeclReferenceExprSyntax.self) {
            return callers.contains(name.baseName.text) ? .calls : .keeps
        }
        guard let name = called.as(MemberAccessExprSyntax.self)?.declName.baseName.text else { return .keeps }
        if collectors.contains(name) { return isVariable(called) ? .collects : .keeps }
        guard callers.contains(name) else { return .keeps }
        // A lazy sequence keeps its closures.
        return called.tokens(viewMode: .sourceAccurate).contains { $0.text == "lazy" } ? .keeps : .calls
    }

    // MARK: scopes

    /// Binds the functions and types of a block, which can be used before they are declared.
    private func hoist(_ statements: CodeBlockItemListSyntax) {
        for statement in statements {
            guard case .decl(let declaration) = statement.item,
                !declaration.is(VariableDeclSyntax.self),
                let named = declaration.asProtocol((any NamedDeclSyntax).self)
            else { continue }
            bind(named.name.text)
        }
    }

    override func visit(_ node: CodeBlockSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            hoist(node.statements)
            walk(node.statements)
        }
        return .skipChildren
    }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        walk(node.attributes)
        for binding in node.bindings {
            if let type = binding.typeAnnotation { walk(type) }
            if let value = binding.initializer { walk(value) }
            if let accessors = binding.accessorBlock { walk(accessors) }
        }
        // What the item itself declares is not free in what follows within it.
        for binding in node.bindings { bind(binding.pattern) }
        return .skipChildren
    }

    override func visit(_ node: OptionalBindingConditionSyntax) -> SyntaxVisitorContinueKind {
        if let type = node.typeAnnotation { walk(type) }
        if let value = node.initializer {
            walk(value)
        } else {
            for name in node.pattern.boundNames { use(name.text) }
        }
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
        scoped {
            walk(node.conditions)
            walk(node.body)
        }
        if let other = node.elseBody { walk(other) }
        return .skipChildren
    }

    override func visit(_ node: WhileStmtSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            walk(node.conditions)
            walk(node.body)
        }
        return .skipChildren
    }

    override func visit(_ node: GuardStmtSyntax) -> SyntaxVisitorContinueKind {
        walk(node.body)
        walk(node.conditions)
        return .skipChildren
    }

    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
        walk(node.sequence)
        scoped {
            walk(node.pattern)
            bind(node.pattern)
            if let condition = node.whereClause { walk(condition) }
            walk(node.body)
        }
        return .skipChildren
    }

    override func visit(_ node: SwitchCaseSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            if case .case(let label) = node.label {
                for item in label.caseItems {
                    walk(item.pattern)
                    bind(item.pattern)
                    if let condition = item.whereClause { walk(condition) }
                }
            }
            hoist(node.statements)
            walk(node.statements)
        }
        return .skipChildren
    }

    override func visit(_ node: CatchClauseSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            bind("error")
            for item in node.catchItems {
                if let pattern = item.pattern {
                    walk(pattern)
                    bind(pattern)
                }
                if let condition = item.whereClause { walk(condition) }
            }
            walk(node.body)
        }
        return .skipChildren
    }

    private func bind(_ generics: GenericParameterClauseSyntax?) {
        for parameter in generics?.parameters ?? [] { bind(parameter.name.text) }
    }

    private func function(
        _ generics: GenericParameterClauseSyntax?, _ parameters: FunctionParameterListSyntax,
        _ rest: () -> Void
    ) {
        scoped {
            bind(generics)
            if let generics { walk(generics) }
            for parameter in parameters {
                walk(parameter.type)
                if let value = parameter.defaultValue { walk(value) }
            }
            for parameter in parameters { bind((parameter.secondName ?? parameter.firstName).text) }
            rest()
        }
    }

    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        walk(node.attributes)
        function(node.genericParameterClause, node.signature.parameterClause.parameters) {
            if let effects = node.signature.effectSpecifiers { walk(effects) }
            if let result = node.signature.returnClause { walk(result) }
            if let clause = node.genericWhereClause { walk(clause) }
            if let body = node.body { walk(body) }
        }
        return .skipChildren
    }

    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind {
        walk(node.attributes)
        function(node.genericParameterClause, node.signature.parameterClause.parameters) {
            if let clause = node.genericWhereClause { walk(clause) }
            if let body = node.body { walk(body) }
        }
        return .skipChildren
    }

    override func visit(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind {
        function(node.genericParameterClause, node.parameterClause.parameters) {
            walk(node.returnClause)
            if let clause = node.genericWhereClause { walk(clause) }
            if let accessors = node.accessorBlock { walk(accessors) }
        }
        return .skipChildren
    }

    override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            bind("newValue")
            bind("oldValue")
            switch node.accessors {
            case .accessors(let accessors):
                for accessor in accessors {
                    if let parameter = accessor.parameters { bind(parameter.name.text) }
                    if let body = accessor.body { walk(body) }
                }
            case .getter(let statements):
                hoist(statements)
                walk(statements)
            default: break
            }
        }
        return .skipChildren
    }

    override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind { type(node) }
    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind { type(node) }
    override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind { type(node) }
    override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind { type(node) }
    override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            bind(node.memberBlock)
            if let clause = node.inheritanceClause { walk(clause) }
            if let clause = node.genericWhereClause { walk(clause) }
            walk(node.memberBlock)
        }
        return .skipChildren
    }

    private func type(_ node: some DeclGroupSyntax & NamedDeclSyntax & WithGenericParametersSyntax)
        -> SyntaxVisitorContinueKind
    {
        bind(node.name.text)
        walk(node.attributes)
        scoped {
            bind(node.genericParameterClause)
            if let clause = node.genericParameterClause { walk(clause) }
            bind(node.memberBlock)
            if let clause = node.inheritanceClause { walk(clause) }
            if let clause = node.genericWhereClause { walk(clause) }
            walk(node.memberBlock)
        }
        return .skipChildren
    }

    override func visit(_ node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind {
        walk(node.extendedType)
        scoped {
            bind(node.memberBlock)
            if let clause = node.inheritanceClause { walk(clause) }
            if let clause = node.genericWhereClause { walk(clause) }
            walk(node.memberBlock)
        }
        return .skipChildren
    }

    override func visit(_ node: TypeAliasDeclSyntax) -> SyntaxVisitorContinueKind {
        scoped {
            bind(node.genericParameterClause)
            walk(node.initializer)
        }
        return .skipChildren
    }

    private func bind(_ members: MemberBlockSyntax) {
        for member in members.members { for name in member.decl.memberNames { bind(name) } }
    }
}
