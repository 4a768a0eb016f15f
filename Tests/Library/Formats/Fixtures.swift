import Formats
import Foundation
import Tensors
import Testing

/// The files that Tests/Oracles/formats.py wrote.
func fixture(_ name: String, in file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)")
}

/// Calls `body` with a new folder, which is gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "gyrus-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// What the oracle's arrays of that type hold, counting up in row-major order.
func counting(_ type: NumberType, _ count: Int) -> [Double] {
    (0..<count).map { index in
        switch type {
        case .float16, .bfloat16, .float32, .float64: Double(index) / 2 - 3
        case .int8, .int16, .int32, .int64: Double(index - 3)
        case .uint8, .uint16, .uint32, .uint64: Double(index)
        case .bool: index % 3 == 0 ? 1 : 0
        }
    }
}

/// Has `read` try a file cut short at many lengths and with bytes changed; it may throw `FormatError` or succeed, but
/// must not trap, run out of memory, or throw anything else.
func fuzz(_ original: URL, changes: Int = 1500, cuts: Int = 400, read: (URL) throws -> Void) throws {
    let data = try Data(contentsOf: original)
    try withFolder { folder in
        let file = folder.appendingPathComponent(original.lastPathComponent)
        func attempt(_ bytes: Data) throws {
            // A new file, since libhdf5 goes on with the old one if something in it did not close.
            try? FileManager.default.removeItem(at: file)
            try bytes.write(to: file)
            do { try read(file) } catch is FormatError {}
        }
        for length in stride(from: 0, to: data.count, by: max(1, data.count / cuts)) {
            try attempt(data.prefix(length))
        }
        var state: UInt64 = 88_172_645_463_325_252
        func random(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        // `GYRUS_SOAK=10` tries ten times as many.
        let times = ProcessInfo.processInfo.environment["GYRUS_SOAK"].flatMap(Int.init) ?? 1
        for change in 0..<changes * max(1, times) {
            var bytes = data
            // Headers lie at the beginning or the end; half of the changes go there.
            for _ in 0..<1 + random(3) {
                let place =
                    switch change % 4 {
                    case 0: random(min(200, bytes.count))
                    case 1: bytes.count - 1 - random(min(200, bytes.count))
                    default: random(bytes.count)
                    }
                bytes[place] = [0, 1, 0x7f, 0x80, 0xff, UInt8(random(256))][random(6)]
            }
            try attempt(bytes)
        }
    }
}
