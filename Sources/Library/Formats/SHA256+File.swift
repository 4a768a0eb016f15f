import Foundation
package import Hashing

extension SHA256 {
    /// The digest of a file, as the Hugging Face hub shows it, read a megabyte at a time.
    ///
    /// Throws `FormatError` if it cannot be read, and `CancellationError`.
    package static func hexadecimal(of file: URL) throws -> String {
        let digest = SHA256()
        try digest.update(contentsOf: file)
        return digest.hexadecimal()
    }

    /// Takes in the bytes of a file.
    package func update(contentsOf file: URL) throws {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FormatError(file, cannot: "opened") }
        defer { close(descriptor) }
        let size = 1 << 20
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            try Task.checkCancellation()
            let count = read(descriptor, buffer.baseAddress, size)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FormatError(file, cannot: "read") }
            if count == 0 { return }
            update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
