import Foundation
import Synchronization

/// A compiler that was started before there is anything to compile: a quarter of a short compilation goes to loading it.
///
/// It waits for its arguments, as a response file on its standard input, so that it fits whatever comes next. While it
/// waits it has some 6 MB of its own. If this process ends, however it ends, so does what it reads, and it ends too.
final class StandbyCompiler: Sendable {
    private let executable: String
    private let settings: [String]
    // @unchecked: under the lock, or owned by the one thread that took it.
    private struct Waiting: @unchecked Sendable {
        var process: Subprocess?
        var isClosed = false
    }
    private let waiting = Mutex(Waiting())

    init(executable: String, settings: [String]) {
        self.executable = executable
        self.settings = settings
    }

    /// Starts a compilation; throws `CommandFailure`.
    func start(_ arguments: [String]) throws -> Subprocess {
        let ready = waiting.withLock { waiting in
            defer { waiting.process = nil }
            return Waiting(process: waiting.process)
        }
        guard let process = ready.process, process.isRunning else {
            return try Subprocess(executable, arguments, settings: settings, readsInput: false)
        }
        process.give(Self.responseFile(arguments))
        return process
    }

    /// Starts the next compiler, unless one waits.
    func prepare() {
        waiting.withLock { waiting in
            guard waiting.process == nil, !waiting.isClosed else { return }
            // Without it the next compilation starts one itself, and says why it cannot.
            waiting.process = try? Subprocess(
                executable, ["@/dev/stdin"], settings: settings, readsInput: true)
        }
    }

    /// Ends the one that waits.
    func close() {
        waiting.withLock {
            $0.isClosed = true
            $0.process = nil
        }
    }

    /// Arguments as LLVM reads them from a response file.
    static func responseFile(_ arguments: [String]) -> Data {
        let lines = arguments.map {
            "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"\n"
        }
        return Data(lines.joined().utf8)
    }
}
