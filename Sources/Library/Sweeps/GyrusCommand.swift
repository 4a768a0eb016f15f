import Foundation

/// The `gyrus` command of this installation, run once.
final class GyrusCommand: Sendable {
    private let process = Process()
    private let output: URL
    private let errors: URL

    /// Starts the command; throws `SweepError` if that is not possible.
    init(_ arguments: [String]) throws {
        guard let executable = Self.executable else {
            throw SweepError(description: "the command `gyrus` is not where the library is installed")
        }
        let stem = FileManager.default.temporaryDirectory.appending(
            path: "gyrus-command-\(UUID().uuidString)"
        ).path
        output = URL(filePath: stem + ".out")
        errors = URL(filePath: stem + ".err")
        process.executableURL = executable
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        // Files: what it leaves running cannot hold a pipe open.
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        do {
            try process.run()
        } catch {
            throw SweepError(
                description: "\(executable.path) could not be started: \(error.localizedDescription)")
        }
    }

    deinit {
        for file in [output, errors] { try? FileManager.default.removeItem(at: file) }
    }

    var isRunning: Bool { process.isRunning }

    /// Asks it to end.
    func stop() { process.terminate() }

    /// Waits for its end: the exit status, and what it wrote.
    func wait() -> (status: Int32, output: String, errors: String) {
        while process.isRunning { usleep(5000) }
        func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
        return (
            process.terminationStatus, text(output),
            text(errors).trimmingCharacters(in: .whitespacesAndNewlines)
        )
    }

    /// The same, without holding a thread.
    func run() async throws -> (status: Int32, output: String, errors: String) {
        while process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
        return wait()
    }

    /// `PREFIX/bin/gyrus` for the library in `PREFIX/lib/gyrus`, or the one beside it in a build folder.
    private static var executable: URL? {
        // Installed again since it was loaded, the file is called deleted.
        guard
            let line = memoryMap.split(separator: "\n").first(where: {
                $0.hasSuffix("/libGyrus.so") || $0.hasSuffix("/libGyrus.so (deleted)")
            }),
            let slash = line.firstIndex(of: "/")
        else { return nil }
        let folder = URL(filePath: String(line[slash...])).deletingLastPathComponent()
        let installed = folder.deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "bin/gyrus")
        return [installed, folder.appending(path: "gyrus")].first {
            FileManager.default.isExecutableFile(atPath: $0.path)
        }
    }

    /// The files that are loaded. Foundation reads only the first part of a file that does not know its size.
    private static var memoryMap: String {
        let descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: buffer[..<count])
        }
    }
}
