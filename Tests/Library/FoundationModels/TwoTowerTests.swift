import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

/// The references are transformers' CLIPModel, open_clip's zero-shot classifier and open_clip's retrieval metrics, from
/// photographs and captions on, so that transforms, tokenizers, towers and scores are tested together.
@Suite("Models with both towers compare, classify and find as the reference libraries do")
struct TwoTowerTests {
    private struct Texts: Decodable {
        var classes: [String]
        var templates: [String]
        var captions: [String]
    }

    private static let folder = Fixtures.folder.appending(path: "two-towers")
    private let texts: Texts
    private let photos: [RGBImage]

    init() throws {
        texts = try Fixtures.json("two-towers/texts.json")
        let pixels: Tensor<Float> = try Safetensors.open(Self.folder.appending(path: "photos.safetensors"))
            .tensor("photos")
        let (height, width) = (pixels.shape[1], pixels.shape[2])
        photos = try (0..<pixels.shape[0]).map { number in
            let photo = pixels.elements[number * height * width * 3..<(number + 1) * height * width * 3]
            return try RGBImage(width: width, height: height, pixels: photo.map { UInt8($0) })
        }
    }

    private func load(_ name: String) throws -> (model: FoundationModel, reference: Safetensors) {
        let folder = Self.folder.appending(path: name)
        let file = name == "paper" ? folder.appending(path: "mp_rank_00_model_states.pt") : folder
        return (
            try FoundationModel.load(file),
            try Safetensors.open(folder.appending(path: "reference.safetensors"))
        )
    }

    /// The largest difference of a matrix and the reference of that name.
    private func difference(_ found: Matrix<Float>, _ name: String, _ reference: Safetensors) throws -> Float
    {
        let expected: Tensor<Float> = try reference.tensor(name)
        guard expected.shape == [found.rows, found.columns] else { return .infinity }
        return zip(found.elements, expected.elements).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test("embeddings, logits and probabilities", arguments: ["clip", "paper"])
    func similarity(_ name: String) throws {
        let (model, reference) = try load(name)
        let images = ImagesInMemory(photos)
        // Vectors of length 1 after two blocks in float32: some 1e-6 each.
        #expect(try difference(model.imageEmbeddings(of: images), "image_embeds", reference) < 1e-5)
        #expect(try difference(model.textEmbeddings(of: texts.captions), "text_embeds", reference) < 1e-5)
        let scale = try model.similarityScale
        let similarity = try model.similarity(of: images, to: texts.captions)
        let logits = Matrix(
            rows: similarity.rows, columns: similarity.columns,
            elements: similarity.elements.map { $0 * scale })
        #expect(try difference(logits, "logits_per_image", reference) < 1e-5 * scale)
        // CLIP's learnt scale, and 1 / 0.07 of a checkpoint that has none.
        #expect(abs(scale - (name == "clip" ? 37.5 : 1 / 0.07)) < 0.01 * scale)
        let captions = try ZeroShotClassifier(
            classes: texts.captions, sentences: model.textEmbeddings(of: texts.captions), templates: 1,
            scale: scale
        ).classify(model.imageEmbeddings(of: images))
        #expect(try difference(captions.probabilities, "probabilities", reference) < 1e-4)
    }

    @Test("classes are the means of their sentences' embeddings", arguments: ["clip", "paper"])
    func zeroShot(_ name: String) throws {
        let (model, reference) = try load(name)
        let classifier = try model.zeroShotClassifier(of: texts.classes, templates: texts.templates)
        #expect(try difference(classifier.embeddings, "class_embeddings", reference) < 1e-5)
        let result = try classifier.classify(model.imageEmbeddings(of: photos))
        // A probability changes by at most a quarter of what its logit does, and that by `scale` times 1e-5.
        #expect(try difference(result.probabilities, "class_probabilities", reference) < 1e-4)
        let expected: Tensor<Float> = try reference.tensor("class_probabilities")
        let truth = (0..<photos.count).map { photo in
            let row = texts.classes.indices.map { expected[photo, $0] }
            return texts.classes[row.firstIndex(of: row.max()!)!]
        }
        #expect(result.labels == truth)
    }

    @Test("recall at 1, 5 and 10 in both directions", arguments: ["clip", "paper"])
    func retrieval(_ name: String) throws {
        let (model, reference) = try load(name)
        let scores = try model.retrieval(
            of: ImagesInMemory(photos), captions: texts.captions, showsProgress: false)
        for (direction, found) in [
            ("image_to_text", scores.textsOfImages), ("text_to_image", scores.imagesOfTexts),
        ] {
            let expected: Tensor<Float> = try reference.tensor(direction)
            for (place, depth) in [1, 5, 10].enumerated() {
                let score = try #require(found[depth])
                // Shares of 14, in float32 in the file.
                #expect(abs(Float(score) - expected[place]) < 1e-6, "\(direction) at \(depth)")
            }
        }
    }

    @Test("what a model with one tower cannot do is refused by the name of the other")
    func oneTower() throws {
        let text = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert"))
        let error = #expect(throws: FoundationModelError.self) {
            try text.similarity(of: ImagesInMemory(photos), to: texts.captions)
        }
        #expect(error?.description.contains("has no image tower") == true)
        let plain = #expect(throws: FoundationModelError.self) { try text.textEmbeddings(of: texts.captions) }
        #expect(plain?.description.contains("\"embedding\"") == true)
    }
}
