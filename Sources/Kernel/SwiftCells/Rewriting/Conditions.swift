import SwiftSyntax

extension IfConfigDeclSyntax {
    /// The clauses of which one is compiled, as far as their conditions tell.
    var possibleClauses: [IfConfigClauseSyntax] {
        var found: [IfConfigClauseSyntax] = []
        for clause in clauses {
            let isMet = clause.condition?.isMet
            if isMet == false { continue }
            found.append(clause)
            if isMet == true { break }
        }
        return found
    }
}

extension ExprSyntax {
    /// Whether a condition of conditional compilation is met; nil where more must be known than the system.
    fileprivate var isMet: Bool? {
        if let node = self.as(BooleanLiteralExprSyntax.self) { return node.literal.text == "true" }
        if let node = self.as(TupleExprSyntax.self), let only = node.elements.first, node.elements.count == 1
        {
            return only.expression.isMet
        }
        if let node = self.as(PrefixOperatorExprSyntax.self), node.operator.text == "!" {
            return node.expression.isMet.map { !$0 }
        }
        guard let node = self.as(FunctionCallExprSyntax.self),
            node.calledExpression.trimmedDescription == "os"
        else { return nil }
        return node.arguments.trimmedDescription == "Linux"
    }
}
