import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("RoBERTa, CLIP's text towers and the paper's give the states of their references")
struct TwoTowerTextTests {
    /// See `TextTowerTests`: 1e-4 of the layer's largest number.
    private let tolerance: Float = 1e-4
    private let texts: [String]

    init() throws { texts = try Fixtures.json("towers/texts.json") }

    @Test(
        "layer by layer, with seeded weights",
        arguments: ["roberta", "clip", "clip-legacy", "open-clip", "open-clip-custom"])
    func states(_ name: String) throws {
        let folder = Fixtures.folder.appending(path: "towers/" + name)
        let tower = try FoundationModel.load(folder).text
        let states = try Safetensors.open(folder.appending(path: "states.safetensors"))
        #expect(states.names.count == texts.count * tower.layers.count)
        #expect(tower.unusedTensors.isEmpty)
        for (number, text) in texts.enumerated() {
            for layer in try tower.tokenFeatures(of: text) {
                let reference: Tensor<Float> = try states.tensor("text \(number) \(layer.layer.shortName)")
                let expected = reference.reshaped(to: [
                    reference.count / layer.layer.width, layer.layer.width,
                ])
                let error = relativeError(layer.matrix, expected.matrix)
                #expect(error < tolerance, "text \(number), \(layer.name): \(error)")
            }
        }
    }

    @Test("layers are named as transformers and open_clip name them")
    func names() throws {
        func names(_ name: String) throws -> [String] {
            try FoundationModel.load(Fixtures.folder.appending(path: "towers/" + name)).text.layers.map(
                \.name)
        }
        #expect(
            try names("clip") == [
                "embeddings", "text_model.encoder.layers.0", "text_model.encoder.layers.1",
                "text_model.final_layer_norm", "text_projection", "text_embeds",
            ])
        #expect(
            try names("open-clip") == [
                "embeddings", "transformer.resblocks.0", "transformer.resblocks.1", "ln_final",
                "text_projection", "text_embeds",
            ])
        #expect(try names("roberta") == ["embeddings", "encoder.layer.0", "encoder.layer.1"])
    }

    @Test("packed texts give what each gives alone, at the token that ends it")
    func packed() throws {
        let folder = Fixtures.folder.appending(path: "towers/clip")
        let tower = try FoundationModel.load(folder).text
        let states = try Safetensors.open(folder.appending(path: "states.safetensors"))
        let features = try tower.features(of: texts, showsProgress: false)
        #expect(features.pooling == .end)
        for layer in features {
            for (number, text) in texts.enumerated() {
                let reference: Tensor<Float> = try states.tensor("text \(number) \(layer.layer.shortName)")
                let rows = reference.reshaped(to: [reference.count / layer.layer.width, layer.layer.width])
                    .matrix
                // The fifth text has a second ending token, which does not count.
                let end = try #require(tower.tokenIDs(of: [text])[0].firstIndex(of: 1301))
                let row = rows.rows == 1 ? 0 : end
                let error = relativeError(layer.matrix.rows(number..<number + 1), rows.rows(row..<row + 1))
                #expect(error < tolerance, "text \(number), \(layer.name): \(error)")
            }
        }
    }

    @Test("the embedding without the last block's other tokens is the same")
    func embeddingAlone() throws {
        let folder = Fixtures.folder.appending(path: "towers/clip")
        let tower = try FoundationModel.load(folder).text
        let states = try Safetensors.open(folder.appending(path: "states.safetensors"))
        let embedding = try #require(tower.layers.last?.shortName)
        // With the fifth text, whose ending token is not its last, all tokens of the batch are made.
        for texts in [Array(texts.prefix(4)), texts] {
            for layers in [[embedding], ["layer 0", embedding]] {
                let features = try tower.features(
                    of: texts, layers: .named(layers), showsProgress: false)
                let found = try features[embedding]
                for number in texts.indices {
                    let reference: Tensor<Float> = try states.tensor("text \(number) \(embedding)")
                    let expected = reference.reshaped(to: [1, reference.count]).matrix
                    #expect(relativeError(found.rows(number..<number + 1), expected) < tolerance)
                }
            }
        }
    }

    @Test("the paper's tower, its momentum twin, and both as the published scripts ran them")
    func paper() throws {
        let folder = Fixtures.folder.appending(path: "towers/paper")
        let model = try FoundationModel.load(folder.appending(path: "mp_rank_00_model_states.pt"))
        let states = try Safetensors.open(folder.appending(path: "states.safetensors"))
        for (encoder, tower) in [
            ("textencoder", try model.text), ("textencoder_mom", try model.momentum.text),
        ] {
            #expect(tower.maximumLength == 80)
            for (kind, tower) in [("", tower), ("padded ", try tower.withoutAttentionMask())] {
                let features = try tower.features(
                    of: texts, layers: ["layer *", "projection", "embedding"], showsProgress: false)
                #expect(features.pooling == .cls && features.count == 4)
                for layer in features {
                    for number in texts.indices {
                        let name = "\(encoder) \(kind)text \(number) \(layer.layer.shortName)"
                        let reference: Tensor<Float> = try states.tensor(name)
                        let error = relativeError(layer.matrix.rows(number..<number + 1), reference.matrix)
                        #expect(error < tolerance, "\(name): \(error)")
                    }
                }
            }
        }
        // Without a mask the padding shows, so the two kinds must differ.
        let correct = try model.text.features(of: ["a photo"], layers: .last, showsProgress: false)[0].matrix
        let published = try model.text.withoutAttentionMask().features(
            of: ["a photo"], layers: .last, showsProgress: false)[0].matrix
        #expect(relativeError(correct, published) > 0.01)
        let padded = try model.text.withoutAttentionMask()
        let last = try model.text.tokenIDs(of: ["a photo"])[0].count - 1
        let tokens = try padded.tokenFeatures(of: "a photo", layers: "layer 1")[0].matrix
        let end = try padded.features(
            of: ["a photo"], layers: "layer 1", pooling: .end, showsProgress: false)[0].matrix
        #expect(tokens.rows == 80 && relativeError(end, tokens.rows(last..<last + 1)) < tolerance)
        var pooled = try model.text
        pooled.defaultPooling = .mean
        #expect(try pooled.withoutAttentionMask().defaultPooling == .mean)
        #expect(try model.text.features(of: texts, layers: .paperText, showsProgress: false).count == 2)
    }

    @Test("what is not there is refused")
    func refusals() throws {
        let clip = try FoundationModel.load(Fixtures.folder.appending(path: "towers/clip"))
        #expect(throws: FoundationModelError.self) { try clip.momentum }
        #expect(throws: FoundationModelError.self) { try clip.text.withoutAttentionMask() }
        #expect(throws: FoundationModelError.self) {
            try clip.text.features(of: ["a"], pooling: .flattened, showsProgress: false)
        }
    }
}
