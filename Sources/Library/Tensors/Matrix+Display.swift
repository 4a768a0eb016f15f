import Display

extension Matrix: Displayable {
    /// The shape and the first rows and columns.
    public var mimeBundle: MIMEBundle {
        corner(
            title: "Matrix<\(Element.self)>: \(Number.grouped(rows)) x \(Number.grouped(columns))",
            of: (rows, columns)
        ).mimeBundle
    }

    /// At most eight rows and columns, with dots where the whole, `size`, has more.
    package func corner(title: String, of size: (rows: Int, columns: Int)) -> Table {
        let shown = (rows: Swift.min(rows, 8), columns: Swift.min(columns, 8))
        let hasMore = size.rows > shown.rows
        var table: [Table.Column] = [.text("", (0..<shown.rows).map { "\($0)" } + (hasMore ? ["…"] : []))]
        for column in 0..<shown.columns {
            let values = (0..<shown.rows).map { Double(self[$0, column]) }
            table.append(
                .init(
                    heading: "\(column)", cells: values.map(Matrix.text) + (hasMore ? ["…"] : []),
                    isNumeric: true,
                    values: .numbers(values)))
        }
        if size.columns > shown.columns {
            table.append(.text("…", [String](repeating: "…", count: shown.rows)))
        }
        var shownTable = Table(title, table)
        shownTable.isExcerpt = size != shown
        return shownTable
    }

    private static func text(_ value: Double) -> String {
        value == 0 || (Swift.abs(value) >= 0.001 && Swift.abs(value) < 100_000)
            ? Number.fixed(value, 4) : Number.short(value)
    }
}
