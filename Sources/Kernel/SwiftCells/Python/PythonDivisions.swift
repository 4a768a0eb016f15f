import SwiftSyntax

extension PythonHints {
    /// Numbers that stand alone before a comment which is a number: who types Python divides them.
    static func divisions(in syntax: CellSyntax, label: String) -> [Diagnostic] {
        syntax.file.statements.compactMap { statement in
            guard case .expr(let value) = statement.item, value.isNumberLiteral,
                let last = statement.lastToken(viewMode: .sourceAccurate)
            else { return nil }
            let next = last.nextToken(viewMode: .sourceAccurate)
            let behind = Array(last.trailingTrivia) + Array(next?.leadingTrivia ?? [])
            guard case .lineComment(let comment)? = behind.first(where: { !$0.isSpaceOrTab }),
                let number = comment.wholeMatch(of: /\/\/\s*([0-9][0-9.]*)\s*/)?.1
            else { return nil }
            let place = value.startLocation(converter: syntax.converter)
            let written = value.trimmedDescription
            return Diagnostic(
                severity: .warning,
                message: "'//' begins a comment in Swift; what Python divides by it is "
                    + "Int((Double(\(written)) / \(number)).rounded(.down))",
                file: label, line: place.line, column: place.column, length: written.utf8.count)
        }
    }
}

extension ExprSyntax {
    /// Whether it is a number as it is written, with or without a sign.
    fileprivate var isNumberLiteral: Bool {
        if let signed = self.as(PrefixOperatorExprSyntax.self) { return signed.expression.isNumberLiteral }
        return self.is(IntegerLiteralExprSyntax.self) || self.is(FloatLiteralExprSyntax.self)
    }
}
