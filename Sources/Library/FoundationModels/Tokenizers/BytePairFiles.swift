import Foundation

/// `vocab.json` and `merges.txt`, as GPT-2, RoBERTa and CLIP were published.
///
/// `tokenizer_config.json` says which of the three it is; without it the tokens of the vocabulary do.
struct BytePairFiles {
    private let vocabularyFile: URL
    private let mergesFile: URL
    private let options: TokenizerOptions

    /// The files of a folder; nil if one of them is not there.
    init?(_ folder: URL, _ options: TokenizerOptions) {
        vocabularyFile = folder.appending(path: "vocab.json")
        mergesFile = folder.appending(path: "merges.txt")
        guard [vocabularyFile, mergesFile].allSatisfy({ FileManager.default.fileExists(atPath: $0.path) })
        else { return nil }
        self.options = options
    }

    /// The tokenizer that the files describe.
    func tokenizer() throws -> any Tokenizer {
        let vocabulary = try Vocabulary(jsonFile: vocabularyFile)
        let family = Family(options.tokenizerClass, vocabulary)
        let names = family.tokens(options.tokens)
        func id(_ name: String) throws -> Int32 {
            guard let id = vocabulary.id(of: name) else {
                throw FoundationModelError.file(
                    path: vocabularyFile.path, problem: "the token \(name) is expected and missing")
            }
            return id
        }
        let special = names.special.compactMap { name in
            vocabulary.id(of: name).map {
                SpecialTokens.Entry(spelling: Array(name.utf8), id: $0, stripsLeft: name == names.mask)
            }
        }
        let added = try options.addedTokens()
        let normalizer = ComposingNormalizer(composes: family == .clip, lowercases: family == .clip)
        let parts = BytePairTokenizer.Parts(
            vocabulary: vocabulary, merges: try merges(),
            splitter: family == .clip ? .clip : .gpt2, normalizer: normalizer,
            wordSuffix: family == .clip ? Array("</w>".utf8) : [],
            unknown: family == .clip ? try id(options.tokens["unk_token"] ?? "<|endoftext|>") : nil,
            addsBlank: options.addsBlank ?? false,
            specialTokens: SpecialTokens(
                added.special(with: special), opening: try names.opening.map(id),
                closing: try names.closing.map(id)),
            cleanedTokens: added.cleanedTokens { normalizer.normalize($0) })
        do throws(UnknownToken) { return try BytePairTokenizer(parts) } catch {
            throw FoundationModelError.file(
                path: mergesFile.path,
                problem: "a merge needs the token \"\(error.spelling)\", which vocab.json lacks")
        }
    }

    private enum Family {
        case gpt2, roberta, clip

        init(_ tokenizerClass: String, _ vocabulary: Vocabulary) {
            if tokenizerClass.hasPrefix("CLIP") || vocabulary.id(of: "<|startoftext|>") != nil {
                self = .clip
            } else if tokenizerClass.hasPrefix("Roberta")
                || tokenizerClass.isEmpty && vocabulary.id(of: "<s>") != nil
            {
                self = .roberta
            } else {
                self = .gpt2
            }
        }

        /// The tokens that stand for themselves and those around a text: those that `tokenizer_config.json` names by
        /// their role, or the family's own.
        func tokens(_ named: [String: String]) -> (
            special: [String], opening: [String], closing: [String], mask: String?
        ) {
            func name(_ role: String, _ own: String) -> String { named[role] ?? own }
            switch self {
            case .gpt2:
                let end = name("eos_token", "<|endoftext|>")
                return (end == "<|endoftext|>" ? [end] : [end, "<|endoftext|>"], [], [], nil)
            case .roberta:
                let (opening, closing) = (name("cls_token", "<s>"), name("sep_token", "</s>"))
                let mask = name("mask_token", "<mask>")
                let others = [name("pad_token", "<pad>"), name("unk_token", "<unk>"), mask]
                return ([opening, closing] + others, [opening], [closing], mask)
            case .clip:
                let (opening, closing) = (
                    name("bos_token", "<|startoftext|>"), name("eos_token", "<|endoftext|>")
                )
                return ([opening, closing], [opening], [closing], nil)
            }
        }
    }

    /// The lines after the version's, each a merge.
    private func merges() throws -> [(left: [UInt8], right: [UInt8])] {
        let data: Data
        do { data = try Data(contentsOf: mergesFile) } catch {
            throw FoundationModelError.file(
                path: mergesFile.path, problem: "cannot be read (\(error.localizedDescription))")
        }
        return try Array(data).split(separator: UInt8(ascii: "\n")).enumerated().compactMap { number, line in
            let line = line.last == 13 ? line.dropLast() : line
            if line.isEmpty || number == 0 && line.starts(with: "#version".utf8) { return nil }
            guard let merge = splitMerge(line) else {
                throw FoundationModelError.file(
                    path: mergesFile.path, problem: "line \(number + 1) is not a pair of tokens")
            }
            return merge
        }
    }
}
