import Foundation
import FoundationModels
import Tensors
import Testing

/// `Tests/Oracles/sentence_modules.py` makes the modules and the embeddings.
@Suite("Sentence embeddings are those of sentence-transformers") struct SentenceHeadTests {
    private static let fixture = Fixtures.folder.appending(path: "sentence-modules")

    private struct Expected: Decodable {
        var texts: [String]
        var dense: [[Float]]
        var embedding: [[Float]]
        private enum CodingKeys: String, CodingKey {
            case texts, embedding
            case dense = "dense 0"
        }
    }

    /// The encoder with the modules behind it.
    private func withModules(_ body: (ModelCopy, Expected) throws -> Void) throws {
        try withTemporaryFolder { place in
            let copy = try ModelCopy("encoders/bert", in: place)
            for name in ["modules.json", "1_Pooling", "2_Dense", "3_Dense", "4_Normalize"] {
                try FileManager.default.copyItem(
                    at: Self.fixture.appending(path: name), to: copy.url(name))
            }
            try body(copy, try Fixtures.json("sentence-modules/embeddings.json"))
        }
    }

    @Test func linearLayersAndNormalization() throws {
        try withModules { copy, expected in
            let model = try FoundationModel.load(copy.folder)
            let features = try model.features(
                of: expected.texts, layers: ["dense 0", "embedding"], showsProgress: false)
            #expect(relativeError(try features["dense 0"], Matrix(expected.dense)) < 1e-5)
            #expect(relativeError(try features["embedding"], Matrix(expected.embedding)) < 1e-5)
            #expect(
                relativeError(try model.textEmbeddings(of: expected.texts), Matrix(expected.embedding)) < 1e-5
            )
            #expect(model.notes.isEmpty)
            // One text at a time, and one text's own states, are the same numbers.
            for (text, row) in zip(expected.texts, expected.embedding) {
                let found = try model.text.tokenFeatures(of: text, layers: "embedding")[0].matrix
                #expect(relativeError(found, Matrix([row])) < 1e-5)
            }
        }
    }

    @Test func aFeatureFileIsNotThatOfOtherLinearLayers() throws {
        try withModules { copy, expected in
            func file() throws -> FeatureFile {
                try FoundationModel.load(copy.folder).featureFile(
                    at: copy.url("features.h5").path, of: expected.texts, layers: "embedding",
                    showsProgress: false)
            }
            _ = try file()
            _ = try file()
            try copy.change(
                "2_Dense/config.json", ["activation_function": "torch.nn.modules.activation.ReLU"])
            let error = #expect(throws: FoundationModelError.self) { try file() }
            #expect(error?.description.contains("settings_sha256") == true)
        }
    }

    @Test func theLayersOfTheEncoderStayTheSame() throws {
        try withModules { copy, _ in
            let plain = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert"))
            let model = try FoundationModel.load(copy.folder)
            let (a, b) = (
                try plain.features(of: ["the water"], showsProgress: false),
                try model.features(of: ["the water"], showsProgress: false)
            )
            #expect(a.names == b.names && a.map(\.matrix) == b.map(\.matrix))
            #expect(
                try model.features(of: ["it"], layers: .last, showsProgress: false).names == [a.names.last])
        }
    }

    @Test(
        arguments: [
            ("2_Dense", ["activation_function": "torch.nn.modules.activation.Softplus"], "Softplus"),
            ("2_Dense", ["in_features": 35], "\"in_features\" must be 36"),
            ("3_Dense", ["out_features": 1 << 40], "\"out_features\""),
            ("3_Dense", ["out_features": 6], "linear.weight has the shape [5, 9]"),
            ("2_Dense", ["use_residual": true], "\"use_residual\" is true"),
            ("4_Normalize", ["module_input_name": "token_embeddings"], "token_embeddings"),
        ] as [(String, [String: any Sendable], String)])
    func whatDoesNotFitIsRefused(_ module: String, _ change: [String: any Sendable], _ words: String) throws {
        try withModules { copy, _ in
            try copy.change("\(module)/config.json", change)
            let error = #expect(throws: FoundationModelError.self) { try FoundationModel.load(copy.folder) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }
}
