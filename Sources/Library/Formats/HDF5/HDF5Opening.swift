internal import CHDF5
internal import CHDF5Support
import Foundation

/// Opens objects whose headers refer to heaps only after a look at what they refer to; the caller holds the library's lock.
enum HDF5Opening {
    /// Opens the object at a path from an open file or group.
    ///
    /// - Parameters:
    ///   - name: the path.
    ///   - location: the file, or the group where the path begins.
    ///   - url: the file's name for errors.
    ///   - action: what is done, for errors.
    ///
    /// Throws `FormatError` if there is none, or it is damaged.
    static func object(_ name: String, in location: HDF5Handle, _ url: URL, _ action: String) throws
        -> HDF5Handle
    {
        try check(name, in: location, url)
        return try HDF5Handle.object(H5Oopen(location.id, name, 0), url, action)
    }

    /// Opens the object to which a reference leads. Throws `FormatError` if there is none, or it is damaged.
    static func object(at address: UInt64, in file: HDF5Handle, _ url: URL, _ action: String) throws
        -> HDF5Handle
    {
        try check(
            address, HDF5RawFile(of: file, url, windowBytes: headerBytes), "the object at address \(address)")
        var reference = hobj_ref_t(address)
        return try HDF5Handle.object(H5Rdereference2(file.id, 0, H5R_OBJECT, &reference), url, action)
    }

    /// Most headers are no longer.
    private static let headerBytes = 512

    /// Throws `FormatError` if the library must not open the object at a path; one that is not there is left to it.
    static func check(_ name: String, in location: HDF5Handle, _ url: URL) throws {
        // A copy of this process opened all objects of the file, and none is virtual.
        guard !HDF5Examination.isWithoutVirtual(url) else { return }
        var (info, start) = (H5O_info_t(), H5O_info_t())
        guard H5Oget_info_by_name2(location.id, name, &info, UInt32(H5O_INFO_BASIC), 0) >= 0,
            info.type == H5O_TYPE_DATASET, H5Oget_info2(location.id, &start, UInt32(H5O_INFO_BASIC)) >= 0,
            // A link may lead into another file, whose bytes are not at hand.
            info.fileno == start.fileno
        else { return }
        try check(UInt64(info.addr), HDF5RawFile(of: location, url, windowBytes: headerBytes), "\"\(name)\"")
    }

    /// The parts of a virtual dataset are listed in a heap, which the library reads when it opens the dataset, and it
    /// compares the checksum when it has taken the list apart.
    private static func check(_ address: UInt64, _ file: HDF5RawFile, _ what: String) throws {
        let lists = try HDF5ObjectHeader(at: address, in: file, what).virtualLists
        guard !lists.isEmpty else { return }
        let heap = HDF5Heap(file)
        for list in lists {
            let object = try heap.object(list.address, list.number) { "the list of the parts of \(what)" }
            let bytes = Array(try heap.bytes(of: object))
            let end = bytes.count - 4
            guard end > 0,
                UInt64(gyrus_h5_checksum(bytes, end)) == bytes.withUnsafeBytes({ $0.number(at: end, 4) })
            else {
                throw FormatError(
                    file.url,
                    "is damaged: the list of the parts of \(what), which is virtual, has another checksum")
            }
        }
    }

    /// How an open dataset was made. Throws `FormatError` if its value for what was never written is damaged.
    static func creationList(of dataset: HDF5Handle, _ url: URL) throws -> HDF5Handle {
        let type = try HDF5Handle.type(H5Dget_type(dataset.id), url, "reading a type")
        if hdf5HasPointers(type.id) {
            var info = H5O_info_t()
            guard H5Oget_info2(dataset.id, &info, UInt32(H5O_INFO_BASIC)) >= 0 else {
                throw FormatError(url, "reading a header failed: \(HDF5Library.lastError())")
            }
            let what = "the dataset at address \(info.addr)"
            let file = try HDF5RawFile(of: dataset, url, windowBytes: headerBytes)
            let heap = HDF5Heap(file)
            let pointers = try HDF5Pointers(type.id, heap)
            for fill in try HDF5ObjectHeader(at: UInt64(info.addr), in: file, what).fills()
            where !pointers.parts.isEmpty && fill.count >= pointers.byteCount {
                try Array(fill).withUnsafeBytes {
                    try pointers.check($0, count: 1, heap) { _ in
                        "the value of what was never written in \(what)"
                    }
                }
            }
        }
        return try HDF5Handle.properties(H5Dget_create_plist(dataset.id), url)
    }
}
