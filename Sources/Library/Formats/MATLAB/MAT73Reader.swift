internal import CHDF5
import Foundation
import Tensors

/// Reads files of version 7.3, which are HDF5: a variable is a dataset or a group, and what lies in cells and structs
/// is found by references.
///
/// Source: what MATLAB writes; `MATLAB_class`, `MATLAB_empty`, `MATLAB_sparse` and `MATLAB_object_decode` are its attributes.
struct MAT73Reader {
    let file: HDF5File
    /// References may lead back to where they lie, so depth and number are limited.
    private static let depthLimit = 128
    static let valueLimit = 5_000_000
    private var values = 0

    private init(_ file: HDF5File) { self.file = file }

    static func variables(_ url: URL) throws -> [MATFile.Variable] {
        let file = try HDF5File.open(url)
        return try file.members().filter { !$0.hasPrefix("#") }.map { name in
            let place = MATPlace(url: url, path: name)
            let (className, shape) = try HDF5Library.locked(url) {
                try HDF5Examination.pass(url, object: "/" + name)
                let object = try open(name, in: file, place)
                return try description(object, place)
            }
            return MATFile.Variable(name: name, className: className, shape: shape) {
                var reader = MAT73Reader(file)
                return try HDF5Library.locked(url) {
                    try reader.value(of: try open(name, in: file, place), place, depth: 0)
                }
            }
        }
    }

    private static func open(_ name: String, in file: HDF5File, _ place: MATPlace) throws -> HDF5Handle {
        try HDF5Opening.object("/" + name, in: file.handle, file.url, "opening \(place.what)")
    }

    private static func description(
        _ object: HDF5Handle, _ place: MATPlace
    ) throws -> (className: String, shape: [Int]?) {
        let className = try MATLABMark.text("MATLAB_class", of: object, place.url)
        guard H5Iget_type(object.id) == H5I_DATASET else {
            return (className ?? "struct", nil)
        }
        let mark = try MATLABMark(of: object, place.url, place.what)
        let space = try HDF5Handle.space(H5Dget_space(object.id), place.url, "opening \(place.what)")
        let shape = Array((try mark.emptyShape ?? hdf5Shape(space, place.url, place.what)).reversed())
        return (className ?? "array", matlabShape(shape))
    }

    mutating func value(of object: HDF5Handle, _ place: MATPlace, depth: Int) throws -> MATValue {
        values += 1
        guard depth < Self.depthLimit, values <= Self.valueLimit else {
            throw FormatError(
                place.url,
                "has structs and cells that are nested more than \(Self.depthLimit) deep, or without end")
        }
        if values % 1000 == 0 { try Task.checkCancellation() }
        let className = try MATLABMark.text("MATLAB_class", of: object, place.url)
        switch H5Iget_type(object.id) {
        case H5I_GROUP: return try group(object, className, place, depth)
        case H5I_DATASET: return try dataset(object, className, place, depth)
        default: throw place.error("is neither a dataset nor a group of the HDF5 file")
        }
    }

    private mutating func group(
        _ group: HDF5Handle, _ className: String?, _ place: MATPlace, _ depth: Int
    ) throws -> MATValue {
        if H5Aexists(group.id, "MATLAB_sparse") > 0 { return try sparse(group, className, place) }
        var fields: [(name: String, shape: [Int], values: [MATValue])] = []
        for name in try fieldNames(group, place) {
            let member = try HDF5Opening.object(
                name, in: group, place.url, "opening \(place.field(name).what)")
            if let references = try references(member, place.field(name)),
                try MATLABMark.text("MATLAB_class", of: member, place.url) == nil
            {
                // The field of an array of structs: a reference for each of them.
                let values = try references.pointers.enumerated().map { index, reference in
                    try value(at: reference, place.element(index).field(name), depth)
                }
                fields.append((name, references.shape, values))
            } else {
                fields.append((name, [1, 1], [try value(of: member, place.field(name), depth: depth + 1)]))
            }
        }
        let shape = fields.first?.shape ?? [1, 1]
        if let other = fields.first(where: { $0.shape != shape }) {
            throw place.error(
                "has the field \"\(other.name)\" of shape \(other.shape), and \"\(fields[0].name)\" of shape \(shape)"
            )
        }
        let count = shape.reduce(1, *)
        let ordered = (0..<count).flatMap { index in fields.map { $0.values[index] } }
        return MATValue(
            className: className ?? "struct", shape: shape,
            content: .structs(fields: fields.map(\.name), values: ordered), place: place)
    }

    /// The members of a group, in the order of MATLAB's list of fields if it exists.
    private func fieldNames(_ group: HDF5Handle, _ place: MATPlace) throws -> [String] {
        let members = try hdf5Members(of: group, place.url, place.what)
        guard let order = try orderOfFields(group, place), Set(order) == Set(members) else { return members }
        return order
    }

