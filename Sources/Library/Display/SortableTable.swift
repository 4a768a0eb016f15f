import Text

/// A table as HTML whose rows a reader sorts by clicking a heading: first upward, then downward, then as they came.
///
/// A script of its own does it, without network and without ids, so that the same table is the same text in every saved
/// notebook. Where scripts do not run (an untrusted notebook), the table is a plain one.
package struct SortableTable {
    /// One column: what is shown, and by what it is sorted.
    package struct Column {
        package var heading: String
        /// Below the heading, small.
        package var detail: String
        package var isNumeric: Bool
        package var cells: [String]
        /// What each cell is sorted by, where that is more than is shown; nil if a value is missing, which comes last.
        package var keys: [String?]?

        package init(
            _ heading: String, detail: String = "", isNumeric: Bool, cells: [String], keys: [String?]? = nil
        ) {
            self.heading = heading
            self.detail = detail
            self.isNumeric = isNumeric
            self.cells = cells
            self.keys = keys
        }
    }

    package var title: String
    package var columns: [Column]
    package var rowCount: Int
    /// Lines below the table.
    package var notes: [String]

    package init(title: String, columns: [Column], rowCount: Int, notes: [String]) {
        self.title = title
        self.columns = columns
        self.rowCount = rowCount
        self.notes = notes
    }

    package var html: String {
        // Dollar signs are no formulas here (MathJax 3 and 2).
        var html = "<div class=\"mathjax_ignore tex2jax_ignore\"><table>"
        if !title.isEmpty {
            html += "<caption style=\"text-align:left;font-weight:600\">\(title.escapedHTML)</caption>"
        }
        html += "<thead><tr>"
        for column in columns {
            let detail =
                column.detail.isEmpty
                ? ""
                : "<br><small style=\"font-weight:normal;opacity:0.6\">\(column.detail.escapedHTML)</small>"
            html +=
                "<th scope=\"col\" style=\"\(Self.style(column))\">\(column.heading.escapedHTML)\(detail)</th>"
        }
        html += "</tr></thead><tbody>"
        for row in 0..<rowCount {
            html += "<tr>"
            for column in columns { html += Self.cell(column, row) }
            html += "</tr>"
        }
        html += "</tbody></table>"
        for note in notes { html += "<div>\(note.escapedHTML)</div>" }
        // A single row has no order, and a card of names and values, which has no headings, its own.
        let isSortable = rowCount > 1 && columns.contains { !$0.heading.isEmpty }
        return html + (isSortable ? "<script>\(Self.script)</script>" : "") + "</div>"
    }

    private static func style(_ column: Column) -> String {
        "text-align:\(column.isNumeric ? "right" : "left")"
    }

    private static func cell(_ column: Column, _ row: Int) -> String {
        guard row < column.cells.count else { return "<td></td>" }
        let text = column.cells[row]
        var attributes = " style=\"\(style(column))\""
        if let keys = column.keys {
            if let key = keys[row] {
                // Hovering shows the value with all its digits.
                if key != text {
                    attributes += " data-value=\"\(key.escapedHTML)\" title=\"\(key.escapedHTML)\""
                }
            } else {
                attributes = " data-value=\"\" style=\"\(style(column));opacity:0.5\""
            }
        }
        return "<td\(attributes)>\(text.escapedHTML)</td>"
    }

    /// `document.currentScript` is in the same element as the table, also where a front end inserts it later.
    private static let script = """
        (function (script) {
          var table = script && script.parentNode && script.parentNode.querySelector("table");
          if (!table || !table.tHead) return;
          var body = table.tBodies[0], rows = [].slice.call(body.rows), heads = [].slice.call(table.tHead.rows[0].cells);
          function value(row, column) {
            var cell = row.cells[column], key = cell.getAttribute("data-value");
            return key === null ? cell.textContent.trim() : key;
          }
          function number(text) { return /^[-+]?(inf|Infinity)$/.test(text) ? (text[0] === "-" ? -Infinity : Infinity)
            : Number(text.replace(/,(?=\\d{3})/g, "")); }
          heads.forEach(function (head, column) {
            var mark = document.createElement("span");
            var texts = rows.map(function (row) { return value(row, column); });
            var missing = texts.map(function (text) { return text === "" || text === "n/a"; });
            var numeric = texts.every(function (text, i) { return missing[i] || !isNaN(number(text)); });
            var keys = numeric ? texts.map(number) : texts;
            function sort() {
              var next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
              heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); other.querySelector("span").textContent = ""; });
              head.setAttribute("aria-sort", next);
              mark.textContent = { none: "", ascending: " \\u25b2", descending: " \\u25bc" }[next];
              var order = rows.map(function (_, i) { return i; });
              if (next !== "none") order.sort(function (a, b) {
                if (missing[a] || missing[b]) return missing[a] - missing[b] || a - b;
                var sign = keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0;
                return (next === "ascending" ? sign : -sign) || a - b;
              });
              order.forEach(function (i) { body.appendChild(rows[i]); });
            }
            mark.setAttribute("aria-hidden", "true");
            head.insertBefore(mark, head.querySelector("br"));
            head.setAttribute("aria-sort", "none");
            head.tabIndex = 0;
            head.style.cursor = "pointer";
            head.title = "Sort";
            head.addEventListener("click", sort);
            head.addEventListener("keydown", function (event) {
              if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); sort(); }
            });
          });
        })(document.currentScript);
        """
}
