internal import CHDF5
import Foundation
import Tensors

/// A dataset of an HDF5 file; nothing is read before it is asked for.
public struct HDF5Dataset: Sendable {
    /// The path inside the file, for instance `/responses/run-1`.
    public let path: String
    /// The extent of each dimension; a scalar has none.
    public let shape: [Int]
    /// The type of its numbers, or nil if it holds text or something else.
    public let type: NumberType?
    /// Whether it holds text.
    public let isText: Bool
    /// What its elements are, in words: `float32`, `text`, `records of x, y (compound)`.
    public let kind: String
    /// Why it cannot be read: its layout, its compression, or what its elements are; nil if it can.
    public let problem: String?

    let file: HDF5File
    /// What its elements are made of if they are neither numbers nor text but can be read; see `records()`.
    let structure: HDF5Element?
    /// The open dataset; nil if it cannot be opened.
    let handle: HDF5Handle?
    let layout: HDF5Layout
    /// Whether it has no elements, whatever is stored: a null dataspace, or an empty array of MATLAB.
    let isEmpty: Bool

    /// Opens a dataset; the caller holds the library's lock.
    init(_ file: HDF5File, _ path: String) throws {
        let what = "dataset \"\(path)\""
        if !file.isNew { try HDF5Examination.pass(file.url, object: path) }
        try self.init(file, path, opened: Self.opened(file, path, "opening \(what)"))
    }

    /// Opened as `HDF5File.access` says, without a cache of chunks; only chunks that are unpacked need one.
    private static func opened(_ file: HDF5File, _ path: String, _ action: String) throws -> HDF5Handle {
        if !file.isNew {
            try HDF5Opening.check(path, in: file.handle, file.url, action)
            let plain = try HDF5Handle.dataset(H5Dopen2(file.handle.id, path, 0), file.url, action)
            // Otherwise it is closed here: a dataset that is open has the cache that it was opened with.
            if try !HDF5Layout.isFiltered(plain, file.url) { return plain }
        }
        let access = try HDF5Handle.properties(H5Pcreate(gyrus_h5_dataset_access()), file.url)
        // The library's own cache of 1 MB decompresses a larger chunk again for every row that is read of it.
        H5Pset_chunk_cache(access.id, 12_421, 64 << 20, 1)
        return try HDF5Handle.dataset(H5Dopen2(file.handle.id, path, access.id), file.url, action)
    }

    /// A dataset that is open already, as one that a reference leads to; the caller holds the library's lock.
    init(_ file: HDF5File, _ path: String, opened handle: HDF5Handle) throws {
        let what = "dataset \"\(path)\""
        let space = try HDF5Handle.space(H5Dget_space(handle.id), file.url, "opening \(what)")
        let type = try HDF5Handle.type(H5Dget_type(handle.id), file.url, "opening \(what)")
        let layout = try HDF5Layout(handle, file.url)
        let matlab = try MATLABMark(of: handle, file.url, what)
        shape = try matlab.emptyShape ?? hdf5Shape(space, file.url, what)
        isEmpty = matlab.emptyShape != nil || H5Sget_simple_extent_type(space.id) == H5S_NULL
        self.type = matlab.emptyShape == nil ? NumberType(hdf5: type.id) : matlab.type
        isText = matlab.emptyShape == nil ? H5Tget_class(type.id) == H5T_STRING : matlab.isText
        kind = self.type?.rawValue ?? (isText ? "text" : hdf5Kind(of: type.id) + matlab.note)
        let isPlain = self.type != nil || isText || matlab.emptyShape != nil
        let element = isPlain ? nil : HDF5MemoryType(file: type.id)?.element
        structure = if case .opaque? = element { nil } else { element }
        let isRead = self.type != nil || isText || structure != nil
        let unread = isRead ? nil : hdf5UnreadableField(of: type.id)
        problem =
            layout.problem
            ?? (isRead ? nil : "its elements are \(kind)\(unread.map { ", whose \($0)" } ?? "")")
        self.layout = layout
        self.handle = handle
        self.path = path
        self.file = file
    }

    /// A dataset that cannot be opened, for a list.
    init(_ file: HDF5File, _ path: String, problem: String) {
        self.path = path
        self.file = file
        self.problem = problem
        (shape, type, isText, kind, handle, isEmpty) = ([], nil, false, "unknown", nil, false)
        structure = nil
        layout = .unknown
    }

    var what: String { "dataset \"\(path)\"" }

