internal import CHDF5
import Foundation
import Tensors

/// A dataset of an HDF5 file; nothing is read before it is asked for.
public struct HDF5Dataset: Sendable {
    /// The path inside the file, for instance `/responses/run-1`.
    public let path: String
    /// The extent of each dimension; a scalar has none.
    public let shape: [Int]
    /// The type of its numbers, or nothing where it holds text or something else.
    public let type: NumberType?
    /// Whether it holds text.
    public let isText: Bool

    private let file: HDF5File
    private let handle: HDF5Handle
    /// The rows that are stored in one chunk, where the dataset is in chunks.
    private let chunkRows: Int

    /// Opens a dataset; the caller holds the library's lock.
    init(_ file: HDF5File, _ path: String) throws {
        let what = "dataset \"\(path)\""
        let access = try HDF5Handle.properties(H5Pcreate(gyrus_h5_dataset_access()), file.url)
        // The library's own cache of 1 MB decompresses a larger chunk anew for every row that is read of it.
        H5Pset_chunk_cache(access.id, 12_421, 64 << 20, 1)
        handle = try HDF5Handle.dataset(
            H5Dopen2(file.handle.id, path, access.id), file.url, "opening \(what)")
        let space = try HDF5Handle.space(H5Dget_space(handle.id), file.url, "opening \(what)")
        let type = try HDF5Handle.type(H5Dget_type(handle.id), file.url, "opening \(what)")
        shape = try hdf5Shape(space, file.url, what)
        self.type = NumberType(hdf5: type.id)
        isText = H5Tget_class(type.id) == H5T_STRING
        let creation = try HDF5Handle.properties(H5Dget_create_plist(handle.id), file.url)
        var chunk = [hsize_t](repeating: 1, count: max(shape.count, 1))
        let isChunked = H5Pget_layout(creation.id) == H5D_CHUNKED
        if isChunked { H5Pget_chunk(creation.id, Int32(chunk.count), &chunk) }
        chunkRows = isChunked ? max(1, Int(clamping: chunk[0])) : 1
        self.path = path
        self.file = file
    }

    private var what: String { "dataset \"\(path)\"" }

