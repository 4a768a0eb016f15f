import Formats
import Foundation

/// Reads the tokenizer of a model's folder: `tokenizer.json`, or `vocab.txt` (WordPiece) or `vocab.json` and
/// `merges.txt` (byte-pair encodings) with `tokenizer_config.json`.
///
/// Throws `FoundationModelError.file` if neither is there, or if a step of the tokenizer is not known.
public func loadTokenizer(_ folder: some FileLocation) throws -> any Tokenizer {
    try TokenizerFolder(folder.fileURL, LoadingNotes()).tokenizer
}

/// The tokenizer of a folder, and the most tokens that it says a text may have.
struct TokenizerFolder {
    let tokenizer: any Tokenizer
    let maximumLength: Int?

    init(_ folder: URL, _ notes: LoadingNotes) throws {
        let options = try TokenizerOptions(folder, notes)
        maximumLength = options.maximumLength
        if folder.hasFile("tokenizer.json") {
            tokenizer = try TokenizerFile(folder.appending(path: "tokenizer.json"), options).tokenizer()
            let tokenizer = tokenizer
            try options.check(tokenizer.specialTokens) { tokenizer.token(of: $0) }
            return
        }
        if folder.hasFile("vocab.txt") {
            tokenizer = try Self.wordPiece(folder.appending(path: "vocab.txt"), options)
            return
        }
        if let files = BytePairFiles(folder, options) {
            tokenizer = try files.tokenizer()
            return
        }
        throw FoundationModelError.file(
            path: folder.path,
            problem:
                "a tokenizer is expected in tokenizer.json, vocab.txt or vocab.json and merges.txt; none is there"
        )
    }

    /// BERT's tokenizer as `vocab.txt` and the options describe it; what is missing means BERT's own choice.
    private static func wordPiece(_ file: URL, _ options: TokenizerOptions) throws -> any Tokenizer {
        let vocabulary = Vocabulary(lines: try Data(contentsOf: file))
        func id(_ token: String) throws -> Int32 {
            guard let id = vocabulary.id(of: token) else {
                throw FoundationModelError.file(
                    path: file.path, problem: "the token \(token) is expected and missing")
            }
            return id
        }
        func token(_ name: String, _ standard: String) -> String { options.tokens[name] ?? standard }
        let (unknown, opening) = (token("unk_token", "[UNK]"), token("cls_token", "[CLS]"))
        let closing = token("sep_token", "[SEP]")
        let names = [token("pad_token", "[PAD]"), unknown, opening, closing, token("mask_token", "[MASK]")]
        let entries = names.compactMap { name in
            vocabulary.id(of: name).map { SpecialTokens.Entry(spelling: Array(name.utf8), id: $0) }
        }
        let lowercases = options.lowercases ?? true
        let normalizer = BERTNormalizer(
            separatesIdeographs: options.separatesIdeographs ?? true,
            stripsAccents: options.stripsAccents ?? lowercases, lowercases: lowercases)
        let added = try options.addedTokens()
        return WordPieceTokenizer(
            vocabulary: vocabulary, normalizer: normalizer,
            specialTokens: SpecialTokens(
                added.special(with: entries), opening: [try id(opening)], closing: [try id(closing)]),
            cleanedTokens: added.cleanedTokens { normalizer.normalize($0) }, unknown: try id(unknown))
    }
}

/// Reads a JSON file; throws with the file's name.
func readJSON(_ file: URL) throws -> OrderedJSON {
    let data: Data
    do { data = try Data(contentsOf: file) } catch {
        throw FoundationModelError.file(
            path: file.path, problem: "cannot be read (\(error.localizedDescription))")
    }
    do { return try OrderedJSON(data) } catch {
        throw FoundationModelError.file(path: file.path, problem: "is not JSON: \(error)")
    }
}
