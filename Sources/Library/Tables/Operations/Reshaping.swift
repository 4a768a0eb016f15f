import Display

extension DataTable {
    /// A row for each combination of some columns and a column for each value of another (long to wide).
    ///
    /// ```swift
    /// let means = try events.grouped(by: "subject", "condition").aggregated(.mean("rt"))
    /// try means.pivoted(rows: "subject", columns: "condition", values: "rt_mean")
    /// ```
    ///
    /// Rows and columns come in the order in which they first come up; what is not there is missing. Throws `TableError`
    /// where a column is not there, or a cell would have several values and no aggregation says which.
    ///
    /// - Parameters:
    ///   - rows: the columns whose combinations become rows.
    ///   - columns: the column whose values become columns.
    ///   - values: the column that fills the cells.
    ///   - aggregation: how several values of one cell become one, such as `DataTable.Aggregation.mean`; nil refuses
    ///     them.
    public func pivoted(
        rows: String..., columns: String, values: String, aggregation: ((String) -> Aggregation)? = nil
    ) throws -> DataTable {
        let rowKeys = try selecting(rows)
        let rowCodes = KeyCodes(rowKeys.columns.map(\.storage), rowCount: rowCount)
        let across = try self[columns]
        let columnCodes = KeyCodes([across.storage], rowCount: rowCount)
        let cells = try self[values]
        var groups = [[[Int]]](
            repeating: [[Int]](repeating: [], count: rowCodes.keyCount), count: columnCodes.keyCount)
        for row in 0..<rowCount { groups[columnCodes.codes[row]][rowCodes.codes[row]].append(row) }
        var result = rowKeys.taking(rowCodes.firstRows).columns
        for (code, first) in columnCodes.firstRows.enumerated() {
            let name = across.storage[first].description
            if let aggregation {
                let filled = groups[code].map { $0.isEmpty ? -1 : 0 }
                let column = try aggregation(values).column(of: self, groups[code])
                // A combination that is not there has no sum of zero.
                let rows = filled.enumerated().map { $1 < 0 ? -1 : $0 }
                result.append(Column(name: name, column.storage.taking(rows)))
                continue
            }
            if let many = groups[code].firstIndex(where: { $0.count > 1 }) {
                let row = groups[code][many][0]
                let place = try rows.map { "\($0) = \(try self[$0][row])" }.joined(separator: ", ")
                throw TableError(
                    column: values,
                    "has \(groups[code][many].count) values for \(place), \(columns) = \(name): say how they become "
                        + "one, for instance aggregation: DataTable.Aggregation.mean")
            }
            result.append(Column(name: name, cells.storage.taking(groups[code].map { $0.first ?? -1 })))
        }
        return with(DataTable(fitting: try DataTable(result).columns, rowCount: rowCodes.keyCount))
    }

    /// A row for each value of some columns, whose names become a column too (wide to long).
    ///
    /// ```swift
    /// let wide = try DataTable(["subject": ["01", "02"], "face": [0.41, 0.39], "house": [0.52, 0.47]])
    /// try wide.melted(keeping: "subject", names: "condition", values: "rt")
    /// ```
    ///
    /// - Parameters:
    ///   - kept: The columns that are repeated for each of the others.
    ///   - columns: The columns that become rows; all others if nil.
    ///   - names: What the column of their names is called.
    ///   - values: What the column of their values is called.
    ///
    /// Throws `TableError` if a column is not there, or the values are of types that no column holds.
    public func melted(
        keeping kept: String..., columns: [String]? = nil, names: String = "variable",
        values: String = "value"
    ) throws -> DataTable {
        let keptColumns = try kept.map { try self[$0] }
        let melted = try columns?.map { try self[$0] } ?? self.columns.filter { !kept.contains($0.name) }
        guard let first = melted.first else { throw TableError("there is no column to be made into rows") }
        var storage = first.storage
        for column in melted.dropFirst() {
            guard storage.append(column.storage) else {
                throw TableError(
                    column: column.name,
                    "is of \(column.type), and \"\(first.name)\" of \(first.type): "
                        + storage.conflict(with: column.storage))
            }
        }
        let rows = melted.flatMap { _ in 0..<rowCount }
        let labels = melted.flatMap { column in [String](repeating: column.name, count: rowCount) }
        let result =
            keptColumns.map { $0.taking(rows) } + [Column(names, labels), Column(name: values, storage)]
        return with(DataTable(fitting: try DataTable(result).columns, rowCount: rows.count))
    }
}
