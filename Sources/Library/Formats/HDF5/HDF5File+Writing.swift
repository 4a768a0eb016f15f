internal import CHDF5
import Foundation
import Tensors

extension HDF5File {
    /// Makes a dataset of zeros, and the groups on the way to it.
    ///
    /// - Parameters:
    ///   - path: where in the file; `a/b` is dataset b in group a.
    ///   - shape: its extents, the slowest dimension first.
    ///   - type: the type of its numbers; not `.bool`, in whose place 0 and 1 are written as `.uint8`.
    ///   - chunk: The extents of a chunk, if the dataset is to be in chunks.
    ///   - compression: Deflate's level from 0 (none) to 9, which needs chunks.
    ///
    /// Throws `FormatError` if there is something at `path` already, the shape or the type cannot be had, or the file
    /// cannot be written.
    @discardableResult
    public func createDataset(
        _ path: String, shape: [Int], type: NumberType = .float32, chunk: [Int]? = nil,
        compression: Int? = nil
    ) throws -> HDF5Dataset {
        let what = "dataset \"\(path)\""
        try checkFree(path)
        let isChunkValid = chunk.map { $0.count == shape.count && $0.allSatisfy { $0 > 0 } } ?? true
        guard isChunkValid, byteCount(of: shape, type) != nil else {
            throw FormatError(
                url, "\(what) cannot have the shape \(shape) in chunks of \(chunk.map { "\($0)" } ?? "none")")
        }
        guard compression == nil || chunk != nil else {
            throw FormatError(url, "\(what) needs chunks to be compressed")
        }
        guard compression.map({ (0...9).contains($0) }) ?? true else {
            throw FormatError(
                url, "the compression of \(what)", expected: "a level from 0 to 9",
                found: "\(compression ?? 0)")
        }
        // Truth values are an enumeration, which takes no numbers of other types.
        guard type != .bool else {
            throw FormatError(url, "\(what) cannot be of type bool; write 0 and 1 as uint8")
        }
        guard let fileType = type.hdf5 else {
            throw FormatError(url, "\(what) cannot be of type \(type.rawValue), which HDF5 lacks")
        }
        return try HDF5Library.locked(url) {
            let links = try HDF5Handle.properties(H5Pcreate(gyrus_h5_link_create()), url)
            H5Pset_create_intermediate_group(links.id, 1)
            let creation = try HDF5Handle.properties(H5Pcreate(gyrus_h5_dataset_create()), url)
            if let chunk {
                // The library refuses chunks of more than 4 GB, and would make a dataset without.
                guard H5Pset_chunk(creation.id, Int32(chunk.count), chunk.map { hsize_t($0) }) >= 0 else {
                    throw FormatError(
                        url, "\(what) cannot have chunks of \(chunk): \(HDF5Library.lastError())")
                }
            }
            if let compression {
                H5Pset_shuffle(creation.id)
                guard H5Pset_deflate(creation.id, UInt32(compression)) >= 0 else {
                    throw FormatError(url, "\(what) cannot be compressed: \(HDF5Library.lastError())")
                }
            }
            let extents = shape.map { hsize_t($0) }
            let space = try HDF5Handle.space(
                shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), extents, nil),
                url,
                "making \(what)")
            _ = try HDF5Handle.dataset(
                H5Dcreate2(handle.id, path, fileType, space.id, links.id, creation.id, 0), url,
                "making \(what)")
            return try HDF5Dataset(self, path)
        }
    }

    /// Writes a tensor as a new dataset of `Float` or `Double`.
    public func write<Element: Scalar>(_ tensor: Tensor<Element>, to path: String) throws {
        let type: NumberType = Element.self == Float.self ? .float32 : .float64
        try createDataset(path, shape: tensor.shape, type: type).write(
            tensor, at: tensor.shape.map { _ in 0 })
    }

    /// Writes a matrix as a new dataset of `Float` or `Double`.
    public func write<Element: Scalar>(_ matrix: Matrix<Element>, to path: String) throws {
        try write(Tensor(matrix), to: path)
    }

    /// Writes bytes as a new dataset of `uint8`, for instance images or frames.
    ///
    /// - Parameters:
    ///   - bytes: the bytes, the last dimension fastest.
    ///   - shape: the extents, whose product is the number of bytes.
    ///   - path: where in the file.
    public func write(_ bytes: [UInt8], shape: [Int], to path: String) throws {
        guard byteCount(of: shape, .uint8) == bytes.count else {
            throw FormatError(url, "dataset \"\(path)\" of shape \(shape) cannot hold \(bytes.count) bytes")
        }
        let dataset = try createDataset(path, shape: shape, type: .uint8)
        try bytes.withUnsafeBytes { try dataset.write($0, .uint8, shape.map { 0..<$0 }) }
    }

    /// Writes integers as a new dataset of one dimension.
    public func write(_ integers: [Int], to path: String) throws {
        let dataset = try createDataset(path, shape: [integers.count], type: .int64)
        try integers.withUnsafeBytes { try dataset.write($0, .int64, [0..<integers.count]) }
    }

    /// Writes texts as a new dataset of one dimension, in UTF-8 of variable length.
    public func write(_ strings: [String], to path: String) throws {
        let what = "dataset \"\(path)\""
        try checkFree(path)
        try checkWhole(strings, what)
        try HDF5Library.locked(url) {
            let links = try HDF5Handle.properties(H5Pcreate(gyrus_h5_link_create()), url)
            H5Pset_create_intermediate_group(links.id, 1)
            let type = try HDF5Handle.type(H5Tcopy(gyrus_h5_c_string()), url, "making \(what)")
            H5Tset_size(type.id, gyrus_h5_variable())
            H5Tset_cset(type.id, H5T_CSET_UTF8)
            let space = try HDF5Handle.space(
                H5Screate_simple(1, [hsize_t(strings.count)], nil), url, "making \(what)")
            let dataset = try HDF5Handle.dataset(
                H5Dcreate2(handle.id, path, type.id, space.id, links.id, 0, 0), url, "making \(what)")
            let pointers = strings.map { strdup($0) }
            defer { for pointer in pointers { free(pointer) } }
            let status = pointers.withUnsafeBytes { H5Dwrite(dataset.id, type.id, 0, 0, 0, $0.baseAddress) }
            guard strings.isEmpty || status >= 0 else {
                throw FormatError(url, "writing \(what) failed: \(HDF5Library.lastError())")
            }
        }
    }

    /// Throws `FormatError` if there is something at `path`, or something on the way to it is no group.
    private func checkFree(_ path: String) throws {
        guard try !exists(path) else { throw FormatError(url, "already has something at \"\(path)\"") }
        try HDF5Library.locked(url) {
            var reached = ""
            for part in path.split(separator: "/").dropLast() {
                reached += "/\(part)"
                guard H5Lexists(handle.id, reached, 0) > 0 else { return }
                var info = H5O_info_t()
                guard H5Oget_info_by_name2(handle.id, reached, &info, UInt32(H5O_INFO_BASIC), 0) >= 0,
                    info.type == H5O_TYPE_GROUP
                else {
                    let reason = HDF5Opening.deadLink(to: reached, in: handle) ?? "\"\(reached)\" is no group"
                    throw FormatError(url, "cannot have a dataset \"\(path)\": \(reason)")
                }
            }
        }
    }

    /// Throws `FormatError` if a name has a zero character: HDF5 would end it there, and take another object's.
    func checkName(_ name: String, _ what: String) throws {
        guard name.utf8.contains(0) else { return }
        throw FormatError(
            url, "a \(what)", expected: "without a character zero, at which HDF5 ends it",
            found: "\"\(name.replacing("\0", with: "\\0"))\"")
    }

    /// Throws `FormatError` if a text has a zero character, at which HDF5 would end it.
    func checkWhole(_ texts: [String], _ what: String) throws {
        guard let index = texts.firstIndex(where: { $0.utf8.contains(0) }) else { return }
        throw FormatError(
            url,
            "\(what) cannot hold the text \(index), which has a character zero in it: HDF5 ends a text there")
    }
}

