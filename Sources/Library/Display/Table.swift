import Foundation
import Text

/// Columns of text and numbers under headings; shows itself as an HTML table and as aligned text.
///
/// ```swift
/// Table("Scores", [.text("region", ["V1", "IT"]), .numbers("mean r", [0.31, 0.22], decimals: 3)])
/// ```
public struct Table: Displayable, Sendable, CustomStringConvertible {
    /// One column of a table.
    public struct Column: Sendable {
        /// What stands above the column.
        public let heading: String
        /// The cells, from the top.
        public let cells: [String]
        /// Whether the cells are numbers, which align at the right.
        public let isNumeric: Bool
        /// What the cells were made of, with all digits.
        package let values: Values

        /// What the cells of a column were made of.
        package enum Values: Sendable {
            case texts([String])
            case numbers([Double])
            case counts([Int])
            case intervals([ClosedRange<Double>?])
        }

        /// A column of cells that align at the right.
        ///
        /// - Parameters:
        ///   - heading: what stands above the column.
        ///   - cells: the cells, from the top.
        public init(_ heading: String, numbers cells: [String]) {
            self.init(heading: heading, cells: cells, isNumeric: true)
        }

        package init(heading: String, cells: [String], isNumeric: Bool, values: Values? = nil) {
            self.heading = heading
            self.cells = cells
            self.isNumeric = isNumeric
            self.values = values ?? .texts(cells)
        }

        /// A column of text.
        public static func text(_ heading: String, _ cells: [String]) -> Column {
            Column(heading: heading, cells: cells, isNumeric: false)
        }

        /// A column of numbers with a fixed count of decimals; NaN is "n/a".
        ///
        /// - Parameters:
        ///   - heading: what stands above the column.
        ///   - values: the numbers, from the top.
        ///   - decimals: how many digits follow the decimal point.
        public static func numbers(_ heading: String, _ values: [Double], decimals: Int = 3) -> Column {
            Column(
                heading: heading, cells: values.map { Number.fixed($0, decimals) }, isNumeric: true,
                values: .numbers(values))
        }

        /// A column of p values: four decimals, and "< 0.0001" below them.
        public static func probabilities(_ heading: String, _ values: [Double]) -> Column {
            Column(
                heading: heading, cells: values.map(Number.probability), isNumeric: true,
                values: .numbers(values))
        }

        /// A column of shares of one, shown in percent.
        package static func percents(_ heading: String, _ shares: [Double]) -> Column {
            let cells = shares.map { $0.isNaN ? "n/a" : Number.fixed($0 * 100, 1) + " %" }
            return Column(heading: heading, cells: cells, isNumeric: true, values: .numbers(shares))
        }

        /// A column of intervals, shown with three decimals; nil is "n/a".
        package static func intervals(_ heading: String, _ values: [ClosedRange<Double>?]) -> Column {
            let cells = values.map { interval in
                interval.map { "\(Number.fixed($0.lowerBound, 3)) to \(Number.fixed($0.upperBound, 3))" }
                    ?? "n/a"
            }
            return Column(heading: heading, cells: cells, isNumeric: false, values: .intervals(values))
        }

        /// A column of bars made of characters, each with its count.
        public static func bars(_ heading: String, _ counts: [Int]) -> Column {
            let bars = TextBar.bars(counts.map(Double.init))
            return Column(
                heading: heading,
                cells: zip(bars, counts).map {
                    [$0, Number.grouped($1)].filter { !$0.isEmpty }.joined(separator: " ")
                },
                isNumeric: false, values: .counts(counts))
        }

        /// A column of whole numbers.
        public static func counts(_ heading: String, _ values: [Int]) -> Column {
            Column(
                heading: heading, cells: values.map(Number.grouped), isNumeric: true, values: .counts(values))
        }
    }

    /// What the table is called.
    public var title: String
    /// The columns, from the left.
    public let columns: [Column]
    /// How many rows are shown; the rest is counted below the table.
    public var rowLimit = 200
    /// Lines below the table.
    public var notes: [String]
    /// Whether the value that the table shows has more than it.
    package var isExcerpt = false

