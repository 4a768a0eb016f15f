import Foundation
import FoundationModels
import Tensors
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
        let error = #expect(throws: FoundationModelError.self) { try names([]) }
        #expect(error?.description.contains("no layer is chosen") == true)
        #expect(try names(["encoder.*.2", "embeddings"]) == ["embeddings", "encoder.layer.2"])
    }

    @Test("a name that fits nothing is answered with those that are spelled like it")
    func nearNames() throws {
        let image = try FoundationModel.load(Fixtures.folder.appending(path: "vision/timm")).image
        func message(_ selection: LayerSelection) -> String {
            let pixels = Tensor<Float>(shape: [1, 3, 24, 24])
            let error = #expect(throws: FoundationModelError.self) {
                try image.features(of: pixels, layers: selection, showsProgress: false)
            }
            return error?.description ?? ""
        }
        #expect(message("blck 1").contains("\"blck 1\" (perhaps \"block 1\""))
        #expect(message("Block_0").contains("perhaps \"block 0\""))
        #expect(message("blocks.*.attention").contains("perhaps \"block 0 attention\""))
        #expect(message("attn").contains("perhaps \"blocks.0.attn\""))
        #expect(message("nrom").contains("(perhaps \"norm\")"))
        #expect(!message("convolution").contains("perhaps"))
        // A range that is only partly there would give fewer layers than the user counts on.
        #expect(message(.blocks(1...2)).contains("\"block 1 to 2\""))
    }

    @Test func unknownNamesListTheLayers() throws {
        let error = #expect(throws: FoundationModelError.self) { try names("layer 3") }
        #expect(error?.description.contains("layer 2") == true)
        let features = try tower.features(of: ["water"], showsProgress: false)
        #expect(try features["layer 2"] == features["encoder.layer.2"])
        #expect(throws: FoundationModelError.self) { try features["layer 7"] }
    }
}
