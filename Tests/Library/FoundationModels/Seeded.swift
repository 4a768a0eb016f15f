import Foundation
import Tensors

/// Numbers that `Tests/Oracles/seeded.py` makes alike, so that no weights need to be stored.
enum Seeded {
    /// Number i of the stream of that name: SplitMix64 on the counter i, its upper 24 bits scaled to [-1, 1).
    static func uniform(_ name: String, count: Int, _ body: (Int, Double) -> Void) {
        var seed: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for index in 0..<count {
            var z = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            body(index, Double(z >> 40) / 8_388_608 - 1)
        }
    }

    /// A weight of variance 2 / inputs, or what normalization needs: scales and variances near 1, small shifts and means.
    static func parameter(_ name: String, shape: [Int]) -> [Float] {
        let count = shape.reduce(1, *)
        return Array(unsafeUninitializedCapacity: count) { target, initialized in
            let base = target.baseAddress!
            if shape.count > 1 {
                let scale = (6 / Double(count / shape[0])).squareRoot()
                uniform(name, count: count) { base[$0] = Float($1 * scale) }
            } else if name.hasSuffix("running_var") {
                uniform(name, count: count) { base[$0] = Float(1 + 0.3 * $1) }
            } else if name.hasSuffix("running_mean") || name.hasSuffix("bias") {
                uniform(name, count: count) { base[$0] = Float($1 * 0.1) }
            } else {
                uniform(name, count: count) { base[$0] = Float(1 + 0.2 * $1) }
            }
            initialized = count
        }
    }

    /// Images in the range that normalized pixels have.
    static func images(_ name: String, count: Int, height: Int, width: Int) -> Tensor<Float> {
        Tensor(shape: [count, 3, height, width]) { target in
            let base = target.baseAddress!
            uniform(name, count: target.count) { base[$0] = Float(2 * $1) }
        }
    }

    /// Some of the numbers of each row, evenly spaced from the first on.
    static func samples(_ matrix: Matrix<Float>, count: Int = 80) -> Matrix<Float> {
        let step = max(1, matrix.columns / count)
        return matrix.columns(at: Array(stride(from: 0, to: matrix.columns, by: step).prefix(count)))
    }

    /// Writes a safetensors file of tensors with seeded numbers, or with none (zeros that take no room on the disk).
    static func write(_ shapes: [String: [Int]], to file: URL, isEmpty: Bool = false) throws {
        var header: [String: Any] = [:]
        var end = 0
        let names = shapes.keys.sorted()
        for name in names {
            let start = end
            end += shapes[name]!.reduce(1, *) * MemoryLayout<Float>.stride
            header[name] = ["dtype": "F32", "shape": shapes[name]!, "data_offsets": [start, end]]
        }
        var json = try JSONSerialization.data(withJSONObject: header)
        json.append(Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.write(contentsOf: withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json)
        if isEmpty { return try handle.truncate(atOffset: UInt64(8 + json.count + end)) }
        for name in names {
            try parameter(name, shape: shapes[name]!).withUnsafeBytes {
                try handle.write(contentsOf: Data($0))
            }
        }
    }
}
