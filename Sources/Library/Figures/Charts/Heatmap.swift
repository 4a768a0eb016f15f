import Display
import Foundation

/// A grid of coloured cells, for instance layer by region, with a colour bar and the numbers where they fit.
///
/// ```swift
/// try Heatmap(rows: layers, columns: regions, values: meanR, valueTitle: "mean r")
/// ```
public struct Heatmap: DrawnFigure {
    /// A cell by its place, from the upper left.
    public struct Place: Sendable, Hashable {
        public var row: Int
        public var column: Int

        /// The cell of a row and a column, each counted from zero.
        public init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    public var title: String
    /// What stands below the title.
    public var note: String
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
    /// The colours.
    public var colorMap: ColorMap
    /// The values at the ends of the colours; without it the smallest and largest value, about zero if diverging.
    public var domain: ClosedRange<Double>?
    /// Cells that get an outline.
    public var outlined: Set<Place>
    /// What an outline means, for instance "best layer of the region".
    public var outlineMeaning: String

    /// A heat map of `rows.count` times `columns.count` values; throws `FigureError.count` for another count.
    public init(
        rows: [String], columns: [String], values: [Double], title: String = "", note: String = "",
        rowTitle: String = "", columnTitle: String = "", valueTitle: String = "",
        colorMap: ColorMap = .viridis,
        domain: ClosedRange<Double>? = nil, outlined: Set<Place> = [], outlineMeaning: String = ""
    ) throws {
        guard values.count == rows.count * columns.count else {
            throw FigureError.count(
                of: "values of a heat map with \(rows.count) rows and \(columns.count) columns",
                expected: rows.count * columns.count, got: values.count)
        }
        self.rows = rows
        self.columns = columns
        self.values = values
        self.title = title
        self.note = note
        self.rowTitle = rowTitle
        self.columnTitle = columnTitle
        self.valueTitle = valueTitle
        self.colorMap = colorMap
        self.domain = domain
        self.outlined = outlined
        self.outlineMeaning = outlineMeaning
    }

    /// A heat map whose values `value` gives for a row and a column.
    public init(
        rowNames: [String], columnNames: [String], title: String = "", note: String = "",
        rowTitle: String = "",
        columnTitle: String = "", valueTitle: String = "", colorMap: ColorMap = .viridis,
        domain: ClosedRange<Double>? = nil, outlined: Set<Place> = [], outlineMeaning: String = "",
        value: (_ row: Int, _ column: Int) -> Double
    ) {
        rows = rowNames
        columns = columnNames
        values = rowNames.indices.flatMap { row in columnNames.indices.map { value(row, $0) } }
        self.title = title
        self.note = note
        self.rowTitle = rowTitle
        self.columnTitle = columnTitle
        self.valueTitle = valueTitle
        self.colorMap = colorMap
        self.domain = domain
        self.outlined = outlined
        self.outlineMeaning = outlineMeaning
    }

    var hasValues: Bool { values.contains(where: \.isFinite) }
    var emptyMessage: String {
        values.isEmpty ? "No cells to show" : "No cell has a finite value (\(values.count) in all)"
    }

    func value(_ place: Place) -> Double { values[place.row * columns.count + place.column] }

    var places: [Place] {
        rows.indices.flatMap { row in columns.indices.map { Place(row: row, column: $0) } }
    }

    public var description: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).description }
        let decimals = layout.decimals
        // An outlined cell is starred; the others get a space so that the points stay under one another.
        func text(_ place: Place) -> String {
            Number.fixed(value(place), max(2, decimals))
                + (outlined.isEmpty ? "" : outlined.contains(place) ? "*" : " ")
        }
        // The longer side goes down, so that a console need not wrap.
        let isTurned = columns.count > rows.count
        let (down, across) = isTurned ? (columns, rows) : (rows, columns)
        var table: [Table.Column] = [.text(isTurned ? columnTitle : rowTitle, down)]
        for (place, name) in across.enumerated() {
            let cells = down.indices.map { index in
                text(isTurned ? Place(row: place, column: index) : Place(row: index, column: place))
            }
            table.append(Table.Column(name, numbers: cells))
        }
        let lines = [
            valueTitle.isEmpty ? "" : "Values: \(valueTitle).", note,
            outlined.isEmpty || outlineMeaning.isEmpty ? "" : "*: \(outlineMeaning).",
        ]
        return ([Table(title, table).description] + lines.filter { !$0.isEmpty }).joined(separator: "\n")
    }
}

// MARK: - Layout

extension Heatmap {
    struct Layout {
        let columnAxis: CategoryAxis
        let rowAxis: CategoryAxis
        let scale: ColorScale
        let bar: ColorBar
        let note: String
        /// Digits after the point of the numbers in the cells.
        let decimals: Int
        let showsNumbers: Bool
    }

    var layout: Layout {
        let scale = ColorScale(map: colorMap, domain: domain, values: values)
        let largest = values.filter(\.isFinite).map(abs).max() ?? 1
        let decimals = largest >= 100 ? 0 : largest >= 10 ? 1 : 2
        let columnStep = max(12, min(56, 760 / Double(max(1, columns.count))))
        let rowStep = rows.count > 40 ? 15.0 : 24
        let widest = TextMeasure().width(values.filter(\.isFinite).map { Number.fixed($0, decimals) }, .small)
        let meaning = outlined.isEmpty || outlineMeaning.isEmpty ? "" : "Outlined: \(outlineMeaning)."
        return Layout(
            columnAxis: CategoryAxis(
                columnTitle, names: Heatmap.distinct(columns), step: columnStep, side: .bottom),
            rowAxis: CategoryAxis(rowTitle, names: Heatmap.distinct(rows), step: rowStep, side: .left),
            scale: scale, bar: ColorBar(title: valueTitle, scale: scale),
            note: [note, meaning].filter { !$0.isEmpty }.joined(separator: " "), decimals: decimals,
            showsNumbers: widest + 6 <= columnStep && rowStep >= 13)
    }

    /// The names, repeated ones told apart by a number, since Vega-Lite places cells by name.
    private static func distinct(_ names: [String]) -> [String] {
        var count: [String: Int] = [:]
        return names.map { name in
            count[name, default: 0] += 1
            let repetition = count[name, default: 1]
            return repetition == 1 ? name : "\(name) (\(repetition))"
        }
    }
}
