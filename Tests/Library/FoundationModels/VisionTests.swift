import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Vision transformers give the states of timm, transformers and open_clip")
struct VisionTests {
    /// float32 in another order of summation: 1e-4 of the layer's largest number is what the project asks for, and some
    /// 1e-6 is what comes out.
    private let tolerance: Float = 1e-4
    private static let folder = Fixtures.folder.appending(path: "vision")

    /// The folder, or the file of weights, of a fixture.
    private func load(_ name: String) throws -> FoundationModel {
        let folder = Self.folder.appending(path: name)
        let files = ["vit.pth", "ViT.npz", "mp_rank_00_model_states.pt"].map { folder.appending(path: $0) }
        return try FoundationModel.load(
            files.first { FileManager.default.fileExists(atPath: $0.path) } ?? folder)
    }

    private func tensors(_ name: String, _ file: String) throws -> Safetensors {
        try Safetensors.open(Self.folder.appending(path: "\(name)/\(file).safetensors"))
    }

    /// The largest difference of flattened features and a reference of any shape.
    private func error(_ found: LayerFeatures, _ reference: Tensor<Float>) -> Float {
        guard found.matrix.count == reference.count else { return .infinity }
        return relativeError(
            found.matrix, reference.reshaped(to: [found.matrix.rows, found.matrix.columns]).matrix)
    }

    @Test(
        "every layer and part, with seeded weights",
        arguments: [
            ("timm", 9), ("timm-mean", 9), ("timm-pre-norm", 8), ("timm-registers", 8), ("timm-gated", 8),
            ("timm-file", 5), ("augreg", 9), ("hf-vit", 6), ("hf-dinov2", 8), ("hf-dinov2-registers", 8),
            ("clip", 10), ("open-clip", 10), ("paper", 10),
        ])
    func layers(_ name: String, _ count: Int) throws {
        let tower = try load(name).image
        let reference = try tensors(name, "layers")
        let images: Tensor<Float> = try tensors(name, "images").tensor("images")
        let names = tower.layers.map(\.name)
        #expect(names.count == count)
        let features = try tower.features(
            of: images, layers: .named(names), pooling: .flattened, showsProgress: false)
        #expect(features.names == names)
        for layer in features where reference.entries[layer.name] != nil || name != "hf-vit" {
            let error = error(layer, try reference.tensor(layer.name))
            #expect(error < tolerance, "\(name) \(layer.name): \(error)")
        }
    }

    @Test("positions for images of another size are timm's", arguments: [(48, 32), (16, 24), (32, 40)])
    func otherSizes(_ height: Int, _ width: Int) throws {
        let tower = try load("timm-file").image.resized(to: ImageSize(height: height, width: width))
        let reference = try tensors("timm-file", "layers")
        let features = try tower.features(
            of: try reference.tensor("\(height) \(width) images"), layers: "norm", pooling: .flattened,
            showsProgress: false)
        #expect(error(features[0], try reference.tensor("\(height) \(width) norm")) < tolerance)
        for side in [36, 0, -8, Int.max, Int.min] {
            #expect(throws: FoundationModelError.self) { try tower.resized(to: ImageSize(side)) }
        }
    }

    private struct Claim: ImageSource {
        let count = 1 << 40
        func image(_ index: Int) throws -> RGBImage { throw FoundationModelError.input("an image was made") }
    }

