/// BERT's tokenizer: words, cut into the longest pieces that the vocabulary has.
///
/// Source: Devlin et al. 2019; the ids are those of `BertNormalizer`, `BertPreTokenizer` and `WordPiece` of
/// Hugging Face's `tokenizers`.
package struct WordPieceTokenizer: Tokenizer {
    package let specialTokens: SpecialTokens
    private let vocabulary: Vocabulary
    private let normalizer: BERTNormalizer
    /// The tokens that are sought in cleaned text, if there are any.
    private let cleanedTokens: SpecialTokens?
    private let words: PrefixTree
    private let continuations: PrefixTree
    private let unknown: Int32
    private let maximumWordLength: Int

    package var algorithm: String { "WordPiece" }
    package var vocabularyCount: Int { vocabulary.count }

    /// A tokenizer of a vocabulary whose pieces inside a word begin with `continuationPrefix`.
    init(
        vocabulary: Vocabulary, normalizer: BERTNormalizer, specialTokens: SpecialTokens,
        cleanedTokens: SpecialTokens? = nil, unknown: Int32,
        continuationPrefix: [UInt8] = Array("##".utf8), maximumWordLength: Int = 100
    ) {
        self.vocabulary = vocabulary
        self.normalizer = normalizer
        self.specialTokens = specialTokens
        self.cleanedTokens = cleanedTokens
        self.unknown = unknown
        self.maximumWordLength = maximumWordLength
        words = PrefixTree(vocabulary.entries)
        continuations = PrefixTree(
            vocabulary.entries.compactMap { bytes, id in
                guard bytes.starts(with: continuationPrefix), bytes.count > continuationPrefix.count else {
                    return nil
                }
                return (Array(bytes[continuationPrefix.count...]), id)
            })
    }

    package func token(of id: Int32) -> String? {
        vocabulary.token(of: id) ?? specialTokens.spelling(of: id) ?? cleanedTokens?.spelling(of: id)
    }

    package func appendIDs(of text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        normalizer.normalize(text).withUnsafeBufferPointer { normalized in
            guard let cleanedTokens else { return appendWords(normalized, to: &ids) }
            cleanedTokens.split(normalized) { piece in
                switch piece {
                case .text(let range): appendWords(UnsafeBufferPointer(rebasing: normalized[range]), to: &ids)
                case .special(let id): ids.append(id)
                }
            }
        }
    }

    private func appendWords(_ normalized: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        var start = 0
        var position = 0
        while position < normalized.count {
            let (kind, length) = kind(of: normalized, at: position)
            if kind != .letter {
                appendWord(UnsafeBufferPointer(rebasing: normalized[start..<position]), to: &ids)
                start = position + length
                if kind == .punctuation {
                    appendWord(UnsafeBufferPointer(rebasing: normalized[position..<start]), to: &ids)
                }
            }
            position += length
        }
        appendWord(UnsafeBufferPointer(rebasing: normalized[start...]), to: &ids)
    }

    private enum Kind { case letter, space, punctuation }

    @inline(__always)
    private func kind(of text: UnsafeBufferPointer<UInt8>, at position: Int) -> (Kind, length: Int) {
        let byte = text[position]
        if byte < 0x80 {
            if byte == 32 || (9...13).contains(byte) { return (.space, 1) }
            return (UnicodeClasses.isASCIIPunctuation(byte) ? .punctuation : .letter, 1)
        }
        let (scalar, length) = decodeScalar(text, at: position)
        if scalar.properties.isWhitespace { return (.space, length) }
        return (UnicodeClasses.isPunctuation(scalar) ? .punctuation : .letter, length)
    }

    /// Cuts a word into pieces; a word that cannot be cut, or is too long, is one unknown token.
    private func appendWord(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        guard !word.isEmpty else { return }
        // A character begins at every byte that does not continue one.
        if word.count > maximumWordLength, word.count(where: { $0 & 0xC0 != 0x80 }) > maximumWordLength {
            return ids.append(unknown)
        }
        let before = ids.count
        var position = 0
        while position < word.count {
            let rest = UnsafeBufferPointer(rebasing: word[position...])
            guard let piece = (position == 0 ? words : continuations).longestMatch(in: rest) else {
                ids.removeLast(ids.count - before)
                return ids.append(unknown)
            }
            ids.append(piece.id)
            position += piece.length
        }
    }
}
