import Display
import Foundation
import JSON

/// Points in the plane, for instance the score of each region under two models.
///
/// ```swift
/// let points = zip(byRegion.rows, comparison.scores[0].rows).map { text, image in
///     ScatterPlot.Point(text.mean, image.mean, name: text.region.name)
/// }
/// ScatterPlot(points, title: "Regions", xTitle: "unimodal r", yTitle: "multimodal r", showsIdentity: true)
/// ```
///
/// For thousands of voxels use `DensityPlot`.
public struct ScatterPlot: DrawnFigure {
    /// One point.
    public struct Point: Sendable, Equatable {
        public var x: Double
        public var y: Double
        /// What the point is, shown on hover.
        public var name: String
        /// To which group the point belongs, which gives its color and marker.
        public var series: String

        /// A point with what it stands for.
        ///
        /// - Parameters:
        ///   - x: where it lies across.
        ///   - y: how high it lies.
        ///   - name: what the point is, shown on hover.
        ///   - series: to which group it belongs, which gives its color and marker.
        public init(_ x: Double, _ y: Double, name: String = "", series: String = "") {
            self.x = x
            self.y = y
            self.name = name
            self.series = series
        }
    }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// What the horizontal axis is.
    public var xTitle: String
    /// What the vertical axis is.
    public var yTitle: String
    /// What the groups are.
    public var seriesTitle: String
    /// Whether both axes share one scale and the line of equal values is drawn.
    public var showsIdentity: Bool
    /// The points.
    public let points: [Point]

    /// A plot of points; those that are not finite are left out and counted.
    ///
    /// - Parameters:
    ///   - points: the points.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - xTitle: what the horizontal axis is.
    ///   - yTitle: what the vertical axis is.
    ///   - seriesTitle: what the groups are.
    ///   - showsIdentity: whether both axes share one scale and the line of equal values is drawn.
    ///   - style: colors, fonts and grid.
    public init(
        _ points: [Point], title: String? = nil, note: String? = "", xTitle: String = "", yTitle: String = "",
        seriesTitle: String = "", showsIdentity: Bool = false, style: ChartStyle = .standard
    ) {
        self.points = points
        self.title = title
        self.note = note
        self.style = style
        self.xTitle = xTitle
        self.yTitle = yTitle
        self.seriesTitle = seriesTitle
        self.showsIdentity = showsIdentity
    }

    private var finite: [Point] { points.filter { $0.x.isFinite && $0.y.isFinite } }
    private var series: [String] { points.map(\.series).distinct() }
    private var emptyMessage: String { "No finite points to show" }

    private var shownNote: String {
        let left = points.count - finite.count
        return fullNote(note, left > 0 ? "Left out: \(Number.counted(left, "point")) not finite." : "")
    }

    private func axes(count: Int) -> (x: ValueAxis, y: ValueAxis) {
        let (xs, ys) = (finite.map(\.x), finite.map(\.y))
        func axis(_ title: String, _ values: [Double]) -> ValueAxis {
            ValueAxis(
                title, covering: showsIdentity ? xs + ys : values, includingZero: false, count: count,
                showsGrid: style.showsGrid)
        }
        return (axis(xTitle, xs), axis(yTitle, ys))
    }

    private func legend(in room: Room) -> Legend {
        Legend(title: seriesTitle, entries: style.entries(series), symbol: .point, in: room)
    }

    private static let size = (width: 320.0, height: 320.0)
    private var opacity: Double { finite.count > 300 ? 0.5 : 0.85 }

    public var altText: String {
        guard !finite.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Scatter plot", title: title)
        text.add(Number.counted(finite.count, "point"))
        text.add("Across: " + AltText.range(xTitle.isEmpty ? "x" : xTitle, finite.map { ($0.name, $0.x) }))
        text.add("Up: " + AltText.range(yTitle.isEmpty ? "y" : yTitle, finite.map { ($0.name, $0.y) }))
        if series.count > 1 {
            text.add(AltText.names("Groups", seriesTitle, series))
        }
        if showsIdentity {
            text.add("\(finite.count { $0.y > $0.x }) of \(finite.count) lie above the line of equal values")
        }
        text.add(note: shownNote)
        return text.text
    }

