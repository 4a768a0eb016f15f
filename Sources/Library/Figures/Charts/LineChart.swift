import Display
import Foundation

/// Lines over a numeric or a named axis, with bands or bars of error.
///
/// ```swift
/// try LineChart(
///     [.init("multimodal", [0.11, 0.15, 0.14], errors: [0.02, 0.03, 0.02])], positions: ["1", "2", "3"],
///     positionTitle: "layer", valueTitle: "mean R²", errorMeaning: "SD over subjects")
/// ```
public struct LineChart: DrawnFigure {
    /// One line.
    public struct Series: Sendable, Equatable {
        /// One place of a line.
        public struct Point: Sendable, Equatable {
            /// The place across; on an axis of names the index of the name: a whole number.
            public var x: Double
            /// The height; NaN leaves a gap.
            public var y: Double
            /// Half the height of the error band or bar.
            public var error: Double?

            /// A point of a line.
            ///
            /// - Parameters:
            ///   - x: the place across; on an axis of names the index of the name: a whole number.
            ///   - y: the height; NaN leaves a gap.
            ///   - error: half the height of the error band or bar, at least 0; nil for none.
            public init(_ x: Double, _ y: Double, error: Double? = nil) {
                self.x = x
                self.y = y
                self.error = error
            }
        }

        /// The name of the line.
        public var name: String
        /// The points; the line joins them from the left to the right, whatever their order.
        public var points: [Point]

        /// A line through points.
        ///
        /// - Parameters:
        ///   - name: the name of the line.
        ///   - points: the points; the line joins them from the left to the right, whatever their order.
        public init(_ name: String, points: [Point]) {
            self.name = name
            self.points = points
        }

        /// A line through the heights at 0, 1, 2, …, as an axis of names requires.
        ///
        /// - Parameters:
        ///   - name: the name of the line.
        ///   - values: the heights; NaN leaves a gap.
        public init(_ name: String, _ values: [Double]) {
            self.name = name
            points = values.enumerated().map { Point(Double($0), $1) }
        }

        /// The same with an error at each height; throws `FigureError` if they differ in number or one is below zero.
        ///
        /// - Parameters:
        ///   - name: the name of the line.
        ///   - values: the heights; NaN leaves a gap.
        ///   - errors: half the height of the error band or bar at each place, at least 0.
        public init(_ name: String, _ values: [Double], errors: [Double]) throws {
            guard errors.count == values.count else {
                throw FigureError.count(
                    of: "errors of the line \"\(name)\"", expected: values.count, got: errors.count)
            }
            if let negative = errors.first(where: { $0 < 0 }) {
                throw FigureError.value(
                    what: "an error of the line \"\(name)\"", got: "\(negative)", expected: "at least 0")
            }
            self.name = name
            points = zip(values, errors).enumerated().map { Point(Double($0), $1.0, error: $1.1) }
        }
    }

    /// How errors are drawn.
    public enum ErrorStyle: Sendable { case band, bar }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// The lines.
    public let series: [Series]
    /// The names along the axis; nil if the axis is numeric.
    public let positions: [String]?
    /// What the axis across is, for instance "layer".
    public var positionTitle: String
    /// What the heights are, for instance "mean R²".
    public var valueTitle: String
    /// What the lines are, for instance "model".
    public var seriesTitle: String
    /// What an error band or bar means.
    public var errorMeaning: String
    /// How errors are drawn.
    public var errorStyle: ErrorStyle
    /// Level lines across the chart.
    public var references: [ReferenceLine]
    /// Whether the vertical axis begins at zero.
    public var beginsAtZero: Bool

