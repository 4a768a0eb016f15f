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

extension [ReferenceLine] {
    /// The lines that can be drawn: where each lies along its side of a plot, in units of the canvas from the upper or left
    /// end, and where its label does, which gives way to others; upright lines' labels stay `within` a range.
    func placed(
        isLevel: Bool, _ axis: ValueAxis, length: Double, within range: ClosedRange<Double>? = nil
    ) -> [(line: ReferenceLine, place: Double, label: Double)] {
        let lines = filter(\.value.isFinite)
        let places = lines.map { line in
            let fraction = axis.fraction(line.value)
            return (isLevel ? 1 - fraction : fraction) * length
        }
        let measure = TextMeasure()
        let sizes = lines.map { line in
            line.label.isEmpty ? 0 : isLevel ? 13 : measure.width(line.label, .note) + 6
        }
        let labels = places.apart(sizes, within: range)
        return lines.indices.map { (lines[$0], places[$0], labels[$0]) }
    }

    /// The lines in Vega-Lite: level ones with labels to the right of a plot, or upright ones with labels above.
    func layers(
        isLevel: Bool, _ axis: ValueAxis, width: Double, height: Double, digits: Int = 7
    ) -> [JSON] {
        let (along, across) = isLevel ? ("y", "x") : ("x", "y")
        return placed(isLevel: isLevel, axis, length: isLevel ? height : width).flatMap {
            line, _, label -> [JSON] in
            let place: JSON = ["datum": .rounded(line.value, digits: digits), "type": "quantitative"]
            return [
                [
                    "data": VegaLite.single,
                    "mark": ["type": "rule", "color": "#888888", "strokeDash": [4, 3], "strokeWidth": 1.2],
                    "encoding": .object([along: place]),
                ],
                [
                    "data": VegaLite.single,
                    "mark": [
                        "type": "text", "text": .string(line.label), "color": "#888888", "fontSize": 11,
                        "baseline": "middle",
                        "align": isLevel ? "left" : "center",
                    ],
                    "encoding": .object([
                        along: ["value": .rounded(label)],
                        across: ["value": .rounded(isLevel ? width + 4 : -9)],
                    ]),
                ],
            ]
        }
    }
}

extension PlotFrame {
    /// Draws level lines, their labels to the right, or upright ones, their labels above.
    func draw(_ references: [ReferenceLine], isLevel: Bool, _ axis: ValueAxis, on canvas: any Canvas) {
        let placed = references.placed(
            isLevel: isLevel, axis, length: isLevel ? height : width,
            within: isLevel ? nil : (-x)...(totalWidth - x))
        for (line, place, label) in placed {
            if isLevel {
                canvas.line([(x, y + place), (x + width, y + place)], .softInk, width: 1.2, dash: [4, 3])
                canvas.text(line.label, x + width + 4, y + label, .note)
            } else {
                canvas.line([(x + place, y), (x + place, y + height)], .softInk, width: 1.2, dash: [4, 3])
                canvas.text(line.label, x + label, y - 9, .note, anchor: .middle)
            }
        }
    }
}

extension [Double] {
    /// The places of things of some sizes, moved as little as needed for no two to meet; those that meet lie side by side
    /// about their common middle, inside of a range as far as they fit.
    func apart(_ sizes: [Double], within range: ClosedRange<Double>? = nil) -> [Double] {
        typealias Group = (members: [Int], sum: Double, size: Double)
        func middle(_ group: Group) -> Double {
            let mean = group.sum / Double(group.members.count)
            guard let range else { return mean }
            let half = group.size / 2
            return Swift.max(range.lowerBound + half, Swift.min(mean, range.upperBound - half))
        }
        var groups: [Group] = []
        for index in indices.sorted(by: { self[$0] < self[$1] }) where sizes[index] > 0 {
            var group: Group = ([index], self[index], sizes[index])
            while let last = groups.last, middle(group) - middle(last) < (group.size + last.size) / 2 {
                groups.removeLast()
                group = (last.members + group.members, last.sum + group.sum, last.size + group.size)
            }
            groups.append(group)
        }
        var places = self
        for group in groups {
            var start = middle(group) - group.size / 2
            for index in group.members {
                places[index] = start + sizes[index] / 2
                start += sizes[index]
            }
        }
        return places
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