    /// The whole dataset as `Float` or `Double`, converted from whatever number type it has.
    ///
    /// Throws `FormatError` where it holds no numbers, does not fit into memory or cannot be read, and
    /// `CancellationError` where the surrounding task is cancelled.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        try tensor(shape.map { 0..<$0 }, as: element)
    }

    /// A part of the dataset, one range a dimension, as `Float` or `Double`.
    public func tensor<Element: Scalar>(
        _ ranges: [Range<Int>], as element: Element.Type = Float.self
    ) throws -> Tensor<Element> {
        guard type != nil else { throw FormatError(file.url, "\(what) holds no numbers") }
        _ = try check(ranges, size: MemoryLayout<Element>.size)
        return try Tensor(shape: ranges.map(\.count)) { target in
            let memory: NumberType = Element.self == Float.self ? .float32 : .float64
            try read(ranges, memory, into: UnsafeMutableRawBufferPointer(target))
        }
    }

    /// Rows of the dataset (a range of its first dimension, all of the others) as `Float` or `Double`.
    public func rows<Element: Scalar>(
        _ range: Range<Int>, as element: Element.Type = Float.self
    ) throws -> Tensor<Element> {
        try tensor([range] + shape.dropFirst().map { 0..<$0 }, as: element)
    }

    /// A part of the dataset as bytes, for instance the frames of a film in `uint8`.
    ///
    /// Throws `FormatError` where the dataset is of another type than `uint8`.
    public func bytes(_ ranges: [Range<Int>]) throws -> [UInt8] {
        guard type == .uint8 else {
            throw FormatError(
                file.url, "the type of \(what)", expected: "uint8", found: type?.rawValue ?? "no number")
        }
        let count = try check(ranges, size: 1)
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withUnsafeMutableBytes { try read(ranges, .uint8, into: $0) }
        return bytes
    }

    /// The whole dataset as integers, in row-major order. Throws `FormatError` where it holds no integers.
    public func integers() throws -> [Int] {
        switch type {
        case nil, .float16, .bfloat16, .float32, .float64:
            throw FormatError(
                file.url, "the type of \(what)", expected: "integer", found: type?.rawValue ?? "no number")
        default:
            let ranges = shape.map { 0..<$0 }
            var integers = [Int](repeating: 0, count: try check(ranges, size: 8))
            try integers.withUnsafeMutableBytes { try read(ranges, .int64, into: $0) }
            return integers
        }
    }

    /// The texts of the dataset, in row-major order. Throws `FormatError` where it holds something else.
    public func strings() throws -> [String] {
        guard isText else { throw FormatError(file.url, "\(what) holds no text") }
        let count = try check(shape.map { 0..<$0 }, size: 8)
        return try HDF5Library.locked {
            let type = try HDF5Handle.type(H5Dget_type(handle.id), file.url, "reading \(what)")
            let space = try HDF5Handle.space(H5Dget_space(handle.id), file.url, "reading \(what)")
            return try hdf5Strings(type: type, space: space, count: count, file.url, what) { type, base in
                H5Dread(handle.id, type, 0, 0, 0, base)
            }
        }
    }

    /// The attributes of the dataset.
    public func attributes() throws -> [String: HDF5Attribute] { try file.attributes(of: path) }

    /// How many elements the ranges have, where they lie inside and fit into memory.
    func check(_ ranges: [Range<Int>], size: Int) throws -> Int {
        guard ranges.count == shape.count else {
            throw FormatError(
                file.url, "the part of \(what)", expected: "\(shape.count) ranges for the shape \(shape)",
                found: "\(ranges.count)")
        }
        for (range, extent) in zip(ranges, shape) where range.lowerBound < 0 || range.upperBound > extent {
            throw FormatError(
                file.url, "the part of \(what)", expected: "inside its shape \(shape)", found: "\(ranges)")
        }
        return try hdf5Count(ranges.map(\.count), size: size, file.url, what)
    }

    /// Reads in slabs of whole chunks, between which an interrupt is heard and other threads may use the library.
    private func read(_ ranges: [Range<Int>], _ type: NumberType, into target: UnsafeMutableRawBufferPointer)
        throws
    {
        guard target.count > 0, let base = target.baseAddress else { return }
        let slabBytes = 8 << 20
        let rows = ranges.first ?? 0..<1
        let rowBytes = target.count / rows.count
        let step = max(chunkRows, slabBytes / max(rowBytes, 1) / chunkRows * chunkRows)
        var start = rows.lowerBound
        while start < rows.upperBound {
            try Task.checkCancellation()
            // The first slab ends where a chunk does.
            let end = min((start / chunkRows) * chunkRows + step, rows.upperBound)
            var slab = ranges
            if !slab.isEmpty { slab[0] = start..<end }
            try transfer(slab, type, base + (start - rows.lowerBound) * rowBytes, writing: false)
            start = end
        }
    }

    /// Moves one slab between memory and the file.
    func transfer(_ ranges: [Range<Int>], _ type: NumberType, _ base: UnsafeMutableRawPointer, writing: Bool)
        throws
    {
        try HDF5Library.locked {
            let action = writing ? "writing \(what)" : "reading \(what)"
            guard let memoryType = type.hdf5 else {
                throw FormatError(file.url, "\(action): no such type in HDF5")
            }
            let space = try HDF5Handle.space(H5Dget_space(handle.id), file.url, action)
            var status: herr_t = 0
            if ranges.isEmpty {
                status =
                    writing
                    ? H5Dwrite(handle.id, memoryType, 0, 0, 0, base)
                    : H5Dread(handle.id, memoryType, 0, 0, 0, base)
            } else {
                let starts = ranges.map { hsize_t($0.lowerBound) }
                let counts = ranges.map { hsize_t($0.count) }
                H5Sselect_hyperslab(space.id, H5S_SELECT_SET, starts, nil, counts, nil)
                let memory = try HDF5Handle.space(
                    H5Screate_simple(Int32(counts.count), counts, nil), file.url, action)
                status =
                    writing
                    ? H5Dwrite(handle.id, memoryType, memory.id, space.id, 0, base)
                    : H5Dread(handle.id, memoryType, memory.id, space.id, 0, base)
            }
            guard status >= 0 else {
                throw FormatError(file.url, "\(action) failed: \(HDF5Library.lastError())")
            }
        }
    }
}
