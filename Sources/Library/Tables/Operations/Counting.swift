import Display

extension DataTable {
    /// The first row of each combination of values in the named columns; of all columns if none is named.
    ///
    /// Throws `TableError` if there is no such column.
    public func droppingDuplicates(by names: String...) throws -> DataTable {
        let keys = try names.isEmpty ? columns : names.map { try self[$0] }
        return taking(KeyCodes(keys.map(\.storage), rowCount: rowCount).firstRows)
    }

    /// How often each combination of values in the named columns is there, the most frequent first.
    ///
    /// Throws `TableError` if there is no such column, or none is named.
    public func valueCounts(_ names: String...) throws -> DataTable {
        guard !names.isEmpty else { throw TableError("valueCounts needs the name of a column") }
        let counts = try grouped(by: names).aggregated(DataTable.Aggregation.rows.named("count"))
        let total = Double(Swift.max(rowCount, 1))
        let shares = try counts["count", as: Int.self].map { Double($0) / total }
        return try counts.adding("share", shares).sorted(by: .descending("count"))
    }

    /// What the columns hold: a row for each, with its type, how many values are there and missing, how many are
    /// different, and of numbers mean, standard deviation and quantiles.
    public func described() -> DataTable {
        func each(_ value: ([Double]) -> Double) -> [Double] {
            columns.map { column in
                guard column.type.isNumeric, let numbers = try? column.numbers() else { return .nan }
                return value(numbers.filter { !$0.isNaN })
            }
        }
        return DataTable(
            fitting: [
                Column("column", columnNames), Column("type", columnTypes.map(\.rawValue)),
                Column("count", columns.map { $0.count - $0.missingCount }),
                Column("missing", columns.map(\.missingCount)),
                Column("distinct", columns.map { $0.unique.count }),
                Column("mean", each(Statistics.mean)), Column("sd", each(Statistics.standardDeviation)),
                Column("min", each { Statistics.quantile($0, 0) }),
                Column("25%", each { Statistics.quantile($0, 0.25) }),
                Column("50%", each { Statistics.quantile($0, 0.5) }),
                Column("75%", each { Statistics.quantile($0, 0.75) }),
                Column("max", each { Statistics.quantile($0, 1) }),
            ], rowCount: columnCount)
    }
}

extension DataTable.Column {
    /// The different values that are not missing, in the order in which they first come up.
    public var unique: [DataTable.Value] {
        KeyCodes([storage], rowCount: count).firstRows.filter { !storage.isMissing($0) }.map { storage[$0] }
    }
}
