import Foundation
import Synchronization

/// Answers requests about source code with a process that knows the compiler's mind.
///
/// A process that dies, hangs or grows too large is replaced unseen: a request meanwhile has no answer. Any thread may
/// ask.
package final class CompletionClient: Sendable {
    private struct State {
        var process: CompletionProcess?
        var isClosed = false
        /// What makes the next requests fast.
        var warmUp: CompletionRequest?
        var lastStart = ContinuousClock.Instant.now - .seconds(3600)
        /// How many requests there were.
        var requests = 0
    }
    private let executable: String
    private let log: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// How long a request may take before its asker goes on without an answer.
    private static let patience = 2.0
    /// How long it may take altogether before the process counts as hung.
    private static let limit = 6.0
    /// How long the first request may take, in which all modules are loaded.
    private static let startLimit = 60.0
    /// From how many bytes on the process is replaced as soon as nobody has asked for a while: it begins with some 250 MB, and
    /// grows with each change of what cells see.
    private static let softLimit = 250_000_000
    /// From how many on it is replaced though more questions may follow, which have fewer answers until another one is ready.
    private static let hardLimit = 275_000_000
    /// For how many seconds nobody may have asked before a process that has grown is replaced.
    private static let rest = 5.0

    /// A client whose process starts with the first `warmUp` or request; `log` is told why there is none.
    package init(executable: String, log: @escaping @Sendable (String) -> Void) {
        self.executable = executable
        self.log = log
    }

    /// The process, if one runs.
    package var processID: Int32? { state.withLock { $0.process?.pid } }

    /// Whether anybody ever asked.
    package var wasAsked: Bool { state.withLock { $0.requests > 0 } }

    /// Has the modules loaded that a request's source imports, now and whenever a process starts; waits for it.
    package func warmUp(_ request: CompletionRequest) {
        let running = state.withLock { state in
            state.warmUp = request
            return state.process
        }
        if let running {
            _ = running.ask(request).wait(seconds: Self.startLimit)
            replace(running, ifLargerThan: Self.softLimit)
        } else {
            _ = process()
        }
    }

    /// Replaces a process that has grown, unless somebody waits for it. Another one would begin as large as it did.
    private func replace(_ process: CompletionProcess, ifLargerThan limit: Int) {
        if process.memory > max(limit, process.firstMemory / 16 * 17), process.isIdle { process.kill() }
    }

    /// The answer; nil if there is none in time.
    package func answer(_ request: CompletionRequest) -> CompletionAnswer? {
        let number = state.withLock { state in
            state.requests += 1
            return state.requests
        }
        guard let process = process() else { return nil }
        let ticket = process.ask(request)
        let answer = ticket.wait(seconds: Self.patience)
        if answer == nil {
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit - Self.patience) {
                // One that is still loading modules for the first time is slow, not hung.
                let isReady = process.hasAnswered || process.age > Self.startLimit
                if isReady, process.isWaiting(for: ticket) { process.kill() }
            }
        } else if process.memory > Self.softLimit {
            let queue = DispatchQueue.global(qos: .utility)
            queue.async { [self] in replace(process, ifLargerThan: Self.hardLimit) }
            queue.asyncAfter(deadline: .now() + Self.rest) { [self] in
                if state.withLock({ $0.requests == number }) {
                    replace(process, ifLargerThan: Self.softLimit)
                }
            }
        }
        return answer
    }

    /// Ends the process for good.
    package func close() {
        let process = state.withLock { state in
            state.isClosed = true
            return state.process
        }
        process?.kill()
    }

    /// The process that runs; starts one if none does, unless the last one was started just now.
    private func process() -> CompletionProcess? {
        let (process, warmUp, failure) = state.withLock {
            state -> (CompletionProcess?, CompletionRequest?, String?) in
            if let running = state.process { return (running, nil, nil) }
            guard !state.isClosed, state.lastStart.duration(to: .now) > .seconds(1) else {
                return (nil, nil, nil)
            }
            state.lastStart = .now
            do {
                let started = try CompletionProcess(executable: executable) { [weak self] in self?.ended($0) }
                state.process = started
                return (started, state.warmUp, nil)
            } catch {
                return (nil, nil, "\(error)")
            }
        }
        if let failure { log(failure) }
        if let process, let warmUp { _ = process.ask(warmUp) }
        return process
    }

    private func ended(_ process: CompletionProcess) {
        let isClosed = state.withLock { state in
            if state.process === process { state.process = nil }
            return state.isClosed
        }
        guard !isClosed else { return }
        if process.hasAnswered {
            _ = self.process()
        } else {
            log("the completion process ended before it answered; completion and inspection know less")
        }
    }
}
