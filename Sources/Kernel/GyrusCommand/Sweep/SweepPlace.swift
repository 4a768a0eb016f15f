import ArgumentParser
import Foundation
import NotebookRuns
import NotebookSweeps

/// Where the tasks of a sweep are run.
struct SweepPlace: ParsableArguments {
    @Option(help: "How many tasks run at once on this machine; by default one per two processors.")
    var jobs: Int?

    @Flag(help: "Submit the tasks as a Slurm array.")
    var slurm = false

    @Option(help: "Slurm: the partition.")
    var partition: String?

    @Option(help: "Slurm: the time limit of a task (2:00:00).")
    var time: String?

    @Option(help: "Slurm: the memory of a task (16G).")
    var mem: String?

    @Option(help: "Slurm: the processors of a task (1).")
    var cpus: Int?

    @Option(help: "Slurm: the most tasks that run at once.")
    var maxRunning: Int?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Slurm: a further option of sbatch (--account=lab).", valueName: "option"))
    var sbatch: [String] = []

    /// Whether it is said where.
    var isGiven: Bool { jobs != nil || slurm || ofSlurm != nil }

    /// The first option of Slurm's that is given.
    private var ofSlurm: String? {
        let options: [(String, Bool)] = [
            ("--partition", partition != nil), ("--time", time != nil), ("--mem", mem != nil),
            ("--cpus", cpus != nil), ("--max-running", maxRunning != nil), ("--sbatch", !sbatch.isEmpty),
        ]
        return options.first(where: \.1)?.0
    }

    func validate() throws {
        for (name, value) in [("--jobs", jobs), ("--cpus", cpus), ("--max-running", maxRunning)] {
            if let value, value < 1 { throw ValidationError("\(name) \(value): expected a number from 1") }
        }
        if !slurm, let name = ofSlurm {
            throw ValidationError("\(name) has a meaning with --slurm only")
        }
        if slurm, jobs != nil {
            throw ValidationError("--jobs is for this machine; with --slurm it is --max-running")
        }
    }

    /// Runs, or submits, the tasks for which `isWanted` holds.
    func run(_ folder: SweepFolder, where isWanted: (TaskStatus) -> Bool) throws {
        if slurm { return try submit(folder, where: isWanted) }
        let jobs = jobs ?? max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
        let sweep = LocalSweep(folder, jobs: jobs) { StandardStreams.write($0 + "\n", to: 2) }
        let summary = try sweep.run(where: isWanted)
        print(summary.report.summary)
        if let signal = summary.signal { throw ExitCode(128 + signal) }
        if summary.report.unfinished > 0 {
            StandardStreams.write(
                "`gyrus sweep logs \(folder.url.relativePath) TASK` shows what a task printed; `gyrus sweep retry` runs the "
                    + "failed ones again\n", to: 2)
            throw ExitCode(1)
        }
    }

    private func submit(_ folder: SweepFolder, where isWanted: (TaskStatus) -> Bool) throws {
        var options = SlurmOptions()
        options.partition = partition
        options.time = time
        options.memory = mem
        options.cpus = cpus
        options.maxRunning = maxRunning
        options.others = sbatch
        let (jobs, count) = try SlurmArray(folder, options: options).submit(where: isWanted)
        guard !jobs.isEmpty else {
            print("There is nothing to submit. \(StatusReport(folder).summary)")
            return
        }
        print("Submitted \(count) tasks as Slurm job \(jobs.joined(separator: ", "))")
    }
}
