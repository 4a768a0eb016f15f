import Foundation
import FoundationModels
import Testing

/// `Tests/Oracles/configuration_fields.py` lists the fields from the reference libraries' own classes.
@Suite(
    "Every field of a configuration that the reference library reads is used, refused, reported or irrelevant"
)
struct ConfigurationFieldsTests {
    private static let tables = Dictionary(
        uniqueKeysWithValues: ConfigurationFields.all.map { ($0.name, $0) })

    private func reference() throws -> [String: [String: [String: Any]]] {
        let file = Fixtures.folder.appending(path: "configurations/fields.json")
        return try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            as! [String: [String: [String: Any]]]
    }

    private func value(_ json: Any?) -> FieldValue? {
        switch json {
        case is NSNull: .null
        case let text as String: .text(text)
        case let number as NSNumber:
            CFBooleanLike.isBoolean(number) ? .flag(number.boolValue) : .number(number.doubleValue)
        default: nil
        }
    }

    @Test func noFieldIsMissing() throws {
        let reference = try reference()
        #expect(Set(reference.keys) == Set(Self.tables.keys))
        for (name, fields) in reference {
            let table = try #require(Self.tables[name])
            let missing = fields.keys.filter { table.fields[$0] == nil && table.aliases[$0] == nil }.sorted()
            #expect(missing.isEmpty, "\(name) has no entry for \(missing)")
        }
    }

    @Test func whatIsAssumedIsWhatTheLibraryAssumes() throws {
        var compared = 0
        for (name, fields) in try reference() {
            for (field, entry) in fields where entry.keys.contains("default") {
                let standard = try #require(value(entry["default"]), "\(name).\(field)")
                switch Self.tables[name]?.fields[field] {
                case .used(let assumed?):
                    compared += 1
                    #expect(assumed == standard, "\(name).\(field)")
                case .only(let supported):
                    compared += 1
                    #expect(supported.contains(standard), "\(name).\(field): \(standard) is refused")
                case .reported(_, let plain):
                    #expect(plain.contains(standard), "\(name).\(field): \(standard)")
                default: break
                }
            }
        }
        #expect(compared > 100)
    }

    @Test func reasonsAreGiven() {
        for table in ConfigurationFields.all {
            for (field, use) in table.fields {
                switch use {
                case .irrelevant(let reason): #expect(reason.count > 10, "\(table.name).\(field)")
                case .reported(let sentence, _): #expect(sentence.count > 10, "\(table.name).\(field)")
                case .only(let values): #expect(!values.isEmpty, "\(table.name).\(field)")
                case .used: break
                }
            }
        }
    }

    @Test func timmsNamesTellWhatTensorsDoNot() throws {
        struct Known: Decodable {
            var transformers: [String: [Entry]]
            var efficientnets: [String: [Entry]]
        }
        enum Entry: Decodable, Equatable {
            case flag(Bool)
            case number(Double)
            case text(String)
            init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                if let flag = try? value.decode(Bool.self) {
                    self = .flag(flag)
                } else if let number = try? value.decode(Double.self) {
                    self = .number(number)
                } else {
                    self = .text(try value.decode(String.self))
                }
            }
        }
        let known: Known = try Fixtures.json("configurations/architectures.json")
        #expect(known.transformers.count > 80 && known.efficientnets.count > 30)
        for (name, facts) in known.transformers {
            let architecture = TimmArchitecture(name)
            guard case .number(let width) = facts[0] else { continue }
            #expect(architecture.heads(Int(width)).map { Entry.number(Double($0)) } == facts[1], "\(name)")
            let activations: [TransformerConfiguration.Activation: String] = [
                .gelu: "GELU", .quickGELU: "QuickGELU",
            ]
            if facts[2] != .text("gated") {
                #expect(facts[2] == .text(activations[architecture.activation] ?? ""), "\(name)")
            }
            guard case .number(let epsilon) = facts[3] else { continue }
            #expect(architecture.epsilon == Float(epsilon), "\(name)")
        }
        for (name, facts) in known.efficientnets where !name.hasPrefix("test_") {
            guard let isTensorFlow = TimmArchitecture(name).isTensorFlow else {
                Issue.record("\(name) is not known")
                continue
            }
            #expect(facts == [.flag(isTensorFlow), .number(isTensorFlow ? 1e-3 : 1e-5)], "\(name)")
        }
    }
}