    public var description: String {
        guard !finite.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).description }
        var columns: [Table.Column] = []
        if points.contains(where: { !$0.name.isEmpty }) { columns.append(.text("name", finite.map(\.name))) }
        if series.count > 1 {
            columns.append(.text(seriesTitle.isEmpty ? "series" : seriesTitle, finite.map(\.series)))
        }
        columns.append(.shown(xTitle.isEmpty ? "x" : xTitle, finite.map(\.x)))
        columns.append(.shown(yTitle.isEmpty ? "y" : yTitle, finite.map(\.y)))
        var table = Table(title ?? "", columns)
        table.rowLimit = 60
        return table.description + (shownNote.isEmpty ? "" : "\n" + shownNote)
    }

    func drawing(in room: Room) -> Drawing {
        guard !finite.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let legend = legend(in: room)
        let side: SideNote = series.count > 1 ? .legend(legend) : .none
        let left = PlotFrame.left(axes(count: 5).y)
        let right = series.count > 1 ? 0 : PlotFrame.right(axes(count: 5).x)
        let width = room.plotWidth(natural: ScatterPlot.size.width, left: left, right: right, side: side)
        let axes = axes(count: width < 220 ? 4 : 5)
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: width, height: width, left: left,
            bottom: PlotFrame.bottom(axes.x), right: right, side: side, in: room)
        let entries = Dictionary(
            zip(series, legend.entries), uniquingKeysWith: { first, _ in first })
        // Each is worked out from all points.
        let (shown, opacity) = (finite, opacity)
        let radius = shown.count > 300 ? 2.4 : 4
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight, isLegible: width >= 90
        ) { canvas in
            frame.drawHeader(on: canvas)
            frame.drawLeft(axes.y, on: canvas)
            frame.drawBottom(axes.x, on: canvas)
            if showsIdentity {
                canvas.line(
                    [(frame.x, frame.y + frame.height), (frame.x + frame.width, frame.y)], .softInk,
                    width: 1.2,
                    dash: [4, 3])
            }
            for point in shown {
                guard let entry = entries[point.series] else { continue }
                canvas.mark(
                    entry.marker, frame.x(point.x, axes.x), frame.y(point.y, axes.y),
                    radius: radius, entry.color, opacity: opacity)
            }
        }
    }

    var specification: JSON {
        guard !finite.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let axes = axes(count: 5)
        let legend = legend(in: .natural)
        var fields: [(field: String, title: String, format: String?)] = []
        if points.contains(where: { !$0.name.isEmpty }) { fields.append(("name", "name", nil)) }
        if series.count > 1 { fields.append(("series", seriesTitle.isEmpty ? "series" : seriesTitle, nil)) }
        fields.append(("x", xTitle.isEmpty ? "x" : xTitle, Digits.format(finite.map(\.x))))
        fields.append(("y", yTitle.isEmpty ? "y" : yTitle, Digits.format(finite.map(\.y))))
        let digits = (x: axes.x.domain.significantDigits, y: axes.y.domain.significantDigits)
        let rows = finite.map { point -> JSON in
            [
                "x": .rounded(point.x, digits: digits.x), "y": .rounded(point.y, digits: digits.y),
                "name": .string(point.name), "series": .string(point.series),
            ]
        }
        var channels: [String: JSON] = [
            "x": [
                "field": "x", "type": "quantitative", "axis": axes.x.axisJSON, "scale": axes.x.scaleJSON,
            ],
            "y": [
                "field": "y", "type": "quantitative", "axis": axes.y.axisJSON, "scale": axes.y.scaleJSON,
            ],
            "color": series.count > 1
                ? legend.channel(field: "series") : ["value": .string(legend.entries[0].color.hex)],
            "tooltip": VegaLite.tooltip(fields),
        ]
        if series.count > 1, style.variesMarkers { channels["shape"] = legend.shapeChannel(field: "series") }
        let dots: JSON = [
            "mark": [
                "type": "point", "filled": true, "size": finite.count > 300 ? 18 : 50,
                "opacity": .rounded(opacity),
            ],
            "encoding": .object(channels),
        ]
        let identity = VegaLite.identityLine(axes.x.domain)
        return VegaLite.plot(
            title: title, note: shownNote, width: ScatterPlot.size.width, height: ScatterPlot.size.height,
            ["data": ["values": .array(rows)], "layer": .array(showsIdentity ? [dots, identity] : [dots])])
    }
}

extension VegaLite {
    /// A dashed line of equal values on both axes.
    static func identityLine(_ domain: ClosedRange<Double>) -> JSON {
        let ends: [JSON] = [domain.lowerBound, domain.upperBound].map {
            let end = JSON.rounded($0, digits: domain.significantDigits)
            return ["x": end, "y": end]
        }
        return [
            "data": ["values": .array(ends)],
            "mark": ["type": "line", "color": "#888888", "strokeDash": [4, 3], "strokeWidth": 1.2],
            "encoding": [
                "x": ["field": "x", "type": "quantitative"], "y": ["field": "y", "type": "quantitative"],
            ],
        ]
    }
}
