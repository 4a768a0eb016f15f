import SwiftSyntax

/// Finds where the loops of optimized code ask whether the user wants the cell to stop.
///
/// The optimizer puts the bodies of collections' methods into the cell, so that an interrupt could find a variable half
/// changed. Between two rounds of a loop none is.
final class LoopPolls: SyntaxVisitor {
    private var edits: [SourceEdit] = []

    /// The edits that let a statement's loops ask.
    static func edits(in node: some SyntaxProtocol) -> [SourceEdit] {
        let finder = LoopPolls(viewMode: .sourceAccurate)
        finder.walk(node)
        return finder.edits
    }

    private func poll(in body: CodeBlockSyntax) -> SyntaxVisitorContinueKind {
        let place = body.leftBrace.endPositionBeforeTrailingTrivia
        edits.append(SourceEdit(offset: place.utf8Offset, text: " _gyrusPoll();"))
        return .visitChildren
    }

    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind { poll(in: node.body) }
    override func visit(_ node: WhileStmtSyntax) -> SyntaxVisitorContinueKind { poll(in: node.body) }
    override func visit(_ node: RepeatStmtSyntax) -> SyntaxVisitorContinueKind { poll(in: node.body) }

    // A result builder makes something else of the statements of a closure or of a function with its attribute.
    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        node.attributes.isEmpty ? .visitChildren : .skipChildren
    }
    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        node.attributes.isEmpty ? .visitChildren : .skipChildren
    }
}
