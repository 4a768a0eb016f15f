internal import CHDF5
import Foundation

extension NumberType {
    /// The number type of an HDF5 datatype, or nothing where it is no plain number.
    init?(hdf5 type: hid_t) {
        let size = H5Tget_size(type)
        switch H5Tget_class(type) {
        case H5T_INTEGER:
            let isSigned = H5Tget_sign(type) == H5T_SGN_2
            let types: [Int: NumberType] =
                isSigned
                ? [1: .int8, 2: .int16, 4: .int32, 8: .int64]
                : [1: .uint8, 2: .uint16, 4: .uint32, 8: .uint64]
            guard let found = types[size] else { return nil }
            self = found
        case H5T_FLOAT:
            let types: [Int: NumberType] = [2: .float16, 4: .float32, 8: .float64]
            guard let found = types[size] else { return nil }
            self = found
        // h5py writes booleans as an enumeration of FALSE and TRUE over a byte.
        case H5T_ENUM where size == 1 && H5Tget_nmembers(type) == 2: self = .bool
        default: return nil
        }
    }

    /// The HDF5 datatype of these numbers in this machine's memory, or nothing where HDF5 has none.
    var hdf5: hid_t? {
        switch self {
        case .float16, .bfloat16: nil
        case .float32: gyrus_h5_float()
        case .float64: gyrus_h5_double()
        case .int8: gyrus_h5_int8()
        case .int16: gyrus_h5_int16()
        case .int32: gyrus_h5_int32()
        case .int64: gyrus_h5_int64()
        case .uint8, .bool: gyrus_h5_uint8()
        case .uint16: gyrus_h5_uint16()
        case .uint32: gyrus_h5_uint32()
        case .uint64: gyrus_h5_uint64()
        }
    }
}

/// The value of an HDF5 attribute; one element where the attribute is a scalar.
public enum HDF5Attribute: Sendable, Equatable {
    case strings([String])
    case integers([Int])
    case numbers([Double])

    /// The one text, or nothing where it is something else.
    public var string: String? {
        if case .strings(let values) = self, values.count == 1 { values[0] } else { nil }
    }
    /// The one integer, or nothing where it is something else.
    public var integer: Int? {
        if case .integers(let values) = self, values.count == 1 { values[0] } else { nil }
    }
    /// The one number, or nothing where it is something else.
    public var number: Double? {
        switch self {
        case .numbers(let values) where values.count == 1: values[0]
        case .integers(let values) where values.count == 1: Double(values[0])
        default: nil
        }
    }
}

/// The extents of a dataspace; a scalar has none.
func hdf5Shape(_ space: HDF5Handle, _ url: URL, _ what: String) throws -> [Int] {
    let rank = H5Sget_simple_extent_ndims(space.id)
    guard rank >= 0 else { throw FormatError(url, "\(what) has no simple shape") }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    if rank > 0 { H5Sget_simple_extent_dims(space.id, &extents, nil) }
    return try extents.map {
        guard let extent = Int(exactly: $0) else {
            throw FormatError(url, "an extent of \(what)", expected: "one that fits memory", found: "\($0)")
        }
        return extent
    }
}

/// How many elements `shape` has, if `size` bytes of each can be in memory at all.
func hdf5Count(_ shape: [Int], size: Int, _ url: URL, _ what: String) throws -> Int {
    var count = 1
    for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        count = overflow ? Int.max : product
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    guard !overflow, bytes <= memory else {
        throw FormatError(
            url,
            "\(what) of shape \(shape) does not fit into this machine's memory (\(memory >> 30) GB); read a part of it"
        )
    }
    return count
}

/// Text of an HDF5 dataset or attribute: `read` fills memory of the given type and returns negative on failure.
func hdf5Strings(
    type: HDF5Handle, space: HDF5Handle, count: Int, _ url: URL, _ what: String,
    read: (hid_t, UnsafeMutableRawPointer) -> herr_t
) throws -> [String] {
    let size = H5Tget_size(type.id)
    let memory = try HDF5Handle.type(H5Tcopy(gyrus_h5_c_string()), url, "making a text type")
    H5Tset_cset(memory.id, H5Tget_cset(type.id))
    if H5Tis_variable_str(type.id) > 0 {
        H5Tset_size(memory.id, gyrus_h5_variable())
        var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
        return try pointers.withUnsafeMutableBytes { bytes in
            guard count > 0, let base = bytes.baseAddress else { return [] }
            guard read(memory.id, base) >= 0 else {
                throw FormatError(url, "reading \(what) failed: \(HDF5Library.lastError())")
            }
            defer { H5Dvlen_reclaim(memory.id, space.id, 0, base) }
            return bytes.bindMemory(to: UnsafeMutablePointer<CChar>?.self).map {
                $0.map { String(cString: $0) } ?? ""
            }
        }
    }
    // One byte more than in the file, so that a text that fills its field still ends.
    _ = try hdf5Count([count], size: size + 1, url, what)
    H5Tset_size(memory.id, size + 1)
    var text = [UInt8](repeating: 0, count: count * (size + 1))
    return try text.withUnsafeMutableBytes { bytes in
        guard count > 0, let base = bytes.baseAddress else { return [] }
        guard read(memory.id, base) >= 0 else {
            throw FormatError(url, "reading \(what) failed: \(HDF5Library.lastError())")
        }
        return (0..<count).map { index in
            String(
                decoding: bytes[index * (size + 1)..<(index + 1) * (size + 1)].prefix { $0 != 0 },
                as: UTF8.self)
        }
    }
}
