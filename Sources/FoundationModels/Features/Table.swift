import Display

/// A small table as text and as HTML.
struct Table: Displayable {
    let title: String
    let header: [String]
    let rows: [[String]]

    var mimeBundle: MIMEBundle {
        MIMEBundle(["text/plain": .text(plain), "text/html": .text(html)])
    }

    private var plain: String {
        let lines = (header.isEmpty ? [] : [header]) + rows
        let widths = (0..<(lines.first?.count ?? 0)).map { column in lines.map { $0[column].count }.max() ?? 0
        }
        let body = lines.map { line in
            zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(
                separator: "  "
            )
            .trimmingSuffix(while: \.isWhitespace)
        }
        return ([title] + body).joined(separator: "\n")
    }

    private var html: String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag) style=\"text-align:left\">\(escaped($0))</\(tag)>" }.joined()
                + "</tr>"
        }
        let head = header.isEmpty ? "" : "<thead>\(row(header, "th"))</thead>"
        let body = rows.map { row($0, "td") }.joined()
        return "<table><caption style=\"text-align:left;font-weight:bold\">\(escaped(title))</caption>"
            + "\(head)<tbody>\(body)</tbody></table>"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        guard let end = lastIndex(where: { !predicate($0) }) else { return "" }
        return String(self[...end])
    }
}
