import SwiftParser
import SwiftSyntax

/// Whether a piece of code is ready to be run.
public enum Completeness: Sendable, Equatable {
    case complete
    /// More must follow, indented by this white space.
    case incomplete(indent: String)
    case invalid

    /// Judges code by what the parser misses at its end, and whether it is wrong before.
    public init(of source: String) {
        let file = Parser.parse(source: source)
        let finder = FaultFinder(end: file.endOfFileToken)
        finder.walk(file)
        if finder.isWrong {
            self = .invalid
        } else if finder.missesAtEnd || Self.hasOpenComment(file) {
            self = .incomplete(indent: Self.indent(after: file))
        } else {
            self = .complete
        }
    }

    /// Whether the trivia at the end begin a comment that does not end.
    private static func hasOpenComment(_ file: SourceFileSyntax) -> Bool {
        let text: String
        switch file.endOfFileToken.leadingTrivia.pieces.last {
        case .blockComment(let comment)?, .docBlockComment(let comment)?: text = comment
        default:
            switch file.endOfFileToken.previousToken(viewMode: .sourceAccurate)?.trailingTrivia.pieces.last {
            case .blockComment(let comment)?, .docBlockComment(let comment)?: text = comment
            default: return false
            }
        }
        let opened = text.split(separator: "/*", omittingEmptySubsequences: false).count
        return opened > text.split(separator: "*/", omittingEmptySubsequences: false).count
    }

    /// Four spaces for each bracket that is still open.
    private static func indent(after file: SourceFileSyntax) -> String {
        var depth = 0
        for token in file.tokens(viewMode: .sourceAccurate) {
            switch token.tokenKind {
            case .leftBrace, .leftParen, .leftSquare: depth += 1
            case .rightBrace, .rightParen, .rightSquare: depth -= 1
            default: break
            }
        }
        return String(repeating: "    ", count: max(0, depth))
    }
}

/// Finds what is missing at the end of code, and what no further lines could fix.
private final class FaultFinder: SyntaxVisitor {
    private(set) var missesAtEnd = false
    private(set) var isWrong = false
    private let end: TokenSyntax

    init(end: TokenSyntax) {
        self.end = end
        super.init(viewMode: .all)
    }

    override func visit(_ node: UnexpectedNodesSyntax) -> SyntaxVisitorContinueKind {
        // An operator at the end waits for its operand.
        if node.tokens(viewMode: .sourceAccurate).allSatisfy(\.isOperator), isAtEnd(Syntax(node)) {
            missesAtEnd = true
        } else {
            isWrong = true
        }
        return .skipChildren
    }

    override func visit(_ node: StringLiteralExprSyntax) -> SyntaxVisitorContinueKind {
        // A string in one pair of quotes ends in its line.
        if node.openingQuote.tokenKind == .stringQuote, node.closingQuote.presence == .missing {
            isWrong = true
        }
        return .visitChildren
    }

    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        let isOnTop = node.parent?.parent?.parent?.is(SourceFileSyntax.self) == true
        if isOnTop, node.body == nil, isAtEnd(Syntax(node)) { missesAtEnd = true }
        return .visitChildren
    }

    override func visit(_ token: TokenSyntax) -> SyntaxVisitorContinueKind {
        if token.presence == .missing {
            if isAtEnd(Syntax(token)) { missesAtEnd = true } else { isWrong = true }
        }
        return .skipChildren
    }

    private func isAtEnd(_ node: Syntax) -> Bool {
        node.lastToken(viewMode: .all)?.nextToken(viewMode: .sourceAccurate)?.id == end.id
    }
}

extension TokenSyntax {
    fileprivate var isOperator: Bool {
        switch tokenKind {
        case .binaryOperator, .prefixOperator, .postfixOperator, .exclamationMark: true
        default: false
        }
    }
}
