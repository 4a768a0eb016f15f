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

    /// The options of a folder; none without the file.
    init(_ folder: URL, _ notes: LoadingNotes) throws {
        let file = folder.appending(path: "tokenizer_config.json")
        path = file.path
        guard folder.hasFile(file.lastPathComponent) else {
            (tokenizerClass, lowercases, stripsAccents, separatesIdeographs) = ("", nil, nil, nil)
            (addsBlank, maximumLength, tokens) = (nil, nil, [:])
            return
        }
        let options = try ModelConfiguration(file: file).read(as: .tokenizer, notes: notes)
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

extension ModelConfiguration {
    /// A token: its spelling, or an object that has it as `content`.
    fileprivate func token(_ key: String) throws -> String? {
        if let section = section(key) { return try section.text("content") }
        return try text(key)
    }
}
