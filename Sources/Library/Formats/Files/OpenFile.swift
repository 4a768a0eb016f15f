import Foundation
import Synchronization
import Tensors

/// A file that is open for reading, and what it was like when it was opened.
///
/// Everything is read by calls, never mapped: what has been read cannot change when another program saves the file
/// again, and a file that gets shorter is an error instead of a fault. A program that replaces the file by renaming
/// leaves this one as it was; one that writes into it makes every later reading throw.
package final class OpenFile: Sendable {
    package let url: URL
    /// The length of the file in bytes.
    package let count: Int
    private let descriptor: Int32
    private let version: FileVersion

    /// Opens a file.
    ///
    /// Throws `FormatError` if it cannot be opened, is not a regular file, is empty, or is what Git LFS puts in the
    /// place of a file that was not fetched.
    package init(_ url: URL) throws {
        self.url = url
        try checkLocation(url)
        // Without O_NONBLOCK the opening of a named pipe waits for a writer.
        descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw notOpened(url) }
        let found: FileVersion
        do { found = try FileVersion(descriptor, url) } catch {
            close(descriptor)
            throw error
        }
        version = found
        count = found.size
        // Everything is set: what is thrown from here on ends in `deinit`, which closes the file. Closed here, too, it
        // would take another thread's file along that has got the number in between.
        guard count > 0 else { throw FormatError(url, "is empty (0 bytes)") }
        if count <= PointerFile.limit, let head = try bytes(upTo: count),
            let pointer = PointerFile(head.data)
        {
            throw FormatError(url, pointer.sentence(for: url))
        }
        OpenedFiles.shared.note(url, version)
    }

    deinit { close(descriptor) }

    /// The first `limit` bytes, or all if there are fewer; nil of an empty file.
    package func bytes(upTo limit: Int) throws -> Bytes? { try bytes(at: 0, count: min(limit, count)) }

    /// A copy of `count` bytes from `offset` on, or nil if they are not completely inside the file.
    ///
    /// Throws `FormatError` if they cannot be read, need more memory than there is, or the file was changed since it
    /// was opened, and `CancellationError`.
    package func bytes(at offset: Int, count: Int) throws -> Bytes? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        try requireMemory(count, for: "\(count) bytes of it", url)
        return try Bytes(count: count) { target in
            try read(at: offset, into: target)
            return count
        }
    }

    /// Fills `target` with the bytes from `offset` on, which must be inside the file.
    package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws {
        // A few milliseconds of copying between two looks for an interrupt.
        let round = 32 << 20
        for start in stride(from: 0, to: target.count, by: round) {
            if start > 0 { try Task.checkCancellation() }
            let part = start..<min(start + round, target.count)
            try readBeside(at: offset + start, into: UnsafeMutableRawBufferPointer(rebasing: target[part]))
        }
        guard try FileVersion(descriptor, url) == version else { throw changed() }
    }

    /// Copies pieces on several threads: memory that is first written costs as much time as the copy.
    private func readBeside(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws {
        let piece = 4 << 20
        let failure = Mutex<FormatError?>(nil)
        parallelFor((target.count + piece - 1) / piece, grain: 1) { pieces in
            do throws(FormatError) {
                let part = pieces.lowerBound * piece..<min(pieces.upperBound * piece, target.count)
                try copy(
                    at: offset + part.lowerBound, into: UnsafeMutableRawBufferPointer(rebasing: target[part]))
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func copy(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(FormatError) {
        var position = 0
        while position < target.count {
            let got = pread(
                descriptor, target.baseAddress?.advanced(by: position), target.count - position,
                off_t(offset + position))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw FormatError(url, cannot: "read") }
            guard got > 0 else { throw changed() }
            position += got
        }
    }

    private func changed() -> FormatError {
        FormatError(url, "was changed by another program since it was opened; open it again")
    }
}

/// What tells two states of a file apart: which file it is, how long, and when it was last written.
package struct FileVersion: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    package let size: Int
    let seconds: Int
    let nanoseconds: Int

    /// When it was last written, in nanoseconds since 1970.
    package var modified: Int { seconds * 1_000_000_000 + nanoseconds }

    init(_ descriptor: Int32, _ url: URL) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FormatError(url, cannot: "examined") }
        try self.init(status, url)
    }

    /// The version of the file at a place.
    package init(_ url: URL) throws {
        try checkLocation(url)
        var status = stat()
        guard stat(url.path, &status) == 0 else { throw notOpened(url) }
        try self.init(status, url)
    }

    private init(_ status: stat, _ url: URL) throws {
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw FormatError(url, kind == S_IFDIR ? "is a folder" : "is not a regular file")
        }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        #if os(Linux)
            let time = status.st_mtim
        #else
            let time = status.st_mtimespec
        #endif
        seconds = Int(time.tv_sec)
        nanoseconds = Int(time.tv_nsec)
    }
}

/// A region of an open file.
package struct FileRegion: Sendable {
    package let file: OpenFile
    package let offset: Int
    package let count: Int

    /// The region from `offset` on, or nil if it is not completely inside the file.
    package init?(_ file: OpenFile, at offset: Int, count: Int) {
        guard offset >= 0, count >= 0, offset <= file.count, count <= file.count - offset else { return nil }
        self.file = file
        self.offset = offset
        self.count = count
    }

    /// The part from `offset` on, or nil if it is not completely inside.
    package func part(at offset: Int, count: Int) -> FileRegion? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        return FileRegion(file, at: self.offset + offset, count: count)
    }

    /// A copy of the bytes.
    package func bytes() throws -> Bytes {
        guard let bytes = try file.bytes(at: offset, count: count) else {
            preconditionFailure("a region lies inside its file")
        }
        return bytes
    }
}

/// Why a file cannot be opened; of a link of git-annex whose content is not there, how to get it.
private func notOpened(_ url: URL) -> FormatError {
    let code = errno
    if code == ENOENT, let key = AnnexKey(linkAt: url) { return FormatError(url, key.sentence(for: url)) }
    return FormatError(url, cannot: "opened", code: code)
}
