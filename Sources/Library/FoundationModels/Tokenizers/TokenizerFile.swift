import Foundation

/// A `tokenizer.json`: the normalizer, the splitter, the vocabulary and the special tokens of one tokenizer.
///
/// What this reader does not know it refuses by name, since a tokenizer that skips a step gives other ids.
struct TokenizerFile {
    let path: String
    let json: OrderedJSON
    let options: TokenizerOptions

    init(_ file: URL, _ options: TokenizerOptions) throws {
        self.options = options
        path = file.path
        json = try readJSON(file)
    }

    /// The tokenizer that the file describes.
    func tokenizer() throws -> any Tokenizer {
        guard let model = json["model"] else { throw problem("\"model\" is missing") }
        // Files of before 2020 leave the type out; only WordPiece has a continuation prefix.
        switch model["type"]?.text ?? (model["continuing_subword_prefix"]?.text == nil ? "BPE" : "WordPiece")
        {
        case "WordPiece": return try wordPiece(model)
        case "BPE": return try bytePair(model)
        case let type:
            throw problem("the tokenizer model \"\(type)\" is not supported; WordPiece and BPE are")
        }
    }

    private func wordPiece(_ model: OrderedJSON) throws -> any Tokenizer {
        try expect("pre_tokenizer", "BertPreTokenizer")
        let vocabulary = try vocabulary(model)
        let unknown = model["unk_token"]?.text ?? "[UNK]"
        guard let unknownID = vocabulary.id(of: unknown) else {
            throw problem("the unknown token \(unknown) is not in the vocabulary")
        }
        let normalizer = try bertNormalizer()
        return WordPieceTokenizer(
            vocabulary: vocabulary, normalizer: normalizer, specialTokens: try specialTokens(),
            cleanedTokens: try cleanedTokens { normalizer.normalize($0) }, unknown: unknownID,
            continuationPrefix: model["continuing_subword_prefix"]?.bytes ?? Array("##".utf8),
            maximumWordLength: model["max_input_chars_per_word"]?.integer ?? 100)
    }

    private func bertNormalizer() throws -> BERTNormalizer {
        try expect("normalizer", "BertNormalizer")
        let normalizer = json["normalizer"]
        let lowercases = options.lowercases ?? normalizer?["lowercase"]?.flag ?? true
        return BERTNormalizer(
            cleansText: normalizer?["clean_text"]?.flag ?? true,
            separatesIdeographs: options.separatesIdeographs ?? normalizer?["handle_chinese_chars"]?.flag
                ?? true,
            stripsAccents: options.stripsAccents ?? normalizer?["strip_accents"]?.flag ?? lowercases,
            lowercases: lowercases)
    }

    /// The vocabulary of a model: an object of tokens and ids.
    func vocabulary(_ model: OrderedJSON) throws -> Vocabulary {
        guard let members = model["vocab"]?.members else { throw problem("\"model.vocab\" is not an object") }
        return try Vocabulary(members: members, path: path)
    }

    /// The added tokens of raw text, and those that the post-processor puts before and after a text.
    func specialTokens() throws -> SpecialTokens {
        let (opening, closing) = try template(json["post_processor"])
        return SpecialTokens(try addedTokens().raw, opening: opening, closing: closing)
    }

    /// The added tokens that are sought in cleaned text, cleaned as it is; nil if there are none.
    func cleanedTokens(_ clean: (UnsafeBufferPointer<UInt8>) -> [UInt8]?) throws -> SpecialTokens? {
        try addedTokens().cleanedTokens(clean)
    }

    /// The added tokens of the file, and those of the files beside it that it does not have.
    private func addedTokens() throws -> AddedTokens {
        var added = AddedTokens()
        for item in json["added_tokens"]?.items ?? [] {
            guard let spelling = item["content"]?.bytes, let id = Self.id(item["id"]) else {
                throw problem("an entry of \"added_tokens\" has no content, or no id of a token")
            }
            let entry = SpecialTokens.Entry(
                spelling: spelling, id: id, stripsLeft: item["lstrip"]?.flag ?? false,
                stripsRight: item["rstrip"]?.flag ?? false, isWholeWord: item["single_word"]?.flag ?? false)
            if item["normalized"]?.flag == true {
                added.cleaned.append(entry)
            } else {
                added.raw.append(entry)
            }
        }
        let known = Set((added.raw + added.cleaned).map(\.spelling))
        let others = try options.addedTokens()
        added.raw += others.raw.filter { !known.contains($0.spelling) }
        added.cleaned += others.cleaned.filter { !known.contains($0.spelling) }
        return added
    }

    /// The id of a token.
    private static func id(_ value: OrderedJSON?) -> Int32? {
        value?.integer.flatMap { (0..<Vocabulary.maximumCount).contains($0) ? Int32($0) : nil }
    }

    /// The ids before and after a single text.
    private func template(_ processor: OrderedJSON?) throws -> (opening: [Int32], closing: [Int32]) {
        switch processor?["type"]?.text {
        case nil, "ByteLevel": return ([], [])
        case "BertProcessing", "RobertaProcessing":
            // [spelling, id] of the closing and of the opening token.
            guard let opening = Self.id(processor?["cls"]?.items?.last),
                let closing = Self.id(processor?["sep"]?.items?.last)
            else { throw problem("\"post_processor\" has no cls or sep token") }
            return ([opening], [closing])
        case "TemplateProcessing":
            guard let steps = processor?["single"]?.items else {
                throw problem("\"post_processor.single\" is missing")
            }
            let ids = try steps.map { try templateIDs($0, processor) }
            guard let text = ids.firstIndex(of: nil) else {
                throw problem("\"post_processor.single\" has no text")
            }
            return (ids[..<text].flatMap { $0 ?? [] }, ids[(text + 1)...].flatMap { $0 ?? [] })
        case let type?: throw problem("the post-processor \"\(type)\" is not supported")
        }
    }

    /// The ids of one step of a template; nil if the step is the text.
    private func templateIDs(_ step: OrderedJSON, _ processor: OrderedJSON?) throws -> [Int32]? {
        if step["Sequence"] != nil { return nil }
        guard let name = step["SpecialToken"]?["id"]?.text,
            let items = processor?["special_tokens"]?[name]?["ids"]?.items,
            case let ids = items.compactMap({ Self.id($0) }), ids.count == items.count
        else { throw problem("a special token of \"post_processor.single\" has no ids of tokens") }
        return ids
    }

    private func expect(_ key: String, _ type: String) throws {
        let found = json[key]?["type"]?.text
        guard found == type else {
            throw problem("the \(key) \(type) is expected; \(found ?? "none") is there")
        }
    }

    func problem(_ text: String) -> FoundationModelError { .file(path: path, problem: text) }
}
