import Foundation

/// What Slurm says of the arrays of a sweep. It works without accounting (`sacct`).
struct SlurmQueue: Sendable {
    /// The tasks that wait, and why.
    private(set) var waiting: [Int: String] = [:]
    /// The tasks that Slurm has started, and the elements of arrays (`1234_7`) that run them.
    private(set) var starting: [Int: String] = [:]
    /// The tasks that Slurm is done with, and the state in which they ended.
    private(set) var gone: [Int: String] = [:]
    /// The tasks of arrays of which nothing could be learned.
    private(set) var unknown: Set<Int> = []
    /// The states of elements (`1234_7`).
    private var states: [String: String] = [:]
    /// The arrays that Slurm was asked for, and answered.
    private var known: Set<String> = []

    /// An empty queue, for sweeps without Slurm.
    static let unasked = SlurmQueue()

    private init() {}

    /// Asks for the arrays of a sweep.
    init(of folder: SweepFolder) {
        for submission in SlurmSubmission.all(of: folder) { ask(submission) }
    }

    /// Whether Slurm runs an array task; nil if that is not known.
    func runs(_ slurmTask: String) -> Bool? {
        guard known.contains(String(slurmTask.prefix { $0 != "_" })) else { return nil }
        return states[slurmTask].map { Self.running.contains($0) } ?? false
    }

    private static let pending: Set = [
        "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD",
    ]
    private static let running: Set = [
        "RUNNING", "SUSPENDED", "STOPPED", "COMPLETING", "STAGE_OUT", "RESIZING", "SIGNALING",
    ]

    private mutating func ask(_ submission: SlurmSubmission) {
        let job = submission.job
        // A job that has left the queue is no error of Slurm's, but one that it answers with.
        guard let answer = Programs.run("squeue", ["-h", "-r", "-t", "all", "-j", job, "-o", "%i|%T|%r"]),
            answer.status == 0 || answer.output.contains("Invalid job id")
        else {
            unknown.formUnion(submission.tasks)
            return
        }
        known.insert(job)
        var found: [Int: (state: String, reason: String)] = [:]
        if answer.status == 0 {
            for line in answer.output.split(separator: "\n") {
                let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                guard fields.count == 3, let index = Int(fields[0].drop { $0 != "_" }.dropFirst()) else {
                    continue
                }
                states[fields[0]] = fields[1]
                found[index] = (fields[1], fields[2])
            }
        }
        let ended = submission.tasks.indices.contains { found[$0] == nil } ? Self.accounting(of: job) : [:]
        for (index, task) in submission.tasks.enumerated() {
            waiting[task] = nil
            unknown.remove(task)
            starting[task] = nil
            gone[task] = nil
            switch found[index] {
            case (let state, let reason)? where Self.pending.contains(state): waiting[task] = reason
            case (let state, _)? where Self.running.contains(state): starting[task] = "\(job)_\(index)"
            case (let state, _)?: gone[task] = state
            case nil: gone[task] = ended[index] ?? "Slurm no longer has it"
            }
        }
    }

    /// The states of the elements of an array, by their index, if the cluster keeps accounts.
    private static func accounting(of job: String) -> [Int: String] {
        guard let answer = Programs.run("sacct", ["-n", "-P", "-X", "-j", job, "-o", "JobID,State"]),
            answer.status == 0
        else { return [:] }
        var states: [Int: String] = [:]
        for line in answer.output.split(separator: "\n") {
            let fields = line.split(separator: "|")
            guard fields.count == 2, let index = Int(fields[0].drop { $0 != "_" }.dropFirst()) else {
                continue
            }
            states[index] = String(fields[1])
        }
        return states
    }
}
