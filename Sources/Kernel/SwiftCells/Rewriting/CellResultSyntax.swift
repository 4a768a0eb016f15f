import SwiftSyntax

/// What a cell's last statement shows.
struct CellResultSyntax {
    /// The expressions whose values are shown, one of them in each run: more than one if the statement branches.
    let values: [ExprSyntax]
    /// The statement.
    private let statement: ExprSyntax

    /// The last statement of a cell; nil if it has no value or a `;` hides it.
    init?(_ file: SourceFileSyntax) {
        guard let last = file.statements.last, last.semicolon == nil else { return nil }
        switch last.item {
        case .expr(let node): statement = node
        case .stmt(let node):
            guard let expression = node.as(ExpressionStmtSyntax.self)?.expression else { return nil }
            statement = expression
        default: return nil
        }
        guard let values = Self.values(of: statement) else { return nil }
        self.values = values
    }

    /// The values of an expression; nil if it has none, as an assignment.
    private static func values(of node: ExprSyntax) -> [ExprSyntax]? {
        if let node = node.as(IfExprSyntax.self) { return values(of: node) }
        if let node = node.as(SwitchExprSyntax.self) { return values(of: node) }
        if let name = node.as(MacroExpansionExprSyntax.self)?.macroName.text,
            ["warning", "error"].contains(name)
        {
            return nil
        }
        if let sequence = node.as(SequenceExprSyntax.self),
            sequence.elements.contains(where: { $0.is(AssignmentExprSyntax.self) })
        {
            return nil
        }
        return [node]
    }

    private static func values(of node: IfExprSyntax) -> [ExprSyntax]? {
        guard let first = values(of: node.body.statements) else { return nil }
        switch node.elseBody {
        case .ifExpr(let other)?: return values(of: other).map { first + $0 }
        case .codeBlock(let block)?: return values(of: block.statements).map { first + $0 }
        default: return nil
        }
    }

    private static func values(of node: SwitchExprSyntax) -> [ExprSyntax]? {
        var found: [ExprSyntax] = []
        for branch in node.cases {
            guard case .switchCase(let branch) = branch, let values = values(of: branch.statements) else {
                return nil
            }
            found += values
        }
        return found.isEmpty ? nil : found
    }

    /// The value of a branch, which must be a single expression or a throw.
    private static func values(of branch: CodeBlockItemListSyntax) -> [ExprSyntax]? {
        guard let item = branch.first?.item, branch.count == 1 else { return nil }
        switch item {
        case .expr(let node): return values(of: node)
        case .stmt(let node):
            if node.is(ThrowStmtSyntax.self) { return [] }
            return node.as(ExpressionStmtSyntax.self).flatMap { values(of: $0.expression) }
        default: return nil
        }
    }

    /// Code that no one calls, in which the compiler warns that the value is unused: if it does not, the function that was
    /// called has an effect of its own and a result that is rarely wanted (`@discardableResult`), and nothing is shown.
    ///
    /// Nil if the value is that of no call.
    var probe: String? {
        guard values.contains(where: \.isCall), !statement.hasError else { return nil }
        let effects = statement.containsAwait ? "async throws" : "throws"
        return "do { func _gyrusProbe() \(effects) {\n\(statement.trimmedDescription)\n} }"
    }
}

extension CellSyntax {
    /// The lines of a last statement whose value is not to be shown, because a `;` hides it or otherwise: that it is
    /// unused is meant.
    func hiddenResultLines(mayDiscardResult: Bool) -> ClosedRange<Int>? {
        guard let last = file.statements.last, mayDiscardResult || last.semicolon != nil else { return nil }
        let end = last.endLocation(converter: converter).line
        return min(last.startLocation(converter: converter).line, end)...end
    }
}

extension ExprSyntax {
    /// Whether the value is what a function returns.
    fileprivate var isCall: Bool {
        if let node = self.as(TryExprSyntax.self) { return node.expression.isCall }
        if let node = self.as(AwaitExprSyntax.self) { return node.expression.isCall }
        if let node = self.as(ForceUnwrapExprSyntax.self) { return node.expression.isCall }
        if let node = self.as(OptionalChainingExprSyntax.self) { return node.expression.isCall }
        if let node = self.as(TupleExprSyntax.self), let only = node.elements.first, node.elements.count == 1
        {
            return only.expression.isCall
        }
        guard let call = self.as(FunctionCallExprSyntax.self) else { return false }
        let name = call.calledExpression.as(MemberAccessExprSyntax.self)?.declName.baseName.text
        return !Self.transformations.contains(name ?? "")
    }

    /// Methods whose result is meant to be seen. Of those of sequences that is known, and chains of them are slow to
    /// check; the last two give back the widget that they change, which may be left unused and is shown.
    private static let transformations: Set = [
        "map", "compactMap", "flatMap", "filter", "reduce", "sorted", "joined", "reversed", "enumerated",
        "prefix",
        "suffix", "dropFirst", "dropLast", "split", "min", "max", "contains", "allSatisfy", "first",
        "firstIndex",
        "mapValues", "shuffled", "lexicographicallyPrecedes", "elementsEqual", "padding", "replacing",
        "components", "trimmingCharacters", "distance", "squareRoot", "rounded", "formatted", "isMultiple",
        "onClick", "width",
    ]

    fileprivate var containsAwait: Bool { tokens(viewMode: .sourceAccurate).contains { $0.text == "await" } }
}
