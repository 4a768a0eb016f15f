/// What a sweep asks of Slurm.
public struct SlurmOptions: Sendable {
    /// Names of partitions, as `sbatch --partition`.
    public var partition: String?
    /// The limit of a task's time, as `sbatch --time` (`2:00:00`).
    public var time: String?
    /// The memory of a task, as `sbatch --mem` (`16G`).
    public var memory: String?
    /// How many processors a task has.
    public var cpus: Int?
    /// How many tasks run at once at most.
    public var maxRunning: Int?
    /// Further options of `sbatch` (`--account=lab`).
    public var others: [String] = []

    public init() {}

    /// The options as `sbatch` takes them.
    var lines: [String] {
        var lines: [String] = []
        if let partition { lines.append("--partition=\(partition)") }
        if let time { lines.append("--time=\(time)") }
        if let memory { lines.append("--mem=\(memory)") }
        lines.append("--cpus-per-task=\(cpus ?? 1)")
        return lines + others
    }
}
