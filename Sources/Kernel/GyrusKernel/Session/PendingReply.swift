import Foundation
import Synchronization

/// Where the answers to commands are left for the thread that asked; they come in the order of the commands.
final class PendingReply: Sendable {
    private struct State {
        var answer: Data?
        var isWaiting = false
        /// The number of coming answers that nobody waits for.
        var passed = 0
        var hasEnded = false
    }
    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)
    private let ended = DispatchGroup()
    /// Held while a command is sent and its answer awaited, so that answers reach those who asked in order.
    private let turn = NSLock()

    init() { ended.enter() }

    /// The answer to the command that `send` sends; nil if the other side has ended.
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
