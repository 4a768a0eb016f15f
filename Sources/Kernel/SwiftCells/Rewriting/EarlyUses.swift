import SwiftSyntax

/// Finds statements that use a variable which the cell declares below them, and which no earlier cell has, by
/// themselves or by a function, a computed variable or a static member of the cell.
///
/// Variables of a script are globals: the compiler lets them be read before they are written, as zero or as an
/// address of nothing. What is called later, in a closure or a function, sees their values.
final class EarlyUses: StatementScopeVisitor {
    /// For each variable, the item that declares it.
    private let items: [String: Int]
    /// The functions, computed variables and types that the cell declares once.
    private let bodies: Bodies
    /// The item that is walked.
    private var item = 0
    /// The name in it that led into the body that is walked, and the bodies that it led into.
    private var call: TokenSyntax?
    private var entered: Set<SyntaxIdentifier> = []
    /// The first use of each variable that is used too early: its name, or that of what uses it.
    private var uses: [String: TokenSyntax] = [:]

    private init(_ items: [String: Int], _ bodies: Bodies) {
        self.items = items
        self.bodies = bodies
        super.init()
    }

    /// The errors of a cell; `isVariable` says whether an earlier cell has a variable of a name.
    static func errors(in syntax: CellSyntax, label: String, isVariable: (String) -> Bool) -> [Diagnostic] {
        guard !syntax.file.hasError else { return [] }
        var items: [String: Int] = [:]
        let statements = Array(syntax.file.statements)
        let bodies = Bodies(of: statements)
        for declaration in syntax.declarations where declaration.kind == .variable {
            guard !isVariable(declaration.name), bodies.getters[declaration.name] == nil else { continue }
            items[declaration.name] = min(declaration.item, items[declaration.name] ?? declaration.item)
        }
        guard !items.isEmpty else { return [] }
        let finder = EarlyUses(items, bodies)
        for (index, statement) in statements.enumerated() {
            finder.item = index
            finder.entered = []
            finder.scoped { finder.walk(statement) }
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

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        let name = node.baseName.text.trimmingBackticks
        guard node.isFree, isUnbound(name) else { return .visitChildren }
        if let declaring = items[name], declaring > item, uses[name] == nil {
            uses[name] = call ?? node.baseName
        }
        if let getter = bodies.getters[name] {
            enter(getter, by: node.baseName) { walkGetter(getter) }
        } else if ExprSyntax(node).isCalled, let function = bodies.functions[name] {
            enter(function, by: node.baseName) { walkBody(of: function) }
        }
        return .visitChildren
    }

    override func visit(_ node: MemberAccessExprSyntax) -> SyntaxVisitorContinueKind {
        let name = node.declName.baseName
        guard let base = node.base?.as(DeclReferenceExprSyntax.self)?.baseName.text.trimmingBackticks,
            isUnbound(base), let type = bodies.types[base],
            let member = type.statics[name.text.trimmingBackticks]
        else { return .visitChildren }
        if let function = member.as(FunctionDeclSyntax.self) {
            guard ExprSyntax(node).isCalled else { return .visitChildren }
            enter(function, of: type, by: name) { walkBody(of: function) }
        } else if let binding = member.as(PatternBindingSyntax.self) {
            enter(binding, of: type, by: name) {
                walkAny(binding.initializer)
                if let block = binding.accessorBlock { walkGetter(block) }
            }
        }
        return .visitChildren
    }

    /// Walks a body once for each statement that it is reached from; `type` is the one whose members it sees.
    private func enter(
        _ body: some SyntaxProtocol, of type: Bodies.Members? = nil, by name: TokenSyntax, _ walk: () -> Void
    ) {
        guard entered.insert(body.id).inserted else { return }
        let before = call
        call = before ?? name
        scoped {
            for member in type?.names ?? [] { bind(member) }
            walk()
        }
        call = before
    }

    private func walkBody(of function: FunctionDeclSyntax) {
        for parameter in function.signature.parameterClause.parameters {
            bind(parameter.secondName ?? parameter.firstName)
        }
        walkAny(function.body)
    }

    private func walkGetter(_ block: AccessorBlockSyntax) {
        if let body = block.getterBody { walkBlock(body) }
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

extension EarlyUses {
    /// What runs when a name of a cell is used, as far as the cell declares the name once.
    fileprivate struct Bodies {
        /// The members of a type.
        struct Members {
            var names: Set<String> = []
            /// Static functions, and the bindings of static variables.
            var statics: [String: any SyntaxProtocol] = [:]
        }
        private(set) var functions: [String: FunctionDeclSyntax] = [:]
        /// The accessors of computed variables.
        private(set) var getters: [String: AccessorBlockSyntax] = [:]
        private(set) var types: [String: Members] = [:]

        init(of statements: [CodeBlockItemSyntax]) {
            let all = statements.compactMap { statement -> DeclSyntax? in
                if case .decl(let declaration) = statement.item { declaration } else { nil }
            }
            let found = all.compactMap { $0.as(FunctionDeclSyntax.self) }
            functions = Dictionary(grouping: found) { $0.name.text.trimmingBackticks }
                .compactMapValues { $0.count == 1 ? $0[0] : nil }
            for binding in all.compactMap({ $0.as(VariableDeclSyntax.self) }).flatMap(\.bindings) {
                guard let block = binding.accessorBlock, block.getterBody != nil else { continue }
                for name in binding.pattern.boundNames { getters[name.text.trimmingBackticks] = block }
            }
            for declaration in all {
                guard let group = declaration.asProtocol((any DeclGroupSyntax).self) else { continue }
                let name =
                    declaration.asProtocol((any NamedDeclSyntax).self)?.name.text
                    ?? declaration.as(ExtensionDeclSyntax.self)?.extendedType.trimmedDescription
                if let name { add(group.memberBlock, to: name.trimmingBackticks) }
            }
        }

        private mutating func add(_ block: MemberBlockSyntax, to type: String) {
            for member in block.members.map(\.decl) {
                types[type, default: Members()].names.formUnion(member.memberNames)
                if let function = member.as(FunctionDeclSyntax.self), function.isOfType {
                    let name = function.name.text.trimmingBackticks
                    types[type, default: Members()].statics[name] = function
                } else if let variable = member.as(VariableDeclSyntax.self), variable.isOfType {
                    for binding in variable.bindings {
                        for name in binding.pattern.boundNames {
                            types[type, default: Members()].statics[name.text.trimmingBackticks] = binding
                        }
                    }
                }
            }
        }
    }
}

extension ExprSyntax {
    /// Whether it is what a call calls.
    fileprivate var isCalled: Bool {
        parent?.as(FunctionCallExprSyntax.self)?.calledExpression.id == id
    }
}

extension AccessorBlockSyntax {
    /// What computes the value; nil of the observers of a stored one.
    fileprivate var getterBody: CodeBlockItemListSyntax? {
        switch accessors {
        case .getter(let statements): return statements
        case .accessors(let accessors):
            return accessors.first { $0.accessorSpecifier.text == "get" }?.body?.statements
        default: return nil
        }
    }
}
