import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Texts are cut, pooled and tokenized as the model's folder says")
struct TextConfigurationTests {
    private let long = String(repeating: "the water of the people ", count: 12)

    private func modules(_ copy: ModelCopy, _ pooling: [String: Any], more: [String] = []) throws {
        let kinds = ["Transformer", "Pooling"] + more
        try copy.write(
            kinds.enumerated().map { number, kind in
                [
                    "idx": number, "name": "\(number)", "path": number == 0 ? "" : "\(number)_\(kind)",
                    "type": "sentence_transformers.models.\(kind)",
                ] as [String: Any]
            }, to: "modules.json")
        try copy.write(pooling, to: "1_Pooling/config.json")
    }

    @Test(
        "the pooling of sentence-transformers, as it was written before and since version 6",
        arguments: [
            (["pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false], Pooling.cls),
            (["pooling_mode_mean_tokens": true], .mean), (["pooling_mode_max_tokens": true], .max),
            (["pooling_mode_lasttoken": true], .end), ([:], .mean),
            (["pooling_mode_mean_tokens": false], .mean),
        ] as [([String: Bool], Pooling)])
    func pooling(_ config: [String: Bool], _ expected: Pooling) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try modules(copy, ["word_embedding_dimension": 36].merging(config) { $1 })
            let model = try FoundationModel.load(copy.folder)
            #expect(try model.text.defaultPooling == expected && model.notes.isEmpty)
            let features = try model.features(of: ["the water"], showsProgress: false)
            let named = try model.features(of: ["the water"], pooling: expected, showsProgress: false)
            #expect(features.pooling == expected && features.map(\.matrix) == named.map(\.matrix))
            let newer = try ModelCopy("encoders/bert", in: place)
            let name = [Pooling.cls: "cls", .mean: "mean", .max: "max", .end: "lasttoken"][expected]!
            try modules(newer, ["embedding_dimension": 36, "pooling_mode": name, "include_prompt": true])
            #expect(try FoundationModel.load(newer.folder).text.defaultPooling == expected)
        }
    }

