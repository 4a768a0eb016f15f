import Formats
import Foundation
import FoundationModels
import Tensors
import Testing

@Suite("Weights of 16 bits give the numbers of the same weights in 32")
struct HalfWeightsTests {
    /// Writes the tensors of a file again, each number rounded to bfloat16 or float16, in that type or in F32.
    private func write(_ source: Safetensors, to file: URL, _ type: String, inHalves: Bool) throws {
        var header: [String: Any] = [:]
        var data = Data()
        for name in source.names {
            let tensor = try source.tensor(name)
            let start = data.count
            for value in tensor.elements {
                // The upper half of a Float is a bfloat16.
                let isHalf = type == "F16"
                let bits = isHalf ? Float16(value).bitPattern : UInt16(value.bitPattern >> 16)
                if inHalves {
                    withUnsafeBytes(of: bits.littleEndian) { data.append(contentsOf: $0) }
                } else {
                    let rounded =
                        isHalf ? Float(Float16(bitPattern: bits)) : Float(bitPattern: UInt32(bits) << 16)
                    withUnsafeBytes(of: rounded.bitPattern.littleEndian) { data.append(contentsOf: $0) }
                }
            }
            header[name] = [
                "dtype": inHalves ? type : "F32", "shape": tensor.shape, "data_offsets": [start, data.count],
            ]
        }
        let text = try JSONSerialization.data(withJSONObject: header)
        try (withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + data).write(to: file)
    }

    @Test(
        "layer by layer, to the bit", arguments: ["BF16", "F16"], ["encoders/bert", "encoders/distilbert"])
    func texts(type: String, fixture: String) throws {
        try withTemporaryFolder { folder in
            let original = Fixtures.folder.appending(path: fixture)
            let source = try Safetensors.open(original.appending(path: "model.safetensors"))
            var models: [FoundationModel] = []
            for inHalves in [true, false] {
                let model = folder.appending(path: inHalves ? "halves" : "floats")
                try FileManager.default.copyItem(at: original, to: model)
                let file = model.appending(path: "model.safetensors")
                try FileManager.default.removeItem(at: file)
                try write(source, to: file, type, inHalves: inHalves)
                models.append(try FoundationModel.load(model))
            }
            let texts = ["the people can see boats", "of water"]
            let halves = try models[0].features(of: texts, showsProgress: false)
            let floats = try models[1].features(of: texts, showsProgress: false)
            #expect(halves.names == floats.names && halves.names.count > 2)
            for (half, float) in zip(halves, floats) { #expect(half.matrix == float.matrix) }
        }
    }

    @Test("a weight of another shape is named, whatever its type")
    func shapes() throws {
        try withTemporaryFolder { folder in
            let original = Fixtures.folder.appending(path: "encoders/bert")
            let model = folder.appending(path: "model")
            try FileManager.default.copyItem(at: original, to: model)
            let file = model.appending(path: "model.safetensors")
            try FileManager.default.removeItem(at: file)
            let source = try Safetensors.open(original.appending(path: "model.safetensors"))
            try write(source, to: file, "BF16", inHalves: true)
            let config = model.appending(path: "config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            let changed = text.replacing(/"intermediate_size": \d+/, with: "\"intermediate_size\": 7")
            #expect(changed != text)
            try changed.write(to: config, atomically: true, encoding: .utf8)
            let error = #expect(throws: FoundationModelError.self) { try FoundationModel.load(model) }
            #expect(error?.description.contains("intermediate.dense.weight has the shape") == true)
        }
    }
}
