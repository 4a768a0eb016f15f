import Formats
import Foundation

/// Writes `.safetensors` files.
///
/// Source: the format's description at https://github.com/huggingface/safetensors.
package struct SafetensorsFile {
    /// The numbers of the file.
    package enum Numbers: String {
        case float32 = "F32"
        case float16 = "F16"
    }

    /// A tensor, whose numbers are made when it is written.
    package struct Entry {
        let name: String
        let shape: [Int]
        let numbers: () -> [Float]

        package init(name: String, shape: [Int], numbers: @escaping () -> [Float]) {
            (self.name, self.shape, self.numbers) = (name, shape, numbers)
        }

        var count: Int { shape.reduce(1, *) }
    }

    package var entries: [Entry] = []
    package var metadata: [String: String] = [:]

    package init() {}

    private struct Header: Encodable {
        let dtype: String
        let shape: [Int]
        let dataOffsets: [Int]
    }

    /// Writes all tensors under a temporary name, and renames the file once it is whole and on the disk.
    ///
    /// Throws `FormatError` if it cannot be written, and `TrainingError` if a number does not fit float16.
    package func write(to url: URL, as type: Numbers = .float32) throws {
        let size = type == .float32 ? 4 : 2
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // `data_offsets`; the keys of dictionaries stay as they are.
        encoder.keyEncodingStrategy = .convertToSnakeCase
        var parts = [
            "\"__metadata__\":" + String(decoding: try encoder.encode(metadata), as: UTF8.self)
        ]
        var offset = 0
        for entry in entries {
            let end = offset + entry.count * size
            let header = Header(dtype: type.rawValue, shape: entry.shape, dataOffsets: [offset, end])
            let name = String(decoding: try encoder.encode(entry.name), as: UTF8.self)
            parts.append(name + ":" + String(decoding: try encoder.encode(header), as: UTF8.self))
            offset = end
        }
        var header = Data(("{" + parts.joined(separator: ",") + "}").utf8)
        // As the reference implementation does: the numbers begin at a multiple of 8.
        header.append(contentsOf: Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        var data = Data()
        data.reserveCapacity(8 + header.count + offset)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(header)
        for entry in entries { try append(entry, type, to: &data) }
        try writeAtomically(data, to: url)
    }

    private func append(_ entry: Entry, _ type: Numbers, to data: inout Data) throws {
        let numbers = entry.numbers()
        switch type {
        case .float32: numbers.withUnsafeBytes { data.append(contentsOf: $0) }
        case .float16:
            let halves = numbers.map(Float16.init)
            if let index = halves.firstIndex(where: { !$0.isFinite }) {
                throw TrainingError(
                    "number \(index) of \(entry.name) is \(numbers[index]), which float16 cannot hold")
            }
            halves.withUnsafeBytes { data.append(contentsOf: $0) }
        }
    }
}
