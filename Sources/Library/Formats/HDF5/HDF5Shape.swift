internal import CHDF5
import Foundation

/// The extents of a dataspace; a scalar has none, and one without elements (null) has one of zero.
func hdf5Shape(_ space: HDF5Handle, _ url: URL, _ what: String) throws -> [Int] {
    if H5Sget_simple_extent_type(space.id) == H5S_NULL { return [0] }
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

/// How many elements `shape` has, if `size` bytes of each can be in memory.
func hdf5Count(_ shape: [Int], size: Int, _ url: URL, _ what: String) throws -> Int {
    guard let bytes = byteCount(of: shape + [max(size, 1)], .uint8) else {
        throw FormatError(url, "\(what) of shape \(shape) does not fit into memory; read a part of it")
    }
    try requireMemory(bytes, for: "\(what) of shape \(shape)", url)
    return bytes / max(size, 1)
}
