internal import CHDF5
import Foundation

/// What the elements of a type that is neither number nor text are, in words.
func hdf5Kind(of type: hid_t) -> String {
    let size = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_INTEGER: return "integers of \(size) bytes"
    case H5T_FLOAT: return "floating-point numbers of \(size) bytes"
    case H5T_COMPOUND:
        let names = (0..<UInt32(max(0, H5Tget_nmembers(type)))).map { memberName(type, $0) }
        if [["r", "i"], ["real", "imag"]].contains(names) {
            return "complex numbers (a compound of \(names[0]) and \(names[1]))"
        }
        let shown = names.prefix(8).joined(separator: ", ")
        return "records of \(shown)\(names.count > 8 ? ", …" : "") (compound)"
    case H5T_REFERENCE: return "references to other objects"
    case H5T_ENUM: return "an enumeration of another type than integers"
    case H5T_VLEN: return "sequences of different lengths"
    case H5T_ARRAY: return "small arrays"
    case H5T_OPAQUE: return "opaque bytes, \(size) each"
    case H5T_BITFIELD: return "bit fields of \(size) bytes"
    case H5T_TIME: return "times of \(size) bytes (HDF5's class TIME)"
    default: return "of an unknown type"
    }
}

/// The first field of a compound type that cannot be read, and what it holds; nil of another type. The caller holds the
/// library's lock.
func hdf5UnreadableField(of type: hid_t) -> String? {
    guard H5Tget_class(type) == H5T_COMPOUND else { return nil }
    for index in 0..<UInt32(max(0, H5Tget_nmembers(type))) {
        let member = H5Tget_member_type(type, index)
        guard member >= 0 else { continue }
        defer { H5Tclose(member) }
        if HDF5MemoryType(file: member) == nil {
            return "field \"\(memberName(type, index))\" holds \(hdf5Kind(of: member))"
        }
    }
    return nil
}

private func memberName(_ type: hid_t, _ index: UInt32) -> String {
    guard let name = H5Tget_member_name(type, index) else { return "?" }
    defer { H5free_memory(name) }
    return String(cString: name)
}

extension NumberType {
    /// Whether every number of this type is one of `memory`, or a fraction that is rounded as usual.
    func fits(_ memory: NumberType) -> Bool {
        switch self {
        case .int64, .uint64: false
        case .int32, .uint32, .float64: memory == .float64
        default: true
        }
    }
}

/// What MATLAB's version 7.3 says of a dataset by attributes.
///
/// An empty array is stored as its extents, and `MATLAB_empty` tells it from an array of two numbers.
struct MATLABMark {
    /// The shape of an empty array in the order of HDF5, which is the reverse of MATLAB's; nil of any other.
    private(set) var emptyShape: [Int]?
    let className: String?

    init(of dataset: HDF5Handle, _ url: URL, _ what: String) throws {
        className = try Self.text("MATLAB_class", of: dataset, url)
        guard className != nil, H5Aexists(dataset.id, "MATLAB_empty") > 0 else { return }
        var isEmpty: Int32 = 0
        let mark = try HDF5Handle.attribute(H5Aopen(dataset.id, "MATLAB_empty", 0), url, "opening \(what)")
        let markSpace = try HDF5Handle.space(H5Aget_space(mark.id), url, "opening \(what)")
        guard H5Sget_simple_extent_npoints(markSpace.id) == 1,
            H5Aread(mark.id, gyrus_h5_int32(), &isEmpty) >= 0, isEmpty != 0
        else { return }
        let space = try HDF5Handle.space(H5Dget_space(dataset.id), url, "opening \(what)")
        let count = H5Sget_simple_extent_npoints(space.id)
        guard (1...32).contains(count) else { return }
        var extents = [Int64](repeating: 0, count: Int(count))
        guard H5Dread(dataset.id, gyrus_h5_int64(), 0, 0, 0, &extents) >= 0, extents.contains(0),
            extents.allSatisfy({ $0 >= 0 })
        else {
            throw FormatError(
                url, "the extents of \(what), which MATLAB marks as empty",
                expected: "with a zero among them",
                found: "\(extents)")
        }
        emptyShape = extents.reversed().map { Int($0) }
    }

    var isText: Bool { className == "char" }

    var type: NumberType? {
        switch className {
        case "double", "canonical empty": .float64
        case "single": .float32
        case "logical": .bool
        default: className.flatMap(NumberType.init(rawValue:))
        }
    }

    /// What is added to the words for an element.
    var note: String { className.map { " (MATLAB's \($0))" } ?? "" }

    static func text(_ name: String, of dataset: HDF5Handle, _ url: URL) throws -> String? {
        guard H5Aexists(dataset.id, name) > 0 else { return nil }
        let attribute = try HDF5Handle.attribute(H5Aopen(dataset.id, name, 0), url, "opening \(name)")
        let type = try HDF5Handle.type(H5Aget_type(attribute.id), url, "opening \(name)")
        let space = try HDF5Handle.space(H5Aget_space(attribute.id), url, "opening \(name)")
        guard H5Tget_class(type.id) == H5T_STRING, H5Sget_simple_extent_npoints(space.id) == 1 else {
            return nil
        }
        return try hdf5Strings(of: attribute, type: type, space: space, count: 1, url, name) {
            H5Aread(attribute.id, $0, $1)
        }.first
    }
}
