import Foundation
import FoundationModels
import Testing

@Suite("Layers are found by long and short names, ranges and wildcards")
struct LayerSelectionTests {
    private let tower: TextTower
    private let all = ["embeddings", "encoder.layer.0", "encoder.layer.1", "encoder.layer.2"]

    init() throws {
        tower = try FoundationModel.load(Fixtures.folder.appending(path: "encoders/bert-relu")).text
    }

    private func names(_ selection: LayerSelection) throws -> [String] {
        try tower.features(of: ["water"], layers: selection, showsProgress: false).names
    }

    @Test func selections() throws {
        #expect(try names(.all) == all)
        #expect(try names(.last) == ["encoder.layer.2"])
        #expect(try names(.blocks(1...2)) == ["encoder.layer.1", "encoder.layer.2"])
        #expect(try names("layer 1") == ["encoder.layer.1"])
        #expect(try names("layer *") == Array(all.dropFirst()))
        #expect(try names(["encoder.*.2", "embeddings"]) == ["embeddings", "encoder.layer.2"])
    }

    @Test func unknownNamesListTheLayers() throws {
        let error = #expect(throws: FoundationModelError.self) { try names("layer 3") }
        #expect(error?.description.contains("layer 2") == true)
        let features = try tower.features(of: ["water"], showsProgress: false)
        #expect(try features["layer 2"] == features["encoder.layer.2"])
        #expect(throws: FoundationModelError.self) { try features["layer 7"] }
    }
}
