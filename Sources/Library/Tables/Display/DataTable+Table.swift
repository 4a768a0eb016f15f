import Display

extension DataTable {
    /// The values of a table that the library shows, with all their digits.
    ///
    /// Columns without a heading are called after their place, and a second one of a name gets a number after it.
    ///
    /// - Parameter table: a table that the library shows.
    public init(_ table: Table) {
        let rows = table.rowCount
        var names: Set<String> = []
        var columns: [Column] = []
        func add(_ heading: String, _ storage: ColumnStorage) {
            var name = heading
            var number = 1
            while !names.insert(name).inserted {
                name = "\(heading).\(number)"
                number += 1
            }
            columns.append(
                Column(name: name, storage.taking((0..<rows).map { $0 < storage.count ? $0 : -1 })))
        }
        for (index, column) in table.columns.enumerated() {
            let heading = column.heading.isEmpty ? "column \(index + 1)" : column.heading
            if case .intervals(let intervals) = column.values {
                add(heading + ", low", .double(intervals.map { $0?.lowerBound ?? .nan }))
                add(heading + ", high", .double(intervals.map { $0?.upperBound ?? .nan }))
            } else {
                add(heading, Self.storage(column))
            }
        }
        self.init(fitting: columns, rowCount: rows)
        title = table.title
        notes = table.notes
    }

    /// The values of the table that a result of the library shows, with all their digits.
    ///
    /// ```swift
    /// let heldOut = try ridge.heldOutPredictions(features, to: responses, outer: .kFold(5))
    /// try DataTable(heldOut.scores()).write(to: "scores.csv")
    /// ```
    ///
    /// - Parameter shown: a result that shows one table.
    ///
    /// Throws `TableError` if it shows no table, several, or only a part of its values.
    public init(_ shown: some Displayable) throws {
        if let table = shown as? DataTable {
            self = table
            return
        }
        let tables = shown.mimeBundle.tables
        guard let table = tables.first else { throw TableError("\(type(of: shown)) shows no table") }
        guard tables.count == 1 else {
            throw TableError(
                "\(type(of: shown)) shows \(tables.count) tables: DataTable.tables(of:) gives all of them")
        }
        try Self.checkWhole(table, of: shown)
        self.init(table)
    }

    /// The tables that a result of the library shows, from the top, with all their digits.
    ///
    /// Throws `TableError` if it shows none, or only a part of its values.
    public static func tables(of shown: some Displayable) throws -> [DataTable] {
        if let table = shown as? DataTable { return [table] }
        let tables = shown.mimeBundle.tables
        guard !tables.isEmpty else { throw TableError("\(type(of: shown)) shows no table") }
        for table in tables { try checkWhole(table, of: shown) }
        return tables.map { DataTable($0) }
    }

    private static func checkWhole(_ table: Table, of shown: some Displayable) throws {
        guard !table.isExcerpt else {
            throw TableError(
                "\(type(of: shown)) shows only a part of its values; make a table of its matrix or its arrays: "
                    + "DataTable(matrix, names: names)")
        }
    }

    private static func storage(_ column: Table.Column) -> ColumnStorage {
        switch column.values {
        case .numbers(let values): return .double(values)
        case .counts(let values): return .int(Masked(values))
        case .intervals(let values): return .double(values.map { $0?.lowerBound ?? .nan })
        case .texts(let texts):
            // Numbers that were handed over as they are shown.
            let isNumber =
                column.isNumeric && texts.allSatisfy { $0.isEmpty || $0 == "n/a" || Double($0) != nil }
            guard isNumber else { return .string(TextValues(texts)) }
            return .double(texts.map { Double($0) ?? .nan })
        }
    }
}

extension Table {
    /// The values of the table with all their digits, to be calculated with or written: `try scores.table.data.write(to:)`.
    public var data: DataTable { DataTable(self) }
}
