internal import CHDF5
import Foundation

/// Text of an HDF5 dataset or attribute: `read` fills memory of the given type and returns negative on failure.
///
/// Throws `FormatError` if a text does not fit memory, or is damaged. The caller holds the library's lock.
func hdf5Strings(
    of object: HDF5Handle, type: HDF5Handle, space: HDF5Handle, count: Int, _ url: URL, _ what: String,
    read: (hid_t, UnsafeMutableRawPointer) -> herr_t
) throws -> [String] {
    let (size, isUTF8) = (H5Tget_size(type.id), hdf5IsUTF8(type.id))
    let memory = try HDF5Handle.type(H5Tcopy(gyrus_h5_c_string()), url, "making a text type")
    H5Tset_cset(memory.id, H5Tget_cset(type.id))
    if H5Tis_variable_str(type.id) > 0 {
        // The heaps of a virtual dataset's texts are in other files; the library finds them.
        guard let virtual = try HDF5Virtual(of: object, url) else {
            return try HDF5ElementReferences(
                of: object, type: type, count: count, url, what, read: read
            ).texts()
        }
        try virtual.checkPointers(object, url, what, depth: 0)
        H5Tset_size(memory.id, gyrus_h5_variable())
        var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
        return try pointers.withUnsafeMutableBytes { bytes in
            guard count > 0, let base = bytes.baseAddress else { return [] }
            guard read(memory.id, base) >= 0 else {
                throw FormatError(url, "reading \(what) failed: \(HDF5Library.lastError())")
            }
            defer { H5Dvlen_reclaim(memory.id, space.id, 0, base) }
            return bytes.bindMemory(to: UnsafeMutablePointer<CChar>?.self).map {
                hdf5Text(at: UnsafePointer($0), isUTF8: isUTF8)
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
            hdf5Text(
                bytes[index * (size + 1)..<(index + 1) * (size + 1)].prefix { $0 != 0 }, isUTF8: isUTF8)
        }
    }
}

/// Whether a file says of a text's type that it is UTF-8; otherwise it says ASCII.
func hdf5IsUTF8(_ type: hid_t) -> Bool {
    H5Tget_class(type) == H5T_STRING && H5Tget_cset(type) == H5T_CSET_UTF8
}

/// A text in UTF-8. Of what a file calls ASCII, in which h5py writes any bytes, what is no UTF-8 is taken as Latin-1, as
/// in arrays of NumPy.
func hdf5Text(_ bytes: some Collection<UInt8>, isUTF8: Bool) -> String {
    if !isUTF8, bytes.contains(where: { $0 >= 128 }), String(validatingUTF8Bytes: bytes) == nil {
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The text behind a pointer that the library has set; empty without one.
func hdf5Text(at pointer: UnsafePointer<CChar>?, isUTF8: Bool) -> String {
    guard let pointer else { return "" }
    return hdf5Text(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)), isUTF8: isUTF8)
}