    /// The whole dataset as `Float` or `Double`, converted from whatever number type it has.
    ///
    /// Throws `FormatError` if it holds no numbers, does not fit into memory or cannot be read, or a number does not
    /// fit: an integer from 2^24 (2^53) on that would be rounded, or a `Double` that is too large for a `Float`. Throws
    /// `CancellationError` if the surrounding task is cancelled.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        try tensor(shape.map { 0..<$0 }, as: element)
    }

    /// A part of the dataset, one range per dimension, as `Float` or `Double`.
    public func tensor<Element: Scalar>(
        _ ranges: [Range<Int>], as element: Element.Type = Float.self
    ) throws -> Tensor<Element> {
        let type = try numberType()
        _ = try check(ranges, size: MemoryLayout<Element>.size)
        return try Tensor(shape: ranges.map(\.count)) { target in
            let memory: NumberType = Element.self == Float.self ? .float32 : .float64
            if type == memory || type.hdf5 == nil {
                try read(ranges, memory, into: UnsafeMutableRawBufferPointer(target))
            } else {
                try readConverted(ranges, type, fits: type.fits(memory), into: target)
            }
        }
    }

    /// Rows of the dataset (a range of its first dimension, all of the others) as `Float` or `Double`.
    public func rows<Element: Scalar>(
        _ range: Range<Int>, as element: Element.Type = Float.self
    ) throws -> Tensor<Element> {
        try tensor([range] + shape.dropFirst().map { 0..<$0 }, as: element)
    }

    /// The whole dataset as a matrix. Throws `FormatError` if it has not two dimensions, and as `tensor` does.
    public func matrix<Element: Scalar>(as element: Element.Type = Float.self) throws -> Matrix<Element> {
        try checkRank(2)
        return try tensor(as: element).matrix
    }

    /// Rows of the dataset as a matrix. Throws `FormatError` if it has not two dimensions, and as `tensor` does.
    public func matrix<Element: Scalar>(
        rows range: Range<Int>, as element: Element.Type = Float.self
    ) throws -> Matrix<Element> {
        try checkRank(2)
        return try rows(range, as: element).matrix
    }

    private func checkRank(_ rank: Int) throws {
        guard shape.count == rank else {
            throw FormatError(file.url, what, expected: "of \(rank) dimensions", found: "of shape \(shape)")
        }
    }

    /// A part of the dataset as bytes, for instance the frames of a film in `uint8`.
    ///
    /// Throws `FormatError` if the dataset is of another type than `uint8`.
    public func bytes(_ ranges: [Range<Int>]) throws -> [UInt8] {
        guard try numberType() == .uint8 else { throw wrongType(expected: "uint8") }
        let count = try check(ranges, size: 1)
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withUnsafeMutableBytes { try read(ranges, .uint8, into: $0) }
        return bytes
    }

    /// The whole dataset as integers, in row-major order.
    ///
    /// Throws `FormatError` if it holds no integers, or one that `Int` cannot hold.
    public func integers() throws -> [Int] { try integers(shape.map { 0..<$0 }) }

    /// A part of the dataset as integers, one range per dimension, in row-major order.
    ///
    /// Throws `FormatError` if it holds no integers, or one that `Int` cannot hold.
    public func integers(_ ranges: [Range<Int>]) throws -> [Int] {
        let type = try numberType()
        guard !type.hasFractions else { throw wrongType(expected: "integer") }
        var integers = [Int](repeating: 0, count: try check(ranges, size: 8))
        let memory: NumberType = type == .uint64 ? .uint64 : .int64
        try integers.withUnsafeMutableBytes { try read(ranges, memory, into: $0) }
        // Read as they are, unsigned numbers beyond Int's are negative here.
        if type == .uint64, let index = integers.firstIndex(where: { $0 < 0 }) {
            throw FormatError(
                file.url,
                "\(what) holds \(UInt64(bitPattern: Int64(integers[index]))) as its element \(index), which is more than "
                    + "Int can hold")
        }
        return integers
    }

    /// The texts of the dataset, in row-major order; of what the file does not call UTF-8, bytes that are not are taken as
    /// Latin-1.
    ///
    /// Throws `FormatError` if it holds something else.
    public func strings() throws -> [String] {
        guard isText else {
            throw FormatError(file.url, "\(what) holds no text: \(problem ?? "it holds \(kind)\(reading)")")
        }
        let handle = try readable()
        let count = try check(shape.map { 0..<$0 }, size: 8)
        guard count > 0, !isEmpty else { return [] }
        return try HDF5Library.locked(file.url) {
            let type = try HDF5Handle.type(H5Dget_type(handle.id), file.url, "reading \(what)")
            let space = try HDF5Handle.space(H5Dget_space(handle.id), file.url, "reading \(what)")
            let texts = try hdf5Strings(
                of: handle, type: type, space: space, count: count, file.url, what
            ) { type, base in
                H5Dread(handle.id, type, 0, 0, 0, base)
            }
            try file.checkUnchanged()
            return texts
        }
    }

    /// The attributes of the dataset.
    public func attributes() throws -> [String: HDF5Attribute] { try file.attributes(of: path) }
}

extension HDF5Dataset {
    private func numberType() throws -> NumberType {
        guard let type else {
            throw FormatError(file.url, "\(what) holds no numbers: it holds \(kind)\(reading)")
        }
        return type
    }

    private func wrongType(expected: String) -> FormatError {
        FormatError(file.url, "the type of \(what)", expected: expected, found: kind)
    }

