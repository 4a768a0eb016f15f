/// The tokens that stand for themselves in raw text (`[MASK]`, `<s>`), and those that open and close a sequence.
public struct SpecialTokens: Sendable {
    /// A token that is cut out of the text before it is normalized and split.
    package struct Entry: Sendable, Equatable {
        /// The spelling, as UTF-8.
        package var spelling: [UInt8]
        /// The token's id.
        package var id: Int32
        /// Whether the token takes the white space before it.
        package var stripsLeft = false
        /// Whether the token takes the white space after it.
        package var stripsRight = false
        /// Whether the token counts only if no letter, accent, digit or low line touches it.
        package var isWholeWord = false
    }

    /// A part of the text, in its order.
    enum Piece {
        case text(Range<Int>)
        case special(Int32)
    }

    /// The ids before every sequence.
    public let opening: [Int32]
    /// The ids after every sequence.
    public let closing: [Int32]
    private let entries: [Entry]
    private let tree: PrefixTree

    /// The given tokens; the longest that fits wins if several begin at one place.
    package init(_ entries: [Entry], opening: [Int32], closing: [Int32]) {
        self.entries = entries.filter { !$0.spelling.isEmpty }
        self.opening = opening
        self.closing = closing
        tree = PrefixTree(self.entries.enumerated().map { ($1.spelling, Int32($0)) })
    }

    /// How a token that stands for itself is spelled.
    func spelling(of id: Int32) -> String? {
        entries.first { $0.id == id }.map { String(decoding: $0.spelling, as: UTF8.self) }
    }

    /// A sequence of at most `maximumLength` tokens: those beyond it are dropped from the end of the text, and the tokens
    /// that close it are kept.
    func shortened(_ ids: [Int32], to maximumLength: Int) -> [Int32] {
        let room = max(maximumLength - closing.count, opening.count)
        let length = ids.count - closing.count
        return length <= room ? ids : ids.prefix(room) + closing
    }

    /// Cuts the text at its special tokens.
    func split(_ text: UnsafeBufferPointer<UInt8>, _ body: (Piece) -> Void) {
        var start = 0
        var position = 0
        while position < text.count {
            guard let match = tree.longestMatch(in: UnsafeBufferPointer(rebasing: text[position...])) else {
                position += 1
                continue
            }
            let entry = entries[Int(match.id)]
            var range = position..<(position + match.length)
            if entry.isWholeWord, touchesWord(text, range) {
                position += match.length
                continue
            }
            if entry.stripsLeft {
                range = start + trimmedEnd(text, start..<range.lowerBound)..<range.upperBound
            }
            if entry.stripsRight { range = range.lowerBound..<skippedSpace(text, from: range.upperBound) }
            if start < range.lowerBound { body(.text(start..<range.lowerBound)) }
            body(.special(entry.id))
            start = range.upperBound
            position = start
        }
        if start < text.count { body(.text(start..<text.count)) }
    }

    private func touchesWord(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        // What `\w` means to the regular expressions of `tokenizers`: accents are among it, "²" and "½" are not.
        func isWord(_ scalar: Unicode.Scalar) -> Bool {
            let properties = scalar.properties
            switch properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
                return true
            default: return properties.isAlphabetic || properties.isJoinControl
            }
        }
        let before = String(decoding: text[..<range.lowerBound], as: UTF8.self).unicodeScalars.last
        let after = String(decoding: text[range.upperBound...], as: UTF8.self).unicodeScalars.first
        return before.map(isWord) == true || after.map(isWord) == true
    }

    /// How many bytes of a range are left without the white space at its end.
    private func trimmedEnd(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        var scalars = String(decoding: text[range], as: UTF8.self).unicodeScalars
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars).utf8.count
    }

    private func skippedSpace(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        while position < text.count {
            let (scalar, length) = decodeScalar(text, at: position)
            guard scalar.properties.isWhitespace else { break }
            position += length
        }
        return position
    }
}
