import Foundation
import Jupyter
import Synchronization

/// Takes what a runner sends and publishes it under the cell that runs, or that ran last.
final class CellOutput: Sendable {
    /// What one cell left.
    struct End {
        var end: CellEnd?
        var error: UncaughtError?
        /// What the Swift runtime wrote of a trap.
        var trapText = ""
        /// The wait status of a runner that died.
        var death: Int32?
        /// The result's message content.
        var result: Data?
    }

    private struct State {
        var context: RequestContext?
        var end = End()
        var keepsResult = false
        var streams: [StreamName: StreamText] = [:]
        var raw: [StreamName: StreamText] = [:]
        /// Text on standard error that may be the message of a trap which is about to be reported.
        var held = ""
        var done: DispatchSemaphore?
        var runner: RunnerProcess?
    }

    private let state = Mutex(State())

    /// Directs what follows to a request. With `keepsResult` the result is not published but kept.
    func begin(_ context: RequestContext, runner: RunnerProcess, keepsResult: Bool) -> DispatchSemaphore {
        let done = DispatchSemaphore(value: 0)
        state.withLock {
            $0.context = context
            $0.runner = runner
            $0.end = End()
            $0.keepsResult = keepsResult
            $0.done = done
        }
        return done
    }

    /// What the cell left, after its semaphore was signalled.
    func take() -> End { state.withLock { $0.end } }

    func receive(_ event: RunnerEvent) {
        let iopub = state.withLock { $0.context?.iopub }
        switch event {
        case .stdout(let data):
            publish(.stdout, state.withLock { $0.streams[.stdout, default: StreamText()].take(data) })
        case .stderr(let data):
            publish(.stderr, state.withLock { $0.streams[.stderr, default: StreamText()].take(data) })
        case .display(let content): iopub?.display(content)
        case .update(let content): iopub?.updateDisplay(content)
        case .clear(let wait): iopub?.clearOutput(wait: wait)
        case .result(let content):
            let keeps = state.withLock {
                $0.end.result = content
                return $0.keepsResult
            }
            if !keeps { iopub?.result(content) }
        case .error(let error): state.withLock { $0.end.error = error }
        case .input(let demand): ask(demand)
        case .ready: break
        case .finished(let end):
            releaseHeld(isTrap: end.outcome == .trap)
            state.withLock {
                $0.end.end = end
                $0.done?.signal()
                $0.done = nil
            }
        }
    }

    func receiveRaw(_ descriptor: Int32, _ data: Data) {
        let name: StreamName = descriptor == 1 ? .stdout : .stderr
        publish(name, state.withLock { $0.raw[name, default: StreamText()].take(data) })
    }

    func died(_ status: Int32) {
        releaseHeld(isTrap: true)
        state.withLock {
            $0.end.death = status
            $0.done?.signal()
            $0.done = nil
            $0.runner = nil
        }
    }

    /// Publishes text, unless it may be what the Swift runtime says of a trap: the error message then carries it.
    private func publish(_ name: StreamName, _ text: String) {
        let iopub = state.withLock { state -> IOPub? in
            if name == .stderr, state.done != nil, !state.held.isEmpty || Self.maySpeakOfTrap(text) {
                state.held += text
                return nil
            }
            return state.context?.iopub
        }
        if !text.isEmpty { iopub?.stream(name, text) }
    }

    private static func maySpeakOfTrap(_ text: String) -> Bool {
        text.contains("Fatal error") || text.contains("Could not cast value")
            || text.contains("recondition failed")
            || text.contains("ssertion failed")
    }

    /// Publishes held text, or keeps it as the message of the trap that ended the cell.
    private func releaseHeld(isTrap: Bool) {
        let (text, iopub) = state.withLock { state -> (String, IOPub?) in
            let held = state.held
            state.held = ""
            if isTrap {
                state.end.trapText = held
                return ("", nil)
            }
            return (held, state.context?.iopub)
        }
        if !text.isEmpty { iopub?.stream(.stderr, text) }
    }

    /// Asks the front end on a thread of its own, so that output goes on meanwhile.
    private func ask(_ demand: InputDemand) {
        let (context, runner) = state.withLock { ($0.context, $0.runner) }
        guard let context, let runner else { return }
        Thread {
            do {
                let line = try context.input.request(prompt: demand.prompt, password: demand.password)
                runner.send("input \(line)")
            } catch {
                runner.send("end-of-input")
            }
        }.start()
    }
}
