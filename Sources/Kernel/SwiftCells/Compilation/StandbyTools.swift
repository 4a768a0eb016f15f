import Foundation
import Synchronization

/// A compiler and a linker that were started before there is anything to compile: a quarter of a short compilation, and half
/// of linking, goes to loading them.
///
/// The compiler waits for its arguments, as a response file on its standard input, so that it fits whatever comes next; the
/// linker, which reads a response file twice, waits for the object. While they wait they have some 6 MB of their own. If
/// this process ends, however it ends, so does what they read, and they end too.
final class StandbyTools: Sendable {
    private let compiler, linker: String
    private let settings: [String]

    private struct Waiting: @unchecked Sendable {
        // @unchecked: under the lock, or owned by the one thread that took it.
        var compiler: Subprocess?
        var linker: Subprocess?
        /// What the linker was started with.
        var linkerArguments: [String] = []
        var isClosed = false
    }
    private let waiting = Mutex(Waiting())
    private let starts = DispatchQueue(label: "standby tools")

    /// `settings` are those of the compiler's environment.
    init(compiler: String, linker: String, settings: [String]) {
        self.compiler = compiler
        self.linker = linker
        self.settings = settings
    }

    /// Starts a compilation; throws `LaunchFailure`.
    func compile(_ arguments: [String]) throws -> Subprocess {
        let taken = waiting.withLock { waiting in
            defer { waiting.compiler = nil }
            return Waiting(compiler: waiting.compiler)
        }
        guard let process = taken.compiler, process.isRunning else {
            return try Subprocess(compiler, arguments, settings: settings, readsInput: false)
        }
        process.give(Self.responseFile(arguments))
        return process
    }

    /// A linker that waits for the object; throws `LaunchFailure`.
    func link(_ arguments: [String]) throws -> Subprocess {
        let taken = waiting.withLock { waiting in
            guard waiting.linkerArguments == arguments else { return Waiting() }
            defer { waiting.linker = nil }
            return Waiting(linker: waiting.linker)
        }
        if let process = taken.linker, process.isRunning { return process }
        return try Subprocess(linker, arguments, readsInput: true)
    }

    /// Starts what the next cell will need, on another thread.
    func prepare(linkerArguments: [String]) {
        starts.async { [self] in
            waiting.withLock { waiting in
                guard !waiting.isClosed else { return }
                // Without them the next cell starts its own, and says why it cannot.
                if waiting.compiler == nil {
                    waiting.compiler = try? Subprocess(
                        compiler, ["@/dev/stdin"], settings: settings, readsInput: true)
                }
                if waiting.linker == nil || waiting.linkerArguments != linkerArguments {
                    waiting.linker = try? Subprocess(linker, linkerArguments, readsInput: true)
                    waiting.linkerArguments = linkerArguments
                }
            }
        }
    }

    /// Ends those that wait.
    func close() {
        waiting.withLock {
            $0.isClosed = true
            $0.compiler = nil
            $0.linker = nil
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
