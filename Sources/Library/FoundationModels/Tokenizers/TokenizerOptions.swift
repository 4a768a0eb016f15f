import Foundation

/// What `tokenizer_config.json` says; it is stronger than what `tokenizer.json` says of the same.
struct TokenizerOptions {
    /// The class of transformers; those that are made of `tokenizer.json` alone take none of the other options.
    let tokenizerClass: String
    let lowercases: Bool?
    let stripsAccents: Bool?
    let separatesIdeographs: Bool?
    let addsBlank: Bool?
    /// The most tokens of a text, if it is one that any text can have.
    let maximumLength: Int?
    /// The spelling of each special token that is named (`cls_token`).
    let tokens: [String: String]
    private let path: String
    private let folder: URL
    /// `added_tokens_decoder`, if it is given.
    private let decoder: ModelConfiguration?

    /// The options of a folder; none without the file.
    init(_ folder: URL, _ notes: LoadingNotes) throws {
        let file = folder.appending(path: "tokenizer_config.json")
        path = file.path
        self.folder = folder
        guard folder.hasFile(file.lastPathComponent) else {
            decoder = nil
            (tokenizerClass, lowercases, stripsAccents, separatesIdeographs) = ("", nil, nil, nil)
            (addsBlank, maximumLength, tokens) = (nil, nil, [:])
            return
        }
        let options = try ModelConfiguration(file: file).read(as: .tokenizer, notes: notes)
        decoder = options.section("added_tokens_decoder")
        tokenizerClass = try options.text("tokenizer_class") ?? ""
        let isGeneric = ["PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend"].contains(
            tokenizerClass)
        lowercases = try isGeneric ? nil : options.flag("do_lower_case")
        stripsAccents = try isGeneric ? nil : options.flag("strip_accents")
        separatesIdeographs = try isGeneric ? nil : options.flag("tokenize_chinese_chars")
        addsBlank = try isGeneric ? nil : options.flag("add_prefix_space")
        // transformers writes 1e30 for "any number".
        let length = try options.double("model_max_length") ?? options.double("max_len")
        maximumLength = length.flatMap { $0 >= 1 && $0 < 1e9 ? Int($0) : nil }
        let names = [
            "unk_token", "pad_token", "cls_token", "sep_token", "mask_token", "bos_token", "eos_token",
        ]
        tokens = try names.reduce(into: [:]) { $0[$1] = try options.token($1) }
    }

    /// The tokens that were added to a vocabulary: those of `added_tokens_decoder`, or of `added_tokens.json`, which
    /// folders of before 2023 have.
    func addedTokens() throws -> AddedTokens {
        var added = AddedTokens()
        if let decoder {
            for key in decoder.keys {
                guard let id = Int(key), let token = decoder.section(key),
                    let content = try token.text("content")
                else { throw decoder.problem("\"\(key)\" is not the id of a token that has a content") }
                let entry = SpecialTokens.Entry(
                    spelling: Array(content.utf8), id: try Self.id(id, of: content, decoder),
                    stripsLeft: try token.flag("lstrip") ?? false,
                    stripsRight: try token.flag("rstrip") ?? false,
                    isWholeWord: try token.flag("single_word") ?? false)
                if try token.flag("normalized") ?? false {
                    added.cleaned.append(entry)
                } else {
                    added.raw.append(entry)
                }
            }
            return added
        }
        let file = folder.appending(path: "added_tokens.json")
        guard folder.hasFile(file.lastPathComponent) else { return added }
        let list = try ModelConfiguration(file: file)
        for name in list.keys {
            guard let id = try list.integer(name) else { throw list.problem("\"\(name)\" has no id") }
            let entry = SpecialTokens.Entry(spelling: Array(name.utf8), id: try Self.id(id, of: name, list))
            if tokens.values.contains(name) { added.raw.append(entry) } else { added.cleaned.append(entry) }
        }
        return added
    }

    private static func id(_ id: Int, of token: String, _ file: ModelConfiguration) throws -> Int32 {
        guard (0..<Vocabulary.maximumCount).contains(id) else {
            throw file.problem("\(id) cannot be the id of the token \"\(token)\"")
        }
        return Int32(id)
    }

    /// Throws if a special token is another than the one that `tokenizer.json` puts there.
    func check(_ specialTokens: SpecialTokens, _ spelling: (Int32) -> String?) throws {
        let places = [
            ("cls_token", specialTokens.opening), ("sep_token", specialTokens.closing),
            ("bos_token", specialTokens.opening), ("eos_token", specialTokens.closing),
        ]
        for (name, ids) in places {
            guard let named = tokens[name], !ids.isEmpty, !ids.contains(where: { spelling($0) == named })
            else { continue }
            // BERT has names for both pairs, of which the first is put there.
            if name == "bos_token", tokens["cls_token"] != nil { continue }
            if name == "eos_token", tokens["sep_token"] != nil { continue }
            throw FoundationModelError.file(
                path: path,
                problem: "\"\(name)\" is \"\(named)\", but tokenizer.json puts "
                    + ids.map { "\"\(spelling($0) ?? "?")\"" }.joined(separator: ", ") + " there")
        }
    }
}

/// Tokens that stand for themselves and that were added to a vocabulary.
struct AddedTokens {
    /// Those that are sought in raw text.
    var raw: [SpecialTokens.Entry] = []
    /// Those that are sought in cleaned text.
    var cleaned: [SpecialTokens.Entry] = []

    /// Those of raw text, with `others` that are not among all.
    func special(with others: [SpecialTokens.Entry]) -> [SpecialTokens.Entry] {
        let known = Set((raw + cleaned).map(\.spelling))
        return raw + others.filter { !known.contains($0.spelling) }
    }

    /// Those of cleaned text, cleaned as it is; nil if there are none.
    func cleanedTokens(_ clean: (UnsafeBufferPointer<UInt8>) -> [UInt8]?) -> SpecialTokens? {
        let entries = cleaned.map { entry in
            var cleaned = entry
            cleaned.spelling = entry.spelling.withUnsafeBufferPointer(clean) ?? entry.spelling
            return cleaned
        }
        return entries.isEmpty ? nil : SpecialTokens(entries, opening: [], closing: [])
    }
}

extension ModelConfiguration {
    /// A token: its spelling, or an object that has it as `content`.
    fileprivate func token(_ key: String) throws -> String? {
        if let section = section(key) { return try section.text("content") }
        return try text(key)
    }
}
