import Display
import Foundation
import Text

extension DataTable: Displayable, CustomStringConvertible {
    /// The table as aligned text, in a few lines; `csv` has all of it.
    public var description: String { PlainTable(self).text }

    public var mimeBundle: MIMEBundle {
        MIMEBundle(["text/plain": .text(description), "text/html": .text(html)])
    }

    /// The table as HTML, whose headings sort it; a long one has its first rows alone.
    public var html: String {
        let rows = rowCount <= 60 ? rowCount : 50
        let shown = columns.prefix(40)
        var below: [String] = []
        if rowCount > rows {
            below.append(
                "… \(Number.grouped(rowCount - rows)) more rows; sorting orders the \(rows) that are shown.")
        }
        if columnCount > shown.count { below.append(moreColumns(behind: shown.count)) }
        if columns.isEmpty {
            below.append("(no columns)")
        } else if rowCount == 0 {
            below.append("(no rows)")
        }
        return SortableTable(
            title: title,
            columns: shown.map { column in
                let texts = ShownCells(column.storage, rows: Array(0..<rows), limit: 120)
                return SortableTable.Column(
                    column.name, detail: column.type.rawValue, isNumeric: column.type.isNumeric,
                    cells: texts.cells,
                    keys: (0..<rows).map { row in
                        let value = column.storage[row]
                        return value.isMissing ? nil : String(value.description.prefix(1000))
                    })
            },
            rowCount: rows, notes: below + [size] + notes
        ).html
    }

    var size: String { "\(Number.counted(rowCount, "row")), \(Number.counted(columnCount, "column"))" }

    func moreColumns(behind shown: Int) -> String {
        let names = columnNames[shown...]
        let listed = names.prefix(20).joined(separator: ", ")
        return "… \(Number.counted(names.count, "more column")): \(listed)\(names.count > 20 ? ", …" : "")"
    }
}

/// The cells of some rows of a column as they are shown.
struct ShownCells {
    let cells: [String]

    init(_ storage: ColumnStorage, rows: [Int], limit: Int) {
        switch storage {
        case .double(let values):
            let text = NumberText(rows.map { values[$0] })
            cells = rows.map { values[$0].isNaN ? "n/a" : text.text(values[$0]) }
        default: cells = rows.map { Self.oneLine(storage[$0].description, limit) }
        }
    }

    /// A text without line ends and control characters, cut if it is long.
    static func oneLine(_ text: String, _ limit: Int) -> String {
        let head = text.prefix(limit + 1)
        let plain = String(head).onOneLine
        return head.count > limit ? plain.prefix(limit) + "…" : plain
    }
}

/// A table as aligned text: the first rows and the last, and as many columns as fit.
private struct PlainTable {
    let table: DataTable
    /// How many characters a line has.
    private let width = 110

    init(_ table: DataTable) { self.table = table }

    var text: String {
        var lines: [String] = table.title.isEmpty ? [] : [table.title]
        guard !table.columns.isEmpty else {
            return (lines + ["(no columns)"] + table.notes).joined(separator: "\n")
        }
        let count = table.rowCount
        let rows = count <= 16 ? Array(0..<count) : Array(0..<10) + Array(count - 3..<count)
        let columns = shownColumns(rows)
        func line(_ text: ((cells: [String], isNumeric: Bool)) -> String) -> String {
            let padded = columns.map { column in
                let text = text(column)
                let space = String(repeating: " ", count: self.width(column.cells) - text.count)
                return column.isNumeric ? space + text : text + space
            }
            return padded.joined(separator: "  ").trimmingSuffix(" ")
        }
        for row in 0..<2 { lines.append(line { $0.cells[row] }) }
        lines.append(
            String(
                repeating: "─", count: columns.reduce(0) { $0 + width($1.cells) } + 2 * (columns.count - 1)))
        for (place, row) in rows.enumerated() {
            if place > 0, row != rows[place - 1] + 1 {
                lines.append("… \(Number.grouped(row - rows[place - 1] - 1)) more rows")
            }
            lines.append(line { $0.cells[place + 2] })
        }
        lines.append(table.size)
        if columns.count < table.columnCount { lines.append(table.moreColumns(behind: columns.count)) }
        return (lines + table.notes).joined(separator: "\n")
    }

    /// Heading, type and cells of the columns that fit in a line, at least one.
    private func shownColumns(_ rows: [Int]) -> [(cells: [String], isNumeric: Bool)] {
        var shown: [(cells: [String], isNumeric: Bool)] = []
        var used = 0
        for column in table.columns {
            let cells =
                [ShownCells.oneLine(column.name, 40), column.type.rawValue]
                + ShownCells(column.storage, rows: rows, limit: 40).cells
            used += width(cells) + 2
            if !shown.isEmpty, used > width { break }
            shown.append((cells, column.type.isNumeric))
        }
        return shown
    }

    private func width(_ cells: [String]) -> Int { cells.map(\.count).max() ?? 0 }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self[...]
        while text.last == character { text.removeLast() }
        return String(text)
    }
}
