import Display

extension DataTable {
    /// How many values are missing in each column: a row for each.
    public var missingCounts: DataTable {
        DataTable(
            fitting: [
                Column("column", columnNames), Column("missing", columns.map(\.missingCount)),
                Column(
                    "share", columns.map { rowCount == 0 ? .nan : Double($0.missingCount) / Double(rowCount) }
                ),
            ], rowCount: columnCount)
    }

    /// The rows in which none of the named columns has a missing value; of all columns if none is named.
    ///
    /// Throws `TableError` if there is no such column.
    public func droppingMissing(in names: String...) throws -> DataTable {
        let checked = try names.isEmpty ? columns : names.map { try self[$0] }
        return taking((0..<rowCount).filter { row in !checked.contains { $0.storage.isMissing(row) } })
    }

    /// The table with a value in the place of those that are missing in a column.
    ///
    /// Throws `TableError` if there is no such column, or the value is of another type.
    public func fillingMissing(in name: String, with value: some TableValue) throws -> DataTable {
        try replacing(try self[name].fillingMissing(with: value))
    }
}

extension DataTable.Column {
    /// The column with a value in the place of those that are missing.
    ///
    /// Throws `TableError` if the value is of another type.
    public func fillingMissing(with value: some TableValue) throws -> DataTable.Column {
        let value = value.tableValue
        let single = try DataTable.Column(name, values: [value])
        guard !value.isMissing else {
            throw TableError(column: name, "cannot be filled with a missing value")
        }
        guard let both = storage.appending(single.storage) else {
            throw TableError(
                column: name, "is of \(type), and is not filled with the \(single.type) \"\(value)\"")
        }
        guard missingCount > 0 else { return self }
        return with(both.taking((0..<count).map { storage.isMissing($0) ? count : $0 }))
    }
}
