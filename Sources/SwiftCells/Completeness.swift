import SwiftParser
import SwiftSyntax

/// Whether a piece of code is ready to be run.
public enum Completeness: Sendable, Equatable {
    case complete
    /// More must follow, indented by this white space.
    case incomplete(indent: String)
    case invalid

    /// Judges code by its brackets, strings and comments, and by what the parser misses at its end.
    public init(of source: String) {
        let file = Parser.parse(source: source)
        let end = file.endOfFileToken.positionAfterSkippingLeadingTrivia
        var missesAtEnd = false
        var isWrongBefore = false
        for token in file.tokens(viewMode: .all) where token.presence == .missing {
            if Self.isFollowedByNothing(token, end: end) { missesAtEnd = true } else { isWrongBefore = true }
        }
        let finder = UnexpectedFinder(viewMode: .all)
        finder.walk(file)
        let openComment = Self.hasOpenComment(source)
        if isWrongBefore || finder.found, !missesAtEnd, !openComment {
            self = .invalid
        } else if missesAtEnd || openComment {
            self = .incomplete(indent: Self.indent(after: source))
        } else {
            self = .complete
        }
    }

    private static func isFollowedByNothing(_ token: TokenSyntax, end: AbsolutePosition) -> Bool {
        token.endPositionBeforeTrailingTrivia >= end
            || token.nextToken(viewMode: .sourceAccurate)?.tokenKind == .endOfFile
    }

    private static func hasOpenComment(_ source: String) -> Bool {
        guard let start = source.range(of: "/*", options: .backwards) else { return false }
        let rest = source[start.upperBound...]
        let depth = source.components(separatedBy: "/*").count - source.components(separatedBy: "*/").count
        return depth > 0 && !rest.contains("*/")
    }

    /// Four spaces for each bracket that is still open.
    private static func indent(after source: String) -> String {
        var depth = 0
        for token in Parser.parse(source: source).tokens(viewMode: .sourceAccurate) {
            switch token.tokenKind {
            case .leftBrace, .leftParen, .leftSquare: depth += 1
            case .rightBrace, .rightParen, .rightSquare: depth -= 1
            default: break
            }
        }
        return String(repeating: "    ", count: max(0, depth))
    }
}

/// Finds what the parser could make nothing of.
private final class UnexpectedFinder: SyntaxVisitor {
    var found = false

    override func visit(_ node: UnexpectedNodesSyntax) -> SyntaxVisitorContinueKind {
        found = true
        return .skipChildren
    }
}