    /// A chart of lines; those of one name, and positions of one name, are told apart by a number.
    ///
    /// Points beyond the positions are left out and counted.
    ///
    /// - Parameters:
    ///   - series: the lines.
    ///   - positions: the names along the axis; nil if the axis is numeric.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - positionTitle: what the axis across is, for instance "layer".
    ///   - valueTitle: what the heights are, for instance "mean R²".
    ///   - seriesTitle: what the lines are, for instance "model".
    ///   - errorMeaning: what an error band or bar means.
    ///   - errorStyle: whether errors are drawn as bands or bars.
    ///   - references: level lines across the chart, such as a chance level.
    ///   - beginsAtZero: whether the vertical axis begins at zero.
    ///   - style: colors, fonts and grid.
    public init(
        _ series: [Series], positions: [String]? = nil, title: String? = nil, note: String? = "",
        positionTitle: String = "", valueTitle: String = "", seriesTitle: String = "",
        errorMeaning: String = "", errorStyle: ErrorStyle = .band, references: [ReferenceLine] = [],
        beginsAtZero: Bool = false, style: ChartStyle = .standard
    ) {
        self.series = zip(series, series.map(\.name).toldApart()).map { Series($1, points: $0.points) }
        self.positions = positions?.toldApart()
        self.title = title
        self.note = note
        self.style = style
        self.positionTitle = positionTitle
        self.valueTitle = valueTitle
        self.seriesTitle = seriesTitle
        self.errorMeaning = errorMeaning
        self.errorStyle = errorStyle
        self.references = references
        self.beginsAtZero = beginsAtZero
    }

    func checkNumbers() throws {
        for line in series {
            guard let error = line.points.lazy.compactMap(\.error).first(where: { $0 < 0 }) else { continue }
            throw FigureError.value(
                what: "an error of the line \"\(line.name)\"", got: "\(error)", expected: "at least 0")
        }
        guard positions != nil else { return }
        for line in series {
            guard let point = line.points.first(where: { isOnAxis($0) && $0.x != $0.x.rounded() }) else {
                continue
            }
            throw FigureError.value(
                what: "a place of the line \"\(line.name)\"", got: "\(point.x)",
                expected: "the index of a position, a whole number")
        }
    }

    var hasPoints: Bool { series.contains { $0.points.contains { $0.y.isFinite && isOnAxis($0) } } }
    /// Whether markers would hide the lines.
    var isDense: Bool { series.contains { $0.points.count > 60 } }

    /// Whether a point lies at a number or, on an axis of names, at one of these.
    func isOnAxis(_ point: Series.Point) -> Bool {
        guard let positions else { return point.x.isFinite }
        return point.x >= 0 && point.x <= Double(positions.count - 1)
    }

    /// The points of a line that lie on the axis, from the left: Vega-Lite joins them so. Those of one place keep their
    /// order.
    func drawnPoints(_ line: Series) -> [Series.Point] {
        line.points.filter(isOnAxis).enumerated()
            .sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(\.element)
    }

    var hasErrors: Bool { series.contains { $0.points.contains { $0.error != nil } } }
    var emptyMessage: String { "No finite points to show" }

    /// What a place on the axis is called.
    func name(of x: Double) -> String {
        guard let positions, x >= 0, x < Double(positions.count), x == x.rounded() else {
            return Number.short(x)
        }
        return positions[Int(x)]
    }

    /// The note with what bands or error bars mean.
    var shownNote: String {
        let drawn = errorStyle == .band ? "Bands" : "Error bars"
        return fullNote(
            note, hasErrors && !errorMeaning.isEmpty ? "\(drawn): \(errorMeaning)." : "", leftOut)
    }

    private var leftOut: String {
        guard let positions else { return "" }
        let count = series.flatMap(\.points).count { $0.y.isFinite && !isOnAxis($0) }
        return count == 0
            ? ""
            : "Left out: \(Number.counted(count, "point")) beyond the \(Number.counted(positions.count, "position"))."
    }

    public var description: String {
        guard hasPoints else { return EmptyPlot(title: title, message: emptyMessage).description }
        // Several points of a line may lie at one place: each has a row.
        let byPlace = series.map { line in
            Dictionary(grouping: line.points.filter { !$0.x.isNaN }, by: \.x)
        }
        let places = Set(byPlace.flatMap(\.keys)).sorted().flatMap { x -> [(x: Double, repetition: Int)] in
            let most = byPlace.map { $0[x]?.count ?? 0 }.max() ?? 0
            return (0..<most).map { (x: x, repetition: $0) }
        }
        var columns: [Table.Column] = [
            .text(positionTitle.isEmpty ? "position" : positionTitle, places.map { name(of: $0.x) })
        ]
        for (line, points) in zip(series, byPlace) {
            let shown = places.map { place -> Series.Point? in
                guard let there = points[place.x], place.repetition < there.count else { return nil }
                return there[place.repetition]
            }
            columns.append(.shown(line.name, shown.map { $0?.y ?? .nan }))
            if line.points.contains(where: { $0.error != nil }) {
                columns.append(.shown("±", shown.map { $0?.error ?? .nan }))
            }
        }
        let lines = [fullNote(note, leftOut), hasErrors && !errorMeaning.isEmpty ? "±: \(errorMeaning)" : ""]
            .filter {
                !$0.isEmpty
            }
        let references = references.map { "\($0.label): \(Number.short($0.value))" }
        return ([Table(title ?? "", columns).description] + lines + references).joined(separator: "\n")
    }

