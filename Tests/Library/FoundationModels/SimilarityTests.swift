import Display
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Similarity, retrieval and zero-shot classification give PyTorch's figures")
struct SimilarityTests {
    private struct Reference: Decodable {
        var textsOfImages: [String: Double]
        var imagesOfTexts: [String: Double]
        var similarity: [Float]
        var probabilities: [Float]
    }

    private let reference: Reference
    private let images: Matrix<Float>
    private let texts: Matrix<Float>
    private let owners = (0..<120).map { 7 * $0 % 40 }

    init() throws {
        reference = try Fixtures.json("similarity.json")
        images = Self.embeddings(40, 1)
        let noise = Self.embeddings(120, 2)
        texts = Matrix(
            rows: 120, columns: 16,
            elements: zip(images.rows(at: owners).elements, noise.elements).map { $0 + 1.6 * $1 })
    }

    /// The formula of similarity.py.
    private static func embeddings(_ rows: Int, _ seed: UInt64) -> Matrix<Float> {
        var state = seed
        return Matrix(
            rows: rows, columns: 16,
            elements: (0..<rows * 16).map { _ in
                state = (state * 1_103_515_245 + 12345) % (1 << 31)
                return Float(Double(state) / Double(1 << 30) - 1)
            })
    }

    @Test func cosines() throws {
        let similarity = try images.cosineSimilarity(to: texts)
        // Sums of 16 products of numbers below 1 in float32.
        for (column, expected) in reference.similarity.enumerated() {
            #expect(abs(similarity[3, column] - expected) < 1e-6)
        }
        let zeros = try Matrix<Float>(rows: 1, columns: 16).cosineSimilarity(to: texts)
        #expect(zeros.elements.allSatisfy { $0 == 0 })
        // The squares of such rows are beyond a Float's range, their angles are not.
        let row = texts.rows(3..<4)
        for factor in [Float(1e-30), 1e25] {
            let scaled = Matrix<Float>(rows: 1, columns: 16, elements: row.elements.map { $0 * factor })
            let cosine = try scaled.cosineSimilarity(to: row)[0, 0]
            #expect(abs(cosine - 1) < 1e-6, "\(factor): \(cosine)")
        }
        #expect(throws: FoundationModelError.self) {
            try images.cosineSimilarity(to: Matrix<Float>(rows: 2, columns: 15))
        }
    }

    @Test("recall at 1, 5 and 10 in both directions, with several texts an image")
    func retrieval() throws {
        let scores = try RetrievalScores(images: images, texts: texts, imageOfText: owners)
        for depth in [1, 5, 10] {
            #expect(scores.textsOfImages[depth] == reference.textsOfImages[String(depth)])
            #expect(scores.imagesOfTexts[depth] == reference.imagesOfTexts[String(depth)])
        }
        #expect(scores.mimeBundle.plainText?.contains("R@10") == true)
        let same = try RetrievalScores(images: images, texts: images)
        #expect(same.textsOfImages == [1: 1, 5: 1, 10: 1] && same.imagesOfTexts == same.textsOfImages)
        #expect(throws: FoundationModelError.self) { try RetrievalScores(images: images, texts: texts) }
        #expect(throws: FoundationModelError.self) {
            try RetrievalScores(images: images, texts: texts, imageOfText: owners.map { $0 + 1 })
        }
    }

    @Test("an embedding that is not finite is named, and not found first", arguments: [Float.nan, .infinity])
    func notFinite(_ number: Float) throws {
        var wrong = images
        wrong[7, 3] = number
        let error = #expect(throws: FoundationModelError.self) {
            try RetrievalScores(images: images, texts: wrong)
        }
        #expect(error?.description.contains("text 7") == true)
        let other = #expect(throws: FoundationModelError.self) {
            try RetrievalScores(images: wrong, texts: images)
        }
        #expect(other?.description.contains("image 7") == true)
        let classifier = try ZeroShotClassifier(
            classes: ["a", "b"], sentences: Self.embeddings(2, 3), templates: 1, scale: 20)
        #expect(throws: FoundationModelError.self) { try classifier.classify(wrong) }
    }

    @Test("classes are means over templates, and probabilities the softmax of scaled cosines")
    func zeroShot() throws {
        let names = ["a", "b", "c", "d", "e", "f"]
        let classifier = try ZeroShotClassifier(
            classes: names, sentences: Self.embeddings(12, 3), templates: 2, scale: 20)
        let result = try classifier.classify(images)
        for (found, expected) in zip(result.probabilities.elements, reference.probabilities) {
            #expect(abs(found - expected) < 1e-5)
        }
        let labels = result.labels
        #expect(try result.accuracy(of: labels) == 1)
        let seconds = try (0..<40).map { names[try result.top(2, of: $0)[1]] }
        #expect(try result.accuracy(of: seconds) == 0)
        #expect(try result.accuracy(of: seconds, top: 2) == 1)
        #expect(throws: FoundationModelError.self) { try result.accuracy(of: ["g"]) }
        for image in [-1, 40, .max] {
            let error = #expect(throws: FoundationModelError.self) { try result.top(3, of: image) }
            #expect(error?.description.contains("no image \(image)") == true)
        }
    }

    @Test("a text tower gives a classifier of its sentences")
    func classifierOfTexts() throws {
        let model = try FoundationModel.load(Fixtures.folder.appending(path: "towers/clip"))
        let classifier = try model.zeroShotClassifier(
            of: ["cat", "people"], templates: ["a photo of {}", "the {}"])
        #expect(classifier.scale == (try model.similarityScale))
        let sentences = try model.textEmbeddings(of: ["a photo of people", "the people"])
        let mean = Matrix([zip(sentences.row(0), sentences.row(1)).map { $0 + $1 }]).normalizedRows()
        #expect(relativeError(classifier.embeddings.rows(1..<2), mean) < 1e-5)
        #expect(throws: FoundationModelError.self) {
            try model.zeroShotClassifier(of: ["cat"], templates: ["a cat"])
        }
        #expect(throws: FoundationModelError.self) { try model.image }
    }
}
