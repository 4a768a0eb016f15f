import Foundation

/// A value in shared memory that Python wrote.
///
/// `GYRUSPY1`, the length of the description (8 bytes), the description as JSON, and at the next multiple of 4096 the data.
/// What is read in place keeps the memory alive.
package final class ExchangeFile: @unchecked Sendable {
    // @unchecked: the mapping is private to this object and only read.
    static let magic = Data("GYRUSPY1".utf8)
    private static let headLength = 16

    /// What the file holds.
    package let root: ExchangeNode
    private let mapping: UnsafeRawBufferPointer
    private let start: Int

    /// Where the data begins after a description of that many bytes.
    static func start(behind length: Int) -> Int { (headLength + length).rounded(toMultipleOf: 4096) }

    /// Linux's MAP_POPULATE, which the C module does not export: the pages of memory that is there are not worth a fault
    /// each.
    private static let populate: Int32 = 0x8000

    /// Maps the file at a path; throws `ExchangeError` if it holds no value.
    package init(path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ExchangeError.system("the memory of a value cannot be opened") }
        defer { close(file) }
        var state = stat()
        guard fstat(file, &state) == 0, state.st_size >= Self.headLength else {
            throw ExchangeError("Python wrote no value")
        }
        let size = Int(state.st_size)
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE | Self.populate, file, 0), base != MAP_FAILED
        else { throw ExchangeError.system("the memory of a value cannot be mapped") }
        mapping = UnsafeRawBufferPointer(start: base, count: size)
        let length = Int(UInt64(littleEndian: mapping.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        guard mapping.prefix(8).elementsEqual(Self.magic), length <= size - Self.headLength else {
            munmap(base, size)
            throw ExchangeError("Python wrote no value")
        }
        start = Self.start(behind: length)
        do {
            let description = mapping[Self.headLength..<(Self.headLength + length)]
            root = try JSONDecoder().decode(ExchangeNode.self, from: Data(description))
        } catch {
            munmap(base, size)
            throw ExchangeError("the description of Python's value cannot be read: \(error)")
        }
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count) }

    /// Bytes of the data, in place; throws if the file has none there.
    package func bytes(at offset: Int?, count: Int?) throws -> UnsafeRawBufferPointer {
        guard let offset, let count, offset >= 0, count >= 0,
            start + offset + count <= max(mapping.count, start)
        else { throw ExchangeError("the description of Python's value points outside of it") }
        if count == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: mapping[(start + offset)..<(start + offset + count)])
    }

    /// The elements of an array in place; throws if they are of another type.
    func numbers<Number>(_ node: ExchangeNode, as type: Number.Type, dtype: String) throws
        -> UnsafeBufferPointer<Number>
    {
        guard node.kind == "array", node.dtype == dtype, let shape = node.shape else {
            throw ExchangeError("Python's value is \(node.dtype ?? node.kind), not an array of \(dtype)")
        }
        let count = shape.reduce(1, *)
        let bytes = try bytes(at: node.offset, count: count * MemoryLayout<Number>.stride)
        return bytes.bindMemory(to: Number.self)
    }

    /// The strings of a node.
    func strings(_ node: ExchangeNode) throws -> [String] {
        guard node.kind == "strings", let count = node.shape?.first else {
            throw ExchangeError("Python's value is \(node.kind), not strings")
        }
        let ends = try bytes(at: node.offset, count: 8 * count).bindMemory(to: Int.self)
        let text = try bytes(at: node.text, count: node.bytes)
        var before = 0
        return try ends.map { end in
            defer { before = end }
            guard before <= end, end <= text.count else {
                throw ExchangeError("the ends of Python's strings are not in order")
            }
            return String(decoding: text[before..<end], as: UTF8.self)
        }
    }
}