    /// The open dataset. Throws `FormatError` if it cannot be read.
    func readable() throws -> HDF5Handle {
        guard let handle, layout.problem == nil else {
            throw FormatError(file.url, "\(what) cannot be read: \(problem ?? "it cannot be opened")")
        }
        return handle
    }

    /// How many elements the ranges have that are read: they lie inside, fit into memory, and the file can have them.
    func check(_ ranges: [Range<Int>], size: Int) throws -> Int {
        try checkPlace(ranges)
        let count = try hdf5Count(ranges.map(\.count), size: size, file.url, what)
        try checkClaim(count * size)
        return count
    }

    /// Throws `FormatError` if the ranges are not inside of the dataset.
    func checkPlace(_ ranges: [Range<Int>]) throws {
        guard ranges.count == shape.count else {
            throw FormatError(
                file.url, "the part of \(what)", expected: "\(shape.count) ranges for the shape \(shape)",
                found: "\(ranges.count)")
        }
        for (range, extent) in zip(ranges, shape) where range.lowerBound < 0 || range.upperBound > extent {
            throw FormatError(
                file.url, "the part of \(what)", expected: "inside its shape \(shape)",
                found: "[\(ranges.map { "\($0)" }.joined(separator: ", "))]")
        }
    }

    /// Throws if a dataset claims far more than its file holds: numbers that were never written, or a false shape.
    private func checkClaim(_ bytes: Int) throws {
        // What a virtual dataset is made of lies in others.
        guard bytes > 1 << 27, let handle, !layout.isVirtual else { return }
        let stored = try HDF5Library.locked(file.url) { Int(clamping: H5Dget_storage_size(handle.id)) }
        // No compression that the library has shrinks numbers by more than deflate's 1,032.
        guard bytes / 1032 > stored + 1 << 20 else { return }
        throw FormatError(
            file.url,
            "\(what) of shape \(shape) claims \(bytes) bytes, of which \(stored) are in the file; read the part that was "
                + "written")
    }

    /// Reads in slabs of whole chunks, between which an interrupt is heard and other threads may use the library.
    private func read(_ ranges: [Range<Int>], _ type: NumberType, into target: UnsafeMutableRawBufferPointer)
        throws
    {
        guard target.count > 0, let base = target.baseAddress else { return }
        let rows = ranges.first ?? 0..<1
        let rowBytes = target.count / rows.count
        try forSlabs(ranges, rowBytes: rowBytes) { slab, start in
            try transfer(slab, type, base + (start - rows.lowerBound) * rowBytes, writing: false)
        }
    }

    /// The same for numbers of another type: those that may not fit are looked at before they are converted.
    ///
    /// The library converts, too, but clears a megabyte at each call, however little is read.
    private func readConverted<Element: Scalar>(
        _ ranges: [Range<Int>], _ type: NumberType, fits: Bool,
        into target: UnsafeMutableBufferPointer<Element>
    ) throws {
        guard target.count > 0 else { return }
        let rows = ranges.first ?? 0..<1
        let rowCount = target.count / rows.count
        try forSlabs(ranges, rowBytes: rowCount * type.byteCount) { slab, start in
            let count = (slab.first?.count ?? 1) * rowCount
            let bytes = try Bytes(count: count * type.byteCount) { buffer in
                if let base = buffer.baseAddress { try transfer(slab, type, base, writing: false) }
                return buffer.count
            }
            if !fits { try bytes.checkConversion(of: type, count: count, to: Element.self, file.url, what) }
            let offset = (start - rows.lowerBound) * rowCount
            bytes.decode(type, into: UnsafeMutableBufferPointer(rebasing: target[offset..<offset + count]))
        }
    }

    /// Calls `body` with parts of `ranges` of about 8 MB, and where each begins in the first dimension.
    private func forSlabs(_ ranges: [Range<Int>], rowBytes: Int, _ body: ([Range<Int>], Int) throws -> Void)
        throws
    {
        let slabBytes = 8 << 20
        let rows = ranges.first ?? 0..<1
        let chunkRows = layout.chunk?.first ?? 1
        let step = max(chunkRows, slabBytes / max(rowBytes, 1) / chunkRows * chunkRows)
        var start = rows.lowerBound
        while start < rows.upperBound {
            try Task.checkCancellation()
            // The first slab ends where a chunk does.
            let end = min((start / chunkRows) * chunkRows + step, rows.upperBound)
            var slab = ranges
            if !slab.isEmpty { slab[0] = start..<end }
            try body(slab, start)
            start = end
        }
    }

    /// Moves one slab between memory and the file.
    func transfer(_ ranges: [Range<Int>], _ type: NumberType, _ base: UnsafeMutableRawPointer, writing: Bool)
        throws
    {
        let handle = try readable()
        guard !isEmpty else { return }
        try HDF5Library.locked(file.url) {
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
            try file.checkUnchanged()
        }
    }
}
