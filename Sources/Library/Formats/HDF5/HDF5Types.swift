internal import CHDF5
import Foundation

extension NumberType {
    /// The number type of an HDF5 datatype, or nil if it is not a plain number.
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
        // h5py writes booleans as an enumeration of FALSE and TRUE over a byte; other enumerations are their integers.
        case H5T_ENUM:
            if size == 1, isTruthValues(type) {
                self = .bool
                return
            }
            let base = H5Tget_super(type)
            defer { H5Tclose(base) }
            guard H5Tget_class(base) == H5T_INTEGER, let found = NumberType(hdf5: base) else { return nil }
            self = found
        default: return nil
        }
    }

    /// The HDF5 datatype of these numbers in this machine's memory, or nil if HDF5 has none.
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

/// Whether an enumeration is that of truth values; another of two members keeps its numbers and names.
private func isTruthValues(_ type: hid_t) -> Bool {
    H5Tget_nmembers(type) == 2
        && hdf5EnumerationNames(type).mapValues { $0.uppercased() } == [0: "FALSE", 1: "TRUE"]
}
