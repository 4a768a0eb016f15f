internal import CHDF5
import Foundation

/// A reference of an HDF5 file to one of its objects, or to a part of one.
public struct HDF5Reference: Sendable, Equatable {
    /// The path of the object; nil of a reference to nothing, or to what is not there any more.
    public let path: String?
    /// The parts of a region reference, each one range per dimension; none of a reference to a whole object.
    public let blocks: [[Range<Int>]]

    /// Follows a reference to an object in memory; the caller holds the library's lock.
    init(_ pointer: UnsafeRawPointer, in file: HDF5Handle) {
        self.init(address: pointer.loadUnaligned(as: hobj_ref_t.self), in: file, blocks: [])
    }

    /// Follows a reference to a region in memory. Throws `FormatError` if what it refers to is not in the file.
    init(region pointer: UnsafeRawPointer, in file: HDF5Handle, _ heap: HDF5Heap) throws {
        let reference = UnsafeRawBufferPointer(start: pointer, count: heap.referenceSize)
        let place = reference.number(at: 0, heap.file.addressSize)
        guard place != 0 else {
            self.init(address: 0, in: file, blocks: [])
            return
        }
        let what = "a region reference"
        let number = Int(reference.number(at: heap.file.addressSize, 4))
        let bytes = try heap.bytes(of: heap.object(place, number) { what })
        guard bytes.count >= heap.file.addressSize else { throw HDF5Selection.damaged(heap.file.url) }
        let target = bytes.number(at: 0, heap.file.addressSize)
        let selection = Array(bytes[heap.file.addressSize...])
        let whole = HDF5Reference(address: hobj_ref_t(target), in: file, blocks: [])
        guard whole.path != nil else {
            self = whole
            return
        }
        let url = heap.file.url
        let object = try HDF5Opening.object(at: target, in: file, url, "following \(what)")
        guard H5Iget_type(object.id) == H5I_DATASET else { throw HDF5Selection.damaged(url) }
        let space = try HDF5Handle.space(H5Dget_space(object.id), url, "following \(what)")
        self.init(
            path: whole.path,
            blocks: try HDF5Selection.blocks(selection, of: hdf5Shape(space, url, what), url))
    }

    private init(path: String?, blocks: [[Range<Int>]]) {
        self.path = path
        self.blocks = blocks
    }

    private init(address: hobj_ref_t, in file: HDF5Handle, blocks: [[Range<Int>]]) {
        var reference = address
        // Zero is a reference that was never set, about which the library complains.
        let length = address == 0 ? 0 : H5Rget_name(file.id, H5R_OBJECT, &reference, nil, 0)
        guard length > 0, length < 1 << 16 else {
            self.init(path: nil, blocks: [])
            return
        }
        var name = [CChar](repeating: 0, count: length + 1)
        H5Rget_name(file.id, H5R_OBJECT, &reference, &name, length + 1)
        self.init(
            path: String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
            blocks: blocks)
    }
}

/// The part of a dataset that a region reference keeps in a heap.
///
/// Source: HDF5 file format specification 3.0, section VIII.D ("Dataspace selection"), what libhdf5 1.10 writes.
enum HDF5Selection {
    private static let limit = 1 << 20

    static func damaged(_ url: URL) -> FormatError { FormatError(url, "is damaged: a region reference") }

    /// The selected parts of a dataset of `shape`. Throws `FormatError` if they are damaged, or of a newer format.
    static func blocks(_ bytes: [UInt8], of shape: [Int], _ url: URL) throws -> [[Range<Int>]] {
        var reader = Reader(bytes: bytes, url: url)
        let kind = try reader.next(4)
        let version = try reader.next(4)
        switch (kind, version) {
        case (0, _): return []
        case (1, 1): return try reader.points(rank: shape.count)
        case (2, 1): return try reader.listed(rank: shape.count)
        case (2, 2): return try reader.regular(rank: shape.count)
        case (3, _): return shape.isEmpty ? [] : [shape.map { 0..<$0 }]
        case (1...2, 2...3):
            throw FormatError(url, "holds a region reference of version \(version), which is not read")
        default: throw damaged(url)
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        let url: URL
        private var place = 0

        init(bytes: [UInt8], url: URL) { (self.bytes, self.url) = (bytes, url) }

        mutating func next(_ size: Int) throws -> Int {
            guard bytes.count - place >= size else { throw damaged(url) }
            defer { place += size }
            return Int(clamping: bytes.withUnsafeBytes { $0.number(at: place, size) })
        }

        private mutating func check(rank: Int) throws {
            guard try next(4) == rank, rank > 0 else { throw damaged(url) }
        }

        /// A number of parts, each of which has this many bytes.
        private mutating func count(of size: Int) throws -> Int {
            let count = try next(4)
            guard count <= limit, count * size <= bytes.count - place else { throw damaged(url) }
            return count
        }

        mutating func points(rank: Int) throws -> [[Range<Int>]] {
            _ = try next(8)
            try check(rank: rank)
            return try (0..<count(of: 4 * rank)).map { _ in
                try (0..<rank).map { _ in
                    let index = try next(4)
                    return index..<index + 1
                }
            }
        }

        mutating func listed(rank: Int) throws -> [[Range<Int>]] {
            _ = try next(8)
            try check(rank: rank)
            return try (0..<count(of: 8 * rank)).map { _ in
                let first = try (0..<rank).map { _ in try next(4) }
                let last = try (0..<rank).map { _ in try next(4) }
                guard zip(first, last).allSatisfy({ $0 <= $1 }) else { throw damaged(url) }
                return zip(first, last).map { $0..<$1 + 1 }
            }
        }

        /// Blocks at equal distances: a start, a stride, a count and an extent for each dimension.
        mutating func regular(rank: Int) throws -> [[Range<Int>]] {
            guard try next(1) == 1 else {
                throw FormatError(url, "holds a region reference of irregular parts, which is not read")
            }
            _ = try next(4)
            try check(rank: rank)
            var blocks: [[Range<Int>]] = [[]]
            for _ in 0..<rank {
                let (start, stride, count, extent) = (try next(8), try next(8), try next(8), try next(8))
                let most = 1 << 40
                guard [start, stride, extent].allSatisfy({ $0 <= most }), count <= limit / blocks.count else {
                    throw damaged(url)
                }
                blocks = blocks.flatMap { block in
                    (0..<count).map { block + [start + $0 * stride..<start + $0 * stride + extent] }
                }
                guard !blocks.isEmpty else { return [] }
            }
            return blocks
        }
    }
}

extension HDF5File {
    /// The dataset that a reference leads to. Throws `FormatError` if it leads nowhere, or to something else.
    public func dataset(_ reference: HDF5Reference) throws -> HDF5Dataset {
        guard let path = reference.path else { throw FormatError(url, "the reference leads to no object") }
        return try dataset(path)
    }
}
