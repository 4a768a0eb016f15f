import Foundation
import Jupyter
import RunnerProtocol
import Synchronization

/// Takes what a runner sends and publishes it under the request that it belongs to.
///
/// Threads of a cell or a handler say which request they work for. What comes from other threads, or late, belongs to the
/// cell that runs, else to the handler that runs, else to whatever ran last.
final class CellOutput: Sendable {
    /// What a cell or a handler left behind: its end, and what is reported with it.
    struct Record {
        var end: JobEnd?
        var error: UncaughtError?
        /// What the Swift runtime wrote of a trap.
        var trapText = ""
        /// What is to be sent if it failed.
        var onFailure: [CommFrame] = []
        /// The result's message content.
        var result: Data?
        /// Under which number it is kept.
        var kept: KeptResult?
    }

    /// What kinds of jobs there are; output of no particular job is taken for that of the running job whose kind comes first.
    enum Kind: Int {
        case cell, subshellCell, handler
        /// Only looks at what is there: what other threads write meanwhile belongs to the last cell.
        case glance
    }

    /// What runs for one request.
    struct Job {
        /// The number by which the runner knows the request.
        let request: UInt32
        let done = DispatchSemaphore(value: 0)
        fileprivate let context: RequestContext
        fileprivate let runner: RunnerProcess
        fileprivate let keepsResult: Bool
        fileprivate let kind: Kind
        fileprivate var record = Record()
        fileprivate var streams: [StreamName: StreamText] = [:]
        fileprivate var held = HeldText()
    }

    private struct State {
        var count: UInt32 = 0
        /// What runs now, in the order of its kinds.
        var jobs: [Job] = []
        var last: RequestContext?
        var raw: [StreamName: StreamText] = [:]

        /// The index of the job that output of a request belongs to.
        func place(of request: UInt32) -> Int? {
            jobs.firstIndex { $0.request == request } ?? jobs.firstIndex { $0.kind != .glance }
        }

        func context(of request: UInt32) -> RequestContext? {
            place(of: request).map { jobs[$0].context } ?? last
        }
    }

    private let state = Mutex(State())
    private let comms: CommTable
    /// What is said of a trap that ended nothing but its own thread, and of a wait that may last forever.
    private let note: @Sendable (JobEnd) -> String

    init(comms: CommTable, note: @escaping @Sendable (JobEnd) -> String) {
        self.comms = comms
        self.note = note
    }

    /// Directs what belongs to a request to where it came from. With `keepsResult` the result is not published but kept.
    func begin(
        _ context: RequestContext, runner: RunnerProcess, kind: Kind, keepsResult: Bool = false
    ) -> Job {
        state.withLock {
            $0.count = $0.count &+ 1 == 0 ? 1 : $0.count &+ 1
            let job = Job(
                request: $0.count, context: context, runner: runner, keepsResult: keepsResult, kind: kind)
            let place = $0.jobs.firstIndex { $0.kind.rawValue > kind.rawValue }
            $0.jobs.insert(job, at: place ?? $0.jobs.count)
            return job
        }
    }

    /// What a job left, after its semaphore was signalled.
    func take(_ job: Job) -> Record {
        state.withLock { state in
            guard let place = state.jobs.firstIndex(where: { $0.request == job.request }) else {
                return Record()
            }
            if job.kind != .glance { state.last = job.context }
            return state.jobs.remove(at: place).record
        }
    }

    func receive(_ event: RunnerEvent, of request: UInt32) {
        let iopub = state.withLock { $0.context(of: request)?.iopub }
        switch event {
        case .stdout(let data): publish(.stdout, data, of: request)
        case .stderr(let data): publish(.stderr, data, of: request)
        case .display(let content): iopub?.display(content)
        case .update(let content): iopub?.updateDisplay(content)
        case .clear(let wait): iopub?.clearOutput(wait: wait)
        case .result(let content):
            let keeps = change(request) {
                $0.record.result = content
                return $0.keepsResult
            }
            if keeps != true { iopub?.result(content) }
        case .error(let error): change(request) { $0.record.error = error }
        case .kept(let result): change(request) { $0.record.kept = result }
        case .comm(let frame) where frame.head.onFailure == true:
            change(request) { $0.record.onFailure.append(frame) }
        case .comm(let frame):
            comms.note(frame.head)
            iopub?.comm(frame)
        case .input(let demand): ask(demand, for: request)
        case .stray(let end), .waits(let end): iopub?.stream(.stderr, note(end))
        case .ready, .answer: break
        case .finished(let end):
            for name in [StreamName.stdout, .stderr] {
                publish(name, change(request) { $0.streams[name]?.end() ?? "" } ?? "", of: request)
            }
            releaseHeld(of: request, isTrap: end.outcome == .trap)
            change(request) {
                $0.record.end = end
                $0.done.signal()
            }
        }
    }