private enum CFBooleanLike {
    /// JSONSerialization gives numbers and booleans the same class.
    static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

/// The models whose configurations the tests below change.
private struct Subject: CustomTestStringConvertible, Sendable {
    var fixture: String
    var file = "config.json"
    var section = ""
    var table: String
    var testDescription: String { "\(table) in \(fixture)" }

    static let all = [
        Subject(fixture: "encoders/bert", table: "BertConfig"),
        Subject(fixture: "towers/roberta", table: "RobertaConfig"),
        Subject(fixture: "encoders/distilbert", table: "DistilBertConfig"),
        Subject(fixture: "vision/hf-vit", table: "ViTConfig"),
        Subject(fixture: "vision/hf-dinov2", table: "Dinov2Config"),
        Subject(fixture: "vision/hf-dinov2-registers", table: "Dinov2WithRegistersConfig"),
        Subject(fixture: "two-towers/clip", section: "text_config", table: "CLIPTextConfig"),
        Subject(fixture: "two-towers/clip", section: "vision_config", table: "CLIPVisionConfig"),
        Subject(fixture: "two-towers/clip", table: "CLIPConfig"),
        Subject(
            fixture: "towers/open-clip", file: "open_clip_config.json", section: "model_cfg.text_cfg",
            table: "open_clip.CLIPTextCfg"),
        Subject(
            fixture: "vision/open-clip", file: "open_clip_config.json", section: "model_cfg.vision_cfg",
            table: "open_clip.CLIPVisionCfg"),
        Subject(
            fixture: "vision/open-clip", file: "open_clip_config.json", section: "preprocess_cfg",
            table: "open_clip.PreprocessCfg"),
        Subject(fixture: "vision/timm", section: "model_args", table: "timm.VisionTransformer"),
        Subject(fixture: "vision/timm", section: "pretrained_cfg", table: "timm.PretrainedCfg"),
        Subject(fixture: "vision/hf-vit", file: "preprocessor_config.json", table: "ImagesKwargs"),
    ]
}

@Suite("Values that are not supported are refused by name, and fields that nobody knows are on the card")
struct ConfigurationValueTests {
    /// All that a user may find in a model: where a tower cannot be read, why.
    private func errors(_ folder: URL) -> [String] {
        do {
            let model = try FoundationModel.load(folder)
            var errors: [String] = []
            do { _ = try model.text } catch FoundationModelError.missingPart {} catch {
                errors.append("\(error)")
            }
            do { _ = try model.image } catch FoundationModelError.missingPart {} catch {
                errors.append("\(error)")
            }
            return errors
        } catch { return ["\(error)"] }
    }

    @Test(arguments: Subject.all)
    fileprivate func refused(_ subject: Subject) throws {
        let table = try #require(ConfigurationFields.all.first { $0.name == subject.table })
        try withTemporaryFolder { place in
            let plain = try ModelCopy(subject.fixture, in: place)
            #expect(errors(plain.folder).isEmpty)
            for (field, use) in table.fields {
                guard case .only = use else { continue }
                for value in ["something else", 7.5, ["a": 1]] as [Any] {
                    let copy = try ModelCopy(subject.fixture, in: place)
                    try copy.change(subject.file, in: subject.section, [field: value])
                    let errors = errors(copy.folder)
                    #expect(errors.contains { $0.contains("\"\(field)\"") }, "\(field) = \(value): \(errors)")
                    try FileManager.default.removeItem(at: copy.folder)
                }
            }
        }
    }

