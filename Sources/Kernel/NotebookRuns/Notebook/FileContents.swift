import Foundation

/// Reads the files that a command line names.
package enum FileContents {
    /// All that a file holds, or that a pipe (`<(command)`, `/dev/stdin`) gives; throws `RunError` that begins with `name` and
    /// says why it cannot be read.
    package static func data(of file: URL, named name: String) throws -> Data {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(name, errno) }
        defer { close(descriptor) }
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(name, errno) }
            if count == 0 { return data }
            data.append(contentsOf: buffer[..<count])
        }
    }

    private static func failure(_ name: String, _ code: Int32) -> RunError {
        RunError("\(name) cannot be read: \(String(cString: strerror(code)))")
    }
}
