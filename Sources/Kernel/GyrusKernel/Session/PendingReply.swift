import Foundation
import Synchronization

/// Where the answers to commands are left for the thread that asked; they come in the order of the commands.
final class PendingReply: Sendable {
    private struct State {
        var answer: Data?
        var isWaiting = false
        /// How many of the next answers nobody waits for.
        var passed = 0
        var hasEnded = false
    }
    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)
    private let ended = DispatchGroup()
    /// Held by who sends and waits, so that answers come in the order of those who ask.
    private let turn = NSLock()

    init() { ended.enter() }

    /// The answer to the command that `send` sends; nil if the other side ended.
    func wait(_ send: () -> Void) -> Data? {
        turn.lock()
        defer { turn.unlock() }
        let hasEnded = state.withLock {
            $0.answer = nil
            $0.isWaiting = !$0.hasEnded
            return $0.hasEnded
        }
        if hasEnded { return nil }
        send()
        changed.wait()
        return state.withLock { $0.answer }
    }

    /// Sends a command whose answer nobody waits for.
    func pass(_ send: () -> Void) {
        turn.lock()
        defer { turn.unlock() }
        state.withLock { $0.passed += 1 }
        send()
    }

    func fill(_ answer: Data) {
        let isPassed = state.withLock {
            if $0.passed > 0 {
                $0.passed -= 1
                return true
            }
            return false
        }
        if !isPassed { return release(answer) }
        if !answer.isEmpty {
            FileHandle.standardError.write(Data("gyrus-runner: ".utf8) + answer + Data("\n".utf8))
        }
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        release(nil)
        ended.leave()
    }

    func waitForEnd() { ended.wait() }

    private func release(_ answer: Data?) {
        let isWaiting = state.withLock { state in
            state.answer = answer
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if isWaiting { changed.signal() }
    }
}
