import Foundation
import Tables

/// A notebook or script that is run over a grid of parameters, as `gyrus sweep` does.
///
/// ```swift
/// let sweep = Sweep("fit.ipynb", over: ["subject": "S01..S08", "layer": "0..11"], into: "fits")
/// sweep.parameters.map(\.name)             // ["subject", "layer"]
/// ```
///
/// `run(on:)` runs it from a cell, and gives a table of what its cells recorded by `Sweep.record`.
public struct Sweep: Sendable {
    /// The notebook (.ipynb) or script (.swift).
    public let notebook: String
    /// Name and values of each parameter: a range (`S01..S08`), a list (`a,b,c`), or one value.
    public let parameters: [(name: String, values: String)]
    /// The folder of the tasks, their outputs and logs.
    public let folder: String

    /// A sweep; nothing is run yet.
    ///
    /// - Parameters:
    ///   - notebook: the path of the notebook (.ipynb) or script (.swift); `~` is the home folder.
    ///   - parameters: the values of each parameter, as `gyrus sweep -p` takes them; the last changes fastest.
    ///   - folder: where the tasks, their outputs and logs are kept.
    public init(_ notebook: String, over parameters: KeyValuePairs<String, String>, into folder: String) {
        self.notebook = (notebook as NSString).expandingTildeInPath
        self.parameters = parameters.map { ($0.key, $0.value) }
        self.folder = (folder as NSString).expandingTildeInPath
    }

    /// Where the tasks are run.
    public enum Place: Sendable {
        /// On this machine, `jobs` at once; nil for one per two processors.
        case local(jobs: Int? = nil)
        /// As one Slurm array: the partition, the time limit of a task (`2:00:00`), its memory (`16G`) and processors,
        /// how many tasks run at once at most, and further options of sbatch.
        case slurm(
            partition: String? = nil, time: String? = nil, memory: String? = nil, cpus: Int? = nil,
            maxRunning: Int? = nil, options: [String] = [])
    }

    /// Runs the tasks that are not done, shows their state until all have ended, and returns what they recorded: a row
    /// for each task with its parameters. Run again, it continues where it stopped, and runs failed tasks again.
    ///
    /// An interrupt ends the tasks on this machine; those that Slurm has stay in its queue, and the next call follows them.
    /// Throws `SweepError` with what the command said, or with the tasks that failed, and `CancellationError`.
    ///
    /// - Parameter place: where they run.
    public func run(on place: Place = .local()) async throws -> DataTable {
        try await SweepFollower(self, on: place).run()
    }

    /// The arguments of `gyrus sweep` for it: what had failed before is run again, once.
    func arguments(on place: Place) -> [String] {
        [notebook, "-o", folder, "--retry"] + parameters.flatMap { ["-p", "\($0.name)=\($0.values)"] }
            + Self.options(of: place)
    }

    static func options(of place: Place) -> [String] {
        func option(_ name: String, _ value: (some CustomStringConvertible)?) -> [String] {
            value.map { [name, $0.description] } ?? []
        }
        switch place {
        case .local(let jobs): return option("--jobs", jobs)
        case .slurm(let partition, let time, let memory, let cpus, let maxRunning, let options):
            return ["--slurm"] + option("--partition", partition) + option("--time", time)
                + option("--mem", memory)
                + option("--cpus", cpus) + option("--max-running", maxRunning)
                + options.flatMap { ["--sbatch", $0] }
        }
    }
}

extension Sweep: CustomStringConvertible {
    public var description: String {
        "\(notebook) over " + parameters.map { "\($0.name)=\($0.values)" }.joined(separator: ", ")
            + ", into \(folder)"
    }
}

extension Sweep.Place: CustomStringConvertible {
    public var description: String {
        if case .local(let jobs) = self {
            return jobs.map { "this machine, \($0) tasks at once" } ?? "this machine"
        }
        return (["Slurm"] + Sweep.options(of: self).dropFirst()).joined(separator: " ")
    }
}

/// A sweep that could not be run, or whose tasks failed.
public struct SweepError: Error, Sendable, CustomStringConvertible {
    public let description: String
}
