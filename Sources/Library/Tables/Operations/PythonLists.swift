import Formats
import Foundation

extension DataTable {
    /// The lists that the cells of a column write as Python does, such as `['the', 'cat']` or `[0.12, 0.5]`; a missing
    /// cell is an empty list.
    ///
    /// ```swift
    /// let transcript = try DataTable.open("friends_s01e01a.tsv")
    /// try transcript.lists(in: "onsets_per_tr", as: Double.self)     // the onsets of each row's words
    /// ```
    ///
    /// Throws `TableError` where there is no such column, a cell is no list, or an element is of another type.
    public func lists<T: TableValue>(in name: String, as type: T.Type) throws -> [[T]] {
        try parsedLists(in: name).enumerated().map { row, values in
            do {
                return try values.map { try T(tableValue: $0) }
            } catch let error as ValueMismatch {
                throw TableError(column: name, "row \(row) has a list with something else than \(error.type)")
            }
        }
    }

    /// A table with a row for each element of the lists that some columns write as Python does; the other columns
    /// repeat their values.
    ///
    /// ```swift
    /// let words = try table.explodingLists("words_per_tr", "onsets_per_tr", "durations_per_tr")
    /// ```
    ///
    /// A row whose lists are empty stays one row with missing values, as with pandas' `explode`. Throws `TableError`
    /// where there is no such column or one is named twice, a cell is no list, or the lists of a row differ in length.
    public func explodingLists(_ names: String...) throws -> DataTable {
        if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
            throw TableError(column: names[twice], "is named twice, and its lists become rows once")
        }
        let lists = try names.map { try parsedLists(in: $0) }
        var rows: [Int] = []
        var values = [[Value]](repeating: [], count: names.count)
        for row in 0..<rowCount {
            let count = lists.first?[row].count ?? 1
            for (name, list) in zip(names, lists) where list[row].count != count {
                throw TableError(
                    column: name,
                    "has a list of \(list[row].count) in row \(row), where \"\(names[0])\" has one of \(count)"
                )
            }
            rows += [Int](repeating: row, count: max(1, count))
            for column in names.indices { values[column] += count == 0 ? [.missing] : lists[column][row] }
        }
        let new = Dictionary(uniqueKeysWithValues: zip(names, values))
        return DataTable(
            fitting: try columns.map { column in
                try new[column.name].map { try Column(column.name, values: $0) } ?? column.taking(rows)
            }, rowCount: rows.count)
    }

    private func parsedLists(in name: String) throws -> [[Value]] {
        let column = try self[name]
        return try column.values.enumerated().map { row, value in
            if value.isMissing { return [] }
            let text = value.description
            switch PythonLiteral.parse(text) {
            case .success(.list(let elements)):
                return try elements.map { element in
                    guard let value = Value(element) else {
                        throw TableError(column: name, "has a \(element.kind) in the list of row \(row)")
                    }
                    return value
                }
            case .success(let other):
                throw TableError(
                    column: name,
                    "should have a list of Python in row \(row), but has a \(other.kind): \(text.prefix(60))")
            case .failure(let error):
                throw TableError(
                    column: name,
                    "should have a list of Python in row \(row): \(error.reason) at character \(error.offset) of \(text.prefix(60))"
                )
            }
        }
    }
}

extension DataTable.Value {
    /// The cell of a value of Python; nil if no cell can hold it.
    init?(_ value: PythonValue) {
        switch value {
        case .none: self = .missing
        case .boolean(let boolean): self = .bool(boolean)
        case .integer(let integer): self = .int(integer)
        case .number(let number): self = number.isNaN ? .missing : .double(number)
        case .text(let text): self = .string(text)
        default: return nil
        }
    }
}
