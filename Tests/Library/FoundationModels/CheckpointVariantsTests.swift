import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("The same weights are the same model however they were saved, and what is missing or damaged is named")
struct CheckpointVariantsTests {
    private let text = "the people of the water"

    private func states(_ model: FoundationModel) throws -> [Matrix<Float>] {
        if let tower = try? model.text { return try tower.tokenFeatures(of: text).map(\.matrix) }
        let tower = try model.image
        let size = tower.imageSize
        let images = Seeded.images("a", count: 1, height: size.height, width: size.width)
        return try tower.features(of: images, pooling: .flattened, showsProgress: false).map(\.matrix)
    }

    private func message(_ place: URL, architecture: String? = nil) -> String {
        do {
            let model = try FoundationModel.load(place, architecture: architecture)
            _ = (try? model.text) == nil ? try model.image.layers.count : 0
            return ""
        } catch { return "\(error)" }
    }

    @Test(
        "whatever stands before the names",
        arguments: [
            ("encoders/bert", "model.safetensors"), ("encoders/distilbert", "model.safetensors"),
            ("towers/roberta", "model.safetensors"), ("towers/clip", "model.safetensors"),
            ("towers/open-clip", "open_clip_model.safetensors"),
            ("towers/open-clip-custom", "open_clip_model.safetensors"),
            ("vision/open-clip", "open_clip_model.safetensors"), ("vision/clip", "model.safetensors"),
            ("vision/hf-vit", "model.safetensors"), ("vision/hf-dinov2", "model.safetensors"),
            ("vision/timm", "model.safetensors"),
        ])
    func prefixes(_ fixture: String, _ file: String) throws {
        let plain = try states(FoundationModel.load(Fixtures.folder.appending(path: fixture)))
        for prefix in ["module.", "_orig_mod.", "0.auto_model.", "state_dict.module."] {
            try withTemporaryFolder { place in
                let copy = try ModelCopy(fixture, in: place)
                try copy.renameTensors(file) { prefix + $0 }
                #expect(try states(FoundationModel.load(copy.folder)) == plain, "\(prefix)")
            }
        }
    }

    /// What `torch.save(model.state_dict())` writes with transformers 5.
    @Test(
        "the names that transformers 5 has in memory",
        arguments: ["hf-vit", "hf-dinov2", "hf-dinov2-registers"])
    func version5(_ name: String) throws {
        let fixture = "vision/" + name
        let plain = try states(FoundationModel.load(Fixtures.folder.appending(path: fixture)))
        try withTemporaryFolder { place in
            let copy = try ModelCopy(fixture, in: place)
            try copy.renameTensors { name in
                var new = name
                for (old, now) in [
                    ("attention.attention.query", "attention.q_proj"),
                    ("attention.attention.key", "attention.k_proj"),
                    ("attention.attention.value", "attention.v_proj"),
                    ("attention.output.dense", "attention.o_proj"),
                    ("intermediate.dense", "mlp.fc1"), ("output.dense", "mlp.fc2"),
                ] { new = new.replacing(old, with: now) }
                return fixture.hasSuffix("vit") ? new.replacing("encoder.layer.", with: "layers.") : new
            }
            // Of a gated part it has two tensors instead of one; that is tested by fresh_checkpoints.py.
            if name == "hf-dinov2-registers" {
                try copy.renameTensors {
                    $0.replacing("mlp.weights_in", with: "mlp.fc1").replacing(
                        "mlp.weights_out", with: "mlp.fc2")
                }
            }
            #expect(try states(FoundationModel.load(copy.folder)) == plain)
        }
    }

