import Foundation
import NotebookRuns

/// Runs one task of a sweep in this process.
public struct TaskRun {
    /// What became of it.
    public enum Outcome: Sendable, Equatable {
        case done, failed
        case interrupted(signal: Int32)
        /// There was nothing to do: it is done, it failed before, or another process runs it.
        case skipped(String)
    }

    private let folder: SweepFolder
    private let task: Int
    /// How many attempts there were when it was asked to run; a task that has failed since is not run again.
    private let attempts: Int

    public init(_ task: Int, of folder: SweepFolder, attempts: Int) {
        self.folder = folder
        self.task = task
        self.attempts = attempts
    }

    private static let heartbeat: TimeInterval = 15

    /// Runs it, unless that is done or being done. Throws `RunError` if its files cannot be written.
    public func run() throws -> Outcome {
        let state = folder.taskState(task)
        let last = state.last
        switch StatusReader(folder, queue: .unasked).status(of: task, last) {
        case .done: return .skipped("is done")
        case .running(let who): return .skipped("is run by \(who)")
        case .failed where (last?.number ?? 0) > attempts: return .skipped("has failed")
        default: break
        }
        guard let number = try state.claim(after: last) else {
            return .skipped("was just begun by another process")
        }
        try openLog(number)
        let began = ContinuousClock.now
        let beats = startHeartbeat(of: number, state)
        defer { beats.cancel() }
        var end = Attempt.End(status: .failed, seconds: 0)
        var outcome = Outcome.failed
        do {
            // Another process may have taken over from one that was silent for long; then the output is that one's.
            let (_, ending) = try folder.job(of: task).run { state.last?.number == number }
            (end, outcome) = Self.end(of: ending)
        } catch {
            end.error = "\(error)"
            StandardStreams.write("\(error)\n", to: 2)
        }
        end.seconds = (ContinuousClock.now - began) / .seconds(1)
        if end.status == .done { note(folder.output(of: task), in: &end) }
        try state.end(number, end)
        return outcome
    }

    private static func end(of ending: NotebookRun.Ending) -> (Attempt.End, Outcome) {
        switch ending {
        case .completed: (Attempt.End(status: .done, seconds: 0), .done)
        case .failed(let cell, _, let error):
            (Attempt.End(status: .failed, error: "cell \(cell + 1): \(error)", seconds: 0), .failed)
        case .interrupted(let signal):
            (Attempt.End(status: .interrupted, seconds: 0), .interrupted(signal: signal))
        }
    }

    private func note(_ output: URL, in end: inout Attempt.End) {
        guard let status = OpenedFile.status(output.path) else { return }
        end.bytes = status.bytes
        end.modified = status.modified
        end.sha256 = OpenedFile.digest(of: output.path)
    }

    /// Has standard output and standard error go to the task's log.
    private func openLog(_ number: Int) throws {
        let file = folder.log(of: task)
        let descriptor = open(file.path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw RunError("\(file.relativePath) cannot be written: \(String(cString: strerror(errno)))")
        }
        dup2(descriptor, 1)
        dup2(descriptor, 2)
        close(descriptor)
        let time = Date.now.formatted(.iso8601)
        StandardStreams.write(
            "=== attempt \(number) at \(time), \(RunningProcess.current.words): \(folder.words(for: task))\n",
            to: 1)
    }

    private func startHeartbeat(of number: Int, _ state: TaskState) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now() + Self.heartbeat, repeating: Self.heartbeat)
        timer.setEventHandler { state.beat(number) }
        timer.resume()
        return timer
    }
}

extension SweepFolder {
    /// A task's parameters in words.
    public func words(for task: Int) -> String { plan.words(for: task) }
}
