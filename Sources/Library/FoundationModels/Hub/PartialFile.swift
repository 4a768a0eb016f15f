import Formats
import Foundation

/// A file that is being downloaded, which only one process at a time may write.
final class PartialFile {
    let url: URL
    /// How many bytes are there.
    private(set) var size: Int
    /// Whether nothing was written since it was opened.
    private(set) var isUntouched = true
    private let descriptor: Int32

    /// Opens or makes the file, and waits while another process writes it.
    ///
    /// Throws `FormatError` if it cannot be written, and `CancellationError`.
    init(_ url: URL) throws {
        self.url = url
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FormatError(url, cannot: "opened") }
        size = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { break }
            try Task.checkCancellation()
            usleep(50_000)
        }
        size = Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    /// Writes bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        isUntouched = false
        var rest = bytes
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FormatError(url, cannot: "written") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            size += count
        }
    }

    /// Forgets what is there.
    func truncate() throws {
        guard ftruncate(descriptor, 0) == 0 else { throw FormatError(url, cannot: "emptied") }
        size = 0
    }
}