extension HDF5Dataset {
    /// Writes a tensor of the dataset's rank into it, from the element `start` on.
    ///
    /// ```swift
    /// let all = try HDF5File.open("features.h5").dataset("/features")
    /// try all.write(Tensor(features), at: [200, 0])          // from row 200 on
    /// ```
    ///
    /// Throws `FormatError` if it does not fit there or the file cannot be written.
    public func write<Element: Scalar>(_ tensor: Tensor<Element>, at start: [Int]) throws {
        guard start.count == tensor.rank else {
            throw FormatError(
                file.url, "where \(path) is written",
                expected: "\(tensor.rank) indices for the tensor's shape \(tensor.shape)", found: "\(start)")
        }
        let memory: NumberType = Element.self == Float.self ? .float32 : .float64
        let ranges = try zip(start, tensor.shape).map { try range(from: $0, count: $1) }
        try tensor.withUnsafeBufferPointer { try write(UnsafeRawBufferPointer($0), memory, ranges) }
    }

    /// Writes bytes into a dataset of `uint8` of one dimension, from the element `start` on.
    ///
    /// Throws `FormatError` if they do not fit there or the file cannot be written.
    public func write(_ bytes: [UInt8], at start: Int) throws {
        let range = try range(from: start, count: bytes.count)
        try bytes.withUnsafeBytes { try write($0, .uint8, [range]) }
    }

    /// The elements of one dimension from `start` on; throws `FormatError` if there can be no such element.
    private func range(from start: Int, count: Int) throws -> Range<Int> {
        let (end, isHuge) = start.addingReportingOverflow(count)
        guard start >= 0, !isHuge else {
            throw FormatError(
                file.url, "where \(path) is written", expected: "from an element of it on",
                found: "from \(start)")
        }
        return start..<end
    }

    func write(_ source: UnsafeRawBufferPointer, _ type: NumberType, _ ranges: [Range<Int>]) throws {
        try checkPlace(ranges)
        guard source.count > 0, let base = source.baseAddress else { return }
        try transfer(ranges, type, UnsafeMutableRawPointer(mutating: base), writing: true)
    }
}
