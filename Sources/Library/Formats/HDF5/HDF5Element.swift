internal import CHDF5
import Foundation

/// What an element of a dataset is made of, as it lies in memory once the library has read it.
indirect enum HDF5Element: Sendable {
    case number(NumberType)
    /// Integers that stand for names.
    case enumeration(NumberType, names: [Int: String])
    /// Text in a field of some bytes, and whether the file calls it UTF-8.
    case text(byteCount: Int, isUTF8: Bool)
    /// Text of any length, behind a pointer, and whether the file calls it UTF-8.
    case variableText(isUTF8: Bool)
    case array(HDF5MemoryType, shape: [Int])
    case record([Member])
    /// A sequence of any length, behind a count and a pointer.
    case list(HDF5MemoryType)
    case objectReference
    case regionReference
    /// Bytes without meaning for the library.
    case opaque(byteCount: Int)

    struct Member: Sendable {
        let name: String
        let offset: Int
        let type: HDF5MemoryType
    }

    /// Whether it is text or has a name, or is an array of such.
    var isText: Bool {
        switch self {
        case .text, .variableText, .enumeration: true
        case .array(let base, _): base.element.isText
        default: false
        }
    }

    /// How many elements an array has, and an array of arrays in all; 1 of anything else.
    var partCount: Int {
        guard case .array(let base, let shape) = self else { return 1 }
        return shape.reduce(base.element.partCount, *)
    }
}

/// An element and how many bytes it takes in memory.
struct HDF5MemoryType: Sendable {
    let element: HDF5Element
    let byteCount: Int
    private static let depthLimit = 16

    /// The type in memory of a file's type; nil if it has parts that cannot be read. The caller holds the library's lock.
    init?(file type: hid_t) {
        let native = H5Tget_native_type(type, H5T_DIR_ASCEND)
        guard native >= 0 else { return nil }
        defer { H5Tclose(native) }
        self.init(native: native, depth: 0)
    }

    init?(native type: hid_t, depth: Int) {
        let size = H5Tget_size(type)
        guard depth < Self.depthLimit, size > 0, let element = Self.element(type, size, depth) else {
            return nil
        }
        self.element = element
        byteCount = size
    }

    private static func element(_ type: hid_t, _ size: Int, _ depth: Int) -> HDF5Element? {
        switch H5Tget_class(type) {
        case H5T_INTEGER, H5T_FLOAT: return NumberType(hdf5: type).map(HDF5Element.number)
        // PyTables writes truth values as bit fields of a byte.
        case H5T_BITFIELD: return bitFields[size].map(HDF5Element.number)
        case H5T_ENUM: return enumeration(type)
        case H5T_STRING:
            return H5Tis_variable_str(type) > 0
                ? .variableText(isUTF8: hdf5IsUTF8(type)) : .text(byteCount: size, isUTF8: hdf5IsUTF8(type))
        case H5T_ARRAY:
            let rank = H5Tget_array_ndims(type)
            guard rank > 0, rank <= 32 else { return nil }
            var extents = [hsize_t](repeating: 0, count: Int(rank))
            guard H5Tget_array_dims2(type, &extents) >= 0, let base = base(of: type, depth) else {
                return nil
            }
            return .array(base, shape: extents.map { Int(clamping: $0) })
        case H5T_VLEN: return base(of: type, depth).map(HDF5Element.list)
        case H5T_REFERENCE:
            return size == MemoryLayout<hobj_ref_t>.size ? .objectReference : .regionReference
        case H5T_OPAQUE: return .opaque(byteCount: size)
        case H5T_COMPOUND:
            var members: [HDF5Element.Member] = []
            for index in 0..<UInt32(max(0, H5Tget_nmembers(type))) {
                let member = H5Tget_member_type(type, index)
                guard member >= 0 else { return nil }
                defer { H5Tclose(member) }
                guard let name = memberName(type, index),
                    let type0 = HDF5MemoryType(native: member, depth: depth + 1)
                else { return nil }
                members.append(
                    HDF5Element.Member(name: name, offset: H5Tget_member_offset(type, index), type: type0))
            }
            return members.allSatisfy { $0.offset >= 0 && $0.offset + $0.type.byteCount <= size }
                ? .record(members) : nil
        default: return nil
        }
    }

    private static let bitFields: [Int: NumberType] = [1: .bool, 2: .uint16, 4: .uint32, 8: .uint64]

    private static func base(of type: hid_t, _ depth: Int) -> HDF5MemoryType? {
        let base = H5Tget_super(type)
        guard base >= 0 else { return nil }
        defer { H5Tclose(base) }
        return HDF5MemoryType(native: base, depth: depth + 1)
    }

    private static func enumeration(_ type: hid_t) -> HDF5Element? {
        guard let number = NumberType(hdf5: type) else { return nil }
        let names = hdf5EnumerationNames(type)
        return number == .bool ? .number(.bool) : .enumeration(number, names: names)
    }
}

/// The names of an enumeration's members by their values; the caller holds the library's lock.
func hdf5EnumerationNames(_ type: hid_t) -> [Int: String] {
    var names: [Int: String] = [:]
    let isSigned = H5Tget_sign(type) != H5T_SGN_NONE
    for index in 0..<UInt32(max(0, H5Tget_nmembers(type))) {
        var raw: UInt64 = 0
        guard let name = memberName(type, index),
            withUnsafeMutableBytes(of: &raw, { H5Tget_member_value(type, index, $0.baseAddress) }) >= 0
        else { continue }
        let unused = UInt64(64 - 8 * min(8, H5Tget_size(type)))
        names[isSigned ? Int(Int64(bitPattern: raw << unused) >> Int64(unused)) : Int(clamping: raw)] = name
    }
    return names
}

private func memberName(_ type: hid_t, _ index: UInt32) -> String? {
    guard let name = H5Tget_member_name(type, index) else { return nil }
    defer { H5free_memory(name) }
    return String(cString: name)
}
