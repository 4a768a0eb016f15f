import JSON

/// A line across a chart at a value that matters: chance, a noise ceiling, a published score.
public struct ReferenceLine: Sendable, Equatable {
    /// The value at which the line lies.
    public var value: Double
    /// What the value is.
    public var label: String

    /// A line at `value`.
    ///
    /// - Parameters:
    ///   - value: where the line is, in units of the axis.
    ///   - label: the text beside it; empty for none.
    public init(_ value: Double, _ label: String) {
        self.value = value
        self.label = label
    }
}

extension PlotFrame {
    /// Draws a level line, its label to the right.
    func draw(_ reference: ReferenceLine, acrossAt place: Double, on canvas: any Canvas) {
        guard place.isFinite else { return }
        canvas.line([(x, place), (x + width, place)], .softInk, width: 1.2, dash: [4, 3])
        canvas.text(reference.label, x + width + 4, place, .note)
    }

    /// Draws an upright line, its label above.
    func draw(_ reference: ReferenceLine, uprightAt place: Double, on canvas: any Canvas) {
        guard place.isFinite else { return }
        canvas.line([(place, y), (place, y + height)], .softInk, width: 1.2, dash: [4, 3])
        let half = TextMeasure().width(reference.label, .note) / 2
        let middle = max(half, min(place, totalWidth - half))
        canvas.text(reference.label, middle, y - 9, .note, anchor: .middle)
    }
}

extension ReferenceLine {
    /// A level line in Vega-Lite, its label to the right of a plot of a width, or an upright one with its label above.
    func layers(isLevel: Bool, width: Double, digits: Int = 7) -> [JSON] {
        guard value.isFinite else { return [] }
        let place: JSON = ["datum": .rounded(value, digits: digits), "type": "quantitative"]
        let (along, across) = isLevel ? ("y", "x") : ("x", "y")
        let end: JSON = ["value": .rounded(isLevel ? width + 4 : -9)]
        return [
            [
                "data": VegaLite.single,
                "mark": ["type": "rule", "color": "#888888", "strokeDash": [4, 3], "strokeWidth": 1.2],
                "encoding": .object([along: place]),
            ],
            [
                "data": VegaLite.single,
                "mark": [
                    "type": "text", "text": .string(label), "color": "#888888", "fontSize": 11,
                    "baseline": "middle",
                    "align": isLevel ? "left" : "center",
                ],
                "encoding": .object([along: place, across: end]),
            ],
        ]
    }
}

extension Array where Element == String {
    /// The names, repeated ones told apart by a number, since Vega-Lite tells places and series by name.
    package func toldApart() -> [String] {
        var taken: Set<String> = []
        var count: [String: Int] = [:]
        return map { name in
            var shown = name
            // The name with a number may be there as well.
            while !taken.insert(shown).inserted {
                let repetition = count[name, default: 1] + 1
                count[name] = repetition
                shown = "\(name) (\(repetition))"
            }
            return shown
        }
    }
}

extension Array where Element: Hashable {
    /// The distinct elements in order of first appearance.
    func distinct() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
