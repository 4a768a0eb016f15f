import SwiftSyntax

/// Has what a measured statement computes used, so that the optimizer cannot leave the computation out.
///
/// Each variable is looked at when its scope ends, and so is the value of each top-level expression and of all that is
/// assigned to `_`. Code in closures and functions is left as it is except for variables: its values go elsewhere.
final class KeptValues: SyntaxVisitor {
    private var edits: [SourceEdit] = []

    static func edits(in file: SourceFileSyntax) -> [SourceEdit] {
        let visitor = KeptValues(viewMode: .sourceAccurate)
        for statement in file.statements {
            if case .expr(let expression) = statement.item { visitor.keep(expression) }
            visitor.walk(statement)
        }
        return visitor.edits
    }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        let isLocal = node.parent?.is(CodeBlockItemSyntax.self) == true
        // One without a value cannot be looked at in every place where its scope ends.
        let hasValues = node.bindings.allSatisfy { $0.initializer != nil && $0.accessorBlock == nil }
        let names = node.bindings.flatMap(\.pattern.boundNames).map(\.text)
        if isLocal, hasValues, node.modifiers.isEmpty, node.attributes.isEmpty, !names.isEmpty {
            let kept = names.map { "_gyrusKeep(\($0))" }.joined(separator: "; ")
            insert("; defer { \(kept) }", at: node.endPositionBeforeTrailingTrivia)
        }
        for binding in node.bindings where isLocal && binding.pattern.is(WildcardPatternSyntax.self) {
            guard let value = binding.initializer?.value, binding.typeAnnotation == nil else { continue }
            surround(value)
        }
        return .visitChildren
    }

    override func visit(_ node: SequenceExprSyntax) -> SyntaxVisitorContinueKind {
        let elements = Array(node.elements)
        if elements.count > 2, elements[0].is(DiscardAssignmentExprSyntax.self),
            elements[1].is(AssignmentExprSyntax.self),
            !elements[2].leadingTrivia.contains(where: \.isNewline),
            !elements[1].leadingTrivia.contains(where: \.isNewline)
        {
            // Without the `_ =`, of which the compiler would say that there is nothing to ignore.
            let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
            let length = elements[2].positionAfterSkippingLeadingTrivia.utf8Offset - start
            edits.append(SourceEdit(offset: start, length: length, text: "_gyrusKeep("))
            insert(")", at: node.endPositionBeforeTrailingTrivia)
        }
        return .visitChildren
    }

    private func keep(_ expression: ExprSyntax) {
        if let sequence = expression.as(SequenceExprSyntax.self), sequence.elements.contains(where: \.assigns)
        {
            return
        }
        surround(expression)
    }

    private func surround(_ expression: ExprSyntax) {
        insert("_gyrusKeep(", at: expression.positionAfterSkippingLeadingTrivia)
        insert(")", at: expression.endPositionBeforeTrailingTrivia)
    }

    private func insert(_ text: String, at position: AbsolutePosition) {
        edits.append(SourceEdit(offset: position.utf8Offset, text: text))
    }
}

extension ExprSyntax {
    /// Whether it is an operator that changes its left operand.
    fileprivate var assigns: Bool {
        if self.is(AssignmentExprSyntax.self) { return true }
        guard let name = self.as(BinaryOperatorExprSyntax.self)?.operator.text, name.hasSuffix("=") else {
            return false
        }
        return !["==", "!=", "<=", ">=", "===", "!==", "~=", ".==", ".!=", ".<=", ".>="].contains(name)
    }
}