    /// A table of columns; shorter columns end in empty cells.
    ///
    /// - Parameters:
    ///   - title: what stands above the table; empty for none.
    ///   - columns: the columns, from the left.
    ///   - notes: lines below the table.
    public init(_ title: String = "", _ columns: [Column], notes: [String] = []) {
        self.title = title
        self.columns = columns
        self.notes = notes
    }

    /// A table of rows of text under a header, which may be empty; without one it is a card of names and values.
    package init(title: String, header: [String], rows: [[String]], notes: [String] = []) {
        let width = max(header.count, rows.map(\.count).max() ?? 0)
        let columns = (0..<width).map { place in
            Column.text(
                header.indices.contains(place) ? header[place] : "",
                rows.map { $0.indices.contains(place) ? $0[place] : "" })
        }
        self.init(title, columns, notes: notes)
    }

    /// How many rows the table has.
    public var rowCount: Int { columns.map(\.cells.count).max() ?? 0 }

    private var shownRows: Int { max(0, min(rowLimit, rowCount)) }

    private func cell(_ column: Column, _ row: Int) -> String {
        row < column.cells.count ? column.cells[row] : ""
    }

    /// By what a cell is sorted: its value with all digits; nil if it has none.
    private func key(_ column: Column, _ row: Int) -> String? {
        switch column.values {
        case .texts: cell(column, row)
        case .numbers(let values): row < values.count && !values[row].isNaN ? "\(values[row])" : nil
        case .counts(let values): row < values.count ? String(values[row]) : nil
        case .intervals(let values): row < values.count ? values[row].map { "\($0.lowerBound)" } : nil
        }
    }

    private var remainder: String? {
        rowCount > shownRows ? "… \(Number.grouped(rowCount - shownRows)) more rows" : nil
    }

    /// The table as aligned text.
    public var description: String {
        var lines: [String] = title.isEmpty ? [] : [title]
        guard !columns.isEmpty else {
            return (lines + (notes.isEmpty ? ["(no columns)"] : notes)).joined(separator: "\n")
        }
        let headings = columns.map(\.heading.onOneLine)
        let cells = columns.map { column in (0..<shownRows).map { cell(column, $0).onOneLine } }
        // A cell that is wider moves the rest of its own row alone: one long name is no megabyte of spaces in others.
        let widths = zip(headings, cells).map { heading, cells in
            min(200, max(heading.count, cells.map(\.count).max() ?? 0))
        }
        func line(_ texts: [String]) -> String {
            let padded = zip(zip(texts, widths), columns).map { pair, column in
                let space = String(repeating: " ", count: max(0, pair.1 - pair.0.count))
                return column.isNumeric ? space + pair.0 : pair.0 + space
            }
            var text = padded.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        if headings.contains(where: { !$0.isEmpty }) { lines.append(line(headings)) }
        lines.append(String(repeating: "─", count: widths.reduce(0, +) + 2 * (columns.count - 1)))
        for row in 0..<shownRows { lines.append(line(cells.map { $0[row] })) }
        if rowCount == 0 { lines.append("(no rows)") }
        if let remainder { lines.append(remainder) }
        lines += notes
        return lines.joined(separator: "\n")
    }

    /// The table as HTML, whose headings sort it.
    public var html: String {
        SortableTable(
            title: title,
            columns: columns.map { column in
                .init(
                    column.heading, isNumeric: column.isNumeric,
                    cells: (0..<shownRows).map { cell(column, $0) },
                    keys: (0..<shownRows).map { key(column, $0) })
            },
            rowCount: shownRows, notes: (remainder.map { [$0] } ?? []) + notes
        ).html
    }

    public var mimeBundle: MIMEBundle {
        var bundle = MIMEBundle(["text/plain": .text(description), "text/html": .text(html)])
        bundle.tables = [self]
        return bundle
    }
}
