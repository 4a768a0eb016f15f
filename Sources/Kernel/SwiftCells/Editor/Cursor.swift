import SwiftParser
import SwiftSyntax

/// The context of a place in a cell. All places are in UTF-8 bytes.
public struct Cursor: Equatable, Sendable {
    /// What kind of text the place lies in.
    public enum Surroundings: Equatable, Sendable {
        case code
        /// A string literal, with its text before the place; nil if that is not known before it runs.
        case string(before: String?)
        case comment
        case number
    }

    public let surroundings: Surroundings
    /// The name that touches the place.
    public let name: Range<Int>?
    /// Where the name of the innermost call begins whose arguments the place lies in.
    public let callee: Int?

    /// The cell up to a place inside an interpolation that is not closed, with all that closes it; nil elsewhere. To the
    /// compiler a string that does not end is no string.
    public static func closingInterpolation(in cell: String, at place: Int) -> String? {
        let file = Parser.parse(source: cell)
        let bytes = Array(cell.utf8)
        let place = min(max(0, place), bytes.count)
        guard let token = file.token(before: place) else { return nil }
        var closing = ""
        var isOpen = false
        var node = Syntax(token)
        while let parent = node.parent {
            if let segment = parent.as(ExpressionSegmentSyntax.self) {
                closing += segment.closing(before: place)
                guard let literal = segment.parent?.parent?.as(StringLiteralExprSyntax.self) else {
                    return nil
                }
                isOpen =
                    isOpen || segment.rightParen.presence == .missing
                    || literal.closingQuote.presence == .missing
                closing += literal.openingQuote.text + (literal.openingPounds?.text ?? "")
            }
            node = parent
        }
        return isOpen ? String(decoding: bytes[..<place], as: UTF8.self) + closing : nil
    }

    /// Looks at a place in a cell, which may be half written.
    public init(in cell: String, at place: Int) {
        let file = Parser.parse(source: cell)
        let bytes = Array(cell.utf8)
        let place = min(max(0, place), bytes.count)
        var start = place
        while start > 0, bytes[start - 1].isOfName { start -= 1 }
        var end = place
        while end < bytes.count, bytes[end].isOfName { end += 1 }
        let isNumber = start < end && bytes[start].isDigit
        name = start < end && !isNumber ? start..<end : nil
        let token = file.token(before: place)
        surroundings =
            token.flatMap { Self.string(around: place, $0) } ?? Self.comment(around: place, in: file)
            ?? (isNumber ? .number : .code)
        callee = token.flatMap { Self.callee(around: place, Syntax($0)) }
    }

    private static func string(around place: Int, _ token: TokenSyntax) -> Surroundings? {
        var node = Syntax(token)
        while let parent = node.parent {
            if let literal = parent.as(StringLiteralExprSyntax.self) {
                let isClosed = literal.closingQuote.presence == .present
                guard literal.openingQuote.endPosition.utf8Offset <= place,
                    !isClosed || place <= literal.closingQuote.position.utf8Offset
                else { return nil }
                // A quote at the very end begins a literal without segments.
                if literal.segments.isEmpty, literal.openingQuote.text == "\"" { return .string(before: "") }
                // Inside an interpolation the walk ends at its expression's own node.
                guard let first = literal.segments.first?.as(StringSegmentSyntax.self),
                    literal.openingQuote.text == "\"", place <= first.endPosition.utf8Offset
                else { return .string(before: nil) }
                let typed = first.content.text.utf8.prefix(place - first.position.utf8Offset)
                return .string(before: String(decoding: Array(typed), as: UTF8.self))
            }
            if parent.is(ExpressionSegmentSyntax.self) { return nil }
            node = parent
        }
        return nil
    }

    private static func comment(around place: Int, in file: SourceFileSyntax) -> Surroundings? {
        for token in file.tokens(viewMode: .sourceAccurate) {
            guard token.position.utf8Offset <= place, place <= token.endPosition.utf8Offset else { continue }
            var start = token.position.utf8Offset
            for piece in token.leadingTrivia {
                if piece.isComment(around: place - start) { return .comment }
                start += piece.sourceLength.utf8Length
            }
            start = token.endPositionBeforeTrailingTrivia.utf8Offset
            for piece in token.trailingTrivia {
                if piece.isComment(around: place - start) { return .comment }
                start += piece.sourceLength.utf8Length
            }
        }
        return nil
    }

    private static func callee(around place: Int, _ token: Syntax) -> Int? {
        var node: Syntax? = token
        while let current = node {
            if let call = current.as(FunctionCallExprSyntax.self), let open = call.leftParen,
                open.endPosition.utf8Offset <= place,
                call.rightParen.map({ $0.presence == .missing || place <= $0.position.utf8Offset }) ?? true
            {
                return call.calledExpression.lastName?.positionAfterSkippingLeadingTrivia.utf8Offset
            }
            if current.is(ClosureExprSyntax.self) || current.is(CodeBlockSyntax.self) { return nil }
            node = current.parent
        }
        return nil
    }
}

extension SourceFileSyntax {
    /// The last token that is present and begins before a place.
    func token(before place: Int) -> TokenSyntax? {
        var found: TokenSyntax?
        for token in tokens(viewMode: .sourceAccurate) {
            if token.positionAfterSkippingLeadingTrivia.utf8Offset >= place { break }
            found = token
        }
        return found
    }
}

extension ExpressionSegmentSyntax {
    /// What closes the brackets that are open at a place, the segment's own last.
    fileprivate func closing(before place: Int) -> String {
        var open: [String] = []
        for token in tokens(viewMode: .sourceAccurate)
        where token.positionAfterSkippingLeadingTrivia.utf8Offset < place {
            switch token.tokenKind {
            case .leftParen: open.append(")")
            case .leftSquare: open.append("]")
            case .leftBrace: open.append("}")
            case .rightParen, .rightSquare, .rightBrace: _ = open.popLast()
            default: break
            }
        }
        return open.reversed().joined()
    }
}

extension ExprSyntax {
    /// The token by which a called function is named.
    fileprivate var lastName: TokenSyntax? {
        if let member = self.as(MemberAccessExprSyntax.self) { return member.declName.baseName }
        if let name = self.as(DeclReferenceExprSyntax.self) { return name.baseName }
        if let special = self.as(GenericSpecializationExprSyntax.self) { return special.expression.lastName }
        return nil
    }
}

extension TriviaPiece {
    /// Whether it is a comment that a place, counted from its beginning, lies in.
    fileprivate func isComment(around place: Int) -> Bool {
        let length = sourceLength.utf8Length
        switch self {
        case .lineComment, .docLineComment: return place > 1 && place <= length
        case .blockComment, .docBlockComment: return place > 1 && place < length
        default: return false
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether it can be part of a name; so can all bytes of letters outside ASCII.
    fileprivate var isOfName: Bool {
        self >= 0x80 || self == UInt8(ascii: "_") || isDigit
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
