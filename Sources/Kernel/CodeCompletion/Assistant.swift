import Foundation
import Synchronization

/// Answers questions about source code with a process that knows the compiler's mind.
///
/// A process that dies, hangs or grows too large is replaced unseen: a question meanwhile has no answer. Any thread may
/// ask.
package final class Assistant: Sendable {
    private struct State {
        var process: AssistantProcess?
        var isClosed = false
        /// What makes the next questions fast.
        var warmUp: CompletionRequest?
        var lastStart = ContinuousClock.Instant.now - .seconds(3600)
        /// How many questions there were.
        var questions = 0
    }
    private let executable: String
    private let log: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// How long a question may take before its asker goes on without an answer.
    private static let patience = 2.0
    /// How long it may take altogether before the process counts as hung.
    private static let limit = 6.0
    /// How long the first question may take, in which all modules are loaded.
    private static let startLimit = 60.0
    /// Of bytes, how many the process may take: it begins with some 220 MB, and grows with each change of what cells see.
    private static let memoryLimit = 280_000_000
    /// For how many seconds nobody may have asked before a process that has grown is replaced.
    private static let rest = 5.0

    /// An assistant whose process starts with the first `warmUp` or question; `log` is told why there is none.
    package init(executable: String, log: @escaping @Sendable (String) -> Void) {
        self.executable = executable
        self.log = log
    }

    /// The process, where one runs.
    package var processID: Int32? { state.withLock { $0.process?.pid } }

    /// Whether anybody ever asked.
    package var wasAsked: Bool { state.withLock { $0.questions > 0 } }

    /// Has the modules loaded that a question's source imports, now and whenever a process starts; waits for it.
    package func warmUp(_ question: CompletionRequest) {
        let running = state.withLock { state in
            state.warmUp = question
            return state.process
        }
        if let running {
            _ = running.ask(question).wait(seconds: Self.startLimit)
            replaceIfLarge(running)
        } else {
            _ = process()
        }
    }

    /// Replaces a process that has grown, unless somebody waits for it.
    private func replaceIfLarge(_ process: AssistantProcess) {
        if process.memory > Self.memoryLimit, process.isIdle { process.kill() }
    }

    /// The answer; nil if there is none in time.
    package func answer(_ question: CompletionRequest) -> Answer? {
        let number = state.withLock { state in
            state.questions += 1
            return state.questions
        }
        guard let process = process() else { return nil }
        let ticket = process.ask(question)
        let answer = ticket.wait(seconds: Self.patience)
        if answer == nil {
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit - Self.patience) {
                // One that is still loading modules for the first time is slow, not hung.
                let isReady = process.hasAnswered || process.age > Self.startLimit
                if isReady, process.isWaiting(for: ticket) { process.kill() }
            }
        } else if process.memory > Self.memoryLimit {
            DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + Self.rest) { [self] in
                if state.withLock({ $0.questions == number }) { replaceIfLarge(process) }
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

    /// The process that runs; starts one where none does, unless the last one was started just now.
    private func process() -> AssistantProcess? {
        let (process, warmUp, failure) = state.withLock {
            state -> (AssistantProcess?, CompletionRequest?, String?) in
            if let running = state.process { return (running, nil, nil) }
            guard !state.isClosed, state.lastStart.duration(to: .now) > .seconds(1) else {
                return (nil, nil, nil)
            }
            state.lastStart = .now
            do {
                let started = try AssistantProcess(executable: executable) { [weak self] in self?.ended($0) }
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

    private func ended(_ process: AssistantProcess) {
        let isClosed = state.withLock { state in
            if state.process === process { state.process = nil }
            return state.isClosed
        }
        guard !isClosed else { return }
        if process.hasAnswered {
            _ = self.process()
        } else {
            log("the assistant ended before it answered; completion and inspection know less")
        }
    }
}
