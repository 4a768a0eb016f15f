import Display
import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Models are found, and what does not fit is named")
struct LoadingTests {
    private let bert = Fixtures.folder.appending(path: "encoders/bert")

    /// A copy of the small BERT whose configuration says something else.
    private func load(_ changes: [String: Any]) throws -> FoundationModel {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "model")
            try FileManager.default.copyItem(at: bert, to: copy)
            let file = copy.appending(path: "config.json")
            var json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as! [String: Any]
            for (key, value) in changes { json[key] = value }
            try JSONSerialization.data(withJSONObject: json).write(to: file)
            return try FoundationModel.load(copy)
        }
    }

    private func message(_ changes: [String: Any]) -> String {
        let error = #expect(throws: FoundationModelError.self) { try load(changes) }
        return error?.description ?? ""
    }

    @Test func misshapenTensorsAreNamedWithBothShapes() {
        let text = message(["intermediate_size": 51])
        #expect(text.contains("encoder.layer.0.intermediate.dense.weight has the shape [50, 36]"))
        #expect(text.contains("the model needs [51, 36]"))
    }

    @Test func missingTensorsAreNamed() {
        #expect(message(["num_hidden_layers": 3]).contains("encoder.layer.2.output.dense.weight is missing"))
    }

    @Test func tensorsOfFurtherLayersAreNamed() {
        let text = message(["num_hidden_layers": 1])
        #expect(text.contains("encoder.layer.1") && text.contains("in the file and not in the model"))
    }

    @Test func wrongConfigurationsAreNamed() {
        #expect(message(["num_attention_heads": 5]).contains("not a multiple of the 5 heads"))
        let deep = message(["num_hidden_layers": 1_000_000_000])
        #expect(deep.contains("has 1000000000 blocks; up to 1000 are supported"))
        #expect(message(["hidden_act": "mish"]).contains("mish"))
        #expect(message(["hidden_size": "wide"]).contains("hidden_size"))
        #expect(message(["model_type": "gpt2"]).contains("gpt2"))
    }

    @Test func tensorsOfOtherTasksAreListed() throws {
        let model = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert-relu"))
        #expect(try model.text.unusedTensors == ["cls.predictions.bias"])
    }

    @Test func anUnknownNameTellsWhereItWasSought() {
        let error = #expect(throws: FoundationModelError.self) { try FoundationModel.load("no-such-model") }
        let text = error?.description ?? ""
        #expect(
            text.contains("no-such-model") && text.contains("huggingface") && text.contains("GYRUS_MODELS"))
    }

    /// As a path it is the working folder, which might hold a model that nobody named.
    @Test func anEmptyNameIsRefused() {
        let error = #expect(throws: FoundationModelError.self) { try FoundationModel.load("") }
        #expect(error?.description.contains("name of the model is empty") == true)
    }

    @Test func aFileOfWeightsIsReadWithItsConfiguration() throws {
        let file = try FoundationModel.load(bert.appending(path: "model.safetensors"))
        let folder = try FoundationModel.load(bert)
        #expect(try file.text.layers == folder.text.layers)
        #expect(try file.text.tokenizer.vocabularyCount == folder.text.tokenizer.vocabularyCount)
    }

    /// As a training leaves them, and as folders of the hub have them.
    @Test func oneOfSeveralFilesOfWeightsIsReadWithTheConfiguration() throws {
        try withTemporaryFolder { folder in
            let whole = try FoundationModel.load(bert)
            let expected = try whole.features(of: ["the water"], showsProgress: false)
            for (other, wanted) in [
                ("epoch-1.safetensors", "epoch-2.safetensors"), ("model.safetensors", "pytorch_model.bin"),
            ] {
                let copy = folder.appending(path: wanted)
                try FileManager.default.copyItem(at: bert, to: copy)
                let named = copy.appending(path: wanted)
                try FileManager.default.moveItem(at: copy.appending(path: "model.safetensors"), to: named)
                try Data("no weights".utf8).write(to: copy.appending(path: other))
                #expect(throws: (any Error).self) { try FoundationModel.load(copy) }
                let model = try FoundationModel.load(named)
                let found = try model.features(of: ["the water"], showsProgress: false)
                #expect(found.names == expected.names)
                for (a, b) in zip(found, expected) { #expect(a.matrix == b.matrix) }
                #expect(try model.identity().weights == whole.identity().weights)
            }
        }
    }

    @Test func filesThatAreNotThereAreNamed() throws {
        try withTemporaryFolder { folder in
            func message(_ change: (URL) throws -> Void) throws -> String {
                let copy = folder.appending(path: UUID().uuidString)
                try FileManager.default.copyItem(at: bert, to: copy)
                try change(copy)
                var text = ""
                do { _ = try FoundationModel.load(copy) } catch { text = "\(error)" }
                return text
            }
            let shard = try message {
                try FileManager.default.removeItem(at: $0.appending(path: "model.safetensors"))
                try Data("{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}".utf8).write(
                    to: $0.appending(path: "model.safetensors.index.json"))
            }
            #expect(shard.contains("model-00001-of-00002.safetensors: cannot be opened: No such file"))
            // A clone of a model's repository without git-lfs.
            let pointer = try message {
                try Data("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n".utf8).write(
                    to: $0.appending(path: "model.safetensors"))
            }
            #expect(pointer.contains("model.safetensors: is a pointer of Git LFS"))
            #expect(try message { try FileManager.default.removeItem(at: $0) }.contains("no such folder"))
        }
    }

    /// timm's training script leaves its options and two models, of which the average is the one to use.
    @Test func checkpointsOfATrainingLoad() throws {
        let vision = Fixtures.folder.appending(path: "vision")
        let trained = try FoundationModel.load(vision.appending(path: "training/checkpoint.pth")).image
        let alone = try FoundationModel.load(vision.appending(path: "timm-file/vit.pth")).image
        let images: Tensor<Float> = try Safetensors.open(
            vision.appending(path: "timm-file/images.safetensors")
        ).tensor("images")
        let (a, b) = try (
            trained.features(of: images, showsProgress: false),
            alone.features(of: images, showsProgress: false)
        )
        #expect(a.names == b.names && !a.isEmpty)
        for (a, b) in zip(a, b) { #expect(a.matrix == b.matrix) }
        let program = #expect(throws: FormatError.self) {
            try FoundationModel.load(vision.appending(path: "training/program.pt"))
        }
        #expect(program?.description.contains("TorchScript") == true)
    }

    @Test func filesOfPyTorchThatAModelIsSplitOver() throws {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "model")
            let encoders = Fixtures.folder.appending(path: "encoders")
            try FileManager.default.copyItem(at: encoders.appending(path: "shards"), to: copy)
            for file in ["config.json", "tokenizer.json"] {
                try FileManager.default.copyItem(
                    at: bert.appending(path: file), to: copy.appending(path: file))
            }
            let split = try FoundationModel.load(copy).features(of: ["the water"], showsProgress: false)
            let whole = try FoundationModel.load(bert).features(of: ["the water"], showsProgress: false)
            for (a, b) in zip(split, whole) { #expect(a.matrix == b.matrix) }
            #expect(split.names == whole.names)
        }
    }

    @Test func severalModelsInAFileAreNamed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "two.safetensors")
            let name = "blocks.0.attn.qkv.weight"
            try Seeded.write(["first.\(name)": [3, 1], "second.\(name)": [3, 1]], to: file)
            let error = #expect(throws: FoundationModelError.self) { try FoundationModel.load(file) }
            #expect(error?.description.contains("several models, under \"first.\", \"second.\"") == true)
        }
    }

    @Test func aWidthThatHeadsOf64CannotShareIsNamed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "paper.safetensors")
            let name = "textencoder.backbone.bert.embeddings.word_embeddings.weight"
            try Seeded.write([name: [10, 200]], to: file)
            let error = #expect(throws: FoundationModelError.self) { try FoundationModel.load(file) }
            #expect(error?.description.contains("of the width 200") == true)
        }
    }

    /// As timm's folders of CLIP's image towers are on the hub.
    @Test func timmsWeightsBesideAConfigurationOfOpenCLIP() throws {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "model")
            let vision = Fixtures.folder.appending(path: "vision")
            try FileManager.default.copyItem(at: vision.appending(path: "timm-pre-norm"), to: copy)
            let alone = try FoundationModel.load(copy).image
            try FileManager.default.copyItem(
                at: vision.appending(path: "open-clip/open_clip_config.json"),
                to: copy.appending(path: "open_clip_config.json"))
            let tower = try FoundationModel.load(copy).image
            #expect(tower.layers == alone.layers && tower.transform == alone.transform)
        }
    }

    @Test func aModelShowsItself() throws {
        let bundle = try FoundationModel.load(bert).mimeBundle
        let text = try #require(bundle.plainText)
        #expect(text.contains("BERT") && text.contains("36 wide, 3 heads") && text.contains("WordPiece"))
        #expect(bundle.contents["text/html"] != nil)
    }
}
