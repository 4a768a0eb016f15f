import Display
import Foundation
import JSON

/// How often values fall into bins of equal width.
///
/// ```swift
/// Histogram(fit.scores.r, title: "Voxel scores", valueTitle: "Pearson r", countTitle: "voxels")
/// ```
public struct Histogram: DrawnFigure {
    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// What the values are, for instance "Pearson r".
    public var valueTitle: String
    /// What is counted, for instance "voxels".
    public var countTitle: String
    /// Upright lines, for instance the threshold of a test.
    public var references: [ReferenceLine]
    /// The lower edge of the first bin.
    public let start: Double
    /// The width of a bin.
    public let binWidth: Double
    /// How many values each bin holds.
    public let counts: [Int]
    /// How many values were left out because they were not finite.
    public let excluded: Int
    /// The least and the largest finite value, which the bins reach beyond.
    private let ends: ClosedRange<Double>

    /// Counts the finite ones of `values` in bins of a round width.
    ///
    /// The width follows Freedman and Diaconis (1981): twice the interquartile range over the cube root of the count, held
    /// between 5 and 60 bins.
    ///
    /// - Parameters:
    ///   - values: the numbers; those that are not finite are left out and counted.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - valueTitle: what the values are, for instance "Pearson r".
    ///   - countTitle: what is counted, for instance "voxels".
    ///   - references: upright lines, for instance the threshold of a test.
    ///   - style: colors, fonts and grid.
    public init(
        _ values: some Sequence<Double>, title: String? = nil, note: String? = "",
        valueTitle: String = "", countTitle: String = "count", references: [ReferenceLine] = [],
        style: ChartStyle = .standard
    ) {
        self.init(
            Array(values), bins: nil, title: title, note: note, valueTitle: valueTitle,
            countTitle: countTitle,
            references: references, style: style)
    }

    /// Counts the finite ones of `values` in about `bins` bins, whose width is round.
    ///
    /// - Parameters:
    ///   - values: the numbers; those that are not finite are left out and counted.
    ///   - bins: about how many bins there are, 1 to 1,000.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - valueTitle: what the values are, for instance "Pearson r".
    ///   - countTitle: what is counted, for instance "voxels".
    ///   - references: upright lines, for instance the threshold of a test.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `FigureError.value` for another number than 1 to 1,000.
    public init(
        _ values: some Sequence<Double>, bins: Int, title: String? = nil, note: String? = "",
        valueTitle: String = "", countTitle: String = "count", references: [ReferenceLine] = [],
        style: ChartStyle = .standard
    ) throws {
        try Histogram.check(bins: bins)
        self.init(
            Array(values), bins: .some(bins), title: title, note: note, valueTitle: valueTitle,
            countTitle: countTitle, references: references, style: style)
    }

    /// Throws `FigureError.value` for a number of bins that no picture has.
    static func check(bins: Int) throws {
        guard (1...1_000).contains(bins) else {
            throw FigureError.value(what: "the number of bins", got: "\(bins)", expected: "1 to 1,000")
        }
    }

    private init(
        _ all: [Double], bins: Int?, title: String?, note: String?, valueTitle: String, countTitle: String,
        references: [ReferenceLine], style: ChartStyle
    ) {
        let finite = all.filter(\.isFinite).sorted()
        excluded = all.count - finite.count
        self.title = title
        self.note = note
        self.style = style
        self.valueTitle = valueTitle
        self.countTitle = countTitle
        self.references = references
        guard let low = finite.first, let high = finite.last else {
            (start, binWidth, counts, ends) = (0, 1, [], 0...0)
            return
        }
        ends = low...high
        let ticks = Ticks(covering: low...high, count: bins ?? Histogram.binCount(finite))
        let width = ticks.step
        let first = ticks.domain.lowerBound
        var counts = [Int](repeating: 0, count: max(1, ticks.values.count - 1))
        for value in finite {
            counts[Ticks.bin(of: value, start: first, width: width, count: counts.count)] += 1
        }
        (start, binWidth, self.counts) = (first, width, counts)
    }

    private static func binCount(_ sorted: [Double]) -> Int {
        let spread = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
        let range = (sorted.last ?? 0) - (sorted.first ?? 0)
        guard spread > 0, range > 0 else { return 10 }
        let width = 2 * spread / cbrt(Double(sorted.count))
        let bins = (range / width).rounded()
        // The range of the largest numbers is infinite.
        return bins < 60 ? max(5, Int(bins)) : 60
    }

    /// The edges of a bin.
    public func bounds(of bin: Int) -> ClosedRange<Double> {
        // Counted in whole steps from zero, so that an edge at zero is zero.
        let steps = (start / binWidth).rounded()
        return ((steps + Double(bin)) * binWidth)...((steps + Double(bin + 1)) * binWidth)
    }

    var emptyMessage: String {
        excluded == 0 ? "No values to show" : "None of \(Number.grouped(excluded)) values is finite"
    }

    private var shownNote: String {
        fullNote(note, excluded > 0 ? "Left out: \(Number.counted(excluded, "value")) not finite." : "")
    }

