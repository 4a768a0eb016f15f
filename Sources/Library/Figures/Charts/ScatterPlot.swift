import Display
import Foundation
import JSON

/// Points in the plane, for instance the score of each region under two models.
///
/// ```swift
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
        /// To which group the point belongs, which gives its colour.
        public var series: String

        /// A point with what it stands for.
        public init(_ x: Double, _ y: Double, name: String = "", series: String = "") {
            self.x = x
            self.y = y
            self.name = name
            self.series = series
        }
    }

    public var title: String
    /// What stands below the title.
    public var note: String
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
    public init(
        _ points: [Point], title: String = "", note: String = "", xTitle: String = "", yTitle: String = "",
        seriesTitle: String = "", showsIdentity: Bool = false
    ) {
        self.points = points
        self.title = title
        self.note = note
        self.xTitle = xTitle
        self.yTitle = yTitle
        self.seriesTitle = seriesTitle
        self.showsIdentity = showsIdentity
    }

    private var finite: [Point] { points.filter { $0.x.isFinite && $0.y.isFinite } }
    private var series: [String] { points.map(\.series).distinct() }
    private var emptyMessage: String { "No finite points to show" }

    private var fullNote: String {
        let left = points.count - finite.count
        return [note, left > 0 ? "Left out: \(Number.counted(left, "point")) not finite." : ""]
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var axes: (x: ValueAxis, y: ValueAxis) {
        let (xs, ys) = (finite.map(\.x), finite.map(\.y))
        return (
            ValueAxis(xTitle, covering: showsIdentity ? xs + ys : xs, includingZero: false),
            ValueAxis(yTitle, covering: showsIdentity ? xs + ys : ys, includingZero: false)
        )
    }

    private var legend: Legend {
        let colors = Palette.colors(max(1, series.count))
        return Legend(
            title: seriesTitle, entries: zip(series, colors).map { .init(name: $0, color: $1) }, symbol: .disc
        )
    }

    private static let size = (width: 320.0, height: 320.0)
    private var opacity: Double { finite.count > 300 ? 0.5 : 0.85 }

    public var description: String {
        guard !finite.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).description }
        var columns: [Table.Column] = []
        if points.contains(where: { !$0.name.isEmpty }) { columns.append(.text("name", finite.map(\.name))) }
        if series.count > 1 {
            columns.append(.text(seriesTitle.isEmpty ? "series" : seriesTitle, finite.map(\.series)))
        }
        columns.append(.numbers(xTitle.isEmpty ? "x" : xTitle, finite.map(\.x)))
        columns.append(.numbers(yTitle.isEmpty ? "y" : yTitle, finite.map(\.y)))
        var table = Table(title, columns)
        table.rowLimit = 60
        return table.description + (fullNote.isEmpty ? "" : "\n" + fullNote)
    }

    func drawing() -> Drawing {
        guard !finite.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).drawing() }
        let axes = axes
        let frame = PlotFrame(
            title: title, note: fullNote, width: ScatterPlot.size.width, height: ScatterPlot.size.height,
            left: PlotFrame.left(axes.y), bottom: PlotFrame.bottom(axes.x),
            side: series.count > 1 ? .legend(legend) : .none)
        let colors = Dictionary(
            zip(series, Palette.colors(max(1, series.count))), uniquingKeysWith: { first, _ in first })
        return Drawing(width: frame.totalWidth, height: frame.totalHeight) { canvas in
            frame.drawHeader(on: canvas)
            frame.drawLeft(axes.y, on: canvas)
            frame.drawBottom(axes.x, on: canvas)
            if showsIdentity {
                canvas.line(
                    [(frame.x, frame.y + frame.height), (frame.x + frame.width, frame.y)], .softInk,
                    width: 1.2,
                    dash: [4, 3])
            }
            for point in finite {
                canvas.fill(
                    disc: frame.x(point.x, axes.x), frame.y(point.y, axes.y),
                    radius: finite.count > 300 ? 2.4 : 4,
                    colors[point.series] ?? .ink, opacity: opacity)
            }
        }
    }

    var specification: JSON {
        guard !finite.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let axes = axes
        var fields: [(field: String, title: String, format: String?)] = []
        if points.contains(where: { !$0.name.isEmpty }) { fields.append(("name", "name", nil)) }
        if series.count > 1 { fields.append(("series", seriesTitle.isEmpty ? "series" : seriesTitle, nil)) }
        fields.append(("x", xTitle.isEmpty ? "x" : xTitle, ".3f"))
        fields.append(("y", yTitle.isEmpty ? "y" : yTitle, ".3f"))
        let rows = finite.map { point -> JSON in
            [
                "x": .rounded(point.x), "y": .rounded(point.y), "name": .string(point.name),
                "series": .string(point.series),
            ]
        }
        let dots: JSON = [
            "mark": ["type": "circle", "size": finite.count > 300 ? 18 : 50, "opacity": .rounded(opacity)],
            "encoding": [
                "x": [
                    "field": "x", "type": "quantitative", "axis": axes.x.axisJSON, "scale": axes.x.scaleJSON,
                ],
                "y": [
                    "field": "y", "type": "quantitative", "axis": axes.y.axisJSON, "scale": axes.y.scaleJSON,
                ],
                "color": series.count > 1
                    ? legend.channel(field: "series") : ["value": .string(Palette.colors(1)[0].hex)],
                "tooltip": VegaLite.tooltip(fields),
            ],
        ]
        let identity = VegaLite.identityLine(axes.x.domain)
        return [
            "title": VegaLite.title(title, note: fullNote, width: ScatterPlot.size.width),
            "width": .rounded(ScatterPlot.size.width), "height": .rounded(ScatterPlot.size.height),
            "data": ["values": .array(rows)], "layer": .array(showsIdentity ? [dots, identity] : [dots]),
        ]
    }
}

extension VegaLite {
    /// A dashed line of equal values on both axes.
    static func identityLine(_ domain: ClosedRange<Double>) -> JSON {
        let ends: [JSON] = [domain.lowerBound, domain.upperBound].map {
            ["x": .rounded($0), "y": .rounded($0)]
        }
        return [
            "data": ["values": .array(ends)],
            "mark": ["type": "line", "color": "#777777", "strokeDash": [4, 3], "strokeWidth": 1.2],
            "encoding": [
                "x": ["field": "x", "type": "quantitative"], "y": ["field": "y", "type": "quantitative"],
            ],
        ]
    }
}
