import SwiftSyntax

/// Finds what speaks of places that the compiler would name by its own means: `#function` at the top level and
/// `#fileID` contain the name of the cell's module.
final class PlaceNames: SyntaxVisitor {
    private let label: String
    private var depth = 0
    private var edits: [SourceEdit] = []

    private init(_ label: String) {
        self.label = label
        super.init(viewMode: .sourceAccurate)
    }

    /// The edits by which they name what the user knows.
    static func edits(in file: SourceFileSyntax, label: String) -> [SourceEdit] {
        let finder = PlaceNames(label)
        finder.walk(file)
        return finder.edits
    }

    /// The lines at which a `#sourceLocation` stands, which is taken out: messages name the cell's own lines.
    static func directives(in file: SourceFileSyntax) -> [PoundSourceLocationSyntax] {
        let finder = DirectiveFinder(viewMode: .sourceAccurate)
        finder.walk(file)
        return finder.found
    }

    override func visit(_ node: MacroExpansionExprSyntax) -> SyntaxVisitorContinueKind {
        switch node.macroName.text {
        case "function" where depth == 0: replace(node, with: "main")
        case "fileID": replace(node, with: label)
        default: break
        }
        return .visitChildren
    }

    override func visit(_ node: PoundSourceLocationSyntax) -> SyntaxVisitorContinueKind {
        let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
        let length = node.endPositionBeforeTrailingTrivia.utf8Offset - start
        edits.append(SourceEdit(offset: start, length: length, text: ""))
        return .skipChildren
    }

    private func replace(_ node: MacroExpansionExprSyntax, with text: String) {
        let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
        let length = node.endPositionBeforeTrailingTrivia.utf8Offset - start
        edits.append(SourceEdit(offset: start, length: length, text: "\"\(text)\""))
    }

    private func enter() -> SyntaxVisitorContinueKind {
        depth += 1
        return .visitChildren
    }

    // In a default argument they speak of the caller.
    override func visit(_ node: FunctionParameterSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visit(_ node: DeinitializerDeclSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visit(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visit(_ node: MemberBlockSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visitPost(_ node: FunctionDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: InitializerDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: DeinitializerDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: SubscriptDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: AccessorBlockSyntax) { depth -= 1 }
    override func visitPost(_ node: MemberBlockSyntax) { depth -= 1 }
}

private final class DirectiveFinder: SyntaxVisitor {
    var found: [PoundSourceLocationSyntax] = []

    override func visit(_ node: PoundSourceLocationSyntax) -> SyntaxVisitorContinueKind {
        found.append(node)
        return .skipChildren
    }
}
