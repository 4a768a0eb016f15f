internal import CHDF5
import Foundation
import Tensors

/// An HDF5 file (also a MATLAB file of version 7.3): its datasets and their attributes.
///
/// ```swift
/// let file = try HDF5File.open(URL(fileURLWithPath: "sub-01.h5"))
/// try file.datasets()                                          // every dataset with its shape and type
/// let responses = try file.dataset("/responses").tensor().matrix
/// let trials = try file.dataset("/betas").tensor([0..<750, 40..<41, 50..<51, 30..<31])
/// ```
///
/// All calls go through one lock, since libhdf5 is not thread-safe. Source: libhdf5 1.10.
public final class HDF5File: Sendable {
    /// Where the file is.
    public let url: URL
    let handle: HDF5Handle

    init(_ handle: HDF5Handle, _ url: URL) {
        self.handle = handle
        self.url = url
        gyrus_h5_close_in_children(handle.id)
    }

    /// Opens a file for reading, or for changing where `writable`.
    ///
    /// Throws `FormatError` where it is no HDF5 file or is cut short.
    public static func open(_ url: URL, writable: Bool = false) throws -> HDF5File {
        // The library's own message for a missing file is about its internals.
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw FormatError(url, cannot: "opened", code: ENOENT)
        }
        if let missing = try missingBytes(of: url) {
            throw FormatError(url, "is cut short: it lacks \(missing) bytes at its end, or more")
        }
        return try HDF5Library.waitingForLock {
            let access = try access(url)
            let mode = writable ? gyrus_h5_read_write() : gyrus_h5_read_only()
            let handle = try HDF5Handle.file(
                H5Fopen(url.path, mode, access.id), url, "opening it as an HDF5 file")
            return HDF5File(handle, url)
        }
    }

    /// Has `body` fill a new file, which takes the place of `url` once it is whole.
    ///
    /// Throws what `body` throws, or `FormatError`; then nothing is left at a new `url`.
    public static func create(_ url: URL, _ body: (HDF5File) throws -> Void) throws {
        try writeAtomically(to: url) { temporary in
            let file = try HDF5Library.locked {
                let access = try access(url)
                let id = H5Fcreate(temporary.path, gyrus_h5_truncate(), 0, access.id)
                return HDF5File(try HDF5Handle.file(id, url, "creating it"), url)
            }
            try body(file)
            try file.flush()
        }
    }

    /// Writes what is still in memory to the disk.
    public func flush() throws {
        try HDF5Library.locked {
            guard H5Fflush(handle.id, H5F_SCOPE_LOCAL) >= 0 else {
                throw FormatError(url, "writing it to the disk failed: \(HDF5Library.lastError())")
            }
        }
    }

    /// Whether there is a group or dataset at `path`.
    public func contains(_ path: String) -> Bool {
        HDF5Library.locked {
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
    public func datasets() throws -> [HDF5Dataset] {
        var paths: [String] = []
        try HDF5Library.locked {
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
        }
        return try paths.map { try dataset($0) }
    }

    /// The dataset at `path`. Throws `FormatError` where there is none.
    public func dataset(_ path: String) throws -> HDF5Dataset {
        guard contains(path) else { throw FormatError(url, "has no dataset \"\(path)\"") }
        return try HDF5Library.locked { try HDF5Dataset(self, path) }
    }

    private static func access(_ url: URL) throws -> HDF5Handle {
        let access = try HDF5Handle.properties(H5Pcreate(gyrus_h5_file_access()), url)
        // A file on a disk that cannot lock (many network disks) is opened without.
        H5Pset_file_locking(access.id, true, true)
        return access
    }
}
