import SwiftSyntax

/// Finds references to places that the compiler would name in its own way: `#function` at the top level and
/// `#fileID` contain the name of the cell's module.
final class PlaceNames: SyntaxVisitor {
    private let label: String
    private let converter: SourceLocationConverter
    private var depth = 0
    private var edits: [SourceEdit] = []

    private init(_ label: String, _ converter: SourceLocationConverter) {
        self.label = label
        self.converter = converter
        super.init(viewMode: .sourceAccurate)
    }

    /// The edits by which they name what the user knows.
    static func edits(in file: SourceFileSyntax, _ converter: SourceLocationConverter, label: String)
        -> [SourceEdit]
    {
        let finder = PlaceNames(label, converter)
        finder.walk(file)
        return finder.edits
    }

    /// The lines that have a `#sourceLocation`, which is removed: messages name the cell's own lines.
    static func directives(in file: SourceFileSyntax) -> [PoundSourceLocationSyntax] {
        let finder = DirectiveFinder(viewMode: .sourceAccurate)
        finder.walk(file)
        return finder.found
    }

    override func visit(_ node: MacroExpansionExprSyntax) -> SyntaxVisitorContinueKind {
        switch node.macroName.text {
        case "function" where depth == 0: replace(node, with: "\"main\"")
        case "function": if let name = node.replaceableMember { replace(node, with: "\"\(name)\"") }
        case "fileID": replace(node, with: "\"\(label)\"")
        // What the kernel puts into the line would be counted.
        case "column": replace(node, with: String(node.startLocation(converter: converter).column))
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
        edits.append(SourceEdit(offset: start, length: length, text: text))
    }

    private func enter() -> SyntaxVisitorContinueKind {
        depth += 1
        return .visitChildren
    }

    /// As default arguments they refer to the caller, whose module is named where they are used.
    private func enter(
        _ parameters: FunctionParameterListSyntax, _ body: CodeBlockItemListSyntax?, returnsValue: Bool
    ) -> SyntaxVisitorContinueKind {
        let names = parameters.filter { $0.defaultValue?.value.isCallersPlace ?? false }
            .map { ($0.secondName ?? $0.firstName).text }
        if let body, let first = body.first, !names.isEmpty {
            var text = names.map { "let \($0) = _gyrusPlace(\($0)); " }.joined()
            if body.count == 1, returnsValue, first.item.isValue { text += "return " }
            edits.append(SourceEdit(offset: first.positionAfterSkippingLeadingTrivia.utf8Offset, text: text))
        }
        return enter()
    }

    private func enter(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind {
        let parameters = node.parameterClause.parameters
        switch node.accessorBlock?.accessors {
        case .getter(let body)?: return enter(parameters, body, returnsValue: true)
        case .accessors(let accessors)?:
            for accessor in accessors {
                let isGetter = accessor.accessorSpecifier.text == "get"
                _ = enter(parameters, accessor.body?.statements, returnsValue: isGetter)
                depth -= 1
            }
            return enter()
        default: return enter()
        }
    }

    // They stay as they are in a default argument.
    override func visit(_ node: FunctionParameterSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(
            node.signature.parameterClause.parameters, node.body?.statements,
            returnsValue: node.signature.returnClause != nil)
    }
    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node.signature.parameterClause.parameters, node.body?.statements, returnsValue: false)
    }
    override func visit(_ node: DeinitializerDeclSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visit(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind { enter(node) }
    override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visit(_ node: MemberBlockSyntax) -> SyntaxVisitorContinueKind { enter() }
    override func visitPost(_ node: FunctionDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: InitializerDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: DeinitializerDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: SubscriptDeclSyntax) { depth -= 1 }
    override func visitPost(_ node: AccessorBlockSyntax) { depth -= 1 }
    override func visitPost(_ node: MemberBlockSyntax) { depth -= 1 }
}

extension MacroExpansionExprSyntax {
    /// The name of the member of an extension that it stands in, where that may have another one to the compiler.
    fileprivate var replaceableMember: String? {
        var node = Syntax(self)
        while let parent = node.parent, !parent.is(MemberBlockSyntax.self) {
            let isAccessor = node.is(AccessorBlockSyntax.self)
            node = parent
            // An accessor's member is the variable of the binding.
            if isAccessor, let variable = node.parent?.parent?.as(VariableDeclSyntax.self) {
                return ReplaceableMember.name(of: DeclSyntax(variable))
            }
            let isMember = [.functionDecl, .initializerDecl, .subscriptDecl].contains(node.kind)
            if isMember { return node.as(DeclSyntax.self).flatMap(ReplaceableMember.name) }
        }
        return nil
    }
}

extension ExprSyntax {
    /// Whether it names the place of a call by the module of the caller.
    fileprivate var isCallersPlace: Bool {
        guard let macro = self.as(MacroExpansionExprSyntax.self) else { return false }
        return ["function", "fileID", "file"].contains(macro.macroName.text)
    }
}

extension CodeBlockItemSyntax.Item {
    /// Whether it can be what a function without `return` returns.
    fileprivate var isValue: Bool {
        switch self {
        case .expr: true
        case .stmt(let node): node.is(ExpressionStmtSyntax.self)
        default: false
        }
    }
}

private final class DirectiveFinder: SyntaxVisitor {
    var found: [PoundSourceLocationSyntax] = []

    override func visit(_ node: PoundSourceLocationSyntax) -> SyntaxVisitorContinueKind {
        found.append(node)
        return .skipChildren
    }
}
