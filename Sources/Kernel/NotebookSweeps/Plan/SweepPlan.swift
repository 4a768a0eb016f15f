import NotebookRuns
import Text

/// What a sweep runs: kept as `sweep.json` in its folder.
struct SweepPlan: Codable, Equatable, Sendable {
    /// What the notebook was called when it was given.
    var name: String
    /// The file in the sweep's folder that holds the notebook as it was then.
    var source: String
    /// Where cells run.
    var workingFolder: String
    /// How many seconds a cell may take.
    var timeout: Double?
    /// The names of the parameters.
    var names: [String]
    /// Their values, a row for each task.
    var rows: [[String]]

    /// How many digits the numbers of tasks have.
    private static let digits = 5

    /// What a task's files are called.
    func name(of task: Int) -> String {
        let digits = String(task)
        return String(repeating: "0", count: max(0, Self.digits - digits.count)) + digits
    }

    /// The type that the values of each parameter have where the notebook declares none.
    var types: [CommonType] { names.indices.map { column in CommonType(of: rows.lazy.map { $0[column] }) } }

    /// The parameters of a task; `types` are those of the plan.
    func parameters(of task: Int, _ types: [CommonType]) throws -> Parameters {
        var parameters = Parameters()
        for ((name, value), type) in zip(zip(names, rows[task]), types) {
            try parameters.add(name, value, as: type)
        }
        return parameters
    }

    /// A task's parameters in words, on one line.
    func words(for task: Int) -> String {
        zip(names, rows[task]).map { "\($0)=\($1)" }.joined(separator: " ").onOneLine
    }
}
