internal import CHDF5
import Foundation

extension HDF5File {
    /// The names of the objects in the group at `path`, in alphabetical order.
    ///
    /// Throws `FormatError` if there is no such group.
    public func members(of path: String = "/") throws -> [String] {
        guard try exists(path) else { throw FormatError(url, "has no group \"\(path)\"") }
        return try HDF5Library.locked(url) {
            let group = try HDF5Opening.object(path, in: handle, url, "opening \"\(path)\"")
            return try hdf5Members(of: group, url, "\"\(path)\"")
        }
    }
}

/// The names of the objects in an open group; the caller holds the library's lock.
func hdf5Members(of group: HDF5Handle, _ url: URL, _ what: String) throws -> [String] {
    var names: [String] = []
    let status = withUnsafeMutablePointer(to: &names) { names in
        var position: hsize_t = 0
        return H5Literate(
            group.id, H5_INDEX_NAME, H5_ITER_INC, &position,
            { _, name, _, names in
                guard let name, let names else { return -1 }
                names.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
                return 0
            }, names)
    }
    guard status >= 0 else {
        throw FormatError(url, "listing \(what) failed: \(HDF5Library.lastError())")
    }
    return names
}
