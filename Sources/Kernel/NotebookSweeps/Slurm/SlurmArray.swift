import Foundation
import GyrusKernel
import NotebookRuns
import Text

/// Submits the tasks of a sweep as an array of Slurm's, or as several if the cluster takes no array of that size.
public struct SlurmArray {
    private let folder: SweepFolder
    private let options: SlurmOptions

    public init(_ folder: SweepFolder, options: SlurmOptions) {
        self.folder = folder
        self.options = options
    }

    /// Submits the tasks for which `isWanted` holds; those that wait or run are left. Slurm's numbers of the arrays, none if there
    /// was nothing to submit, and how many tasks they have.
    ///
    /// Throws `RunError` with what sbatch said; arrays that it took before stay submitted.
    public func submit(where isWanted: (TaskStatus) -> Bool) throws -> (jobs: [String], count: Int) {
        guard Programs.path(of: "sbatch") != nil else {
            throw RunError("sbatch is not on the PATH; submit from a machine that belongs to the cluster")
        }
        let lock = FolderLock(folder.url.appending(path: ".lock"))
        defer { lock.release() }
        let reader = StatusReader(folder, queue: SlurmQueue(of: folder))
        let attempts = folder.lastAttempts
        let statuses = reader.all(attempts)
        var tasks = statuses.indices.filter { isWanted(statuses[$0]) }[...]
        let (limit, count) = (tasks.isEmpty ? 1 : Self.largestArray, tasks.count)
        var jobs: [String] = []
        while !tasks.isEmpty {
            do {
                jobs.append(try submit(Array(tasks.prefix(limit)), attempts, after: jobs.last))
            } catch let error as RunError where !jobs.isEmpty {
                throw RunError(
                    "\(error) (\(count - tasks.count) tasks were submitted as Slurm job \(jobs.joined(separator: ", ")); the same "
                        + "command submits the other \(tasks.count) later)")
            }
            tasks = tasks.dropFirst(limit)
        }
        return (jobs, count)
    }

    /// Submits one array; Slurm's number of it.
    private func submit(_ tasks: [Int], _ attempts: [Attempt?], after former: String?) throws -> String {
        let number = (SlurmSubmission.numbers(in: folder).last ?? 0) + 1
        let stem = folder.url.appending(path: "slurm/\(number)").path
        let list = tasks.map { "\($0) \(attempts[$0]?.number ?? 0)\n" }.joined()
        try AtomicFile.write(Data(list.utf8), to: URL(fileURLWithPath: stem + ".tasks"))
        try AtomicFile.write(
            Data(script(count: tasks.count, list: stem + ".tasks").utf8),
            to: URL(fileURLWithPath: stem + ".sh"))
        // The limit of tasks at once holds for the whole sweep, and Slurm counts by the array.
        let order = former.flatMap { options.maxRunning == nil ? nil : "--dependency=afterany:\($0)" }
        guard
            let answer = Programs.run("sbatch", ["--parsable"] + [order].compactMap(\.self) + [stem + ".sh"])
        else { throw RunError("sbatch could not be started") }
        // "1234" or "1234;cluster", possibly after warnings.
        let last = answer.output.split(separator: "\n").last.map(String.init) ?? ""
        let job = String(last.prefix { $0 != ";" })
        guard answer.status == 0, Int(job) != nil else {
            throw RunError(
                "sbatch did not take the array: \(answer.output.trimmingCharacters(in: .whitespacesAndNewlines))"
            )
        }
        let submission = SlurmSubmission(job: job, tasks: tasks)
        try AtomicFile.write(JSONEncoder().encode(submission), to: URL(fileURLWithPath: stem + ".json"))
        return job
    }

    /// How many tasks an array may have: its indices are below `MaxArraySize`, which is 1001 unless a cluster says otherwise.
    private static var largestArray: Int {
        guard let answer = Programs.run("scontrol", ["show", "config"]), answer.status == 0,
            let match = answer.output.firstMatch(of: /MaxArraySize\s*=\s*(\d+)/), let limit = Int(match.1),
            limit > 0
        else { return 1001 }
        return limit
    }

    private func script(count: Int, list: String) -> String {
        let limit = options.maxRunning.map { "%\($0)" } ?? ""
        // sbatch reads quotes as a shell does, and replaces what follows a percent sign.
        let logs = folder.url.appending(path: "slurm").path.replacing("%", with: "%%")
        let head = [
            "--job-name=" + "gyrus-\(folder.url.lastPathComponent)".shellWord,
            "--array=0-\(count - 1)\(limit)", "--requeue",
            "--open-mode=append", "--output=" + "\(logs)/%A_%a.out".shellWord,
        ]
        let lines = (head + options.lines).map { "#SBATCH \($0)\n" }.joined()
        return """
            #!/bin/bash
            \(lines)# Compute nodes fetch no models.
            export HF_HUB_OFFLINE=1
            export OMP_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"
            # A cell that needs more memory fails with words, before Slurm kills the task.
            [ -z "$SLURM_MEM_PER_NODE" ] || export GYRUS_MEMORY=$((SLURM_MEM_PER_NODE * 9 / 10))
            exec \(Installation().executable.shellWord) sweep task \(folder.url.path.shellWord) \
            --list \(list.shellWord) --line "$SLURM_ARRAY_TASK_ID"

            """
    }

    /// Ends the arrays of a sweep; throws `RunError` with what scancel said.
    public static func cancel(_ folder: SweepFolder) throws -> [String] {
        let queue = SlurmQueue(of: folder)
        let jobs = SlurmSubmission.all(of: folder).filter { submission in
            submission.tasks.contains { queue.waiting[$0] != nil || queue.starting[$0] != nil }
        }.map(\.job)
        guard !jobs.isEmpty else { return [] }
        guard let answer = Programs.run("scancel", jobs) else { throw RunError("scancel is not on the PATH") }
        guard answer.status == 0 else { throw RunError("scancel: \(answer.output)") }
        return jobs
    }
}
