/// What turns text into the token ids that a text tower reads.
///
/// The ids are those of Hugging Face's `tokenizers` for the same files.
///
/// ```swift
/// let tokenizer = try model.text.tokenizer
/// tokenizer.encode("the cat sat")            // [101, 1996, 4937, 2938, 102]
/// tokenizer.tokens(of: "the cat sat")        // ["[CLS]", "the", "cat", "sat", "[SEP]"]
/// ```
public protocol Tokenizer: Sendable {
    /// The name of the algorithm (`WordPiece`, `byte-level BPE`).
    var algorithm: String { get }
    /// How many ids there are; every id is below it.
    var vocabularyCount: Int { get }
    /// The special tokens, found in raw text before anything else is done with it.
    var specialTokens: SpecialTokens { get }

    /// Appends the ids of text that holds no special token.
    func appendIDs(of text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32])
    /// The spelling of one id, as the vocabulary has it.
    func token(of id: Int32) -> String?
}

extension Tokenizer {
    /// The ids of a text between the tokens that open and close a sequence.
    ///
    /// With `maximumLength`, tokens beyond it are dropped from the end of the text; the closing token is kept.
    public func encode(_ text: String, maximumLength: Int? = nil) -> [Int32] {
        var text = text
        var ids = specialTokens.opening
        text.withUTF8 { utf8 in
            specialTokens.split(utf8) { piece in
                switch piece {
                case .text(let range): appendIDs(of: UnsafeBufferPointer(rebasing: utf8[range]), to: &ids)
                case .special(let id): ids.append(id)
                }
            }
        }
        ids += specialTokens.closing
        return maximumLength.map { specialTokens.shortened(ids, to: $0) } ?? ids
    }

    /// The spelling of every token of a text.
    public func tokens(of text: String) -> [String] {
        encode(text).map { token(of: $0) ?? "?" }
    }
}