    func receiveRaw(_ descriptor: Int32, _ data: Data) {
        let name: StreamName = descriptor == 1 ? .stdout : .stderr
        publish(name, state.withLock { $0.raw[name, default: StreamText()].take(data) }, of: 0)
    }

    func died(_ runner: RunnerProcess) {
        let (requests, iopub) = state.withLock { state in
            (state.jobs.filter { $0.runner === runner }.map(\.request), state.context(of: 0)?.iopub)
        }
        for id in comms.removeAll() { iopub?.closeComm(CommMessage(commID: id)) }
        for request in requests {
            releaseHeld(of: request, isTrap: true)
            change(request) { $0.done.signal() }
        }
    }

    @discardableResult
    private func change<Result: Sendable>(_ request: UInt32, _ body: (inout Job) -> Result) -> Result? {
        state.withLock { state in state.place(of: request).map { body(&state.jobs[$0]) } }
    }

    private func publish(_ name: StreamName, _ data: Data, of request: UInt32) {
        let text = change(request) { $0.streams[name, default: StreamText()].take(data) }
        publish(name, text ?? String(decoding: data, as: UTF8.self), of: request)
    }

    /// Publishes text, unless it may be what the Swift runtime says of a trap: the error message then carries it.
    private func publish(_ name: StreamName, _ text: String, of request: UInt32) {
        guard name == .stderr else { return show(text, on: name, of: request) }
        let taken = change(request) { job -> (shown: String, isHeld: Bool, request: UInt32) in
            let shown = job.held.take(text)
            return (shown, !job.held.isEmpty, job.request)
        }
        show(taken?.shown ?? HeldText.withoutModules(text), on: name, of: request)
        guard let taken, taken.isHeld else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + HeldText.patience + 0.05) { [self] in
            releaseIfOld(of: taken.request)
        }
    }

    private func show(_ text: String, on name: StreamName, of request: UInt32) {
        let iopub = state.withLock { $0.context(of: request)?.iopub }
        if !text.isEmpty { iopub?.stream(name, text) }
    }

    /// Publishes text that was held for a trap which has not come.
    private func releaseIfOld(of request: UInt32) {
        let released = state.withLock { state -> (String, IOPub)? in
            guard let place = state.jobs.firstIndex(where: { $0.request == request }) else { return nil }
            return (state.jobs[place].held.releaseIfOld(), state.jobs[place].context.iopub)
        }
        if let (text, iopub) = released, !text.isEmpty { iopub.stream(.stderr, text) }
    }

    /// Publishes held text, or keeps it as the message of the trap that ended the job.
    private func releaseHeld(of request: UInt32, isTrap: Bool) {
        let released = change(request) { job -> (String, IOPub) in
            let (text, message) = job.held.end(isTrap: isTrap)
            if isTrap { job.record.trapText = message }
            return (text, job.context.iopub)
        }
        if let (text, iopub) = released, !text.isEmpty { iopub.stream(.stderr, text) }
    }

    /// Asks the front end on a thread of its own, so that output continues meanwhile.
    private func ask(_ demand: InputDemand, for request: UInt32) {
        guard let (context, runner) = change(request, { ($0.context, $0.runner) }) else { return }
        Thread {
            do {
                let line = try context.input.request(prompt: demand.prompt, password: demand.password)
                runner.send(.input(line))
            } catch InputError.interrupted {
                // The runner is told of it, and the cell ends there.
            } catch {
                runner.send(.endOfInput)
            }
        }.start()
    }
}

extension IOPub {
    /// Publishes a comm message of the runner.
    func comm(_ frame: CommFrame) {
        comm(
            frame.head.kind.rawValue, content: frame.content, metadata: frame.metadata, buffers: frame.buffers
        )
    }
}
