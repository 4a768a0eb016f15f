import Formats
import Foundation
import FoundationModels
import SmallWorld
import Tensors
import Testing
import Training

/// Trained towers in the folders that `FoundationModel.load` takes.
@Suite struct ModelFolderTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + (0..<15).map { "word\($0)" }

    private func difference(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Float {
        a.rows == b.rows && a.columns == b.columns
            ? zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? .infinity : .infinity
    }

    /// A stem of convolutions, BERT and means; patches, class token and normalization before the parts.
    @Test(arguments: [false, true])
    func loadedTowersGiveTheTrainersEmbeddings(hasClassToken: Bool) throws {
        let trainer = hasClassToken ? try TrainingCase.queues() : try TrainingCase.inBatch()
        let reference = try TrainingCase(hasClassToken ? "queues" : "in-batch")
        try trainer.state.adopt(reference.tensors("weights"))
        for step in 0..<4 { try trainer.step(images: reference.images(step), texts: reference.texts(step)) }
        let images = try reference.images(1)
        let pictures = try (0..<6).map {
            try RGBImage(width: 16, height: 16, pixels: Array(images.pixels[$0 * 768..<($0 + 1) * 768]))
        }
        let words: [[Int32]] = (0..<6).map { text in
            (0...text).map { word -> Int32 in 5 + Int32((7 * text + 3 * word) % 15) }
        }
        let own = try trainer.embeddings(images: images, texts: TokenBatch(words.map { [2] + $0 + [3] }))
        let sentences = words.map { $0.map { vocabulary[Int($0)] }.joined(separator: " ") }
        try withFolder { folder in
            try trainer.writeModel(to: folder, vocabulary: vocabulary)
            let model = try FoundationModel.load(folder)
            #expect(difference(try model.imageEmbeddings(of: pictures), own.images) < 1e-5)
            #expect(difference(try model.textEmbeddings(of: sentences), own.texts) < 1e-5)
            #expect(abs(try model.similarityScale - trainer.scale) < 1e-3)
            #expect(try model.image.unusedTensors.isEmpty && model.text.unusedTensors.isEmpty)
            let features = try model.image.features(of: pictures, layers: "block *", showsProgress: false)
            #expect(try features["block 1"].columns == 16)
            #expect(features.pooling == (hasClassToken ? .cls : .mean))
            try trainer.writeModel(to: folder, vocabulary: vocabulary, precision: .float16)
            let rounded = try FoundationModel.load(folder)
            #expect(difference(try rounded.imageEmbeddings(of: pictures), own.images) < 0.02)
            #expect(throws: TrainingError.self) {
                try trainer.writeModel(to: folder, vocabulary: Array(vocabulary.dropLast()))
            }
        }
    }

    /// A vocabulary of BERT's cased or German kind, whose words no cleaned text would have.
    @Test func wordsKeepTheirLettersIfTheVocabularyHasThem() throws {
        var cased = vocabulary
        (cased[5], cased[6]) = ("Word", "ärger")
        var accented = vocabulary
        accented[6] = "ärger"
        let trainer = try TrainingCase.masked()
        try withFolder { folder in
            try trainer.writeModel(to: folder, vocabulary: cased)
            let text = try FoundationModel.load(folder).text
            #expect(text.tokenIDs(of: ["Word ärger word"]) == [[2, 5, 6, 1, 3]])
            try trainer.writeModel(to: folder, vocabulary: accented)
            let other = try FoundationModel.load(folder).text
            #expect(other.tokenIDs(of: ["WORD2 Ärger"]) == [[2, 7, 6, 3]])
            var chinese = vocabulary
            (chinese[5], chinese[6]) = ("猫咪", "狗")
            try trainer.writeModel(to: folder, vocabulary: chinese)
            let words = try FoundationModel.load(folder).text
            #expect(words.tokenIDs(of: ["猫咪 狗 word2"]) == [[2, 5, 6, 7, 3]])
            try trainer.writeModel(to: folder, vocabulary: vocabulary)
            let plain = try FoundationModel.load(folder).text
            #expect(plain.tokenIDs(of: ["WORD0 wörd2"]) == [[2, 5, 7, 3]])
        }
    }

    @Test(arguments: ["a\nb", "", "a ", "word0", "[CLS ]"])
    func vocabulariesThatNoFileCanHaveAreRefused(_ token: String) throws {
        var wrong = vocabulary
        wrong[token == "[CLS ]" ? 2 : 7] = token
        try withFolder { folder in
            #expect(throws: TrainingError.self) {
                try TrainingCase.masked().writeModel(to: folder, vocabulary: wrong)
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }

    @Test func towersAloneAreLoaded() throws {
        let text = try TrainingCase.masked()
        let image = try ViewsTrainer(
            TrainingCase.image(TrainingCase.convolutions, hasClassToken: false, pooling: .mean, .geluTanh),
            embeddingWidth: 8, options: TrainingCase.options)
        try withFolder { folder in
            try text.writeModel(to: folder, vocabulary: vocabulary)
            let model = try FoundationModel.load(folder)
            #expect(try model.features(of: ["word1 word2"], showsProgress: false)["layer 1"].columns == 16)
            #expect(throws: FoundationModelError.self) { try model.image }
        }
        try withFolder { folder in
            try image.writeModel(to: folder)
            #expect(throws: FoundationModelError.self) { try FoundationModel.load(folder).text }
            #expect(try FoundationModel.load(folder).image.imageSize == ImageSize(16))
        }
    }

    /// Windows that overlap, and images with a rest: after training they could not be loaded.
    @Test(arguments: [(8, 4), (5, 5)])
    func stemsThatDoNotFillTheImageAreRefused(_ size: Int, _ stride: Int) throws {
        let stem = [ImageTowerConfiguration.Convolution(size: size, stride: stride, channels: 16)]
        let tower = TrainingCase.image(stem, hasClassToken: false, pooling: .mean, .gelu)
        let error = #expect(throws: TrainingError.self) {
            try SupervisedTrainer(tower, labels: 5, options: TrainingCase.options)
        }
        #expect(error?.description.contains("strides of the stem") == true)
    }

    /// Fewer patches would leave old numbers in their places, more would be written beyond the memory of all.
    @Test(arguments: [[0, 0], [3, 1]])
    func paddingsThatMakeOtherPatchesAreRefused(_ paddings: [Int]) throws {
        try withFolder { folder in
            try TrainingCase.inBatch().writeModel(to: folder, vocabulary: vocabulary)
            let file = folder.appending(path: "config.json")
            var json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as! [String: Any]
            json["image"] = (json["image"] as! [String: Any]).merging(["paddings": paddings]) { $1 }
            try JSONSerialization.data(withJSONObject: json).write(to: file)
            let error = #expect(throws: FoundationModelError.self) {
                try FoundationModel.load(folder).image
            }
            #expect(error?.description.contains("\"paddings\" make") == true)
        }
    }

    @Test func wrongConfigurationsAreRefused() throws {
        try withFolder { folder in
            try TrainingCase.inBatch().writeModel(to: folder, vocabulary: vocabulary)
            let file = folder.appending(path: "config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            for (from, to) in [
                ("\"num_attention_heads\" : 2", "\"num_attention_heads\" : 3"), ("\"mean\"", "\"median\""),
                ("\"image_size\" : 16", "\"image_size\" : 18"),
                ("\"image_size\" : 16", "\"image_size\" : 32"),
                ("\"strides\"", "\"steps\""), ("\"gelu_new\"", "\"swoosh\""),
            ] {
                #expect(text.contains(from), "\(from)")
                try text.replacing(from, with: to).write(to: file, atomically: true, encoding: .utf8)
                #expect(throws: FoundationModelError.self, "\(to)") {
                    let model = try FoundationModel.load(folder)
                    _ = (try model.image, try model.text)
                }
            }
        }
    }
}
