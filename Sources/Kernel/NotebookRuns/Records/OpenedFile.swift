import Foundation
internal import Hashing

/// A file that a run read, as it was when it was opened.
public struct OpenedFile: Codable, Sendable, Equatable {
    public let path: String
    public let bytes: Int
    /// The SHA-256 of its content; nil of a large file, which is compared by size and date, and of one that changed.
    public let sha256: String?
    /// When it was last written, in nanoseconds since 1970.
    let modified: Int

    /// A file as it is now; nil if it cannot be read.
    init?(_ path: String) {
        guard let status = Self.status(path), let digest = Self.digest(of: path) else { return nil }
        self.path = path
        (bytes, modified) = status
        sha256 = digest
    }

    /// Whether the file has the same content now.
    var isUnchanged: Bool {
        guard let status = Self.status(path), status.bytes == bytes else { return false }
        if status.modified == modified { return true }
        guard let sha256 else { return false }
        return Self.digest(of: path) == sha256
    }

    /// The size of a file, and when it was last written, in nanoseconds since 1970; nil if there is none.
    package static func status(_ path: String) -> (bytes: Int, modified: Int)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (Int(status.st_size), status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
    }

    /// The SHA-256 of a file; nil if it cannot be read.
    public static func digest(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let digest = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return digest.hexadecimal() }
            buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