    public var altText: String {
        guard hasPoints else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Line chart", title: title)
        let places = series.flatMap { $0.points.map(\.x) }.filter(\.isFinite)
        let across = positionTitle.isEmpty ? "positions" : positionTitle
        text.add("Across: \(across) from \(name(of: places.min() ?? 0)) to \(name(of: places.max() ?? 0))")
        for line in series.prefix(8) {
            let values = line.points.map { (name(of: $0.x), $0.y) }
            let what = valueTitle.isEmpty ? "values" : valueTitle
            text.add((series.count > 1 ? "\(line.name): " : "Up: ") + AltText.range(what, values))
        }
        if series.count > 8 { text.add("\(series.count) lines in all") }
        text.add(note: shownNote, references: references)
        return text.text
    }
}

// MARK: - Layout

extension LineChart {
    struct Layout {
        let categoryAxis: CategoryAxis?
        let numericAxis: ValueAxis?
        let valueAxis: ValueAxis
        let width: Double
        let height: Double
        let left: Double
        let entries: [Legend.Entry]
        let side: SideNote
        let labelsBeside: Double

        var isLegible: Bool { width >= 90 && (categoryAxis?.step ?? 12) >= 9 }
    }

    /// The layout on the screen.
    var layout: Layout { layout(in: .natural) }

    func layout(in room: Room) -> Layout {
        let points = series.flatMap(\.points).filter(isOnAxis)
        let ends = points.flatMap { [$0.y, $0.y - ($0.error ?? 0), $0.y + ($0.error ?? 0)] }
        let legend = Legend(
            title: seriesTitle, entries: style.entries(series.map(\.name)),
            symbol: isDense ? .plainLine : .line, in: room)
        let side: SideNote = series.count > 1 ? .legend(legend) : .none
        let beside = TextMeasure().width(references.map(\.label), .note)
        // The last label of a numeric axis may need a little room too.
        let labelsBeside = beside > 0 ? beside + 6 : positions == nil && series.count < 2 ? 8 : 0
        func valueAxis(_ count: Int) -> ValueAxis {
            ValueAxis(
                valueTitle, covering: ends + references.map(\.value), includingZero: beginsAtZero,
                count: count,
                showsGrid: style.showsGrid)
        }
        let naturalStep = max(12, min(80, 480 / Double(max(1, positions?.count ?? 1))))
        let natural = positions.map { naturalStep * Double($0.count) } ?? 420
        var left = PlotFrame.left(valueAxis(5))
        func width() -> Double {
            room.plotWidth(natural: natural, left: left, right: labelsBeside, side: side)
        }
        func categoryAxis() -> CategoryAxis? {
            positions.map {
                CategoryAxis(
                    positionTitle, names: $0, step: width() / Double(max(1, $0.count)), side: .bottom,
                    in: room)
            }
        }
        for _ in 0..<2 { left = max(left, categoryAxis()?.overhang ?? 0) }
        let numeric =
            positions == nil
            ? ValueAxis(
                positionTitle, covering: points.map(\.x), includingZero: false, count: width() < 250 ? 4 : 7,
                extending: false, showsGrid: false)
            : nil
        let height = room.plotHeight(natural: (420, 260), width: width())
        return Layout(
            categoryAxis: categoryAxis(), numericAxis: numeric, valueAxis: valueAxis(height < 200 ? 4 : 5),
            width: width(), height: height, left: left, entries: legend.entries, side: side,
            labelsBeside: labelsBeside)
    }
}
