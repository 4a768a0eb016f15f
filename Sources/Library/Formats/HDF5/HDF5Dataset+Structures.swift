internal import CHDF5
import Foundation
import Tensors

extension HDF5Dataset {
    /// The records of a compound dataset, in row-major order.
    ///
    /// Throws `FormatError` if the dataset is not compound, or cannot be read.
    public func records() throws -> Records {
        guard case .records(let records) = try structured() else { throw otherwise("records") }
        return records
    }

    /// Sequences of numbers of different lengths, in row-major order of the elements.
    ///
    /// Throws `FormatError` if the elements are something else.
    public func lists() throws -> [[Double]] { try field().lists() }

    /// Sequences of texts of different lengths, in row-major order of the elements.
    ///
    /// Throws `FormatError` if the elements are something else.
    public func textLists() throws -> [[String]] { try field().textLists() }

    /// References to other objects, or to parts of them, in row-major order.
    ///
    /// Throws `FormatError` if the elements are something else.
    public func references() throws -> [HDF5Reference] {
        guard case .references(let references) = try structured() else { throw otherwise("references") }
        return references
    }

    /// Small arrays of numbers, one per element: the dataset's extents, and then those of an array.
    ///
    /// Throws `FormatError` if the elements are something else, or a number is none that `Element` can hold.
    public func arrays<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        guard case .numbers(let numbers) = try structured() else {
            throw otherwise("small arrays of numbers")
        }
        return try numbers.tensor(as: element).reshaped(to: shape + numbers.shape.dropFirst())
    }

    /// The names that the numbers of an enumeration stand for, in row-major order; a number without name is its digits.
    ///
    /// Throws `FormatError` if the numbers have no names. `integers()` has the numbers themselves.
    public func enumerationNames() throws -> [String] {
        let handle = try readable()
        let names = try HDF5Library.locked(file.url) {
            let type = try HDF5Handle.type(H5Dget_type(handle.id), file.url, "reading \(what)")
            return H5Tget_class(type.id) == H5T_ENUM ? hdf5EnumerationNames(type.id) : [:]
        }
        guard !names.isEmpty else { throw otherwise("an enumeration") }
        return try integers().map { names[$0] ?? "\($0)" }
    }

    /// The truth values of bit fields of a byte, as PyTables writes them; nil of a dataset that holds something else.
    package func bitFields() throws -> [Bool]? {
        guard case .number(.bool)? = structure else { return nil }
        return try arrays(as: Float.self).elements.map { $0 != 0 }
    }

    /// How elements that are neither numbers nor text are read, for an error.
    var reading: String {
        switch structure {
        case .record: ", which records() reads"
        case .list(let base):
            if case .number = base.element { ", which lists() reads" } else { ", which textLists() reads" }
        case .array(let base, _) where base.element.isText: ", which textLists() reads"
        case .array, .number: ", which arrays() reads"
        case .objectReference, .regionReference: ", which references() reads"
        default: ""
        }
    }

    private func otherwise(_ expected: String) -> FormatError {
        FormatError(file.url, "the elements of \(what)", expected: expected, found: problem ?? kind)
    }

    private func field() throws -> Records.Field {
        Records.Field(name: path, content: try structured(), url: file.url, what: "the file")
    }

    /// All elements, read in slabs of about 8 MB, between which an interrupt is heard.
    func structured() throws -> Records.Field.Content {
        guard structure != nil else { throw otherwise("records, lists, small arrays or references") }
        let handle = try readable()
        return try HDF5Library.locked(file.url) {
            let action = "reading \(what)"
            let type = try HDF5Handle.type(H5Dget_type(handle.id), file.url, action)
            let native = try HDF5Handle.type(H5Tget_native_type(type.id, H5T_DIR_ASCEND), file.url, action)
            guard let memory = HDF5MemoryType(native: native.id, depth: 0) else {
                throw otherwise("readable")
            }
            let count = try check(shape.map { 0..<$0 }, size: memory.byteCount)
            var columns = HDF5Columns(memory, file, what)
            let isPointing = hdf5HasPointers(type.id)
            guard count > 0, !isEmpty else { return columns.content(count: 0) }
            let rows = shape.first ?? 1
            let rowCount = count / rows
            let step = max(1, (8 << 20) / max(1, rowCount * memory.byteCount))
            for start in stride(from: 0, to: rows, by: step) {
                try Task.checkCancellation()
                let slab = start..<min(rows, start + step)
                try append(
                    slab, rowCount: rowCount, native, memory, pointing: isPointing ? type : nil, to: &columns)
            }
            return columns.content(count: count)
        }
    }

    private func append(
        _ rows: Range<Int>, rowCount: Int, _ native: HDF5Handle, _ memory: HDF5MemoryType,
        pointing type: HDF5Handle?, to columns: inout HDF5Columns
    ) throws {
        let action = "reading \(what)"
        let handle = try readable()
        let count = rows.count * rowCount
        let space = try HDF5Handle.space(H5Dget_space(handle.id), file.url, action)
        var slabSpace = try HDF5Handle.space(H5Screate(H5S_SCALAR), file.url, action)
        if !shape.isEmpty {
            let starts = [hsize_t(rows.lowerBound)] + [hsize_t](repeating: 0, count: shape.count - 1)
            let extents = [hsize_t(rows.count)] + shape.dropFirst().map { hsize_t($0) }
            H5Sselect_hyperslab(space.id, H5S_SELECT_SET, starts, nil, extents, nil)
            slabSpace = try HDF5Handle.space(
                H5Screate_simple(Int32(extents.count), extents, nil), file.url, action)
        }
        let fileSpace = shape.isEmpty ? 0 : space.id
        if let type {
            try hdf5CheckPointers(of: handle, type: type, count: count, file.url, what) {
                H5Dread(handle.id, $0, slabSpace.id, fileSpace, 0, $1)
            }
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count * memory.byteCount, alignment: 16)
        defer { buffer.deallocate() }
        guard let base = buffer.baseAddress else { return }
        // What the library does not write, as pointers of elements that are not there, must not be followed.
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        guard H5Dread(handle.id, native.id, slabSpace.id, fileSpace, 0, base) >= 0 else {
            throw FormatError(file.url, "\(action) failed: \(HDF5Library.lastError())")
        }
        defer { H5Dvlen_reclaim(native.id, slabSpace.id, 0, base) }
        try file.checkUnchanged()
        try columns.append(base, count: count, stride: memory.byteCount)
    }
}
