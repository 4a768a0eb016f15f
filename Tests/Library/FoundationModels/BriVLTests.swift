import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("BriVL gives what its published modules give")
struct BriVLTests {
    /// As in `ConvolutionTests`.
    private let tolerance: Float = 1e-4

    private func withModel<R>(_ body: (FoundationModel) throws -> R) throws -> R {
        let fixture = Fixtures.folder.appending(path: "brivl")
        return try withTemporaryFolder { folder in
            try Seeded.write(
                try Fixtures.json("brivl/tensors.json"), to: folder.appending(path: "model.safetensors"))
            try FileManager.default.copyItem(
                at: fixture.appending(path: "config.json"), to: folder.appending(path: "config.json"))
            try FileManager.default.copyItem(
                at: Fixtures.folder.appending(path: "tokenizers/wordpiece/tokenizer.json"),
                to: folder.appending(path: "tokenizer.json"))
            return try body(try FoundationModel.load(folder))
        }
    }

    private func compare(_ features: FeatureSet, _ file: String, _ kind: String) throws {
        let reference = try Safetensors.open(Fixtures.folder.appending(path: "brivl/\(file).safetensors"))
        for layer in features {
            let expected: Tensor<Float> = try reference.tensor("\(kind) \(layer.name)")
            let error = relativeError(layer.matrix, expected.matrix)
            #expect(error < tolerance, "\(kind) \(layer.name): \(error)")
        }
    }

    @Test("for images on a grid of 6 x 6 (2022), in both twins")
    func grid() throws {
        try withModel { model in
            let tower = try model.image
            let images = Seeded.images("brivl", count: 3, height: 139, width: 139)
            let layers: LayerSelection = ["bn2", "max_pool", "imgAtt.*", "imgFC", "embedding"]
            let features = try tower.features(of: images, layers: layers, batchSize: 2, showsProgress: false)
            #expect(
                features.names == [
                    "bn2", "max_pool", "imgAtt.layers.0", "imgAtt.layers.1", "imgFC", "embedding",
                ])
            try compare(features, "images", "grid")
            try compare(
                try model.momentum.image.features(of: images, layers: "imgFC", showsProgress: false), "twins",
                "grid")
            #expect(try model.momentum.text.features(of: ["a"], layers: "textFC").count == 1)
        }
    }

    @Test("a grid has as many parts as are asked for and the whole, or is refused")
    func grids() throws {
        #expect(try ImageBox.grid(0) == [.whole])
        #expect(try ImageBox.grid(2).count == 5)
        for count in [-3, 1001, .max] {
            #expect(throws: FoundationModelError.self) { try ImageBox.grid(count) }
        }
    }

    @Test("for images with boxes of a detector (1.0)")
    func boxes() throws {
        try withModel { model in
            let tower = try model.image
            let images = Seeded.images("brivl", count: 3, height: 139, width: 139)
            let layers: LayerSelection = ["max_pool", "imgAtt.*", "imgFC", "embedding"]
            let features = try tower.features(
                of: images, boxes: Self.boxes, layers: layers, showsProgress: false)
            try compare(features, "images", "boxes")
            let error = #expect(throws: FoundationModelError.self) {
                try tower.features(of: images, boxes: [[]], layers: layers, showsProgress: false)
            }
            #expect(error?.description.contains("3 images and boxes of 1") == true)
            for side in [Float.nan, .infinity, 120] {
                let wrong = ImageBox(left: 0, top: 0.5, right: side, bottom: 1)
                let error = #expect(throws: FoundationModelError.self) {
                    try tower.features(
                        of: images, boxes: [[], [wrong], []], layers: layers, showsProgress: false)
                }
                #expect(error?.description.contains("one of image 1") == true)
            }
        }
    }

    private static let boxes: [[ImageBox]] = [
        [],
        [
            ImageBox(left: 0.1, top: 0.2, right: 0.5, bottom: 0.7),
            ImageBox(left: 0.0, top: 0.0, right: 0.3, bottom: 1.0),
        ],
        [
            ImageBox(left: 0.4, top: 0.4, right: 0.6, bottom: 0.6),
            ImageBox(left: 0.9, top: 0.1, right: 1.0, bottom: 0.35),
            ImageBox(left: 0.25, top: 0.5, right: 1.0, bottom: 0.9),
        ],
    ]

    @Test("for texts, with a mask and as published without one")
    func texts() throws {
        try withModel { model in
            let tower = try model.text
            let texts: [String] = try Fixtures.json("encoders/texts.json")
            let layers: LayerSelection = ["textAtt.*", "textFC", "embedding"]
            let features = try tower.features(of: texts, layers: layers, showsProgress: false)
            #expect(features.names == ["textAtt.layers.0", "textAtt.layers.1", "textFC", "embedding"])
            try compare(features, "texts", "masked")
            let padded = try tower.withoutAttentionMask()
            let published = try padded.features(of: texts, layers: layers, showsProgress: false)
            try compare(published, "texts", "published")
            // The fusion's tokens are fewer than the encoder's: its last ones lie elsewhere.
            let ends = try padded.features(
                of: texts, layers: "fusion 0", pooling: .end, showsProgress: false)[0].matrix
            for (row, text) in texts.enumerated() {
                let states = try padded.tokenFeatures(of: text, layers: "fusion 0")[0].matrix
                let last = states.rows(states.rows - 1..<states.rows)
                #expect(relativeError(ends.rows(row..<row + 1), last) < tolerance)
            }
        }
    }

    @Test("for pairs of images and texts: cosines, and classes by templates")
    func pairs() throws {
        try withModel { model in
            func reference(_ file: String, _ name: String) throws -> Matrix<Float> {
                let file = try Safetensors.open(Fixtures.folder.appending(path: "brivl/\(file).safetensors"))
                let tensor: Tensor<Float> = try file.tensor(name)
                return tensor.matrix
            }
            let images = Seeded.images("brivl", count: 3, height: 139, width: 139)
            let embeddings = try model.image.features(of: images, layers: "embedding", showsProgress: false)[
                0
            ]
            .matrix
            let texts: [String] = try Fixtures.json("encoders/texts.json")
            let found = try embeddings.cosineSimilarity(to: model.textEmbeddings(of: texts))
            let (image, text) = try (
                reference("images", "grid embedding"), reference("texts", "masked embedding")
            )
            #expect(found.rows == 3 && found.columns == texts.count)
            for row in 0..<image.rows {
                for column in 0..<text.rows {
                    let cosine = zip(image.row(row), text.row(column)).reduce(0) { $0 + $1.0 * $1.1 }
                    #expect(abs(found[row, column] - cosine) < tolerance)
                }
            }
            // The temperature of its training, which the checkpoint does not hold.
            #expect(try model.similarityScale == 1 / 0.07)
            let classes = try model.zeroShotClassifier(of: texts.filter { !$0.isEmpty }, templates: ["{}"])
                .classify(embeddings)
            #expect(classes.probabilities.rows == 3)
        }
    }
}
