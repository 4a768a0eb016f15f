import SwiftSyntax

/// Walks source with the names that each scope binds, closures and declarations included.
class ScopeVisitor: StatementScopeVisitor {
    /// Called for what a type or an extension inherits and conforms to.
    func inherit(_ clause: InheritanceClauseSyntax) {}

    /// Binds a parameter of a function.
    func bindParameter(_ name: TokenSyntax, of type: TypeSyntax) { bind(name) }

    private func bind(_ members: MemberBlockSyntax) {
        for member in members.members { for name in member.decl.memberNames { bind(name) } }
    }

    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind {
        walkScope(of: node)
        return .skipChildren
    }

    // MARK: declarations

    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        function(
            node.attributes, node.genericParameterClause, node.signature.parameterClause.parameters,
            [
                node.signature.effectSpecifiers?.throwsClause, node.signature.returnClause,
                node.genericWhereClause, node.body,
            ])
    }

    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind {
        function(
            node.attributes, node.genericParameterClause, node.signature.parameterClause.parameters,
            [node.signature.effectSpecifiers?.throwsClause, node.genericWhereClause, node.body])
    }

    override func visit(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind {
        function(
            node.attributes, node.genericParameterClause, node.parameterClause.parameters,
            [node.returnClause, node.genericWhereClause, node.accessorBlock])
    }

    private func function(
        _ attributes: AttributeListSyntax, _ generics: GenericParameterClauseSyntax?,
        _ parameters: FunctionParameterListSyntax, _ rest: [(any SyntaxProtocol)?]
    ) -> SyntaxVisitorContinueKind {
        walk(attributes)
        scoped {
            bind(generics)
            walkAny(generics)
            for parameter in parameters {
                walk(parameter.attributes)
                walk(parameter.type)
                walkAny(parameter.defaultValue)
            }
            for parameter in parameters {
                bindParameter(parameter.secondName ?? parameter.firstName, of: parameter.type)
            }
            for node in rest.compactMap(\.self) { walk(node) }
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
                    if let parameter = accessor.parameters { bind(parameter.name) }
                    walkAny(accessor.body)
                }
            case .getter(let statements): walkBlock(statements)
            default: break
            }
        }
        return .skipChildren
    }

    override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind {
        type(node, node.genericParameterClause)
    }
    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind {
        type(node, node.genericParameterClause)
    }
    override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind {
        type(node, node.genericParameterClause)
    }
    override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind {
        type(node, node.genericParameterClause)
    }
    override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind { type(node, nil) }

    private func type(
        _ node: some DeclGroupSyntax & NamedDeclSyntax, _ generics: GenericParameterClauseSyntax?
    )
        -> SyntaxVisitorContinueKind
    {
        bind(node.name)
        walk(node.attributes)
        members(of: node, generics)
        return .skipChildren
    }

    override func visit(_ node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind {
        walk(node.attributes)
        walk(node.extendedType)
        members(of: node, nil)
        return .skipChildren
    }

    private func members(of node: some DeclGroupSyntax, _ generics: GenericParameterClauseSyntax?) {
        scoped {
            bind(generics)
            walkAny(generics)
            bind(node.memberBlock)
            if let clause = node.inheritanceClause {
                inherit(clause)
                walk(clause)
            }
            walkAny(node.genericWhereClause)
            walk(node.memberBlock)
        }
    }

    override func visit(_ node: IfConfigDeclSyntax) -> SyntaxVisitorContinueKind { .visitChildren }
}
