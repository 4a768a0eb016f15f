import Foundation
import GyrusKernel
import NotebookRuns
import Spawn
import Synchronization

/// Runs the tasks of a sweep on this machine, some at once, each in a process of its own.
public final class LocalSweep: Sendable {
    private let folder: SweepFolder
    private let jobs: Int
    private let say: @Sendable (String) -> Void
    private struct State {
        var children: Set<pid_t> = []
        var signal: Int32?
        var done = 0
        var failed = 0
    }
    private let state = Mutex(State())

    /// How it ended.
    public struct Summary: Sendable {
        /// The state of each task.
        public let report: StatusReport
        /// The signal that ended it.
        public let signal: Int32?
    }

    /// How long it waits before it looks again at tasks that other processes run.
    private static let rest: UInt32 = 1
    /// How often a task is begun whose process is killed.
    private static let tries = 2

    /// - Parameters:
    ///   - folder: the sweep.
    ///   - jobs: how many tasks run at once.
    ///   - say: is called for each task that has ended.
    public init(_ folder: SweepFolder, jobs: Int, say: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        self.jobs = jobs
        self.say = say
    }

    /// Runs the tasks for which `isWanted` holds, waits for those that another process runs, and takes over from one that is gone.
    public func run(where isWanted: (TaskStatus) -> Bool) throws -> Summary {
        let signals = Signals.ending.map { number in Signals.handle(number) { [self] in stop(number) } }
        defer { withExtendedLifetime(signals) {} }
        let owner = SweepOwners(folder).newFile()
        try AtomicFile.write(JSONEncoder().encode(RunningProcess.current), to: owner)
        defer { unlink(owner.path) }
        var (attempts, statuses) = look()
        var open = statuses.indices.filter { isWanted(statuses[$0]) || Self.isRunning(statuses[$0]) }
        // A task that fails from here on is not begun again.
        let former = attempts.map { $0?.number ?? 0 }
        state.withLock { $0.done = statuses.count { $0.word == "done" } }
        var tries: [Int: Int] = [:]
        while !open.isEmpty, state.withLock({ $0.signal == nil }) {
            let ready = open.filter { task in
                switch statuses[task] {
                case .done, .running, .queued: false
                case .failed: attempts[task]?.number == former[task]
                case .pending, .vanished: tries[task, default: 0] < Self.tries
                }
            }
            for task in ready { tries[task, default: 0] += 1 }
            try run(ready, former)
            if ready.isEmpty { sleep(Self.rest) }
            (attempts, statuses) = look()
            open = open.filter { task in
                switch statuses[task] {
                case .running: true
                case .pending, .vanished: tries[task, default: 0] < Self.tries
                case .queued, .done, .failed: false
                }
            }
        }
        return Summary(report: StatusReport(folder, statuses), signal: state.withLock { $0.signal })
    }

    /// The last attempts and the state of each task.
    private func look() -> (attempts: [Attempt?], statuses: [TaskStatus]) {
        // The queue first: a task that ends in between has then left its end.
        let reader = StatusReader(folder, queue: SlurmQueue(of: folder))
        let attempts = folder.lastAttempts
        return (attempts, reader.all(attempts))
    }

    private static func isRunning(_ status: TaskStatus) -> Bool { status.word == "running" }

    /// Runs tasks, as many at once as may be.
    private func run(_ tasks: [Int], _ attempts: [Int]) throws {
        let atOnce = min(jobs, tasks.count)
        let next = Mutex(tasks[...])
        let failure = Mutex<(any Error)?>(nil)
        let group = DispatchGroup()
        for _ in 0..<atOnce {
            group.enter()
            Thread { [self] in
                defer { group.leave() }
                while failure.withLock({ $0 == nil }), state.withLock({ $0.signal == nil }),
                    let task = next.withLock({ $0.popFirst() })
                {
                    do {
                        try run(task, attempts: attempts[task], atOnce: atOnce)
                    } catch {
                        failure.withLock { $0 = error }
                    }
                }
            }.start()
        }
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func run(_ task: Int, attempts: Int, atOnce: Int) throws {
        var launch = Launch(
            Installation().executable,
            ["sweep", "task", folder.url.path, "--task", String(task), "--attempts", String(attempts)])
        launch.environment = Self.environment(atOnce: atOnce)
        launch.descriptors = [.nothing, .descriptor(1), .descriptor(2)]
        launch.group = .own
        launch.resetsSignals = true
        let child = try launch.start()
        let signal = state.withLock { state in
            state.children.insert(child)
            return state.signal
        }
        if let signal { kill(child, signal) }
        let status = waitForEnd(of: child)
        state.withLock { _ = $0.children.remove(child) }
        tell(task, exitStatus(of: status))
    }

    private func tell(_ task: Int, _ status: Int32) {
        let now = StatusReader(folder, queue: .unasked).status(of: task, folder.taskState(task).last)
        let (done, failed) = state.withLock { state in
            if now.word == "done" { state.done += 1 }
            if now.word == "failed" || now.word == "vanished" { state.failed += 1 }
            return (state.done, state.failed)
        }
        let detail = now.detail.isEmpty ? "" : " (\(now.detail))"
        let failures = failed > 0 ? ", \(failed) failed" : ""
        say("[\(done)/\(folder.count)\(failures)] \(folder.words(for: task)): \(now.word)\(detail)")
    }

    /// Each task has its part of the processors, unless the user has said how many threads there should be.
    private static func environment(atOnce: Int) -> [String] {
        var environment = ProcessInfo.processInfo.environment
        if environment["OMP_NUM_THREADS"] == nil {
            environment["OMP_NUM_THREADS"] = String(
                max(1, ProcessInfo.processInfo.activeProcessorCount / atOnce))
        }
        return environment.map { "\($0.key)=\($0.value)" }
    }

    /// Has the tasks end; the second signal does not wait for them to.
    private func stop(_ signal: Int32) {
        let (children, isFurther) = state.withLock { state in
            defer { state.signal = signal }
            return (state.children, state.signal != nil)
        }
        for child in children { kill(child, isFurther ? SIGKILL : SIGTERM) }
    }
}
