extension TokenizerFile {
    /// The byte-level BPE of GPT-2, RoBERTa or CLIP that the file describes.
    func bytePair(_ model: OrderedJSON) throws -> any Tokenizer {
        try refuse(model, "dropout", "byte_fallback", "ignore_merges", "fuse_unk")
        if let prefix = model["continuing_subword_prefix"]?.text, !prefix.isEmpty {
            throw problem("the prefix \"\(prefix)\" inside words is not supported for BPE")
        }
        let vocabulary = try vocabulary(model)
        var unknown: Int32?
        if let token = model["unk_token"]?.text {
            unknown = vocabulary.id(of: token)
            if unknown == nil { throw problem("the unknown token \(token) is not in the vocabulary") }
        }
        let (splitter, addsBlank) = try splitter()
        let normalizer = try composingNormalizer()
        let parts = BytePairTokenizer.Parts(
            vocabulary: vocabulary, merges: try merges(model), splitter: splitter,
            normalizer: normalizer, wordSuffix: model["end_of_word_suffix"]?.bytes ?? [],
            unknown: unknown, addsBlank: addsBlank,
            specialTokens: try specialTokens(), cleanedTokens: try cleanedTokens { normalizer.normalize($0) })
        do throws(UnknownToken) { return try BytePairTokenizer(parts) } catch {
            throw problem("a merge needs the token \"\(error.spelling)\", which the vocabulary lacks")
        }
    }

    /// Options of a model that would change the ids and that no known CLIP or RoBERTa has.
    private func refuse(_ model: OrderedJSON, _ options: String...) throws {
        for option in options {
            switch model[option] {
            case nil, .null, .bool(false): break
            default: throw problem("the option \"\(option)\" of BPE is not supported")
            }
        }
    }

    /// The merges, each a list of two tokens, or in files of before 2024 a text with a blank between them.
    private func merges(_ model: OrderedJSON) throws -> [(left: [UInt8], right: [UInt8])] {
        guard let items = model["merges"]?.items else { throw problem("\"model.merges\" is not a list") }
        return try items.enumerated().map { number, item in
            if let pair = item.items, pair.count == 2, let left = pair[0].bytes, let right = pair[1].bytes {
                return (left, right)
            }
            guard let pair = item.bytes.flatMap(splitMerge) else {
                throw problem("merge \(number) of \"model.merges\" is not a pair of tokens")
            }
            return pair
        }
    }

    private func splitter() throws -> (WordSplitter, addsBlank: Bool) {
        let step = json["pre_tokenizer"]
        let steps = step?["pretokenizers"]?.items ?? [step].compactMap { $0 }
        guard let bytes = steps.last, bytes["type"]?.text == "ByteLevel" else {
            throw problem(
                "the pre_tokenizer ByteLevel is expected; \(steps.last?["type"]?.text ?? "none") is there")
        }
        let addsBlank = options.addsBlank ?? bytes["add_prefix_space"]?.flag ?? true
        let pattern = steps.dropLast().first?["pattern"]?["Regex"]?.text
        switch (steps.count, pattern) {
        case (1, _) where bytes["use_regex"]?.flag ?? true: return (.gpt2, addsBlank)
        case (2, .some(Self.clipPattern)), (2, .some(Self.specialTokensPattern + Self.clipPattern)):
            return (.clip, addsBlank)
        default:
            throw problem(
                "the pre_tokenizer splits by a pattern that is neither GPT-2's nor CLIP's: \(pattern ?? "none")"
            )
        }
    }

    private static let clipPattern = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
    /// Inert, since special tokens are cut out before.
    private static let specialTokensPattern = #"<\|startoftext\|>|<\|endoftext\|>|"#

    private func composingNormalizer() throws -> ComposingNormalizer {
        var normalizer = ComposingNormalizer()
        guard let step = json["normalizer"], step["type"] != nil else { return normalizer }
        for step in step["normalizers"]?.items ?? [step] {
            switch step["type"]?.text {
            case "NFC": normalizer.composes = true
            case "Lowercase": normalizer.lowercases = true
            case "Replace" where step["pattern"]?["Regex"]?.text == #"\s+"# && step["content"]?.text == " ":
                break
            case let type: throw problem("the normalizer \(type ?? "without type") is not supported for BPE")
            }
        }
        return normalizer
    }
}

/// The two tokens of a merge that is written with a blank between them.
func splitMerge(_ line: some Collection<UInt8>) -> (left: [UInt8], right: [UInt8])? {
    let parts = line.split(separator: UInt8(ascii: " "))
    return parts.count == 2 ? (Array(parts[0]), Array(parts[1])) : nil
}
