import Display

extension DataTable {
    /// The rows of this table, and below them those of another with the same columns, in any order.
    ///
    /// Whole numbers above others become `Double`. Throws `TableError` if the columns are not the same, unless
    /// `fillingMissing` says that values are missing there, or their types do not fit.
    public func appending(_ other: DataTable, fillingMissing: Bool = false) throws -> DataTable {
        try DataTable.concatenating([self, other], fillingMissing: fillingMissing)
    }

    /// The table with a further row of values by the names of their columns.
    ///
    /// Throws `TableError` if a column is not there or has no value, or a value is of another type.
    public func appending(row: KeyValuePairs<String, (any TableValue)?>) throws -> DataTable {
        let columns = try row.map { try Column($0.key, values: [$0.value?.tableValue ?? .missing]) }
        if columnCount > 0 {
            for (name, _) in row where !hasColumn(name) {
                throw TableError.noColumn(name, among: columnNames)
            }
            let given = Set(row.map { $0.key })
            let lacking = columnNames.filter { !given.contains($0) }.map { "\"\($0)\"" }
            guard lacking.isEmpty else {
                throw TableError(
                    "the row has no value for \(lacking.joined(separator: ", ")); nil is one that is missing")
            }
        }
        return try appending(try DataTable(columns))
    }

    /// The rows of tables with the same columns, one below the other. A table without columns and rows adds nothing.
    ///
    /// - Parameters:
    ///   - tables: The tables, from the top; the first one says in which order the columns stand.
    ///   - fillingMissing: Whether tables may lack columns of others, whose values are missing there.
    ///
    /// Throws `TableError` if the columns are not the same, or their types do not fit.
    public static func concatenating(_ tables: [DataTable], fillingMissing: Bool = false) throws -> DataTable
    {
        guard let first = tables.first else { return DataTable() }
        var names: [String] = []
        for table in tables { names += table.columnNames.filter { !names.contains($0) } }
        let columns = try names.map { name in
            var storage: ColumnStorage?
            for (index, table) in tables.enumerated() where table.columnCount > 0 || table.rowCount > 0 {
                let part = table.indices[name].map { table.columns[$0].storage }
                guard part != nil || fillingMissing else {
                    throw TableError(
                        column: name,
                        "is not in table \(index), which has \(table.columnNames.map { "\"\($0)\"" }.joined(separator: ", ")); "
                            + "say fillingMissing: true if its values are missing there")
                }
                let next = part ?? .missing(table.rowCount, type: storage?.type ?? .double)
                if storage == nil {
                    storage = next
                } else if storage?.append(next) == false {
                    throw TableError(
                        column: name,
                        "is of \(next.type) in table \(index) and of \(storage?.type ?? next.type) above: "
                            + (storage ?? next).conflict(with: next))
                }
            }
            return Column(name: name, storage ?? .double([]))
        }
        return first.with(DataTable(fitting: columns, rowCount: tables.reduce(0) { $0 + $1.rowCount }))
    }
}
