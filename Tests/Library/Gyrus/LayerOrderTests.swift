import Foundation
import Gyrus
import Testing

@Suite struct LayerOrderTests {
    /// The same sentences in another order would be scored beside the responses to others.
    @Test func featuresInAnotherOrderAreRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let texts = [
            "a red circle", "a blue square", "two green circles", "a red square", "a large circle",
            "three blue circles",
        ]
        var random = NumpyRandom(seed: 8)
        let responses = Matrix<Float>(
            rows: 6, columns: 2, elements: (0..<12).map { _ in Float(random.gaussian()) })
        let study = try Study(name: "S1", stimuli: texts, responses: responses)
        let model = try FoundationModel.load("brivl-mini")
        let ridge = Ridge(alphas: [1, 10], folds: .kFold(2), showsProgress: false)
        let files = try [texts, texts.reversed()].enumerated().map { number, texts in
            try model.featureFile(
                at: folder.appending(path: "\(number).h5").path, of: texts, keepsTexts: true,
                showsProgress: false)
        }
        let scores = try ridge.scoresByLayer(files[0], of: study)
        #expect(scores.count == files[0].layers.count)
        // By both of their names, whichever of them the scores have.
        let features = try model.features(of: texts, showsProgress: false)
        let ofSet = try ridge.scoresByLayer(features, of: study)
        for (index, layer) in features.enumerated() {
            #expect(try ofSet[layer.name].r2 == ofSet[index].scores.r2)
            #expect(try ofSet[layer.layer.shortName].r2 == ofSet[index].scores.r2)
            #expect(try scores[layer.name].r2 == scores[layer.layer.shortName].r2)
        }
        let error = #expect(throws: FormatError.self) { try ridge.scoresByLayer(files[1], of: study) }
        #expect(error?.description.contains("the stimulus of row 0") == true)
        #expect(error?.description.contains("three blue circles") == true)
        let reversed = try model.features(of: texts.reversed(), showsProgress: false)
        let ofReversed = #expect(throws: EncodingError.self) { try ridge.scoresByLayer(reversed, of: study) }
        #expect(ofReversed?.description.contains("the stimulus of row 0") == true)
        #expect(ofReversed?.description.contains("three blue circles") == true)
    }
}
