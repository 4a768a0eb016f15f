import Display
import Foundation
import JSON

/// How many voxels have which pair of scores: a two-dimensional histogram with a logarithmic color scale.
///
/// Above the dashed line of equal scores the second model is better.
///
/// ```swift
/// let unimodal = try ridge.fit(unimodal, to: responses).scores.r
/// let multimodal = try ridge.fit(multimodal, to: responses).scores.r
/// try DensityPlot(x: unimodal, y: multimodal, xTitle: "unimodal r", yTitle: "multimodal r")
/// ```
public struct DensityPlot: DrawnFigure {
    /// A square of the plane that holds points.
    struct Cell: Sendable {
        let x: Double
        let y: Double
        let count: Int
    }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// What the horizontal axis is.
    public var xTitle: String
    /// What the vertical axis is.
    public var yTitle: String
    /// What is counted, for instance "voxels".
    public var countTitle: String
    /// How many pairs are finite.
    public let count: Int
    /// How many of them lie above the line of equal values.
    public let countAbove: Int
    /// How many pairs were left out because one of them was not finite.
    public let excluded: Int
    let cells: [Cell]
    let binWidth: Double
    let range: ClosedRange<Double>

    /// Counts pairs in `bins` times `bins` squares; throws `FigureError.count` if the lists differ in length,
    /// `FigureError.value` for another number of bins than 1 to 1,000.
    ///
    /// - Parameters:
    ///   - x: the first number of each pair.
    ///   - y: the second number of each pair.
    ///   - bins: how many bins each axis has, 1 to 1,000.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - xTitle: what the horizontal axis is.
    ///   - yTitle: what the vertical axis is.
    ///   - countTitle: what is counted, for instance "voxels".
    ///   - style: colors, fonts and grid; its domain is of log10 of the counts.
    public init(
        x: [Double], y: [Double], bins: Int = 50, title: String? = nil, note: String? = "",
        xTitle: String = "", yTitle: String = "", countTitle: String = "voxels",
        style: ChartStyle = .standard
    ) throws {
        guard x.count == y.count else {
            throw FigureError.count(of: "vertical scores", expected: x.count, got: y.count)
        }
        try Histogram.check(bins: bins)
        self.title = title
        self.note = note
        self.style = style
        self.xTitle = xTitle
        self.yTitle = yTitle
        self.countTitle = countTitle
        let pairs = zip(x, y).filter { $0.isFinite && $1.isFinite }
        count = pairs.count
        excluded = x.count - pairs.count
        countAbove = pairs.count { $1 > $0 }
        let low = pairs.map { min($0, $1) }.min() ?? 0
        let high = pairs.map { max($0, $1) }.max() ?? 1
        range = Ticks(covering: low...high, count: 8).domain
        binWidth = (range.upperBound - range.lowerBound) / Double(max(1, bins))
        var counts: [Int: Int] = [:]
        let last = max(1, bins) - 1
        for (x, y) in pairs {
            let column = Ticks.bin(of: x, start: range.lowerBound, width: binWidth, count: last + 1)
            let row = Ticks.bin(of: y, start: range.lowerBound, width: binWidth, count: last + 1)
            counts[row * (last + 1) + column, default: 0] += 1
        }
        let (origin, width) = (range.lowerBound, binWidth)
        cells = counts.sorted { $0.key < $1.key }.map { key, count in
            Cell(
                x: origin + Double(key % (last + 1)) * width, y: origin + Double(key / (last + 1)) * width,
                count: count)
        }
    }

    private var emptyMessage: String { "No finite pairs to show" }

    private var shownNote: String {
        let share = count > 0 ? Double(countAbove) / Double(count) * 100 : 0
        let above =
            "\(Number.grouped(countAbove)) of \(Number.grouped(count)) \(countTitle) "
            + "(\(Number.fixed(share, 1)) %) lie above the line of equal values."
        return fullNote(
            note, above, excluded > 0 ? "Left out: \(Number.grouped(excluded)) not finite." : "")
    }

