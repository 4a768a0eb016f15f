internal import CHDF5
import Foundation
import Tensors

/// An HDF5 file (also a MATLAB file of version 7.3): its datasets and their attributes.
///
/// ```swift
/// let file = try HDF5File.open("sub-01.h5")
/// try file.datasets()                                          // every dataset with its shape and type
/// let responses = try file.dataset("/responses").tensor().matrix
/// let trials = try file.dataset("/betas").tensor([0..<750, 40..<41, 50..<51, 30..<31])
/// ```
///
/// All calls go through one lock, since libhdf5 is not thread-safe. A file that was damaged so that libhdf5 crashes is
/// refused when it is opened (see `HDF5Examination`). Source: libhdf5 1.10.
public final class HDF5File: Sendable {
    /// Where the file is.
    public let url: URL
    let handle: HDF5Handle
    /// Whether this process makes the file, which has its name only once it is complete.
    let isNew: Bool
    /// The file as it was when it was opened for reading; nil of one that is open for writing.
    private let version: FileVersion?

    init(_ handle: HDF5Handle, _ url: URL, isNew: Bool = false, version: FileVersion? = nil) {
        self.handle = handle
        self.url = url
        self.isNew = isNew
        self.version = version
        gyrus_h5_close_in_children(handle.id)
    }

    /// Opens a file for reading, or for changing if `writable`.
    ///
    /// Throws `FormatError` if it is not an HDF5 file, is damaged or cut short, or another process writes it.
    public static func open(_ file: some FileLocation, writable: Bool = false) throws -> HDF5File {
        let url = file.fileURL
        guard try isHDF5(url) else {
            let head = try OpenFile(url).bytes(upTo: 560)
            throw FormatError(url, "is not an HDF5 file\(kindNote(head))")
        }
        if let missing = try missingBytes(of: url) {
            throw FormatError(url, "is cut short: it lacks \(missing) bytes at its end, or more")
        }
        return try HDF5Library.waitingForLock(url) { try openWhole(url, writable: writable) }
    }

    private static func openWhole(_ url: URL, writable: Bool) throws -> HDF5File {
        try HDF5Examination.pass(url)
        let access = try access(url)
        let mode = writable ? gyrus_h5_read_write() : gyrus_h5_read_only()
        var closed: @Sendable () -> Void = {}
        if writable { closed = HDF5Examination.writing(url) }
        do {
            let id = H5Fopen(url.path, mode, access.id)
            let handle = try HDF5Handle.file(id, url, "opening it as an HDF5 file", closed: closed)
            return try HDF5File(handle, url, version: writable ? nil : version(of: handle, url))
        } catch {
            closed()
            throw error
        }
    }

    private static func version(of handle: HDF5Handle, _ url: URL) throws -> FileVersion {
        try FileVersion(gyrus_h5_descriptor(handle.id), url)
    }

    /// Throws `FormatError` if another program has written into the file since it was opened for reading: the library
    /// would take new numbers for old ones. The caller holds the library's lock.
    func checkUnchanged() throws {
        guard let version, !HDF5Examination.isWrittenHere(version) else { return }
        guard try Self.version(of: handle, url) == version else {
            throw FormatError(
                url, "was changed by another program since it was opened; open it again")
        }
    }

    /// Has `body` fill a new file, which replaces `file` once it is complete.
    ///
    /// Throws what `body` throws, or `FormatError`; then there is no new file, and an old one is as it was.
    public static func create(_ file: some FileLocation, _ body: (HDF5File) throws -> Void) throws {
        let url = file.fileURL
        var closed: @Sendable () -> Void = {}
        defer { closed() }
        try writeAtomically(to: url) { temporary in
            let file = try HDF5Library.locked(url) {
                let access = try access(url)
                let id = H5Fcreate(temporary.path, gyrus_h5_truncate(), 0, access.id)
                return HDF5File(try HDF5Handle.file(id, url, "creating it"), url, isNew: true)
            }
            closed = HDF5Examination.writing(temporary, renamedTo: url)
            try body(file)
            try file.flush()
        }
    }

    /// Passes what is still in memory to the system, so that a crash of the process loses nothing.
    ///
    /// With `toDisk` a crash of the machine loses nothing either, at the cost of waiting for the disk. Throws `FormatError`
    /// if the disk is full or broken.
    public func flush(toDisk: Bool = false) throws {
        try HDF5Library.locked(url) {
            guard H5Fflush(handle.id, H5F_SCOPE_LOCAL) >= 0 else {
                throw FormatError(url, "writing it to the disk failed: \(HDF5Library.lastError())")
            }
            guard !toDisk || gyrus_h5_synchronize(handle.id) == 0 || errno == EINVAL || errno == ENOTSUP
            else {
                throw FormatError(url, cannot: "written to the disk")
            }
        }
    }

    /// Whether there is a group or dataset at `path`.
    public func contains(_ path: String) -> Bool { (try? exists(path)) ?? false }

    /// The same; throws `FormatError` if the path has a character zero or the library cannot be used any more.
    func exists(_ path: String) throws -> Bool {
        try checkName(path, "path")
        return try HDF5Library.locked(url) {
            // Every step must be asked for, since a question about a missing group's member is an error.
            var reached = ""
            for part in path.split(separator: "/") {
                reached += "/\(part)"
                guard H5Lexists(handle.id, reached, 0) > 0 else { return false }
            }
            return H5Oexists_by_name(handle.id, reached.isEmpty ? "/" : reached, 0) > 0
        }
    }

    /// Every dataset of the file in alphabetical order of its path.
    ///
    /// One that cannot be read is among them, and its `problem` says why. Throws `FormatError` if the file cannot be
    /// listed at all.
    public func datasets() throws -> [HDF5Dataset] {
        try HDF5Library.locked(url) {
            var paths: [String] = []
            let status = withUnsafeMutablePointer(to: &paths) { paths in
                H5Ovisit2(
                    handle.id, H5_INDEX_NAME, H5_ITER_INC,
                    { _, name, info, paths in
                        guard let name, let info, let paths else { return -1 }
                        if info.pointee.type == H5O_TYPE_DATASET {
                            paths.assumingMemoryBound(to: [String].self).pointee.append(
                                "/" + String(cString: name))
                        }
                        return 0
                    }, paths, UInt32(H5O_INFO_BASIC))
            }
            guard status >= 0 else { throw FormatError(url, "listing it failed: \(HDF5Library.lastError())") }
            return try paths.map { path in
                do {
                    return try HDF5Dataset(self, path)
                } catch let error as FormatError {
                    return HDF5Dataset(self, path, problem: error.problem)
                }
            }
        }
    }

    /// The dataset at `path`. Throws `FormatError` if there is none.
    public func dataset(_ path: String) throws -> HDF5Dataset {
        guard try exists(path) else {
            let link = try HDF5Library.locked(url) { HDF5Opening.deadLink(to: path, in: handle) }
            throw FormatError(url, "has no dataset \"\(path)\"" + (link.map { ": " + $0 } ?? ""))
        }
        return try HDF5Library.locked(url) { try HDF5Dataset(self, path) }
    }

    static func access(_ url: URL) throws -> HDF5Handle {
        let access = try HDF5Handle.properties(H5Pcreate(gyrus_h5_file_access()), url)
        // A file on a disk that cannot lock (many network disks) is opened without.
        H5Pset_file_locking(access.id, true, true)
        // Without a cache of chunks the library reads what is asked for straight from the file. With one it takes whole
        // chunks into memory of the length that the file claims, and reads beyond the end of those that are too short.
        H5Pset_cache(access.id, 0, 0, 0, 0)
        return access
    }
}