    @Test(arguments: Subject.all)
    fileprivate func unknown(_ subject: Subject) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy(subject.fixture, in: place)
            try copy.change(subject.file, in: subject.section, ["a_new_field": 3])
            let model = try FoundationModel.load(copy.folder)
            #expect(
                model.notes.contains { $0.contains("\"a_new_field\" of \(subject.file)") }, "\(model.notes)")
            #expect(model.mimeBundle.plainText?.contains("a_new_field") == true)
            // The fixtures themselves have none that is not known.
            #expect(try FoundationModel.load(ModelCopy(subject.fixture, in: place).folder).notes.isEmpty)
        }
    }

    /// Whoever changes a field that is used sees another model, or an error.
    @Test(arguments: Subject.all)
    fileprivate func used(_ subject: Subject) throws {
        let table = try #require(ConfigurationFields.all.first { $0.name == subject.table })
        // Their other values are tested on their own, or mean what the tensors say too.
        let exempt = [
            "architectures", "text_config_dict", "vision_config_dict", "norm_layer", "default_to_square",
            "model_type",
            "fixed_input_size", "feature_extractor_type", "crop_size", "is_decoder", "projection_dim",
        ]
        let others: [String: Any] = [
            "hidden_act": "relu", "activation": "relu", "act_layer": "relu", "interpolation": "bicubic",
            "crop_mode": "squash", "resize_mode": "longest", "global_pool": "avg",
            "image_processor_type": "Other",
            "act_kwargs": ["approximate": "tanh"], "norm_kwargs": ["eps": 0.5], "layer_norm_eps": 0.5,
            "mean": [0.9, 0.9, 0.9], "std": [0.9, 0.9, 0.9], "image_mean": [0.9, 0.9, 0.9],
            "image_std": [0.9, 0.9, 0.9], "input_size": [3, 16, 40], "crop_pct": 0.5, "img_size": 16,
            "size": 16, "resample": 3, "rescale_factor": 1, "mlp_ratio": 3, "eos_token_id": 1,
            "pad_token_id": 5, "image_size": 16, "do_center_crop": true,
        ]
        try withTemporaryFolder { place in
            let before = try signature(ModelCopy(subject.fixture, in: place).folder)
            for (field, use) in table.fields.sorted(by: { $0.key < $1.key }) where !exempt.contains(field) {
                guard case .used(let standard) = use else { continue }
                let copy = try ModelCopy(subject.fixture, in: place)
                let file = try JSONSerialization.jsonObject(with: Data(contentsOf: copy.url(subject.file)))
                var values = file as? [String: Any]
                for key in subject.section.split(separator: ".") {
                    values = values?[String(key)] as? [String: Any]
                }
                let old = values?[field]
                if old is [String: Any], others[field] == nil { continue }
                var new = others[field]
                if new == nil {
                    switch standard {
                    case .flag(let flag): new = !(old as? Bool ?? flag)
                    case .number(let number): new = Int(old as? Double ?? number) + 1
                    default:
                        new =
                            old is Bool || field.hasPrefix("do_")
                            ? !(old as? Bool ?? true) : (old as? Int ?? 2) + 1
                    }
                }
                try copy.change(subject.file, in: subject.section, [field: try #require(new)])
                #expect(
                    (try? signature(copy.folder)) != before, "\(field) = \(new ?? "") makes no difference")
            }
        }
    }

    /// What a model makes of a text and of an image: where one cannot be read, why.
    private func signature(_ folder: URL) throws -> [String] {
        let model = try FoundationModel.load(folder)
        let unread = errors(folder)
        var result = unread
        if let text = try? model.text {
            for layer in try text.tokenFeatures(of: "the people of the water") {
                result.append("\(layer.matrix.elements)")
            }
        }
        if let image = try? model.image {
            let size = image.imageSize
            let images = Seeded.images("a", count: 1, height: size.height, width: size.width)
            for layer in try image.features(of: images, pooling: .mean, showsProgress: false) {
                result.append("\(layer.matrix.elements)")
            }
            result.append("\(size), \(image.transform)")
        }
        return result
    }

    @Test func valuesOfAnotherKindAreRefused() throws {
        try withTemporaryFolder { place in
            for (field, value, part) in [
                ("layer_norm_eps", "small", "must be a number"), ("hidden_act", 5, "must be a text"),
                ("hidden_act", NSNull(), "is missing"), ("is_decoder", "no", "must be true or false"),
                ("vocab_size", 1.5, "whole number above 0"), ("layer_norm_eps", -1, "must not be negative"),
            ] as [(String, Any, String)] {
                let copy = try ModelCopy("encoders/bert", in: place)
                try copy.change("config.json", [field: value])
                let error = errors(copy.folder).first ?? ""
                #expect(
                    error.contains("\"\(field)\"") && error.contains(part), "\(field) = \(value): \(error)")
            }
        }
    }

    @Test func otherNamesOfFieldsAreKnown() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/distilbert", in: place)
            let config =
                try JSONSerialization.jsonObject(with: Data(contentsOf: copy.url("config.json")))
                as! [String: Any]
            var renamed = config
            for (old, new) in [
                ("dim", "hidden_size"), ("n_heads", "num_attention_heads"), ("n_layers", "num_hidden_layers"),
            ] {
                renamed[new] = renamed.removeValue(forKey: old)
            }
            try copy.write(renamed, to: "config.json")
            let model = try FoundationModel.load(copy.folder)
            let plain = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/distilbert"))
            #expect(try model.text.configuration == plain.text.configuration && model.notes.isEmpty)
        }
    }
}
