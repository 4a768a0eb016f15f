import Display

/// A small table with an optional histogram and notes, as text and as HTML.
struct SummaryTable: Displayable {
    let title: String
    let rows: [[String]]
    var bars: [(name: String, count: Int)] = []
    var notes: [String] = []

    var mimeBundle: MIMEBundle { MIMEBundle(["text/plain": .text(text), "text/html": .text(html)]) }

    private var text: String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let table = rows.map { row in
            zip(row, widths).map { cell, width in
                String(repeating: " ", count: width - cell.count) + cell
            }.joined(separator: "  ")
        }
        let nameWidth = bars.map(\.name.count).max() ?? 0
        let largest = max(bars.map(\.count).max() ?? 1, 1)
        let histogram = bars.map { bar in
            bar.name + String(repeating: " ", count: nameWidth - bar.name.count + 2)
                + String(repeating: "█", count: (bar.count * 30 + largest - 1) / largest) + " \(bar.count)"
        }
        return ([title] + table + histogram + notes).joined(separator: "\n")
    }

    private var html: String {
        let cells = rows.enumerated().map { index, row in
            let tag = index == 0 ? "th" : "td"
            return "<tr>" + row.map { "<\(tag)>\($0)</\(tag)>" }.joined() + "</tr>"
        }
        let largest = max(bars.map(\.count).max() ?? 1, 1)
        let histogram = bars.map { bar in
            """
            <tr><td>\(bar.name)</td><td style="text-align:left"><span style="display:inline-block;height:0.7em;\
            background:#2a78b5;width:\(bar.count * 160 / largest)px"></span> \(bar.count)</td></tr>
            """
        }
        return "<div><b>\(title)</b>"
            + (cells.isEmpty ? "" : "<table>\(cells.joined())</table>")
            + (histogram.isEmpty ? "" : "<table>\(histogram.joined())</table>")
            + notes.map { "<div>\($0)</div>" }.joined() + "</div>"
    }
}
