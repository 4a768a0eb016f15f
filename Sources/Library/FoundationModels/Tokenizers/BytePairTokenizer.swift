import Synchronization

/// The byte-level byte-pair encoding of GPT-2 and RoBERTa, and CLIP's, which marks the ends of words.
///
/// Sources: Sennrich et al. 2016, Radford et al. 2019 and 2021; the ids are those of `BPE` and `ByteLevel` of Hugging
/// Face's `tokenizers`.
package struct BytePairTokenizer: Tokenizer {
    package let specialTokens: SpecialTokens
    private let vocabulary: Vocabulary
    private let normalizer: ComposingNormalizer
    private let cleanedTokens: SpecialTokens?
    private let splitter: WordSplitter
    private let merges: BytePairMerges
    /// The token of each byte inside a word and of one that ends it, or `absent`.
    private let bytes: [Int32]
    private let lastBytes: [Int32]
    private let addsBlank: Bool
    private let memory = Memory()

    private static let absent: Int32 = -1

    package var algorithm: String { "byte-level BPE" }
    package var vocabularyCount: Int { vocabulary.count }

    /// What a byte-pair encoding is made of.
    struct Parts {
        var vocabulary: Vocabulary
        /// Pairs of tokens by their spelling, the first merge first.
        var merges: [(left: [UInt8], right: [UInt8])]
        var splitter: WordSplitter
        var normalizer = ComposingNormalizer()
        /// What the last token of a word ends with (`</w>`).
        var wordSuffix: [UInt8] = []
        /// What stands for a byte that the vocabulary lacks; without it such a byte is left out.
        var unknown: Int32?
        /// Puts a blank before text that does not begin with one.
        var addsBlank = false
        var specialTokens: SpecialTokens
        /// Special tokens that are sought in the cleaned text.
        var cleanedTokens: SpecialTokens?
    }

    /// Throws the spelling of a token that a merge names and the vocabulary lacks.
    init(_ parts: Parts) throws(UnknownToken) {
        vocabulary = parts.vocabulary
        specialTokens = parts.specialTokens
        cleanedTokens = parts.cleanedTokens
        normalizer = parts.normalizer
        splitter = parts.splitter
        addsBlank = parts.addsBlank
        let tree = PrefixTree(vocabulary.entries)
        func id(_ token: [UInt8]) -> Int32? { token.withUnsafeBufferPointer { tree.id(of: $0) } }
        let unknown = parts.unknown ?? Self.absent
        bytes = ByteAlphabet.spellings().map { id($0) ?? unknown }
        lastBytes = ByteAlphabet.spellings(suffix: parts.wordSuffix).map { id($0) ?? unknown }
        var merges: [(left: Int32, right: Int32, result: Int32)] = []
        merges.reserveCapacity(parts.merges.count)
        for (left, right) in parts.merges {
            guard let leftID = id(left) else { throw UnknownToken(bytes: left) }
            guard let rightID = id(right) else { throw UnknownToken(bytes: right) }
            guard let result = id(left + right) else { throw UnknownToken(bytes: left + right) }
            merges.append((leftID, rightID, result))
        }
        self.merges = BytePairMerges(merges)
    }

    package func token(of id: Int32) -> String? {
        vocabulary.token(of: id) ?? specialTokens.spelling(of: id) ?? cleanedTokens?.spelling(of: id)
    }

    package func appendIDs(of text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        guard let cleaned = normalizer.normalize(text) else { return appendCleaned(text, to: &ids) }
        cleaned.withUnsafeBufferPointer { appendCleaned($0, to: &ids) }
    }

    private func appendCleaned(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        guard let cleanedTokens else { return appendWords(text, to: &ids) }
        cleanedTokens.split(text) { piece in
            switch piece {
            case .text(let range): appendWords(UnsafeBufferPointer(rebasing: text[range]), to: &ids)
            case .special(let id): ids.append(id)
            }
        }
    }

    private func appendWords(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        if addsBlank, text.first != 0x20 {
            let longer = [0x20] + text
            return longer.withUnsafeBufferPointer { appendSplit($0, to: &ids) }
        }
        appendSplit(text, to: &ids)
    }

    private func appendSplit(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        var output = ids
        ids = []
        memory.state.withLock { state in
            let workspace = state.workspace
            splitter.split(text) { word in
                state.words.append(word, to: &output) { output in
                    workspace.reset(length: word.count)
                    for byte in word.dropLast() { append(bytes[Int(byte)], workspace) }
                    if let last = word.last { append(lastBytes[Int(last)], workspace) }
                    merges.apply(workspace)
                    workspace.collect(into: &output)
                }
            }
        }
        ids = output
    }

    @inline(__always)
    private func append(_ id: Int32, _ workspace: MergeWorkspace) {
        if id != Self.absent { workspace.append(id) }
    }
}

extension BytePairTokenizer {
    /// What one call leaves for the next: the words that were met, and room to merge a new one.
    private final class Memory: Sendable {
        struct State: Sendable {
            var words = WordCache()
            let workspace = MergeWorkspace()
        }
        let state = Mutex(State())
    }
}

/// A token that a merge names and the vocabulary lacks.
struct UnknownToken: Error {
    let bytes: [UInt8]
    var spelling: String { String(decoding: bytes, as: UTF8.self) }
}