    @Test(
        arguments: [
            ["pooling_mode": "weightedmean"], ["pooling_mode": ["cls", "mean"]],
            ["pooling_mode_mean_sqrt_len_tokens": true],
        ] as [[String: any Sendable]])
    func poolingsThatThereAreNotMustBeChosen(_ config: [String: any Sendable]) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try modules(copy, config)
            let model = try FoundationModel.load(copy.folder)
            let error = #expect(throws: FoundationModelError.self) {
                try model.features(of: ["a"], showsProgress: false)
            }
            #expect(
                error?.description.contains("which is not supported; say which pooling is wanted") == true)
            #expect(throws: FoundationModelError.self) {
                try model.featureFile(at: place.appending(path: "a.h5").path, of: ["a"], showsProgress: false)
            }
            #expect(try model.features(of: ["a"], pooling: .cls, showsProgress: false).count == 3)
        }
    }

    @Test func modulesBehindThePoolingAreOnTheCard() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try modules(copy, ["pooling_mode": "cls"], more: ["Dense", "Normalize"])
            try copy.write(
                ["default_prompt_name": "query", "prompts": ["query": "query: "], "truncate_dim": 8],
                to: "config_sentence_transformers.json")
            let card = try FoundationModel.load(copy.folder).mimeBundle.plainText ?? ""
            for part in [
                "(Dense, Normalize) is not applied", "\"default_prompt_name\" is \"query\"",
                "\"truncate_dim\" is 8",
            ] {
                #expect(card.contains(part), "\(card)")
            }
        }
    }

    @Test func encodersInAFolderOfTheirOwn() throws {
        try withTemporaryFolder { place in
            try FileManager.default.copyItem(
                at: Fixtures.folder.appending(path: "encoders/bert"),
                to: place.appending(path: "0_Transformer"))
            let modules =
                [
                    [
                        "idx": 0, "name": "0", "path": "0_Transformer",
                        "type": "sentence_transformers.models.Transformer",
                    ],
                    [
                        "idx": 1, "name": "1", "path": "1_Pooling",
                        "type": "sentence_transformers.models.Pooling",
                    ],
                ] as [[String: Any]]
            try JSONSerialization.data(withJSONObject: modules).write(
                to: place.appending(path: "modules.json"))
            try FileManager.default.createDirectory(
                at: place.appending(path: "1_Pooling"), withIntermediateDirectories: true)
            try Data(#"{"pooling_mode_cls_token": true}"#.utf8).write(
                to: place.appending(path: "1_Pooling/config.json"))
            let model = try FoundationModel.load(place.path)
            #expect(try model.text.defaultPooling == .cls && model.text.configuration.width == 36)
        }
    }

    @Test func textsThatAreCutAreCountedAndShown() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try copy.write(["max_seq_length": 7, "do_lower_case": false], to: "sentence_bert_config.json")
            let model = try FoundationModel.load(copy.folder)
            #expect(try model.text.maximumLength == 7)
            let texts = ["the water", long, long, "the people"]
            let features = try model.features(of: texts, showsProgress: false)
            #expect(features.remark == "2 of 4 texts were cut at 7 tokens")
            #expect(features.mimeBundle.plainText?.contains("2 of 4 texts were cut at 7 tokens") == true)
            #expect(try model.features(of: ["the water"], showsProgress: false).remark == nil)
            let path = place.appending(path: "a.h5").path
            let file = try model.featureFile(at: path, of: texts, showsProgress: false)
            #expect(file.mimeBundle.plainText?.contains("2 of 4 texts were cut at 7 tokens") == true)
            #expect(try FeatureFile.open(path).remark == features.remark)
            #expect(file.provenance.transform == "WordPiece, at most 7 tokens")
        }
        // The longest text that has positions, in every tower.
        for fixture in [
            "encoders/bert", "encoders/distilbert", "towers/roberta", "towers/clip", "towers/open-clip",
        ] {
            let model = try FoundationModel.load(Fixtures.folder.appending(path: fixture))
            let features = try model.features(of: [long, "the"], layers: "layer 0", showsProgress: false)
            let length = try model.text.maximumLength
            #expect(features.remark == "1 of 2 texts was cut at \(length) tokens", "\(fixture)")
            #expect(try model.text.tokenIDs(of: [long])[0].count == length)
        }
    }

    @Test func fewerPositionsThanTokensAroundATextAreRefused() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try copy.changeHeader { header in
                // The first of 24 positions; the others become a tensor that nothing reads.
                var header = header
                let name = "embeddings.position_embeddings.weight"
                var first = header[name] as! [String: Any]
                var rest = first
                let offsets = first["data_offsets"] as! [Int]
                let middle = offsets[0] + (offsets[1] - offsets[0]) / 24
                first["shape"] = [1, 36]
                first["data_offsets"] = [offsets[0], middle]
                rest["shape"] = [23, 36]
                rest["data_offsets"] = [middle, offsets[1]]
                header[name] = first
                header["cls.rest"] = rest
                return header
            }
            try copy.change("config.json", ["max_position_embeddings": 1])
            let error = #expect(throws: FoundationModelError.self) { try FoundationModel.load(copy.folder) }
            #expect(error?.description.contains("1 positions") == true, "\(error?.description ?? "")")
        }
    }

    @Test func theTokenizersOwnLengthCounts() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try copy.write(["model_max_length": 9], to: "tokenizer_config.json")
            #expect(try FoundationModel.load(copy.folder).text.maximumLength == 9)
            try copy.write(["model_max_length": 1e30], to: "tokenizer_config.json")
            #expect(try FoundationModel.load(copy.folder).text.maximumLength == 24)
            try copy.write(["max_seq_length": 5], to: "sentence_bert_config.json")
            #expect(try FoundationModel.load(copy.folder).text.maximumLength == 5)
        }
    }

    @Test func anotherLengthMayBeAskedFor() throws {
        let tower = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert")).text
        #expect(
            try tower.reading(atMost: 6).features(of: [long], showsProgress: false).remark?.contains(
                "at 6 tokens") == true)
        for length in [2, 25, -1] {
            #expect(throws: FoundationModelError.self) { try tower.reading(atMost: length) }
        }
    }

    @Test func sentenceTransformersMayLowerCase() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try copy.write(["do_lower_case": false], to: "tokenizer_config.json")
            let cased = try FoundationModel.load(copy.folder).text
            try copy.write(["do_lower_case": true], to: "sentence_bert_config.json")
            let lower = try FoundationModel.load(copy.folder).text
            #expect(cased.tokenIDs(of: ["The Water"]) != lower.tokenIDs(of: ["The Water"]))
            #expect(lower.tokenIDs(of: ["The Water"]) == cased.tokenIDs(of: ["the water"]))
        }
    }

    /// What `transformers.AutoTokenizer` 5.24.0 gives for the same files.
    @Test(
        arguments: [
            ("encoders/bert", [:], "[CLS] the water [UNK] is [SEP]"),
            ("encoders/bert", ["do_lower_case": false], "[CLS] [UNK] [UNK] [UNK] [UNK] [SEP]"),
            ("encoders/bert", ["strip_accents": false], "[CLS] the [UNK] [UNK] is [SEP]"),
            (
                "encoders/bert", ["do_lower_case": false, "tokenizer_class": "PreTrainedTokenizerFast"],
                "[CLS] the water [UNK] is [SEP]"
            ),
        ] as [(String, [String: any Sendable], String)])
    func optionsAreStrongerThanTheFile(
        _ fixture: String, _ options: [String: any Sendable], _ expected: String
    ) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy(fixture, in: place)
            try copy.write(options, to: "tokenizer_config.json")
            let tokens = try loadTokenizer(copy.folder).tokens(of: "The Wäter 水 IS")
            #expect(tokens.joined(separator: " ") == expected)
        }
    }

    @Test func blanksBeforeTexts() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("towers/roberta", in: place)
            for (options, expected) in [
                ([:], ["<s>", "Th", "e", "Ġw", "ater", "</s>"]),
                (["add_prefix_space": true], ["<s>", "ĠTh", "e", "Ġw", "ater", "</s>"]),
                (["add_prefix_space": false], ["<s>", "Th", "e", "Ġw", "ater", "</s>"]),
            ] as [([String: Bool], [String])] {
                try copy.write(options, to: "tokenizer_config.json")
                #expect(try loadTokenizer(copy.folder).tokens(of: "The water") == expected)
            }
            for options in [["cls_token": "x"], ["truncation_side": "left"], ["sep_token": ["content": "y"]]]
                as [[String: Any]]
            {
                try copy.write(options, to: "tokenizer_config.json")
                let error = #expect(throws: FoundationModelError.self) { try loadTokenizer(copy.folder) }
                #expect(error?.description.contains(options.keys.first!) == true)
            }
        }
    }

    @Test func aTextOfNoTokensIsNamed() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("towers/roberta", in: place)
            try copy.change("tokenizer.json", ["post_processor": NSNull()])
            let model = try FoundationModel.load(copy.folder)
            #expect(try model.features(of: ["the water"], showsProgress: false).count == 3)
            for pooling in [Pooling.cls, .end, .mean, .max] {
                let error = #expect(throws: FoundationModelError.self) {
                    try model.features(of: ["the water", ""], pooling: pooling, showsProgress: false)
                }
                #expect(error?.description.contains("text 1 (\"\") has no tokens") == true)
            }
            #expect(throws: FoundationModelError.self) { try model.text.tokenFeatures(of: "") }
            #expect(throws: FoundationModelError.self) {
                try model.featureFile(at: place.appending(path: "a.h5").path, of: [""], showsProgress: false)
            }
            #expect(!FileManager.default.fileExists(atPath: place.appending(path: "a.h5.partial").path))
        }
    }

    @Test func theEndOfATextIsTheTokenizers() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("towers/clip", in: place)
            try copy.change("config.json", in: "text_config", ["eos_token_id": 7])
            let error = #expect(throws: FoundationModelError.self) {
                try FoundationModel.load(copy.folder).text
            }
            #expect(error?.description.contains("the token 7 should end a text") == true)
        }
    }
}
