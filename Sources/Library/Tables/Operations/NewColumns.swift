import Display

extension DataTable {
    /// The table with a further column at its right.
    ///
    /// Throws `TableError` if its length is another, or the name is taken.
    public func adding(_ column: Column) throws -> DataTable {
        if columns.isEmpty { return with(DataTable(fitting: [column], rowCount: column.count)) }
        guard !hasColumn(column.name) else {
            throw TableError(
                column: column.name, "is there already; replacing(\"\(column.name)\") { … } replaces it")
        }
        try checkLength(of: column)
        return withColumns(columns + [column])
    }

    /// The table with an array as a further column.
    public func adding<T: TableValue>(_ name: String, _ values: [T]) throws -> DataTable {
        try adding(Column(name, values))
    }

    /// The table with a further column that is calculated row by row.
    ///
    /// ```swift
    /// try table.adding("ms") { try $0["rt"] * 1000 }      // missing where the reaction time is
    /// ```
    ///
    /// Throws `TableError` if the name is taken or the values are of different types, and what `value` throws.
    public func adding(_ name: String, _ value: (Row) throws -> Value) throws -> DataTable {
        try adding(try Column(name, values: try rows.map(value)))
    }

    /// The table with a further column that is calculated row by row as a Swift type.
    @_disfavoredOverload
    public func adding<T: TableValue>(_ name: String, _ value: (Row) throws -> T) throws -> DataTable {
        try adding(Column(name, try rows.map(value)))
    }

    /// The table with a column in the place of the one of its name.
    ///
    /// Throws `TableError` if no such name exists, or its length is another.
    public func replacing(_ column: Column) throws -> DataTable {
        let index = try index(of: column.name)
        try checkLength(of: column)
        var columns = columns
        columns[index] = column
        return withColumns(columns)
    }

    /// The table with an array as the values of a column.
    public func replacing<T: TableValue>(_ name: String, with values: [T]) throws -> DataTable {
        try replacing(Column(name, values))
    }

    /// The table with each value of a column replaced by what a function gives for it; missing values stay missing,
    /// unless it takes an optional.
    ///
    /// ```swift
    /// try table.replacing("rt") { (rt: Double) in rt * 1000 }
    /// try table.replacing("group") { (group: String?) in group ?? "none" }
    /// ```
    ///
    /// Throws `TableError` if there is no such column or it is of another type, and what `transform` throws.
    public func replacing<T: TableValue, New: TableValue>(
        _ name: String, _ transform: (T) throws -> New
    ) throws -> DataTable {
        try replacing(try self[name].mapped(transform))
    }

    private func checkLength(of column: Column) throws {
        guard column.count == rowCount else {
            throw TableError(
                column: column.name,
                "has \(Number.counted(column.count, "value")), and the table \(Number.counted(rowCount, "row"))"
            )
        }
    }
}

extension DataTable.Column {
    /// The column of what a function gives for each value; missing values stay missing, unless it takes an optional.
    ///
    /// Throws `TableError` if the values are of another type, and what `transform` throws.
    public func mapped<T: TableValue, New: TableValue>(
        _ transform: (T) throws -> New
    ) throws -> DataTable.Column {
        let rows = rows(for: T.self)
        let values = try taking(rows).values(as: T.self)
        let new = New._storage(try values.map(transform)).storage
        guard rows.count < count else { return with(new) }
        var sources = [Int](repeating: -1, count: count)
        for (source, row) in rows.enumerated() { sources[row] = source }
        return with(new.taking(sources))
    }
}

extension DataTable.Column {
    /// The rows whose values a function of `type` is given: all if it takes an optional, otherwise those with a value.
    func rows<T>(for type: T.Type) -> [Int] {
        let takesMissing = type is any MissingTaking.Type
        return (0..<count).filter { takesMissing || !storage.isMissing($0) }
    }
}

/// Optionals alone.
private protocol MissingTaking {}

extension Optional: MissingTaking {}
