import SwiftSyntax

/// Finds state that belongs to a type and not to its values: running its cell again begins it again.
final class StaticState: SyntaxVisitor {
    private var found = false
    /// The classes around this place.
    private var classes: [String] = []

    /// Whether a type or an extension has stored static variables, or a shared object of its own class.
    static func exists(in item: CodeBlockItemSyntax.Item) -> Bool {
        let finder = StaticState(viewMode: .sourceAccurate)
        finder.walk(item)
        return finder.found
    }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        guard node.isOfType, !node.isComputed else { return .skipChildren }
        if node.bindingSpecifier.text == "var" { found = true }
        for binding in node.bindings {
            let call = binding.initializer?.value.as(FunctionCallExprSyntax.self)
            if let name = call?.calledExpression.trimmedDescription, classes.contains(name) { found = true }
        }
        return .skipChildren
    }

    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind {
        classes += [node.name.text, "Self"]
        return .visitChildren
    }

    override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind {
        classes += [node.name.text, "Self"]
        return .visitChildren
    }

    override func visit(_ node: CodeBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
}