    public var description: String {
        guard !cells.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).description }
        let shades = Array(" ·░▒▓█")
        let side = 24
        let step = (range.upperBound - range.lowerBound) / Double(side)
        var grid = [[Int]](repeating: [Int](repeating: 0, count: side), count: side)
        for cell in cells {
            let row = min(side - 1, Int((cell.y + binWidth / 2 - range.lowerBound) / step))
            let column = min(side - 1, Int((cell.x + binWidth / 2 - range.lowerBound) / step))
            grid[row][column] += cell.count
        }
        let most = log(Double(1 + (grid.joined().max() ?? 1)))
        let lines = grid.reversed().map { row in
            let text = row.map { count -> String in
                let level = count == 0 ? 0 : 1 + Int(log(Double(1 + count)) / most * Double(shades.count - 2))
                return String(repeating: shades[min(level, shades.count - 1)], count: 2)
            }
            return "│" + text.joined()
        }
        let ends = "\(Number.short(range.lowerBound)) to \(Number.short(range.upperBound))"
        let caption = [
            "└" + String(repeating: "─", count: 2 * side), "across: \(xTitle), up: \(yTitle), both \(ends)",
            shownNote,
        ]
        let heading = [title ?? ""].filter { !$0.isEmpty }
        return (heading + lines + caption.filter { !$0.isEmpty }).joined(separator: "\n")
    }

    public var altText: String {
        guard !cells.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Density plot", title: title)
        text.add("\(Number.grouped(count)) \(countTitle)")
        let ends = "\(Number.short(range.lowerBound)) to \(Number.short(range.upperBound))"
        text.add(
            "Across: \(xTitle.isEmpty ? "x" : xTitle), up: \(yTitle.isEmpty ? "y" : yTitle), both \(ends)")
        text.add("At most \(Number.grouped(cells.map(\.count).max() ?? 0)) in a square")
        text.add(note: shownNote)
        return text.text
    }
}

// MARK: - Rendering

extension DensityPlot {
    private static let side = 340.0

    private func axes(count: Int) -> (x: ValueAxis, y: ValueAxis) {
        let ends = [range.lowerBound, range.upperBound]
        func axis(_ title: String) -> ValueAxis {
            ValueAxis(
                title, covering: ends, includingZero: false, count: count, extending: false,
                showsGrid: style.showsGrid)
        }
        return (axis(xTitle), axis(yTitle))
    }

    private func bar(in room: Room) -> ColorBar {
        let most = log10(Double(max(2, cells.map(\.count).max() ?? 2)))
        let scale = ColorScale(map: style.colorMap ?? .viridis, domain: style.domain ?? 0...most, values: [])
        return ColorBar(title: "log10 of \(countTitle)", scale: scale, in: room)
    }

    func drawing(in room: Room) -> Drawing {
        guard !cells.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let bar = bar(in: room)
        let left = PlotFrame.left(axes(count: 8).y)
        let side = room.plotWidth(natural: DensityPlot.side, left: left, side: .colorBar(bar))
        let axes = axes(count: side < 250 ? 4 : 8)
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: side, height: side, left: left,
            bottom: PlotFrame.bottom(axes.x), side: .colorBar(bar), in: room)
        return Drawing(width: frame.totalWidth, height: frame.totalHeight, isLegible: side >= 90) { canvas in
            frame.drawHeader(on: canvas)
            frame.drawLeft(axes.y, on: canvas)
            frame.drawBottom(axes.x, on: canvas)
            let size = binWidth / (range.upperBound - range.lowerBound) * side
            for cell in cells {
                canvas.fill(
                    cell: frame.x(cell.x, axes.x), frame.y(cell.y, axes.y) - size, size, size,
                    bar.scale.color(of: log10(Double(cell.count))))
            }
            canvas.line(
                [(frame.x, frame.y + frame.height), (frame.x + frame.width, frame.y)], .softInk, width: 1.2,
                dash: [4, 3])
        }
    }

    var specification: JSON {
        guard !cells.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let axes = axes(count: 8)
        let digits = range.significantDigits
        func place(_ value: Double) -> JSON { .rounded(value, digits: digits) }
        let rows = cells.map { cell -> JSON in
            [
                "x": place(cell.x), "x2": place(cell.x + binWidth), "y": place(cell.y),
                "y2": place(cell.y + binWidth), "count": .integer(cell.count),
                "log": .rounded(log10(Double(cell.count))),
            ]
        }
        let format = Digits.format([range.lowerBound, range.upperBound])
        let squares: JSON = [
            "mark": "rect",
            "encoding": [
                "x": [
                    "field": "x", "type": "quantitative", "axis": axes.x.axisJSON, "scale": axes.x.scaleJSON,
                ],
                "y": [
                    "field": "y", "type": "quantitative", "axis": axes.y.axisJSON, "scale": axes.y.scaleJSON,
                ],
                "x2": ["field": "x2"], "y2": ["field": "y2"],
                "color": bar(in: .natural).channel(field: "log", plotHeight: DensityPlot.side),
                "tooltip": VegaLite.tooltip([
                    ("x", xTitle.isEmpty ? "x from" : xTitle + " from", format),
                    ("y", yTitle.isEmpty ? "y from" : yTitle + " from", format), ("count", countTitle, ",d"),
                ]),
            ],
        ]
        return VegaLite.plot(
            title: title, note: shownNote, width: DensityPlot.side, height: DensityPlot.side,
            ["data": ["values": .array(rows)], "layer": [squares, VegaLite.identityLine(range)]])
    }
}
