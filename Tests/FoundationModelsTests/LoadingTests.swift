import Display
import Foundation
import FoundationModels
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
        #expect(message(["num_attention_heads": 5]).contains("no multiple of the 5 heads"))
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

    @Test func aModelShowsItself() throws {
        let bundle = try FoundationModel.load(bert).mimeBundle
        let text = try #require(bundle.plainText)
        #expect(text.contains("BERT") && text.contains("36 wide, 3 heads") && text.contains("WordPiece"))
        #expect(bundle.contents["text/html"] != nil)
    }
}
