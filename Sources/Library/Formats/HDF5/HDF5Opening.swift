internal import CHDF5
internal import CHDF5Support
import Foundation

/// Opens objects only after a look at their headers, and at what those refer to; the caller holds the library's lock.
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
        try check(name, in: location, url, action)
        return try HDF5Handle.object(H5Oopen(location.id, name, 0), url, action)
    }

    /// Which link on the way to a path leads nowhere, in words; nil if none does.
    static func deadLink(to name: String, in location: HDF5Handle) -> String? {
        var reached = name.hasPrefix("/") ? "/" : ""
        for part in name.split(separator: "/") {
            reached += reached.isEmpty || reached == "/" ? part : "/\(part)"
            var info = H5L_info_t()
            guard H5Lexists(location.id, reached, 0) > 0, H5Lget_info(location.id, reached, &info, 0) >= 0
            else { return nil }
            if H5Oexists_by_name(location.id, reached, 0) > 0 { continue }
            let isSoft = info.type == H5L_TYPE_SOFT
            guard isSoft || info.type == H5L_TYPE_EXTERNAL else { return nil }
            var value = [UInt8](repeating: 0, count: Int(info.u.val_size))
            guard H5Lget_val(location.id, reached, &value, value.count, 0) >= 0 else { return nil }
            // An external link has a byte of flags, and then the file's name and the path in it.
            let texts = value.dropFirst(isSoft ? 0 : 1).split(separator: 0).map {
                "\"\(String(decoding: $0, as: UTF8.self))\""
            }
            let target = isSoft ? texts.first : texts.count == 2 ? "\(texts[1]) of the file \(texts[0])" : nil
            return target.map { "the link \"\(reached)\" leads to \($0), which is not there" }
        }
        return nil
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

    /// Looks at the object at a path before it is opened, as `object` does.
    ///
    /// - Parameter isReadingAll: whether all attributes are to be read.
    ///
    /// Returns the names of the attributes, or nil if not all of them are known. Throws `FormatError` if there is no
    /// object, or it is damaged.
    @discardableResult
    static func check(
        _ name: String, in location: HDF5Handle, _ url: URL, _ action: String, isReadingAll: Bool = false
    ) throws -> [String]? {
        var (info, start) = (H5O_info_t(), H5O_info_t())
        // Part of a header that was refused once is not refused again.
        guard H5Oget_info_by_name2(location.id, name, &info, UInt32(H5O_INFO_BASIC), 0) >= 0,
            H5Oget_info2(location.id, &start, UInt32(H5O_INFO_BASIC)) >= 0
        else {
            let reason = HDF5Library.lastError()
            throw FormatError(url, "\(action) failed: \(deadLink(to: name, in: location) ?? reason)")
        }
        // A link may lead into another file, whose bytes are not at hand.
        guard info.fileno == start.fileno else { return nil }
        return try check(
            UInt64(info.addr), HDF5RawFile(of: location, url, windowBytes: headerBytes), "\"\(name)\"",
            isReadingAll: isReadingAll)
    }

    @discardableResult
    private static func check(
        _ address: UInt64, _ file: HDF5RawFile, _ what: String, isReadingAll: Bool = false
    ) throws -> [String]? {
        let header = try HDF5ObjectHeader(at: address, in: file, what)
        try checkLists(header.virtualLists, file, what)
        return try header.check(isReadingAll: isReadingAll)
    }

    /// The parts of a virtual dataset are listed in a heap, which the library reads when it opens the dataset, and it
    /// compares the checksum when it has taken the list apart.
    private static func checkLists(
        _ lists: [(address: UInt64, number: Int)], _ file: HDF5RawFile, _ what: String
    ) throws {
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

    /// What is wrong with the header of an object of a file that is not open; nil if nothing is, or it cannot be told.
    static func damage(of name: String, in url: URL) -> FormatError? {
        guard let access = try? HDF5File.access(url),
            let file = try? HDF5Handle.file(
                H5Fopen(url.path, gyrus_h5_read_only(), access.id), url, "opening it")
        else { return nil }
        var info = H5O_info_t()
        guard H5Oget_info_by_name2(file.id, name, &info, UInt32(H5O_INFO_BASIC), 0) >= 0 else { return nil }
        do {
            try check(
                UInt64(info.addr), HDF5RawFile(of: file, url, windowBytes: headerBytes), "\"\(name)\"",
                isReadingAll: true)
            return nil
        } catch {
            return error as? FormatError
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
