import Display

extension DataTable {
    /// The table with some of its columns, in the order asked for; throws `TableError` if one is not there.
    public func selecting(_ names: [String]) throws -> DataTable {
        let selected = try names.map { try self[$0] }
        let checked = try DataTable(selected)
        return with(DataTable(fitting: checked.columns, rowCount: rowCount))
    }

    /// The table with some of its columns, in the order asked for; throws `TableError` if one is not there.
    public func selecting(_ names: String...) throws -> DataTable { try selecting(names) }

    /// The table with some of its columns; throws `TableError` if one is not there.
    public subscript(names: [String]) -> DataTable { get throws { try selecting(names) } }

    /// The table without some of its columns; throws `TableError` if one is not there.
    public func removing(_ names: [String]) throws -> DataTable {
        let gone = Set(try names.map(index(of:)))
        return withColumns(columns.indices.filter { !gone.contains($0) }.map { columns[$0] })
    }

    /// The table without some of its columns; throws `TableError` if one is not there.
    public func removing(_ names: String...) throws -> DataTable { try removing(names) }

    /// The table with other names for some columns, old names to new ones.
    ///
    /// Throws `TableError` if there is no such column, or two would have one name.
    public func renaming(_ names: KeyValuePairs<String, String>) throws -> DataTable {
        var columns = columns
        for (old, new) in names { columns[try index(of: old)].name = new }
        return with(DataTable(fitting: try DataTable(columns).columns, rowCount: rowCount))
    }

    /// The given rows, counted from zero, in their order; throws `TableError` if one is not there.
    public subscript(rows rows: some Sequence<Int>) -> DataTable {
        get throws {
            var chosen: [Int] = []
            // One by one: a sequence may have no end.
            for row in rows {
                guard row >= 0, row < rowCount else { throw noRow(row) }
                chosen.append(row)
            }
            return taking(chosen)
        }
    }

    /// The rows from one on, counted from zero: `table[rows: 3...]`; throws `TableError` if there are not as many.
    public subscript(rows rows: PartialRangeFrom<Int>) -> DataTable {
        get throws {
            let first = rows.lowerBound
            guard first >= 0, first <= rowCount else { throw noRow(first) }
            return taking(Array(first..<rowCount))
        }
    }

    private func noRow(_ row: Int) -> TableError {
        TableError("there is no row \(row): the table has \(Number.counted(rowCount, "row")), from 0")
    }

    /// The rows where a flag is set; throws `TableError` if there are not as many flags as rows.
    public subscript(rows flags: [Bool]) -> DataTable {
        get throws {
            guard flags.count == rowCount else {
                throw TableError("\(flags.count) flags were given for \(Number.counted(rowCount, "row"))")
            }
            return taking(flags.indices.filter { flags[$0] })
        }
    }

    /// The first rows, or all where there are fewer.
    public func prefix(_ count: Int = 5) -> DataTable {
        taking(Array(0..<Swift.max(0, Swift.min(count, rowCount))))
    }

    /// The last rows, or all where there are fewer.
    public func suffix(_ count: Int = 5) -> DataTable {
        taking(Array(rowCount - Swift.max(0, Swift.min(count, rowCount))..<rowCount))
    }

    /// The rows for which `condition` holds.
    ///
    /// ```swift
    /// try table.filter { try $0["rt"] > 0.3 && $0["condition"] == "face" }
    /// ```
    ///
    /// Throws what `condition` throws.
    public func filter(_ condition: (Row) throws -> Bool) throws -> DataTable {
        taking(try (0..<rowCount).filter { try condition(Row(table: self, index: $0)) })
    }

    /// The rows where the value of a column fulfils a condition; those without a value do not.
    ///
    /// ```swift
    /// try table.filter("rt") { (rt: Double) in rt > 0.3 }
    /// try table.filter("group") { (group: String?) in group != "control" }   // here a missing one is nil
    /// ```
    ///
    /// Throws `TableError` if there is no such column or it is of another type, and what `condition` throws.
    public func filter<T: TableValue>(_ name: String, _ condition: (T) throws -> Bool) throws -> DataTable {
        let column = try self[name]
        let rows = column.rows(for: T.self)
        let values = try column.taking(rows).values(as: T.self)
        return taking(try zip(rows, values).filter { try condition($0.1) }.map(\.0))
    }

    /// The given rows; a negative one is a row of missing values.
    func taking(_ rows: [Int]) -> DataTable {
        with(DataTable(fitting: columns.map { $0.taking(rows) }, rowCount: rows.count))
    }

    func withColumns(_ columns: [Column]) -> DataTable {
        with(DataTable(fitting: columns, rowCount: rowCount))
    }

    /// Another table under the title of this one.
    func with(_ table: DataTable) -> DataTable {
        var table = table
        table.title = title
        return table
    }
}
