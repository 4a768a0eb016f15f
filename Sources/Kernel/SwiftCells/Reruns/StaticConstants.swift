import SwiftSyntax

/// Finds static constants that may have other values when they are computed again: a file that one is read from, or a
/// variable that it is computed of, may have changed.
final class StaticConstants: SyntaxVisitor {
    private var found = false
    /// What the places around this one know: the names of the types, and of their members.
    private var known: [Set<String>] = []

    /// Whether a type or an extension has such constants.
    static func mayChange(in item: CodeBlockItemSyntax.Item) -> Bool {
        // Few items have any: looking for the word costs less than a walk.
        guard item.tokens(viewMode: .sourceAccurate).contains(where: { $0.text == "static" }) else {
            return false
        }
        let finder = StaticConstants(viewMode: .sourceAccurate)
        finder.walk(item)
        return finder.found
    }

    override func visit(_ node: MemberBlockSyntax) -> SyntaxVisitorContinueKind {
        var names = Set(node.members.flatMap(\.decl.memberNames))
        names.insert("Self")
        if let type = node.parent?.asProtocol((any NamedDeclSyntax).self) {
            names.insert(type.name.text.trimmingBackticks)
        } else if let type = node.parent?.as(ExtensionDeclSyntax.self) {
            names.insert(type.extendedTypeName)
        }
        known.append(names)
        return .visitChildren
    }

    override func visitPost(_ node: MemberBlockSyntax) { known.removeLast() }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        guard node.isOfType, node.bindingSpecifier.text == "let" else { return .skipChildren }
        let values = node.bindings.compactMap { $0.initializer?.value }
        if !values.allSatisfy(isFixed) { found = true }
        return .skipChildren
    }

    override func visit(_ node: CodeBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }

    // MARK: what is always the same

    private func isFixed(_ node: ExprSyntax) -> Bool {
        switch node.kind {
        case .integerLiteralExpr, .floatLiteralExpr, .booleanLiteralExpr, .nilLiteralExpr, .closureExpr,
            .binaryOperatorExpr, .typeExpr:
            return true
        default: break
        }
        if let node = node.as(DeclReferenceExprSyntax.self) { return isKnown(node.baseName.text) }
        if let node = node.as(StringLiteralExprSyntax.self) {
            return node.segments.allSatisfy { $0.is(StringSegmentSyntax.self) }
        }
        if let node = node.as(PrefixOperatorExprSyntax.self) { return isFixed(node.expression) }
        if let node = node.as(SequenceExprSyntax.self) { return node.elements.allSatisfy(isFixed) }
        if let node = node.as(ArrayExprSyntax.self) {
            return node.elements.allSatisfy { isFixed($0.expression) }
        }
        if let node = node.as(TupleExprSyntax.self) {
            return node.elements.allSatisfy { isFixed($0.expression) }
        }
        if let node = node.as(DictionaryExprSyntax.self) {
            guard case .elements(let elements) = node.content else { return true }
            return elements.allSatisfy { isFixed($0.key) && isFixed($0.value) }
        }
        if let node = node.as(MemberAccessExprSyntax.self) {
            guard let base = node.base else { return node.declName.baseName.text != "now" }
            return isFixed(base)
        }
        return node.as(FunctionCallExprSyntax.self).map(isFixed) ?? false
    }

    /// Whether a call makes a value of a type around it, or of one of the language's own, of what is always the same.
    private func isFixed(_ node: FunctionCallExprSyntax) -> Bool {
        guard let type = node.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text,
            type.first?.isUppercase ?? false, isKnown(type), node.trailingClosure == nil
        else { return false }
        return node.arguments.allSatisfy {
            isFixed($0.expression) && !$0.expression.is(ClosureExprSyntax.self)
        }
    }

    private func isKnown(_ name: String) -> Bool {
        Self.plainTypes.contains(name) || known.contains { $0.contains(name.trimmingBackticks) }
    }

    private static let plainTypes: Set<String> = [
        "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64", "Double",
        "Float", "Bool", "String", "Character", "Array", "Set", "Dictionary", "Optional",
    ]
}
