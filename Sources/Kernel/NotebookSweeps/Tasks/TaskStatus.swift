import Foundation
import JSON
import NotebookRuns

/// The state of a task.
public enum TaskStatus: Sendable, Equatable {
    /// Never begun, or begun and told to end.
    case pending
    /// Waits in Slurm's queue; why.
    case queued(String)
    /// A process runs it; its words.
    case running(String)
    /// Its output is there.
    case done(seconds: Double?)
    /// A cell failed; with what.
    case failed(String)
    /// Its process is gone and left no result, or its output is gone; what is known of it.
    case vanished(String)

    /// The word for it.
    public var word: String {
        switch self {
        case .pending: "pending"
        case .queued: "queued"
        case .running: "running"
        case .done: "done"
        case .failed: "failed"
        case .vanished: "vanished"
        }
    }

    /// What else is known.
    public var detail: String {
        switch self {
        case .pending: ""
        case .queued(let text), .running(let text), .failed(let text), .vanished(let text): text
        case .done(let seconds): seconds.map { String(format: "%.1f s", $0) } ?? ""
        }
    }
}

/// Finds the state of a sweep's tasks, from its files and from Slurm's queue.
struct StatusReader {
    let folder: SweepFolder
    let queue: SlurmQueue
    private let here = RunningProcess.current

    /// How long the process of a task that runs on another machine may be silent.
    private static let patience = 180.0

    init(_ folder: SweepFolder, queue: SlurmQueue) {
        self.folder = folder
        self.queue = queue
    }

    /// The status of every task.
    var all: [TaskStatus] { all(folder.lastAttempts) }

    /// The status of every task, whose last attempts are given.
    func all(_ attempts: [Attempt?]) -> [TaskStatus] {
        attempts.enumerated().map { status(of: $0.offset, $0.element) }
    }

    /// The status of a task whose last attempt is given.
    func status(of task: Int, _ last: Attempt?) -> TaskStatus {
        if let last, last.end == nil, isAlive(last, of: task) { return .running(last.claim.process.words) }
        if isDone(task, last?.end) { return .done(seconds: last?.end?.seconds) }
        if let waiting = queue.waiting[task] { return .queued(waiting) }
        // Whatever became of an earlier attempt, unless it is of this very element, which has ended but not yet left the queue.
        if let element = queue.starting[task],
            last?.claim.process.slurmTask != element || last?.end?.status == .interrupted
        {
            return .queued("starting")
        }
        guard let last else {
            if queue.unknown.contains(task) { return .queued("Slurm cannot be asked") }
            return queue.gone[task].map { .vanished($0) } ?? .pending
        }
        switch last.end?.status {
        case .done?: return .vanished("its output is gone")
        case .failed?: return .failed(last.end?.error ?? "")
        case .interrupted?: return queue.gone[task].map { .vanished("was told to end: \($0)") } ?? .pending
        case nil:
            let reason = queue.gone[task].map { ": \($0)" } ?? ""
            return .vanished(last.claim.process.words + " is gone" + reason)
        }
    }

    private func isAlive(_ attempt: Attempt, of task: Int) -> Bool {
        let process = attempt.claim.process
        if let known = process.isAlive(seenFrom: here) { return known }
        if let slurmTask = process.slurmTask, slurmTask != here.slurmTask,
            let runs = queue.runs(slurmTask)
        {
            return runs
        }
        return folder.taskState(task).silence(of: attempt.number) < Self.patience
    }

    /// Whether the output of a task is there and whole: as its attempt left it, or, if somebody has saved it since or the attempt
    /// could not note its end, a notebook of a run of the same code and parameters that was completed.
    private func isDone(_ task: Int, _ end: Attempt.End?) -> Bool {
        let output = folder.output(of: task)
        guard let status = OpenedFile.status(output.path) else { return false }
        if end?.status == .done, end?.bytes == status.bytes, end?.modified == status.modified { return true }
        if end?.status == .done, let digest = end?.sha256, OpenedFile.digest(of: output.path) == digest {
            return true
        }
        guard end == nil || end?.status == .done, let data = try? Data(contentsOf: output),
            let json = try? JSON(keepingNumbersOf: data),
            let run = json["metadata"]?["gyrus"]?["run"], run["status"] == "completed",
            let record = try? folder.job(of: task).prepared().record
        else { return false }
        return run["key"]?.string == record.key
    }
}

extension SweepFolder {
    func taskState(_ task: Int) -> TaskState { TaskState(folder: state, name: plan.name(of: task)) }

    /// The last attempt at each task, nil where there was none; the folder is listed once.
    var lastAttempts: [Attempt?] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: state.path)) ?? []
        let byTask = Dictionary(grouping: names) { $0.prefix { $0 != "." } }
        return (0..<count).map { task in
            let state = taskState(task)
            return state.last(among: byTask[Substring(state.name)] ?? [])
        }
    }
}