    @Test("towers of CLIP by themselves, whose names do not say which tower they are")
    func towersAlone() throws {
        try withTemporaryFolder { place in
            let fixture = "two-towers/clip"
            let whole = try FoundationModel.load(Fixtures.folder.appending(path: fixture))
            for (section, type, prefix) in [
                ("text_config", "clip_text_model", "text_model."),
                ("vision_config", "clip_vision_model", "vision_model."),
            ] {
                let copy = try ModelCopy(fixture, in: place)
                let config =
                    try JSONSerialization.jsonObject(with: Data(contentsOf: copy.url("config.json")))
                    as! [String: Any]
                var own = config[section] as! [String: Any]
                own["model_type"] = type
                try copy.write(own, to: "config.json")
                try copy.renameTensors { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
                let model = try FoundationModel.load(copy.folder)
                #expect(model.notes.isEmpty)
                if type == "clip_text_model" {
                    let alone = try model.text.tokenFeatures(of: text)
                    let both = try whole.text.tokenFeatures(of: text)
                    #expect(alone.map(\.matrix) == both.dropLast(2).map(\.matrix))
                    #expect(throws: FoundationModelError.self) { try model.image }
                } else {
                    let size = try model.image.imageSize
                    let images = Seeded.images("a", count: 1, height: size.height, width: size.width)
                    func features(_ model: FoundationModel) throws -> [Matrix<Float>] {
                        try model.image.features(of: images, pooling: .flattened, showsProgress: false).map(
                            \.matrix)
                    }
                    #expect(try features(model) == features(whole).dropLast(2))
                }
            }
        }
    }

    /// `CLIPConfig` updates a section by a whole configuration that it makes of its repetition.
    @Test("a section of CLIP that is repeated counts as it is repeated, and what that lacks is the standard")
    func repeatedSections() throws {
        try withTemporaryFolder { place in
            let fixture = "two-towers/clip"
            let plain = try states(FoundationModel.load(Fixtures.folder.appending(path: fixture)))
            let copy = try ModelCopy(fixture, in: place)
            let config =
                try JSONSerialization.jsonObject(with: Data(contentsOf: copy.url("config.json")))
                as! [String: Any]
            let text = config["text_config"] as! [String: Any]
            try copy.change("config.json", in: "text_config", ["hidden_act": "relu", "layer_norm_eps": 0.5])
            #expect(try states(FoundationModel.load(copy.folder)) != plain)
            try copy.change("config.json", ["text_config_dict": text])
            #expect(try states(FoundationModel.load(copy.folder)) == plain)
            try copy.change("config.json", in: "text_config_dict", ["hidden_act": "relu"])
            #expect(try states(FoundationModel.load(copy.folder)) != plain)
        }
    }

    @Test("a tower that cannot be read leaves the other one, and the card says why")
    func halves() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("two-towers/clip", in: place)
            try copy.remove("vocab.json", "merges.txt")
            let model = try FoundationModel.load(copy.folder)
            #expect(try model.image.layers.count > 3)
            let error = #expect(throws: FoundationModelError.self) { try model.text }
            #expect(error?.description.contains("cannot be read") == true)
            #expect(error?.description.contains("vocab.json and merges.txt; none is there") == true)
            #expect(model.mimeBundle.plainText?.contains("not read: ") == true)
            let other = try ModelCopy("two-towers/clip", in: place)
            try other.change("config.json", in: "vision_config", ["hidden_act": "mish"])
            let text = try FoundationModel.load(other.folder)
            #expect(try text.text.layers.count > 3)
            #expect(throws: FoundationModelError.self) { try text.image }
            // If neither can be read there is no model.
            try other.remove("vocab.json", "merges.txt")
            #expect(throws: FoundationModelError.self) { try FoundationModel.load(other.folder) }
            let open = try ModelCopy("towers/open-clip", in: place)
            try open.change("open_clip_config.json", in: "model_cfg.vision_cfg", ["pool_type": "avg"])
            #expect(try FoundationModel.load(open.folder).text.layers.count > 3)
        }
    }

    @Test(
        "files by any name",
        arguments: ["weights.pth.tar", "last.ckpt", "weights.bin", "weights.pt", "weights"])
    func names(_ name: String) throws {
        let source = Fixtures.folder.appending(path: "vision/timm-file/vit.pth")
        let plain = try states(FoundationModel.load(source))
        try withTemporaryFolder { place in
            let file = place.appending(path: name)
            try FileManager.default.copyItem(at: source, to: file)
            #expect(try states(FoundationModel.load(file.path)) == plain)
            // A folder's only file of weights means the folder.
            if name != "weights" { #expect(try states(FoundationModel.load(place.path)) == plain) }
        }
    }

    @Test("what is there and is no model is said of the place itself")
    func notFound() throws {
        try withTemporaryFolder { place in
            func refused(_ path: String, _ parts: String...) {
                do {
                    _ = try FoundationModel.load(path)
                    Issue.record("\(path) loads")
                } catch {
                    for part in parts { #expect("\(error)".contains(part), "\(error)") }
                }
            }
            refused(place.path, place.path, "weights are expected in model.safetensors", "none is there")
            let bert = Fixtures.folder.appending(path: "encoders/bert/model.safetensors")
            let file = place.appending(path: "model.safetensors")
            try FileManager.default.copyItem(at: bert, to: file)
            refused(file.path, "the weights of BERT", "config.json")
            refused(place.path, "the weights of BERT", "config.json")
            let clip = place.appending(path: "clip.safetensors")
            try FileManager.default.copyItem(
                at: Fixtures.folder.appending(path: "towers/open-clip/open_clip_model.safetensors"), to: clip)
            refused(clip.path, "the weights of CLIP", "open_clip_config.json")
            let keras = place.appending(path: "model.h5")
            try Data([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]).write(to: keras)
            refused(keras.path, "HDF5")
        }
    }

    @Test("quantized weights are refused by name")
    func quantized() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            try copy.changeHeader { header in
                var header = header
                var entry = header["encoder.layer.0.output.dense.weight"] as! [String: Any]
                entry["dtype"] = "I16"
                header["encoder.layer.0.output.dense.weight"] = entry
                return header
            }
            let error = message(copy.folder)
            #expect(
                error.contains("encoder.layer.0.output.dense.weight cannot be read: it holds int16"),
                "\(error)")
            let named = try ModelCopy("encoders/bert", in: place)
            try named.change("config.json", ["quantization_config": ["quant_method": "gptq"]])
            #expect(message(named.folder).contains("\"quantization_config\" is {\"quant_method\"}"))
        }
    }

    @Test("a tensor in 8 bits is refused by its name if the model has it, and passed over if not")
    func unreadTensors() throws {
        let weight = "encoder.layer.0.output.dense.weight"
        for (name, isRefused) in [(weight, true), ("cls.small", false)] {
            try withTemporaryFolder { place in
                let copy = try ModelCopy("encoders/bert", in: place)
                try copy.changeHeader { header in
                    var header = header
                    var small = header[weight] as! [String: Any]
                    let offsets = small["data_offsets"] as! [Int]
                    small["dtype"] = "F8_E4M3"
                    small["data_offsets"] = [offsets[0], (offsets[0] + offsets[1]) / 2]
                    header[name] = small
                    return header
                }
                let error = message(copy.folder)
                #expect(error.contains("\(name) cannot be read: it holds F8_E4M3") == isRefused, "\(error)")
                #expect(error.isEmpty != isRefused)
            }
        }
    }

    @Test(
        "numbers that are not finite are refused by the tensor's name",
        arguments: ["encoders/bert", "vision/hf-vit"])
    func notFinite(_ fixture: String) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy(fixture, in: place)
            var data = try Data(contentsOf: copy.url("model.safetensors"))
            // The file's last number, in float16; what tensor it belongs to is found in the header.
            data.replaceSubrange(data.count - 2..<data.count, with: [0x00, 0x7e])
            try data.write(to: copy.url("model.safetensors"))
            let last = try Safetensors.open(copy.url("model.safetensors")).names
            let error = message(copy.folder)
            let isRead = last.contains { error.contains($0) }
            #expect(isRead && error.contains("1 of its") && error.contains("NaN or infinite"), "\(error)")
        }
    }

    @Test(
        "a tensor that is missing is an error by its name, whichever it is",
        arguments: ["hf-vit", "hf-dinov2", "clip", "open-clip", "timm"])
    func missing(_ name: String) throws {
        let file = name == "open-clip" ? "open_clip_model.safetensors" : "model.safetensors"
        let source = Fixtures.folder.appending(path: "vision/\(name)/\(file)")
        let names = try Safetensors.open(source).names
        // A head is no part that a model must have, nor are the scale of similarities and the token of masks.
        let optional = [
            "head.", "classifier.", "mask_token", "logit_scale", "position_ids", "pooler.",
            "visual_projection",
        ]
        try withTemporaryFolder { place in
            for tensor in names where !optional.contains(where: tensor.contains) {
                let copy = try ModelCopy("vision/" + name, in: place)
                try copy.renameTensors(file) { $0 == tensor ? nil : $0 }
                let error = message(copy.folder)
                #expect(!error.isEmpty, "nothing is said about \(tensor)")
                try FileManager.default.removeItem(at: copy.folder)
            }
        }
    }

    @Test("models without learnt positions are refused in words")
    func positions() throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("vision/timm", in: place)
            try copy.renameTensors { $0 == "pos_embed" ? nil : $0 }
            #expect(message(copy.folder).contains("relative or rotary positions (BEiT, EVA, DINOv3)"))
            let token = try ModelCopy("vision/timm", in: place)
            try token.renameTensors { $0 == "cls_token" ? nil : $0 }
            #expect(message(token.folder).contains("no class token"))
        }
    }

    @Test("the name of a file decides nothing: what weights do not tell must be said")
    func fileNames() throws {
        let shapes: [String: [Int]] = try Fixtures.json("convolution/efficientnet_small/tensors.json")
        try withTemporaryFolder { place in
            let config: [String: Any] = [
                "model_args": ["channel_multiplier": 0.3, "depth_multiplier": 0.7],
                "pretrained_cfg": ["input_size": [3, 79, 64]],
            ]
            func network(
                _ name: String, _ folder: String, _ architecture: String?, _ more: [String: Any] = [:]
            ) throws -> FoundationModel {
                let folder = place.appending(path: folder)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                let file = folder.appending(path: name)
                try Seeded.write(shapes, to: file)
                try JSONSerialization.data(withJSONObject: config.merging(more) { $1 }).write(
                    to: folder.appending(path: "config.json"))
                return try FoundationModel.load(file, architecture: architecture)
            }
            let error = #expect(throws: FoundationModelError.self) {
                try network("tf_efficientnet_b0.safetensors", "a", nil)
            }
            #expect(
                error?.description.contains("architecture: \"tf_efficientnet_b0\"") == true,
                "\(error?.description ?? "")")
            let one = try states(network("tf_efficientnet_b0.safetensors", "b", "efficientnet_b0"))
            let other = try states(network("my_model.safetensors", "c", "efficientnet_b0"))
            let tensorFlow = try states(network("efficientnet_b0.safetensors", "d", "tf_efficientnet_b0"))
            let fixture = try states(network("x.safetensors", "e", nil, ["architecture": "efficientnet_b0"]))
            #expect(one == other && one == fixture && one != tensorFlow)
        }
        let shapesOfBriVL: [String: [Int]] = try Fixtures.json("brivl/tensors.json")
        try withTemporaryFolder { place in
            let file = place.appending(path: "brivl-1.0.safetensors")
            try Seeded.write(shapesOfBriVL, to: file, isEmpty: true)
            #expect(message(file).contains("architecture: \"brivl-1.0\""))
        }
        // CLIP's activation is not in its weights.
        try withTemporaryFolder { place in
            let file = place.appending(path: "vit_base_patch16_clip_224.safetensors")
            try FileManager.default.copyItem(
                at: Fixtures.folder.appending(path: "vision/timm-pre-norm/model.safetensors"), to: file)
            #expect(message(file).contains("quickgelu"))
        }
    }

    @Test("what is assumed of weights alone is on the card")
    func assumptions() throws {
        let model = try FoundationModel.load(Fixtures.folder.appending(path: "vision/timm-file/vit.pth"))
        #expect(
            model.mimeBundle.plainText?.contains("assumed, since the weights do not tell it: 1 heads, gelu")
                == true)
    }

    @Test("of a model and its running average in one file neither is taken unasked")
    func severalTowers() throws {
        let table = "textencoder.backbone.bert.embeddings.word_embeddings.weight"
        for other in ["ema.module.", "zeta.module."] {
            try withTemporaryFolder { place in
                let file = place.appending(path: "weights.safetensors")
                try Seeded.write(
                    ["module." + table: [4, 4], other + table: [4, 4]], to: file, isEmpty: true)
                let error = message(file)
                #expect(error.contains("several models") && error.contains("\"\(other)\""), "\(error)")
            }
        }
    }

    @Test("an architecture of another kind than the weights is refused, and not ignored")
    func otherArchitectures() throws {
        try withTemporaryFolder { place in
            for (name, words) in [("resnet18", "a ResNet"), ("alexnet", "an AlexNet")] {
                let shapes: [String: [Int]] = try Fixtures.json("convolution/\(name)/tensors.json")
                let file = place.appending(path: "\(name).safetensors")
                try Seeded.write(shapes, to: file, isEmpty: true)
                #expect(message(file, architecture: "nonsense").contains("has the weights of \(words)"))
            }
        }
        for file in ["timm-file/vit.pth", "augreg/ViT.npz"] {
            let place = Fixtures.folder.appending(path: "vision/\(file)")
            let error = message(place, architecture: "resnet50")
            #expect(error.contains("a vision transformer") && error.contains("\"resnet50\""), "\(error)")
        }
    }

    @Test("networks that only look like torchvision's are refused by their architecture")
    func blurred() throws {
        let shapes: [String: [Int]] = try Fixtures.json("convolution/resnet18/tensors.json")
        try withTemporaryFolder { place in
            try Seeded.write(shapes, to: place.appending(path: "model.safetensors"), isEmpty: true)
            for (config, part) in [
                (["architecture": "resnetblur18"], "blurs"),
                (
                    ["architecture": "resnet18", "model_args": ["output_stride": 16]],
                    "\"output_stride\" is 16"
                ),
                (
                    ["architecture": "resnet18", "model_args": ["act_layer": "silu"]],
                    "\"act_layer\" is \"silu\""
                ),
                (["architecture": "resnet18", "model_args": ["aa_layer": "avg"]], "\"aa_layer\" is \"avg\""),
                (["architecture": "resnet18", "global_pool": "max"], "\"global_pool\" \"max\""),
            ] as [([String: Any], String)] {
                try JSONSerialization.data(withJSONObject: config).write(
                    to: place.appending(path: "config.json"))
                #expect(message(place).contains(part), "\(message(place))")
            }
        }
    }

    @Test("an EfficientNet of torchvision is named")
    func torchvisionEfficientNet() throws {
        let header = #"{"features.1.0.block.0.0.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        var data = Data()
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(contentsOf: header.utf8)
        data.append(contentsOf: [UInt8](repeating: 0, count: 4))
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "efficientnet_b0.safetensors")
            try data.write(to: file)
            #expect(message(file).contains("is an EfficientNet as torchvision names its layers"))
        }
    }
}
