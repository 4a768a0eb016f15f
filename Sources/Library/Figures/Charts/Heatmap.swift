import Display
import Foundation

/// A grid of colored cells, for instance layer by region, with a color bar and the numbers where they fit.
///
/// ```swift
/// let r = [0.31, 0.12, 0.22, 0.27]                                   // layers x regions, row after row
/// try Heatmap(rows: ["layer 1", "layer 6"], columns: ["V1", "IT"], values: r, valueTitle: "mean r")
/// try Heatmap(rows: ["layer 1", "layer 6"], columns: ["V1", "IT"], values: r.map { $0 - 0.2 }, style: .diverging)
/// ```
public struct Heatmap: DrawnFigure {
    /// A cell by its place, from the upper left.
    public struct Place: Sendable, Hashable {
        public var row: Int
        public var column: Int

        /// The cell of a row and a column, each counted from zero.
        ///
        /// - Parameters:
        ///   - row: the row, counted from zero.
        ///   - column: the column, counted from zero.
        public init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// The names of the rows, from the top.
    public let rows: [String]
    /// The names of the columns, from the left.
    public let columns: [String]
    /// The values of the cells, row after row; NaN leaves a cell empty.
    public let values: [Double]
    /// What the rows are, for instance "layer".
    public var rowTitle: String
    /// What the columns are, for instance "region".
    public var columnTitle: String
    /// What the values are, for instance "mean r".
    public var valueTitle: String
    /// Cells that get an outline.
    public private(set) var outlined: Set<Place> = []
    /// What an outline means, for instance "best layer of the region".
    public private(set) var outlineMeaning = ""
    /// A sign in each cell after its number, row after row, for instance "*"; empty for none.
    public private(set) var signs: [String] = []

    /// A heat map of `rows.count` times `columns.count` values; throws `FigureError.count` for another count.
    ///
    /// - Parameters:
    ///   - rows: the names of the rows, from the top.
    ///   - columns: the names of the columns, from the left.
    ///   - values: the values of the cells, row after row; NaN leaves a cell empty.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - rowTitle: what the rows are, for instance "layer".
    ///   - columnTitle: what the columns are, for instance "region".
    ///   - valueTitle: what the values are, for instance "mean r".
    ///   - style: colors, fonts and grid.
    public init(
        rows: [String], columns: [String], values: [Double], title: String? = nil, note: String? = "",
        rowTitle: String = "", columnTitle: String = "", valueTitle: String = "",
        style: ChartStyle = .standard
    ) throws {
        try Heatmap.check("values", values.count, rows.count, columns.count)
        self.rows = rows
        self.columns = columns
        self.values = values
        self.title = title
        self.note = note
        self.rowTitle = rowTitle
        self.columnTitle = columnTitle
        self.valueTitle = valueTitle
        self.style = style
    }

    /// A heat map whose values `value` gives for a row and a column, each counted from zero.
    ///
    /// - Parameters:
    ///   - rowNames: the names of the rows, from the top.
    ///   - columnNames: the names of the columns, from the left.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - rowTitle: what the rows are, for instance "layer".
    ///   - columnTitle: what the columns are, for instance "region".
    ///   - valueTitle: what the values are, for instance "mean r".
    ///   - style: colors, fonts and grid.
    ///   - value: the value of a cell; NaN leaves it empty.
    public init(
        rowNames: [String], columnNames: [String], title: String? = nil, note: String? = "",
        rowTitle: String = "", columnTitle: String = "", valueTitle: String = "",
        style: ChartStyle = .standard, value: (_ row: Int, _ column: Int) throws -> Double
    ) rethrows {
        rows = rowNames
        columns = columnNames
        values = try rowNames.indices.flatMap { row in try columnNames.indices.map { try value(row, $0) } }
        self.title = title
        self.note = note
        self.rowTitle = rowTitle
        self.columnTitle = columnTitle
        self.valueTitle = valueTitle
        self.style = style
    }

    private static func check(_ what: String, _ count: Int, _ rows: Int, _ columns: Int) throws {
        guard count == rows * columns else {
            throw FigureError.count(
                of: "\(what) of a heat map with \(rows) rows and \(columns) columns",
                expected: rows * columns, got: count)
        }
    }

    /// The heat map with an outline around some cells, and what it means; throws `FigureError.value` for a cell that is
    /// not there.
    public func outlining(_ cells: some Sequence<Place>, meaning: String) throws -> Heatmap {
        var map = self
        map.outlined = Set(cells)
        map.outlineMeaning = meaning
        let isThere = { (cell: Place) in
            rows.indices.contains(cell.row) && columns.indices.contains(cell.column)
        }
        if let stray = map.outlined.first(where: { !isThere($0) }) {
            throw FigureError.value(
                what: "an outlined cell", got: "row \(stray.row), column \(stray.column)",
                expected: "one of \(rows.count) rows and \(columns.count) columns, counted from zero")
        }
        return map
    }

