import Formats
import Foundation
import Text

/// What is wrong with a table, or with what was asked of it: where it is, what was expected and what came.
public struct TableError: Error, CustomStringConvertible, Equatable {
    /// The file's path, where a file was read or written.
    public let file: String?
    /// The line of the file, from 1.
    public let line: Int?
    /// The name of the column.
    public let column: String?
    /// What is wrong.
    public let problem: String

    init(file: String? = nil, line: Int? = nil, column: String? = nil, _ problem: String) {
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
    }

    public var description: String {
        let place = [file, line.map { "line \($0)" }, column.map { "column \"\($0)\"" }].compactMap { $0 }
        return place.isEmpty
            ? problem
            : place.joined(separator: ", ") + (line == nil && file == nil ? " " : ": ")
                + problem
    }

    /// That there is no column of a name, with those whose names are most like it.
    static func noColumn(_ name: String, among names: [String]) -> TableError {
        let close = names.filter { isClose($0, name) }
        let shown = (close.isEmpty ? names : close).prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
        let more = close.isEmpty && names.count > 12 ? ", and \(names.count - 12) more" : ""
        let found =
            names.isEmpty
            ? "the table has no columns"
            : close.isEmpty ? "there are \(shown)\(more)" : "did you mean \(shown)?"
        return TableError("there is no column \"\(name)\": \(found)")
    }

    private static func isClose(_ left: String, _ right: String) -> Bool {
        let (a, b) = (plain(left), plain(right))
        return a == b || min(a.count, b.count) > 2 && editDistance(a, b) <= 2
    }

    private static func plain(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
