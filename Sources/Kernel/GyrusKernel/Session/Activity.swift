import Foundation
import Jupyter
import SwiftCells
import Synchronization

/// What the kernel itself runs for a cell, outside of the runner.
protocol Stoppable: Sendable {
    /// Asks it to stop, and ends its process if it does not.
    func stop()
    /// Ends its process at once.
    func kill()
}

/// A request that the session serves, with everything that an interrupt must reach.
final class Activity: Sendable {
    /// The subshell that serves it; nil for the main shell.
    let subshellID: String?
    private let input: Input?
    private let iopub: IOPub

    private struct State {
        var isInterrupted = false
        /// The command that the kernel itself runs for the cell.
        var child: (any Stoppable)?
        /// The compilation of its cell.
        var compilation: CompilationStop?
        /// What the runner runs for it.
        var job: Job?
        /// The request of the job of which the user was told that it is still computing.
        var told: UInt32?
    }
    private struct Job {
        let request: UInt32
        let runner: RunnerProcess
    }
    private let state = Mutex(State())

    init(_ context: RequestContext) {
        subshellID = context.subshellID
        input = context.input
        iopub = context.iopub
    }

    /// Whether the user asked it to stop.
    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// Waits for a command of the kernel's own that an interrupt ends.
    func stoppable<Result>(_ child: some Stoppable, _ body: () throws -> Result) rethrows -> Result {
        let isAsked = state.withLock {
            $0.child = child
            return $0.isInterrupted
        }
        defer { state.withLock { $0.child = nil } }
        if isAsked { child.stop() }
        return try body()
    }

    /// Compiles so that an interrupt ends the compilation.
    func compiling<Result>(_ stop: CompilationStop, _ body: () throws -> Result) rethrows -> Result {
        let isAsked = state.withLock {
            $0.compilation = stop
            return $0.isInterrupted
        }
        defer { state.withLock { $0.compilation = nil } }
        if isAsked { stop.stop() }
        return try body()
    }

    /// Waits for what the runner runs for a request.
    func waiting<Result>(for request: UInt32, of runner: RunnerProcess, _ body: () -> Result) -> Result {
        let isAsked = state.withLock {
            $0.job = Job(request: request, runner: runner)
            return $0.isInterrupted
        }
        defer { state.withLock { $0.job = nil } }
        if isAsked { interrupt() }
        return body()
    }

    /// Asks what runs to stop.
    ///
    /// The process of a cell that neither stops nor computes is ended after `patience`. One that computes is left alone, as
    /// what it has computed so far would be lost: the user is told, and ends it by interrupting again.
    func interrupt() {
        let now = state.withLock { state in
            state.isInterrupted = true
            return state
        }
        // A question that waits ends afterwards: the cell would take an end of input for an answer.
        defer { input?.cancel() }
        now.compilation?.stop()
        if let child = now.child { return child.stop() }
        guard let job = now.job else { return }
        if now.told == job.request { return job.runner.giveUp() }
        job.runner.goOn()
        job.runner.send(.interrupt(request: job.request))
        watch(job)
    }

    private func watch(_ job: Job) {
        let watch = InterruptWatch(
            account: job.runner.account,
            isRunning: { [self] in state.withLock { $0.job?.request == job.request } },
            tell: { [self] in
                let isNews = state.withLock { state in
                    defer { state.told = job.request }
                    return state.told != job.request
                }
                if isNews { iopub.stream(.stderr, InterruptWatch.computesOn) }
            },
            giveUp: { job.runner.giveUp() })
        watch.begin()
    }

    /// Ends the command that the kernel runs for it at once.
    func kill() { state.withLock { $0.child }?.kill() }
}

/// What a session is doing.
final class Activities: Sendable {
    private let all = Mutex<[Activity]>([])

    var isEmpty: Bool { all.withLock(\.isEmpty) }

    /// Serves a request: an interrupt that comes while `body` runs is for everything in it.
    func during<Result, Failure>(_ activity: Activity, _ body: () throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        all.withLock { $0.append(activity) }
        defer { all.withLock { all in all.removeAll { $0 === activity } } }
        return try body()
    }

    /// Interrupts what a subshell does; without one what the main shell does, or the subshells if it does nothing.
    func interrupt(subshellID: String?) {
        let all = all.withLock { $0 }
        let own = all.filter { $0.subshellID == subshellID }
        for activity in own.isEmpty && subshellID == nil ? all : own { activity.interrupt() }
    }

    func kill() {
        for activity in all.withLock({ $0 }) { activity.kill() }
    }
}
