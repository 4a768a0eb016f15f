import SwiftParser
import SwiftSyntax

/// What a cell takes from outside itself.
public enum CellUses {
    /// The names that a cell uses and does not declare anywhere in it: variables, functions and types alike.
    public static func names(in source: String) -> Set<String> {
        let finder = UseFinder(viewMode: .sourceAccurate)
        finder.walk(Parser.parse(source: source))
        return finder.used.subtracting(finder.bound)
    }
}

/// Finds the names that stand by themselves, and those that the cell binds.
private final class UseFinder: SyntaxVisitor {
    private(set) var used: Set<String> = []
    private(set) var bound: Set<String> = []

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        if node.isFree { used.insert(node.baseName.text.trimmingBackticks) }
        return .visitChildren
    }

    override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
        used.insert(node.name.text.trimmingBackticks)
        return .visitChildren
    }

    override func visit(_ node: IdentifierPatternSyntax) -> SyntaxVisitorContinueKind {
        bind(node.identifier)
    }
    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: TypeAliasDeclSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: GenericParameterSyntax) -> SyntaxVisitorContinueKind { bind(node.name) }
    override func visit(_ node: ClosureShorthandParameterSyntax) -> SyntaxVisitorContinueKind {
        bind(node.name)
    }
    override func visit(_ node: ClosureParameterSyntax) -> SyntaxVisitorContinueKind {
        bind(node.secondName ?? node.firstName)
    }
    override func visit(_ node: FunctionParameterSyntax) -> SyntaxVisitorContinueKind {
        bind(node.secondName ?? node.firstName)
    }

    private func bind(_ name: TokenSyntax) -> SyntaxVisitorContinueKind {
        bound.insert(name.text.trimmingBackticks)
        return .visitChildren
    }
}
