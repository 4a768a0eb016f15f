import Display
import Figures
import Tensors

extension Matrix: Displayable {
    /// The shape and the first rows and columns.
    public var mimeBundle: MIMEBundle {
        let shown = (rows: min(rows, 8), columns: min(columns, 8))
        var table: [Table.Column] = [
            .text("", (0..<shown.rows).map { "\($0)" } + (rows > shown.rows ? ["…"] : []))
        ]
        for column in 0..<shown.columns {
            let cells = (0..<shown.rows).map { Matrix.text(Double(self[$0, column])) }
            table.append(.init("\(column)", numbers: cells + (rows > shown.rows ? ["…"] : [])))
        }
        if columns > shown.columns { table.append(.text("…", [String](repeating: "…", count: shown.rows))) }
        return Table("Matrix<\(Element.self)>: \(Number.grouped(rows)) x \(Number.grouped(columns))", table)
            .mimeBundle
    }

    private static func text(_ value: Double) -> String {
        value == 0 || (abs(value) >= 0.001 && abs(value) < 100_000)
            ? Number.fixed(value, 4) : Number.short(value)
    }
}