    /// The heat map with its rows as columns, for instance where there are many columns.
    public func transposed() -> Heatmap {
        func turned<Item>(_ cells: [Item]) -> [Item] {
            columns.indices.flatMap { column in rows.indices.map { cells[$0 * columns.count + column] } }
        }
        var map = Heatmap(
            rowNames: columns, columnNames: rows, title: title, note: note, rowTitle: columnTitle,
            columnTitle: rowTitle, valueTitle: valueTitle, style: style
        ) { values[$1 * columns.count + $0] }
        map.outlined = Set(outlined.map { Place(row: $0.column, column: $0.row) })
        map.outlineMeaning = outlineMeaning
        map.signs = signs.isEmpty ? [] : turned(signs)
        return map
    }

    /// The heat map with a sign after each number, row after row; throws `FigureError.count` for another count.
    public func marking(_ signs: [String]) throws -> Heatmap {
        try Heatmap.check("signs", signs.count, rows.count, columns.count)
        var map = self
        map.signs = signs
        return map
    }

    var hasValues: Bool { values.contains(where: \.isFinite) }
    var emptyMessage: String {
        values.isEmpty ? "No cells to show" : "No cell has a finite value (\(values.count) in all)"
    }

    func value(_ place: Place) -> Double { values[place.row * columns.count + place.column] }

    func sign(_ place: Place) -> String {
        signs.isEmpty ? "" : signs[place.row * columns.count + place.column]
    }

    var places: [Place] {
        rows.indices.flatMap { row in columns.indices.map { Place(row: row, column: $0) } }
    }

    var shownNote: String {
        fullNote(note, outlined.isEmpty || outlineMeaning.isEmpty ? "" : "Outlined: \(outlineMeaning).")
    }
}

// MARK: - Text

extension Heatmap {
    public var description: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).description }
        let decimals = max(2, decimals)
        // An outlined cell is starred; the others get a space so that the points stay under one another.
        let star = signs.contains { $0.contains("*") } ? "°" : "*"
        let longest = signs.map(\.count).max() ?? 0
        func text(_ place: Place) -> String {
            let sign = sign(place)
            return Digits.text(value(place), decimals) + sign
                + String(repeating: " ", count: longest - sign.count)
                + (outlined.isEmpty ? "" : outlined.contains(place) ? star : " ")
        }
        // The longer side goes down, so that a console need not wrap.
        let isTurned = columns.count > rows.count
        let (down, across) = isTurned ? (columns, rows) : (rows, columns)
        var table: [Table.Column] = [.text(isTurned ? columnTitle : rowTitle, down)]
        // Side by side, many columns of long names are megabytes of spaces.
        let shown = across.prefix(40)
        for (place, name) in shown.enumerated() {
            let cells = down.indices.map { index in
                text(isTurned ? Place(row: place, column: index) : Place(row: index, column: place))
            }
            table.append(Table.Column(name, numbers: cells))
        }
        let hidden = across.count - shown.count
        let lines = [
            hidden > 0 ? "… \(Number.counted(hidden, "more column"))" : "",
            valueTitle.isEmpty ? "" : "Values: \(valueTitle).", fullNote(note),
            outlined.isEmpty || outlineMeaning.isEmpty ? "" : "\(star): \(outlineMeaning).",
        ]
        return ([Table(title ?? "", table).description] + lines.filter { !$0.isEmpty }).joined(
            separator: "\n")
    }

    public var altText: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Heat map", title: title)
        text.add(AltText.names("Rows", rowTitle, rows))
        text.add(AltText.names("Columns", columnTitle, columns))
        let named = places.map { ("\(rows[$0.row]), \(columns[$0.column])", value($0)) }
        text.add("Values: " + AltText.range(valueTitle, named))
        let missing = values.count { !$0.isFinite }
        text.add(missing > 0 ? "\(Number.counted(missing, "cell")) without a value" : "")
        let chosen = places.filter { outlined.contains($0) }.map { "\(rows[$0.row]), \(columns[$0.column])" }
        let listed = chosen.prefix(12).joined(separator: "; ") + (chosen.count > 12 ? "; …" : "")
        let meaning = outlineMeaning.isEmpty ? "" : " (\(outlineMeaning))"
        text.add(chosen.isEmpty ? "" : "Outlined\(meaning): \(listed)")
        let marked = places.filter { !sign($0).isEmpty && value($0).isFinite }.map {
            "\(rows[$0.row]), \(columns[$0.column]): \(sign($0))"
        }
        text.add(marked.isEmpty ? "" : "Marked: \(AltText.listed(marked))")
        text.add(note: fullNote(note))
        return text.text
    }

    /// Digits after the point that the numbers need, from all of them.
    var decimals: Int {
        let largest = values.filter(\.isFinite).map(abs).max() ?? 1
        if largest >= 10 { return largest >= 100 ? 0 : 1 }
        // Two digits of the largest number where two decimals would be zeros.
        return largest > 0 && largest < 0.01 ? 1 - Int(log10(largest).rounded(.down)) : 2
    }
}