    @Test("what does not fit into memory is refused before an image is made")
    func memory() throws {
        let tower = try load("timm").image
        for (batch, words) in [(Int.max, "a batch of 1099511627776"), (1, "the features of 1099511627776")] {
            let error = #expect(throws: FoundationModelError.self) {
                try tower.features(of: Claim(), layers: .last, batchSize: batch, showsProgress: false)
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test("the momentum twin of the paper's model is another model")
    func momentum() throws {
        let model = try load("paper")
        let reference = try tensors("paper", "layers")
        let images: Tensor<Float> = try tensors("paper", "images").tensor("images")
        let twin = try model.momentum.image.features(
            of: images, layers: "block *", pooling: .flattened, showsProgress: false)
        for layer in twin {
            #expect(error(layer, try reference.tensor("momentum " + layer.name)) < tolerance)
        }
        let paper = try model.image.features(of: images, layers: .paperImage, showsProgress: false)
        #expect(paper.names == ["blocks.0", "blocks.1", "learnable.imgFC_vit_0.fc", "embedding"])
        #expect(try paper["embedding"].columns == 24 && paper["block 1"].columns == 64)
        #expect(try model.image.unusedTensors.contains { $0.contains("imgFC_vit.fc") })
        #expect(try model.image.transform.normalization == .paper)
    }

    @Test("nothing after the last wanted layer runs, and batches do not matter")
    func batches() throws {
        let tower = try load("timm").image
        let images: Tensor<Float> = try tensors("timm", "images").tensor("images")
        let all = try tower.features(of: images, showsProgress: false)
        #expect(all.names == ["norm_pre", "blocks.0", "blocks.1", "norm", "head"])
        let apart = try tower.features(
            of: images, layers: ["block 0", "norm"], batchSize: 1, showsProgress: false)
        #expect(relativeError(try apart["block 0"], try all["block 0"]) < 1e-5)
        #expect(relativeError(try apart["norm"], try all["norm"]) < 1e-5)
        let parts = try tower.features(of: images, layers: "blocks.*.attn", showsProgress: false)
        #expect(parts.names == ["blocks.0.attn", "blocks.1.attn"])
    }

    @Test("a head alone is what it is with all layers", arguments: ["timm", "timm-mean", "clip", "paper"])
    func headAlone(_ name: String) throws {
        let tower = try load(name).image
        let images: Tensor<Float> = try tensors(name, "images").tensor("images")
        let last = try #require(tower.layers.last).name
        let alone = try tower.features(of: images, layers: .last, showsProgress: false)[0]
        #expect(error(alone, try tensors(name, "layers").tensor(last)) < tolerance)
    }

    @Test("pooling is what its name says")
    func pooling() throws {
        let tower = try load("timm-registers").image
        let images: Tensor<Float> = try tensors("timm-registers", "images").tensor("images")
        func features(_ pooling: Pooling) throws -> [Float] {
            try tower.features(of: images, layers: "block 1", pooling: pooling, showsProgress: false)[0]
                .matrix.row(1)
        }
        let states = try tower.features(
            of: images, layers: "block 1", pooling: .flattened, showsProgress: false)[0]
        #expect(states.tensor.shape == [2, 21, 36])
        for column in 0..<36 {
            let values = (0..<21).map { states.tensor[1, $0, column] }
            #expect(abs(try features(.cls)[column] - values[0]) < 1e-5)
            #expect(abs(try features(.max)[column] - values.max()!) < 1e-5)
            #expect(abs(try features(.mean)[column] - values.reduce(0, +) / 21) < 1e-5)
            #expect(abs(try features(.patches)[column] - values[5...].reduce(0, +) / 16) < 1e-5)
        }
    }

    @Test("images of two layouts of memory are one")
    func channelsLast() throws {
        let tower = try load("timm").image
        let first: Tensor<Float> = try tensors("timm", "images").tensor("images")
        let last = Tensor<Float>(shape: [2, 24, 24, 3]) { target in
            for i in 0..<target.count {
                let (pixel, channel) = (i / 3 % 576, i % 3)
                target[i] = first[i / 1728, channel, pixel / 24, pixel % 24]
            }
        }
        let a = try tower.features(of: first, layers: "block 0", showsProgress: false)[0].matrix
        let b = try tower.features(of: last, layers: "block 0", showsProgress: false)[0].matrix
        #expect(a == b)
        #expect(throws: FoundationModelError.self) {
            try tower.features(of: Tensor<Float>(shape: [1, 3, 25, 24]), showsProgress: false)
        }
    }

    @Test("configurations say how images are transformed")
    func configurations() throws {
        let timm = try load("timm").image.transform
        #expect(timm.fit == .shorterSide(30) && timm.interpolation == .bilinear)
        let given = try ImageTransform.Normalization(mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.3, 0.4])
        #expect(timm.normalization == given)
        let dinov2 = try load("hf-dinov2").image
        #expect(dinov2.imageSize == ImageSize(height: 24, width: 32))
        #expect(dinov2.transform.fit == .shorterSide(30))
        #expect(dinov2.transform.normalization.mean == [0.1, 0.2, 0.3])
        let openCLIP = try load("open-clip").image.transform
        #expect(openCLIP.fit == .stretched && openCLIP.interpolation == .bilinear)
        let clip = try load("clip").image.transform
        #expect(clip.fit == .shorterSide(24) && clip.normalization == .clip && clip.interpolation == .bicubic)
    }

    @Test("a model of images shows itself")
    func display() throws {
        let text = try #require(try load("clip").mimeBundle.plainText)
        #expect(text.contains("CLIP ViT-32/8") && text.contains("24 x 24 pixels"))
        #expect(try load("hf-dinov2").image.family == "DINOv2 ViT-36/8")
        let file = try load("timm-file")
        #expect(throws: FoundationModelError.self) { try file.text }
        #expect(throws: FoundationModelError.self) { try file.momentum }
    }

    @Test("a normalization that an argument puts before the blocks has timm's usual epsilon, not CLIP's")
    func epsilonOfPreNorm() throws {
        let source = Self.folder.appending(path: "timm-pre-norm")
        let images: Tensor<Float> = try tensors("timm-pre-norm", "images").tensor("images")
        func features(_ arguments: [String: Any]) throws -> Matrix<Float> {
            try withTemporaryFolder { folder in
                let copy = folder.appending(path: "model")
                try FileManager.default.copyItem(at: source, to: copy)
                let file = copy.appending(path: "config.json")
                var json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as! [String: Any]
                json["model_args"] = arguments
                try JSONSerialization.data(withJSONObject: json).write(to: file)
                let tower = try FoundationModel.load(copy).image
                return try tower.features(of: images, layers: "block 0", showsProgress: false)[0].matrix
            }
        }
        let usual = try features(["num_heads": 3, "pre_norm": true])
        #expect(try usual == features(["num_heads": 3, "norm_layer": "layernorm"]))
        #expect(try usual != features(["num_heads": 3]))
    }

    @Test("what does not fit is named")
    func misfits() throws {
        let source = Self.folder.appending(path: "hf-vit")
        func message(_ changes: [String: Any]) throws -> String {
            try withTemporaryFolder { folder in
                let copy = folder.appending(path: "model")
                try FileManager.default.copyItem(at: source, to: copy)
                let file = copy.appending(path: "config.json")
                var json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as! [String: Any]
                for (key, value) in changes { json[key] = value }
                try JSONSerialization.data(withJSONObject: json).write(to: file)
                return #expect(throws: FoundationModelError.self) { try FoundationModel.load(copy) }?
                    .description ?? ""
            }
        }
        #expect(
            try message(["num_hidden_layers": 3]).contains("\"num_hidden_layers\" is 3; the tensors have 2"))
        #expect(try message(["image_size": 32]).contains("needs 17 positions"))
        #expect(try message(["num_attention_heads": 5]).contains("36"))
    }
}
