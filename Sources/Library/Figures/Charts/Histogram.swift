import Display
import Foundation
import JSON

/// How often values fall into bins of equal width.
///
/// ```swift
/// Histogram(scores, title: "Voxel scores", valueTitle: "Pearson r", countTitle: "voxels")
/// ```
public struct Histogram: DrawnFigure {
    public var title: String
    /// What stands below the title.
    public var note: String
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

    /// Counts the finite ones of `values` in bins of a round width.
    ///
    /// Without `bins` the width follows Freedman and Diaconis (1981): twice the interquartile range over the cube
    /// root of the count, held between 5 and 60 bins.
    public init(
        _ values: some Sequence<Double>, bins: Int? = nil, title: String = "", note: String = "",
        valueTitle: String = "", countTitle: String = "count", references: [ReferenceLine] = []
    ) {
        let all = Array(values)
        let finite = all.filter(\.isFinite).sorted()
        excluded = all.count - finite.count
        self.title = title
        self.note = note
        self.valueTitle = valueTitle
        self.countTitle = countTitle
        self.references = references
        guard let low = finite.first, let high = finite.last else {
            (start, binWidth, counts) = (0, 1, [])
            return
        }
        let ticks = Ticks(covering: low...high, count: bins ?? Histogram.binCount(finite))
        let width = ticks.values.count > 1 ? ticks.values[1] - ticks.values[0] : 1
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

    private var fullNote: String {
        let left = excluded > 0 ? "Left out: \(Number.counted(excluded, "value")) not finite." : ""
        return [note, left].filter { !$0.isEmpty }.joined(separator: " ")
    }

    public var description: String {
        guard !counts.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).description }
        let bounds = counts.indices.map { self.bounds(of: $0) }
        let table = Table(
            title,
            [
                .text(
                    valueTitle.isEmpty ? "value" : valueTitle,
                    bounds.map { "\(Number.short($0.lowerBound)) to \(Number.short($0.upperBound))" }),
                .counts(countTitle, counts), .text("", TextBar.bars(counts.map(Double.init))),
            ])
        let lines = references.map { "\($0.label): \(Number.short($0.value))" }
        return ([table.description] + (fullNote.isEmpty ? [] : [fullNote]) + lines).joined(separator: "\n")
    }

    private var axes: (value: ValueAxis, count: ValueAxis) {
        let end = start + Double(counts.count) * binWidth
        var value = ValueAxis(
            valueTitle, covering: [start, end] + references.map(\.value), includingZero: false, count: 7,
            extending: false)
        value.showsGrid = false
        let count = ValueAxis(
            countTitle, covering: counts.map(Double.init), includingZero: true, minimumStep: 1)
        return (value, count)
    }

    private static let size = (width: 420.0, height: 220.0)

    func drawing() -> Drawing {
        guard !counts.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).drawing() }
        let axes = axes
        let frame = PlotFrame(
            title: title, note: fullNote, width: Histogram.size.width, height: Histogram.size.height,
            left: PlotFrame.left(axes.count), bottom: PlotFrame.bottom(axes.value),
            top: references.isEmpty ? 0 : 16)
        return Drawing(width: frame.totalWidth, height: frame.totalHeight) { canvas in
            frame.drawHeader(on: canvas)
            frame.drawLeft(axes.count, on: canvas)
            let base = frame.y + frame.height
            for (bin, count) in counts.enumerated() {
                let bounds = self.bounds(of: bin)
                let (left, right) = (
                    frame.x(bounds.lowerBound, axes.value), frame.x(bounds.upperBound, axes.value)
                )
                let top = frame.y(Double(count), axes.count)
                canvas.fill(rectangle: left + 0.5, top, right - left - 1, base - top, Palette.colors(1)[0])
            }
            frame.drawBottom(axes.value, on: canvas)
            for reference in references {
                let x = frame.x(reference.value, axes.value)
                canvas.line([(x, frame.y), (x, base)], .softInk, width: 1.2, dash: [4, 3])
                canvas.text(reference.label, x, frame.y - 9, .note, anchor: .middle)
            }
        }
    }

    var specification: JSON {
        guard !counts.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let axes = axes
        let rows = counts.enumerated().map { bin, count -> JSON in
            [
                "low": .rounded(bounds(of: bin).lowerBound), "high": .rounded(bounds(of: bin).upperBound),
                "count": .integer(count),
            ]
        }
        var layers: [JSON] = [
            [
                "mark": ["type": "bar", "color": .string(Palette.colors(1)[0].hex), "binSpacing": 1],
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
                        ("low", "from", ".3f"), ("high", "to", ".3f"), ("count", countTitle, ",d"),
                    ]),
                ],
            ]
        ]
        for reference in references {
            let place: JSON = ["datum": .rounded(reference.value), "type": "quantitative"]
            layers.append([
                "data": ["values": [[:]]],
                "mark": ["type": "rule", "color": "#777777", "strokeDash": [4, 3], "strokeWidth": 1.2],
                "encoding": ["x": place],
            ])
            layers.append([
                "data": ["values": [[:]]],
                "mark": [
                    "type": "text", "text": .string(reference.label), "color": "#777777",
                    "baseline": "middle",
                ],
                "encoding": ["x": place, "y": ["value": -9]],
            ])
        }
        return [
            "title": VegaLite.title(title, note: fullNote, width: Histogram.size.width),
            "width": .rounded(Histogram.size.width), "height": .rounded(Histogram.size.height),
            "data": ["values": .array(rows)], "layer": .array(layers),
        ]
    }
}
