import Foundation
import Tensors

/// The tensors of a `.safetensors` file, or of a model that is split over several.
///
/// A tensor is read when it is asked for. A file that another program has written into since it was opened is refused
/// then; one that was replaced by renaming is still read as it was.
///
/// ```swift
/// let weights = try Safetensors.open("model.safetensors")
/// let table = try weights.tensor("embeddings.word_embeddings.weight")   // Tensor<Float>
/// ```
///
/// Source: the format's description at https://github.com/huggingface/safetensors.
public struct Safetensors: Sendable {
    /// One tensor of a file.
    public struct Entry: Sendable {
        /// The type of its numbers.
        public let type: NumberType
        /// The extent of each dimension, the slowest first.
        public let shape: [Int]
        let region: FileRegion
    }

    /// The file, or the index of the files, that was opened.
    public let url: URL
    /// What the file says about itself.
    public let metadata: [String: String]
    /// The tensors whose numbers can be read, by name.
    public let entries: [String: Entry]
    /// Those whose numbers cannot: of 8 or fewer bits with a fraction, or complex.
    package let unread: [String: UnreadTensor]

    /// The names of all tensors in alphabetical order, also of those whose numbers cannot be read.
    public var names: [String] { (Array(entries.keys) + Array(unread.keys)).sorted() }

    /// Opens a `.safetensors` file, or a `….safetensors.index.json` and all files that it names.
    ///
    /// Throws `FormatError` if a header is malformed, or a tensor lies outside its file or has another size than
    /// its shape asks for. A tensor of a type that is not read (F8_E4M3, C64) is refused when it is asked for.
    public static func open(_ file: some FileLocation) throws -> Safetensors {
        let url = file.fileURL
        return try url.pathExtension == "json" ? openShards(url) : try openFile(url)
    }

    /// The tensor of that name in `Float` or `Double`, whatever type it has in the file.
    ///
    /// Throws `FormatError` if there is none, it cannot be read, or one of its numbers does not fit: an integer from
    /// 2^24 (2^53) on that would be rounded, or a `Double` that is too large for a `Float`.
    public func tensor<Element: Scalar>(_ name: String, as element: Element.Type = Float.self) throws
        -> Tensor<Element>
    {
        let entry = try entry(name)
        return try entry.region.bytes().tensor(
            of: entry.type, shape: entry.shape, entry.region.file.url, "tensor \"\(name)\"")
    }

    /// The tensor of that name as integers, in row-major order.
    ///
    /// Throws `FormatError` if there is none, it holds floating-point numbers, or one that `Int` cannot hold.
    public func integers(_ name: String) throws -> [Int] {
        let entry = try entry(name)
        let count = entry.shape.reduce(1, *)
        guard
            let integers = try entry.region.bytes().integers(
                of: entry.type, count: count, entry.region.file.url, "tensor \"\(name)\"")
        else {
            throw FormatError(
                url, "the type of tensor \"\(name)\"", expected: "integer", found: entry.type.rawValue)
        }
        return integers
    }

    private func entry(_ name: String) throws -> Entry {
        if let unread = unread[name] { throw unread.error(url, name) }
        guard let entry = entries[name] else {
            throw FormatError(url, "has no tensor \"\(name)\" (it has \(names.count) others)")
        }
        return entry
    }
}

extension Safetensors {
    /// The largest header that is read, as in the reference implementation.
    private static let headerLimit = 100_000_000

    private static let types: [String: NumberType] = [
        "F32": .float32, "F16": .float16, "BF16": .bfloat16, "F64": .float64, "I64": .int64, "I32": .int32,
        "I16": .int16, "I8": .int8, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64,
        "BOOL": .bool,
    ]

    /// How many bits a number takes of the types that are not read.
    private static let unreadTypes = [
        "C64": 64, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F6_E2M3": 6,
        "F6_E3M2": 6, "F4": 4,
    ]

    /// A tensor as the header describes it, or the header's metadata.
    private enum HeaderValue: Decodable {
        case tensor(dtype: String, shape: [Int], offsets: [Int])
        case metadata([String: String])

        private enum Keys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }

        init(from decoder: any Decoder) throws {
            if decoder.codingPath.last?.stringValue == "__metadata__" {
                self = .metadata(try decoder.singleValueContainer().decode([String: String].self))
                return
            }
            let container = try decoder.container(keyedBy: Keys.self)
            self = .tensor(
                dtype: try container.decode(String.self, forKey: .dtype),
                shape: try container.decode([Int].self, forKey: .shape),
                offsets: try container.decode([Int].self, forKey: .offsets))
        }
    }

    private static func openFile(_ url: URL) throws -> Safetensors {
        let file = try OpenFile(url)
        guard let head = try file.bytes(upTo: 560), let length = head.number(at: 0, as: UInt64.self) else {
            throw FormatError(url, "the file", expected: "at least 8 bytes long", found: "\(file.count)")
        }
        guard length <= headerLimit else {
            throw FormatError(
                url, "the header's length", expected: "at most \(headerLimit) bytes",
                found: "\(length): this is not a safetensors file\(kindNote(head))")
        }
        guard let header = try file.bytes(at: 8, count: Int(length)) else {
            throw FormatError(
                url, "the header's length", expected: "at most the \(file.count - 8) bytes that follow",
                found: "\(length) (the file may be cut short)")
        }
        let values: [String: HeaderValue]
        do {
            values = try JSONDecoder().decode([String: HeaderValue].self, from: header.data)
        } catch {
            throw FormatError(url, "the header is not what safetensors asks for: \(explanation(of: error))")
        }
        let start = 8 + Int(length)
        var metadata: [String: String] = [:]
        var entries: [String: Entry] = [:]
        var unread: [String: UnreadTensor] = [:]
        var regions: [String: FileRegion] = [:]
        for (name, value) in values {
            switch value {
            case .metadata(let found): metadata = found
            case .tensor(let dtype, let shape, let offsets):
                let region = try region(of: name, dtype, shape, offsets, in: file, from: start)
                regions[name] = region
                if let type = types[dtype] {
                    entries[name] = Entry(type: type, shape: shape, region: region)
                } else {
                    unread[name] = UnreadTensor(type: dtype, shape: shape)
                }
            }
        }
        try checkCoverage(of: regions, in: file, from: start)
        return Safetensors(url: url, metadata: metadata, entries: entries, unread: unread)
    }

    /// Where a tensor's numbers lie.
    private static func region(
        of name: String, _ dtype: String, _ shape: [Int], _ offsets: [Int], in file: OpenFile,
        from start: Int
    ) throws -> FileRegion {
        let url = file.url
        guard let bits = types[dtype].map({ 8 * $0.byteCount }) ?? unreadTypes[dtype] else {
            throw FormatError(
                url, "the type of tensor \"\(name)\"",
                expected: "one of \(types.keys.sorted().joined(separator: ", "))",
                found: dtype)
        }
        guard let size = byteCount(of: shape + [bits], .uint8).map({ ($0 + 7) / 8 }) else {
            throw FormatError(
                url, "the shape of tensor \"\(name)\"", expected: "one that fits memory", found: "\(shape)")
        }
        let available = file.count - start
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= available else {
            throw FormatError(
                url, "the data_offsets of tensor \"\(name)\"",
                expected: "inside the \(available) bytes of data",
                found: "\(offsets) (the file may be cut short)")
        }
        guard offsets[1] - offsets[0] == size,
            let region = FileRegion(file, at: start + offsets[0], count: size)
        else {
            throw FormatError(
                url, "tensor \"\(name)\" of shape \(shape)", expected: "\(size) bytes of \(dtype)",
                found: "\(offsets[1] - offsets[0])")
        }
        return region
    }

    /// Throws if the tensors do not cover the data one after another, as the reference implementation asks: a file
    /// whose header was cut, or names a tensor twice, has holes.
    private static func checkCoverage(
        of regions: [String: FileRegion], in file: OpenFile, from start: Int
    ) throws {
        var position = start
        for (name, region) in regions.sorted(by: {
            ($0.value.offset, $0.value.count, $0.key) < ($1.value.offset, $1.value.count, $1.key)
        }) {
            guard region.offset == position else {
                throw FormatError(
                    file.url, "the data_offsets of tensor \"\(name)\"",
                    expected: "from \(position - start) on, where the tensor before it ends",
                    found: "from \(region.offset - start) on")
            }
            position += region.count
        }
        guard position == file.count else {
            throw FormatError(
                file.url, "the data of all tensors", expected: "\(file.count - start) bytes, as the file has",
                found: "\(position - start)")
        }
    }

    private struct Index: Decodable {
        let weights: [String: String]
        private enum CodingKeys: String, CodingKey { case weights = "weight_map" }
    }

    private static func openShards(_ url: URL) throws -> Safetensors {
        let index: Index
        do {
            index = try JSONDecoder().decode(Index.self, from: try Bytes(reading: url).data)
        } catch let error as DecodingError {
            throw FormatError(url, "is not an index of safetensors files: \(explanation(of: error))")
        }
        var entries: [String: Entry] = [:]
        var unread: [String: UnreadTensor] = [:]
        var metadata: [String: String] = [:]
        let files = Dictionary(grouping: index.weights.keys) { index.weights[$0] ?? "" }
        for (file, names) in files.sorted(by: { $0.key < $1.key }) {
            // The index comes from elsewhere: it may not lead to files outside its own folder.
            guard !file.isEmpty, !file.contains("/"), file != "." && file != ".." else {
                throw FormatError(
                    url, "a file of weight_map", expected: "in the index's own folder", found: "\"\(file)\"")
            }
            let shard = try openFile(url.deletingLastPathComponent().appendingPathComponent(file))
            metadata.merge(shard.metadata) { first, _ in first }
            for name in names {
                if let tensor = shard.unread[name] {
                    unread[name] = tensor
                } else {
                    entries[name] = try shard.entry(name)
                }
            }
        }
        return Safetensors(url: url, metadata: metadata, entries: entries, unread: unread)
    }
}

/// A tensor that a file has, but whose numbers are of a type that is not read.
package struct UnreadTensor: Sendable {
    /// The type in the file's words, or what the tensor is instead of plain numbers.
    package let type: String
    /// Whether it is something else than numbers of a type: sparse, nested, the conjugate of what is stored.
    package var isNoPlainTensor: Bool { type.contains(" ") }
    /// The extent of each dimension, the slowest first.
    package let shape: [Int]

    func error(_ url: URL, _ name: String) -> FormatError {
        FormatError(
            url, "the type of tensor \"\(name)\"", expected: "plain integers or floating-point numbers",
            found: type)
    }
}

/// What a decoder found wrong and where, in one line.
func explanation(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let context: DecodingError.Context =
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: DecodingError.Context(codingPath: [], debugDescription: "\(error)")
        }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "\(context.debugDescription) at \"\(path)\""
}
