import Display

extension DataTable {
    /// The values of a table that the library shows, with all their digits.
    ///
    /// Columns without a heading are called after their place, and a second one of a name gets a number behind it.
    public init(_ table: Table) {
        let rows = table.rowCount
        var names: Set<String> = []
        let columns = table.columns.enumerated().map { index, column in
            let base = column.heading.isEmpty ? "column \(index + 1)" : column.heading
            var name = base
            var number = 1
            while !names.insert(name).inserted {
                name = "\(base).\(number)"
                number += 1
            }
            return Column(
                name: name, Self.storage(column).taking((0..<rows).map { $0 < column.cells.count ? $0 : -1 }))
        }
        self.init(fitting: columns, rowCount: rows)
        title = table.title
        notes = table.notes
    }

    private static func storage(_ column: Table.Column) -> ColumnStorage {
        switch column.values {
        case .numbers(let values): return .double(values)
        case .counts(let values): return .int(Masked(values))
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
