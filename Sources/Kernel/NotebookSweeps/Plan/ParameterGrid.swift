import Foundation
import NotebookRuns

/// The combinations of parameters that a sweep runs: every value of each with every value of the others.
public struct ParameterGrid: Sendable {
    /// The names, in the order in which they were given; the last changes fastest.
    public private(set) var names: [String] = []
    /// A row of values for each task.
    public private(set) var rows: [[String]] = [[]]

    public init() {}

    /// Takes in `name=values`: a range (`S01..S08`, `0..11`), a list (`a,b,S01..S03`), or one value.
    ///
    /// Throws `RunError` if it is not of that form.
    public mutating func add(_ argument: String) throws {
        guard let sign = argument.firstIndex(of: "=") else {
            throw RunError("-p \(argument): expected name=values")
        }
        let values = try ParameterValues.all(
            in: String(argument[argument.index(after: sign)...]), of: argument)
        try add([String(argument[..<sign])], values.map { [$0] })
    }

    /// Takes in a table in a CSV file (or TSV, by its ending) whose header has the names; each row stands for one combination.
    ///
    /// Throws `RunError` that names the file and the line.
    public mutating func add(contentsOf file: URL) throws {
        let data = try FileContents.data(of: file, named: "--table \(file.relativePath)")
        guard var text = String(data: data, encoding: .utf8) else {
            throw RunError("--table \(file.relativePath): the file is no UTF-8 text")
        }
        // Spreadsheets write a byte-order mark, which is no part of the first name.
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        let separator: Character = file.pathExtension == "tsv" ? "\t" : ","
        guard let lines = SeparatedText.rows(of: text, separator: separator) else {
            throw RunError("--table \(file.relativePath): a quote (\") is not closed")
        }
        guard let header = lines.first, lines.count > 1 else {
            throw RunError(
                "--table \(file.relativePath): expected a header with the parameters' names and rows of values"
            )
        }
        for (number, row) in lines.enumerated() where row.count != header.count {
            throw RunError(
                "--table \(file.relativePath): row \(number + 1) has \(row.count) values, and the header \(header.count) names"
            )
        }
        try add(header, Array(lines[1...]))
    }

    private mutating func add(_ names: [String], _ values: [[String]]) throws {
        for name in names {
            guard !self.names.contains(name) else { throw RunError("the parameter \(name) is given twice") }
            guard name != CollectedTable.numberColumn else {
                throw RunError(
                    "a sweep has no parameter \(name): that is the column of the tasks' numbers; call it otherwise"
                )
            }
            self.names.append(name)
        }
        // Before they are made: two long ranges are more rows than any memory holds.
        let count = rows.count * values.count
        guard count <= 100_000 else {
            throw RunError("the grid has \(count) tasks, and a sweep takes up to 100000")
        }
        rows = rows.flatMap { row in values.map { row + $0 } }
    }
}
