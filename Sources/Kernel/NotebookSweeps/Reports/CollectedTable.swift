import Foundation
import JSON
import NotebookRuns

/// What the finished tasks of a sweep have recorded, a row for each with its parameters.
///
/// A cell records a value by `Sweep.record`, which is a display of the MIME type that Python's scrapbook reads.
public struct CollectedTable: Sendable {
    /// The column of the tasks' numbers.
    static let numberColumn = "task"
    /// The columns: `task`, the parameters, and every name that a task has recorded.
    public var columns: [String] { [Self.numberColumn] + parameters + recorded }
    public let rows: [[String]]
    /// The names of the parameters, and of what was recorded.
    let parameters, recorded: [String]

    package init(parameters: [String], recorded: [String], rows: [[String]]) {
        self.parameters = parameters
        self.recorded = recorded
        self.rows = rows
    }

    /// Reads the outputs; throws `RunError` if a recorded name is that of a parameter.
    public init(_ folder: SweepFolder) throws {
        var records: [(task: Int, values: [String: JSON])] = []
        var names: [String] = []
        let statuses = StatusReader(folder, queue: .unasked).all
        for (task, status) in statuses.enumerated() where status.word == "done" {
            let notebook = try Notebook(contentsOf: folder.output(of: task))
            let found = Self.records(in: notebook)
            for (name, _) in found where !names.contains(name) {
                guard name != Self.numberColumn, !folder.plan.names.contains(name) else {
                    throw RunError(
                        "task \(task) records \"\(name)\", which is the name of "
                            + (name == Self.numberColumn ? "the column of the tasks' numbers" : "a parameter")
                    )
                }
                names.append(name)
            }
            records.append((task, Dictionary(found) { $1 }))
        }
        self.init(
            parameters: folder.plan.names, recorded: names,
            rows: records.map { task, values in
                [folder.plan.name(of: task)] + folder.plan.rows[task] + names.map { Self.text(values[$0]) }
            })
    }

    /// The different values of a parameter, in the order of the tasks.
    func values(of parameter: String) -> [String] {
        guard let column = columns.firstIndex(of: parameter) else { return [] }
        var seen: Set<String> = []
        return rows.map { $0[column] }.filter { seen.insert($0).inserted }
    }

    /// Whether everything that was recorded under a name is a number.
    func isNumeric(_ name: String) -> Bool {
        guard let column = columns.firstIndex(of: name) else { return false }
        return rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
    }

    /// The numbers that the tasks with the given values of parameters recorded.
    func numbers(_ name: String, where given: [String: String]) -> [Double] {
        let columns = columns
        guard let column = columns.firstIndex(of: name) else { return [] }
        return rows.filter { row in zip(columns, row).allSatisfy { given[$0] == nil || given[$0] == $1 } }
            .compactMap { Double($0[column]) }
    }

    /// The table as CSV.
    public var csv: String {
        ([columns] + rows).map { SeparatedText.line($0, separator: ",") }.joined()
    }

    /// Writes the table; throws `RunError` if it cannot.
    public func write(to file: URL) throws { try AtomicFile.write(Data(csv.utf8), to: file) }

    /// Name and value of all that the cells of a notebook recorded.
    private static func records(in notebook: Notebook) -> [(String, JSON)] {
        notebook.cells.flatMap(\.outputs).compactMap { output in
            guard let scrap = output["data"]?["application/scrapbook.scrap.json+json"],
                let name = scrap["name"]?.string, let value = scrap["data"]
            else { return nil }
            return (name, value)
        }
    }

    private static func text(_ value: JSON?) -> String {
        switch value {
        case nil, .null?: ""
        case .string(let text)?: text
        case let value?: value.encodedText
        }
    }
}
