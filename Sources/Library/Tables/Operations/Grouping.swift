import Display

extension DataTable {
    /// The rows of a table by the values of some columns.
    public struct Groups: Sendable {
        let table: DataTable
        let names: [String]
        /// The rows of each group, in the order of the table; the groups are sorted by their values.
        let rows: [[Int]]

        /// How many groups there are.
        public var count: Int { rows.count }

        /// The columns by which rows are grouped, with one row for each group.
        public var keys: DataTable {
            DataTable(
                fitting: names.compactMap { name in
                    (try? table[name])?.taking(rows.map { $0[0] })
                }, rowCount: count)
        }

        /// The rows of each group as a table.
        public var tables: [DataTable] { rows.map(table.taking) }

        /// A row for each group: its values, then the requested aggregates.
        ///
        /// ```swift
        /// try events.grouped(by: "subject", "condition").aggregated(.rows, .mean("rt"), .standardError("rt"))
        /// ```
        ///
        /// Missing values are left out. Throws `TableError` if a column is not there or not of numbers, or two results
        /// have one name.
        public func aggregated(_ aggregations: Aggregation...) throws -> DataTable {
            try aggregated(aggregations)
        }

        /// A row for each group: its values, then the requested aggregates.
        public func aggregated(_ aggregations: [Aggregation]) throws -> DataTable {
            var columns = keys.columns
            for aggregation in aggregations { columns.append(try aggregation.column(of: table, rows)) }
            let result = try DataTable(columns)
            return table.with(DataTable(fitting: result.columns, rowCount: count))
        }

        /// The tables that a function makes of each group, one below the other, with the values of the group in front.
        ///
        /// Throws what `transform` throws, and `TableError` if the tables do not fit.
        public func map(_ transform: (DataTable) throws -> DataTable) throws -> DataTable {
            let keys = keys
            let parts = try tables.enumerated().map { index, part in
                let new = try transform(part)
                let repeated = keys.columns.filter { !new.hasColumn($0.name) }
                    .map { $0.taking([Int](repeating: index, count: new.rowCount)) }
                return DataTable(fitting: repeated + new.columns, rowCount: new.rowCount)
            }
            return try DataTable.concatenating(parts)
        }
    }

    /// The rows grouped by the values of columns; a missing value makes its own group, the last one.
    ///
    /// Throws `TableError` if there is no such column, or none is named.
    public func grouped(by names: String...) throws -> Groups { try grouped(by: names) }

    /// The rows grouped by the values of columns; a missing value makes its own group, the last one.
    public func grouped(by names: [String]) throws -> Groups {
        guard !names.isEmpty else { throw TableError("grouped(by:) needs the name of a column") }
        let keys = try selecting(names)
        let codes = KeyCodes(keys.columns.map(\.storage), rowCount: rowCount)
        var order = Array(0..<codes.keyCount)
        let firsts = keys.taking(codes.firstRows)
        for column in firsts.columns.reversed() { order = column.storage.sorted(order, descending: false) }
        let rows = codes.rowsOfKeys
        return Groups(table: self, names: names, rows: order.map { rows[$0] })
    }
}

extension DataTable.Groups: CustomStringConvertible, Displayable {
    /// How many rows each group has.
    public var mimeBundle: MIMEBundle {
        guard var table = try? aggregated(.rows) else {
            return .plain("groups by \(names.joined(separator: ", "))")
        }
        table.title = "\(Number.counted(count, "group")) by \(names.joined(separator: ", "))"
        return table.mimeBundle
    }
}
