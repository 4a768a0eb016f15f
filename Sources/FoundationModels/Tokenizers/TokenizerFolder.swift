import Foundation

/// Reads the tokenizer of a model's folder: `tokenizer.json`, or `vocab.txt` (WordPiece) or `vocab.json` and
/// `merges.txt` (byte-pair encodings) with `tokenizer_config.json`.
///
/// Throws `FoundationModelError.file` where neither is there, or where a step of the tokenizer is not known.
public func loadTokenizer(_ folder: URL) throws -> any Tokenizer {
    try TokenizerFolder.load(folder)
}

private enum TokenizerFolder {
    static func load(_ folder: URL) throws -> any Tokenizer {
        let json = folder.appending(path: "tokenizer.json")
        if FileManager.default.fileExists(atPath: json.path) { return try TokenizerFile(json).tokenizer() }
        let lines = folder.appending(path: "vocab.txt")
        if FileManager.default.fileExists(atPath: lines.path) { return try wordPiece(lines, in: folder) }
        if let files = try BytePairFiles(folder) { return try files.tokenizer() }
        throw FoundationModelError.file(
            path: folder.path,
            problem:
                "a tokenizer is expected in tokenizer.json, vocab.txt or vocab.json and merges.txt; none is there"
        )
    }

    /// BERT's tokenizer as `vocab.txt` and the options of `tokenizer_config.json` describe it.
    private static func wordPiece(_ file: URL, in folder: URL) throws -> any Tokenizer {
        let vocabulary = Vocabulary(lines: try Data(contentsOf: file))
        let options = try TokenizerOptions(folder)
        func id(_ token: String) throws -> Int32 {
            guard let id = vocabulary.id(of: token) else {
                throw FoundationModelError.file(
                    path: file.path, problem: "the token \(token) is expected and missing")
            }
            return id
        }
        let names = [options.padding, options.unknown, options.opening, options.closing, options.mask]
        let entries = names.compactMap { name in
            vocabulary.id(of: name).map { SpecialTokens.Entry(spelling: Array(name.utf8), id: $0) }
        }
        let lowercases = options.lowercases
        return WordPieceTokenizer(
            vocabulary: vocabulary,
            normalizer: BERTNormalizer(
                separatesIdeographs: options.separatesIdeographs,
                stripsAccents: options.stripsAccents ?? lowercases,
                lowercases: lowercases),
            specialTokens: SpecialTokens(
                entries, opening: [try id(options.opening)], closing: [try id(options.closing)]),
            unknown: try id(options.unknown))
    }
}

/// What `tokenizer_config.json` says of a BERT tokenizer; a missing file or entry means BERT's own choice.
private struct TokenizerOptions {
    var lowercases = true
    var stripsAccents: Bool?
    var separatesIdeographs = true
    var padding = "[PAD]", unknown = "[UNK]", opening = "[CLS]", closing = "[SEP]", mask = "[MASK]"

    init(_ folder: URL) throws {
        let file = folder.appending(path: "tokenizer_config.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let json = try readJSON(file)
        lowercases = json["do_lower_case"]?.flag ?? true
        stripsAccents = json["strip_accents"]?.flag
        separatesIdeographs = json["tokenize_chinese_chars"]?.flag ?? true
        // A token is its spelling, or an object that has it as "content".
        func token(_ key: String, _ standard: String) -> String {
            json[key]?.text ?? json[key]?["content"]?.text ?? standard
        }
        padding = token("pad_token", padding)
        unknown = token("unk_token", unknown)
        opening = token("cls_token", opening)
        closing = token("sep_token", closing)
        mask = token("mask_token", mask)
    }
}

/// Reads a JSON file; throws with the file's name.
func readJSON(_ file: URL) throws -> JSONDocument {
    let data: Data
    do { data = try Data(contentsOf: file) } catch {
        throw FoundationModelError.file(
            path: file.path, problem: "cannot be read (\(error.localizedDescription))")
    }
    do { return try JSONDocument(data) } catch {
        throw FoundationModelError.file(path: file.path, problem: "is not JSON: \(error)")
    }
}