    public var description: String {
        guard !counts.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).description }
        let bounds = counts.indices.map { self.bounds(of: $0) }
        let table = Table(
            title ?? "",
            [
                .text(
                    valueTitle.isEmpty ? "value" : valueTitle,
                    bounds.map { "\(Number.short($0.lowerBound)) to \(Number.short($0.upperBound))" }),
                .counts(countTitle, counts), .text("", TextBar.bars(counts.map(Double.init))),
            ])
        let lines = references.map { "\($0.label): \(Number.short($0.value))" }
        return ([table.description] + (shownNote.isEmpty ? [] : [shownNote]) + lines).joined(separator: "\n")
    }

    public var altText: String {
        guard !counts.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Histogram", title: title)
        let total = counts.reduce(0, +)
        let (low, high) = (Number.short(ends.lowerBound), Number.short(ends.upperBound))
        let range =
            ends.lowerBound < ends.upperBound
            ? " from \(low) to \(high)" : total > 1 ? ", all \(low)" : ": \(low)"
        text.add(
            Number.counted(total, "value") + (valueTitle.isEmpty ? "" : " of \(valueTitle)")
                + "\(range), in \(Number.counted(counts.count, "bin"))")
        if let fullest = counts.indices.max(by: { counts[$0] < counts[$1] }) {
            let bounds = bounds(of: fullest)
            text.add(
                "Most, \(Number.grouped(counts[fullest])), from \(Number.short(bounds.lowerBound)) to "
                    + Number.short(bounds.upperBound))
        }
        text.add(note: shownNote, references: references)
        return text.text
    }

    private func axes(width: Double) -> (value: ValueAxis, count: ValueAxis) {
        let end = start + Double(counts.count) * binWidth
        let value = ValueAxis(
            valueTitle, covering: [start, end] + references.map(\.value), includingZero: false,
            count: width < 250 ? 4 : 7, extending: false, showsGrid: false)
        let count = ValueAxis(
            countTitle, covering: counts.map(Double.init), includingZero: true, minimumStep: 1,
            showsGrid: style.showsGrid)
        return (value, count)
    }

    private static let size = (width: 420.0, height: 220.0)

    private var color: Color { Palette.colors(1, own: style.palette)[0] }

    func drawing(in room: Room) -> Drawing {
        guard !counts.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let left = PlotFrame.left(axes(width: 420).count)
        let right = PlotFrame.right(axes(width: 420).value)
        let width = room.plotWidth(natural: Histogram.size.width, left: left, right: right)
        let axes = axes(width: width)
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: width,
            height: room.plotHeight(natural: Histogram.size, width: width), left: left,
            bottom: PlotFrame.bottom(axes.value), top: references.isEmpty ? 0 : 16, right: right, in: room)
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight, isLegible: width >= 90
        ) { canvas in
            frame.drawHeader(on: canvas)
            frame.drawLeft(axes.count, on: canvas)
            let base = frame.y + frame.height
            for (bin, count) in counts.enumerated() {
                let bounds = self.bounds(of: bin)
                let (left, right) = (
                    frame.x(bounds.lowerBound, axes.value), frame.x(bounds.upperBound, axes.value)
                )
                let top = frame.y(Double(count), axes.count)
                canvas.fill(rectangle: left + 0.5, top, right - left - 1, base - top, color)
            }
            frame.drawBottom(axes.value, on: canvas)
            frame.draw(references, isLevel: false, axes.value, on: canvas)
        }
    }

    var specification: JSON {
        guard !counts.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let axes = axes(width: Histogram.size.width)
        let format = Digits.format([bounds(of: 0).lowerBound, bounds(of: counts.count - 1).upperBound])
        let digits = axes.value.domain.significantDigits
        let rows = counts.enumerated().map { bin, count -> JSON in
            [
                "low": .rounded(bounds(of: bin).lowerBound, digits: digits),
                "high": .rounded(bounds(of: bin).upperBound, digits: digits),
                "count": .integer(count),
            ]
        }
        var layers: [JSON] = [
            [
                "mark": ["type": "bar", "color": .string(color.hex), "binSpacing": 1],
                "encoding": [
                    "x": [
                        "field": "low", "type": "quantitative", "bin": "binned", "axis": axes.value.axisJSON,
                        "scale": axes.value.scaleJSON,
                    ],
                    "x2": ["field": "high"],
                    "y": [
                        "field": "count", "type": "quantitative", "axis": axes.count.axisJSON,
                        "scale": axes.count.scaleJSON,
                    ],
                    "tooltip": VegaLite.tooltip([
                        ("low", "from", format), ("high", "to", format), ("count", countTitle, ",d"),
                    ]),
                ],
            ]
        ]
        layers += references.layers(
            isLevel: false, axes.value, width: Histogram.size.width, height: Histogram.size.height,
            digits: digits)
        return VegaLite.plot(
            title: title, note: shownNote, width: Histogram.size.width, height: Histogram.size.height,
            ["data": ["values": .array(rows)], "layer": .array(layers)])
    }
}