    /// The fields that a group, or an empty array of structs, lists in an attribute; nil if it does not.
    func orderOfFields(_ group: HDF5Handle, _ place: MATPlace) throws -> [String]? {
        let action = "reading the fields of \(place.what)"
        guard H5Aexists(group.id, "MATLAB_fields") > 0 else { return nil }
        let attribute = try HDF5Handle.attribute(H5Aopen(group.id, "MATLAB_fields", 0), place.url, action)
        let type = try HDF5Handle.type(H5Aget_type(attribute.id), place.url, action)
        let native = try HDF5Handle.type(H5Tget_native_type(type.id, H5T_DIR_ASCEND), place.url, action)
        let space = try HDF5Handle.space(H5Aget_space(attribute.id), place.url, action)
        let count = Int(H5Sget_simple_extent_npoints(space.id))
        guard let memory = HDF5MemoryType(native: native.id, depth: 0), case .list = memory.element,
            (1...100_000).contains(count)
        else { return nil }
        try hdf5CheckPointers(
            of: attribute, type: type, count: count, place.url, "the fields of \(place.what)"
        ) {
            H5Aread(attribute.id, $0, $1)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count * memory.byteCount, alignment: 16)
        defer { buffer.deallocate() }
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        guard let base = buffer.baseAddress, H5Aread(attribute.id, native.id, base) >= 0 else { return nil }
        defer { H5Dvlen_reclaim(native.id, space.id, 0, base) }
        var columns = HDF5Columns(memory, file, "its fields")
        try columns.append(base, count: count, stride: memory.byteCount)
        guard case .lists(let lists) = columns.content(count: count) else { return nil }
        return lists.compactMap { if case .texts(let letters) = $0 { letters.joined() } else { nil } }
    }

    private func sparse(_ group: HDF5Handle, _ className: String?, _ place: MATPlace) throws -> MATValue {
        var rows: UInt64 = 0
        let mark = try HDF5Handle.attribute(
            H5Aopen(group.id, "MATLAB_sparse", 0), place.url, "opening \(place.what)")
        guard H5Aread(mark.id, gyrus_h5_uint64(), &rows) >= 0, let rows = Int(exactly: rows) else {
            throw place.error("is a sparse matrix without a number of rows")
        }
        func part(_ name: String) throws -> HDF5Dataset? {
            guard H5Lexists(group.id, name, 0) > 0 else { return nil }
            let handle = try HDF5Opening.object(
                name, in: group, place.url, "opening \(name) of \(place.what)")
            guard H5Iget_type(handle.id) == H5I_DATASET else { return nil }
            return try HDF5Dataset(file, "\(place.path).\(name)", opened: handle)
        }
        guard let starts = try part("jc")?.integers(), !starts.isEmpty else {
            throw place.error("is a sparse matrix without its columns' starts")
        }
        let shape = [rows, starts.count - 1]
        guard byteCount(of: shape, .float64) != nil else {
            throw place.error("is a sparse matrix of shape \(shape), which does not fit into memory")
        }
        let data = try part("data")
        var values: [Double] = []
        var imaginary: [Double]?
        if let data {
            if data.type != nil {
                values = try data.tensor(as: Double.self).elements
            } else {
                let complex = try complexParts(of: data, place)
                values = try complex.real.tensor(as: Double.self).elements
                imaginary = try complex.imaginary.tensor(as: Double.self).elements
            }
        }
        let content = try MATSparse(
            rows: try part("ir")?.integers() ?? [], starts: starts, values: values, imaginary: imaginary,
            shape: shape, place)
        return MATValue(
            className: className ?? "double", shape: shape, content: .sparse(content), place: place)
    }

    /// The references that a dataset holds, and its shape in MATLAB; nil if it holds something else.
    func references(
        _ handle: HDF5Handle, _ place: MATPlace
    ) throws -> (pointers: [UInt64], shape: [Int])? {
        guard H5Iget_type(handle.id) == H5I_DATASET else { return nil }
        let action = "reading \(place.what)"
        let type = try HDF5Handle.type(H5Dget_type(handle.id), place.url, action)
        guard H5Tget_class(type.id) == H5T_REFERENCE, H5Tget_size(type.id) == 8 else { return nil }
        let space = try HDF5Handle.space(H5Dget_space(handle.id), place.url, action)
        let shape = try hdf5Shape(space, place.url, place.what)
        let count = try hdf5Count(shape, size: 8, place.url, place.what)
        guard count <= Self.valueLimit else { throw place.error("claims \(count) elements") }
        let layout = try HDF5Layout(handle, place.url)
        guard layout.problem == nil else { throw place.error("cannot be read: \(layout.problem ?? "")") }
        var pointers = [UInt64](repeating: 0, count: count)
        guard count == 0 || H5Dread(handle.id, type.id, 0, 0, 0, &pointers) >= 0 else {
            throw FormatError(place.url, "\(action) failed: \(HDF5Library.lastError())")
        }
        return (pointers, matlabShape(shape.reversed()))
    }

    mutating func value(at reference: UInt64, _ place: MATPlace, _ depth: Int) throws -> MATValue {
        guard reference != 0 else { return try empty("double", [0, 0], [], place) }
        let object = try HDF5Opening.object(
            at: reference, in: file.handle, place.url, "following the reference \(place.what)")
        return try value(of: object, place, depth: depth + 1)
    }
}

/// Extents of at least two dimensions, as every array of MATLAB has.
func matlabShape(_ shape: some Sequence<Int>) -> [Int] {
    let shape = Array(shape)
    switch shape.count {
    case 0: return [1, 1]
    // What other programs write of one dimension is a column.
    case 1: return [shape[0], 1]
    default: return shape
    }
}
