import Foundation
import Synchronization

/// Lets another thread end a compilation: it kills the compiler that runs, and none is started after it.
public final class CompilationStop: Sendable {
    private struct State {
        var process: pid_t?
        var isAsked = false
    }
    private let state = Mutex(State())

    /// The compilation that the calling thread is in.
    @TaskLocal static var current: CompilationStop?

    public init() {}

    /// Ends what runs.
    public func stop() {
        state.withLock {
            $0.isAsked = true
            if let process = $0.process { kill(process, SIGKILL) }
        }
    }

    /// Compiles in such a way that `stop` ends it; throws `CompilationStopped` then.
    public func whileStoppable<Result>(_ body: () throws -> Result) throws -> Result {
        try Self.$current.withValue(self, operation: body)
    }

    /// Starts a process, unless there is to be none; throws `CompilationStopped` then.
    func starting(_ start: () throws -> pid_t) throws -> pid_t {
        try state.withLock {
            if $0.isAsked { throw CompilationStopped() }
            let process = try start()
            $0.process = process
            return process
        }
    }

    /// Forgets the process, which is about to be waited for; throws `CompilationStopped` if it was ended.
    func ended(_ wait: () -> Void) throws {
        state.withLock { $0.process = nil }
        wait()
        if state.withLock({ $0.isAsked }) { throw CompilationStopped() }
    }
}

/// The user interrupted a compilation.
public struct CompilationStopped: Error {
    public init() {}
}
