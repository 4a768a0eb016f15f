/// A remark about two bars of a chart, for instance "**" if they differ: a bracket from one to the other.
///
/// ```swift
/// try chart.bracketed([Bracket(in: "V1", "image", "text", label: "**")])
/// ```
public struct Bracket: Sendable, Equatable {
    /// A bar by its category and series.
    public struct End: Sendable, Hashable {
        public var category: String
        public var series: String

        /// The bar of a category and, where several are side by side, a series.
        ///
        /// - Parameters:
        ///   - category: the category of the bar.
        ///   - series: its series; empty if there is only one.
        public init(_ category: String, series: String = "") {
            self.category = category
            self.series = series
        }

        init(_ bar: BarChart.Bar) { self.init(bar.category, series: bar.series) }
    }

    public var first: End
    public var second: End
    /// The text above the bracket.
    public var label: String

    /// A bracket from one bar to another.
    ///
    /// - Parameters:
    ///   - first: the bar at one end.
    ///   - second: the bar at the other.
    ///   - label: the text above the bracket.
    public init(_ first: End, _ second: End, label: String) {
        self.first = first
        self.second = second
        self.label = label
    }

    /// A bracket between two bars of one category.
    ///
    /// - Parameters:
    ///   - category: the category of both bars.
    ///   - first: the series of the bar at one end.
    ///   - second: the series of the other.
    ///   - label: the text above the bracket.
    public init(in category: String, _ first: String, _ second: String, label: String) {
        self.init(End(category, series: first), End(category, series: second), label: label)
    }
}

extension Bracket.End: CustomStringConvertible {
    /// The category, and the series if there is one.
    public var description: String { series.isEmpty ? category : "\(category), \(series)" }
}

extension Bracket: CustomStringConvertible {
    /// The two bars and the remark about them.
    public var description: String {
        first.category == second.category && !first.series.isEmpty
            ? "\(first.category), \(first.series) and \(second.series): \(label)"
            : "\(first) and \(second): \(label)"
    }
}

extension BarChart {
    /// A bracket in its place.
    struct PlacedBracket {
        /// Where its ends lie along the axis of categories, in units from the axis' beginning.
        let ends: (Double, Double)
        /// The value at which it lies.
        let level: Double
        /// The value at which its ends stop, above their bars.
        let tip: Double
        let label: String
        /// Where the middle of the label lies along the axis of categories.
        let labelPlace: Double
    }

    /// The brackets, each above all bars, with their points and ceilings, and all brackets that it spans; `step` is the
    /// distance between two, in values.
    ///
    /// `place` gives where the middle of a bar lies, `reach` how far a label goes to either side of its middle. Short
    /// brackets come first, so that long ones lie above them.
    func placedBrackets(
        step: Double, place: (Bracket.End) -> Double, reach: (String) -> Double
    ) -> [PlacedBracket] {
        typealias Taken = (span: ClosedRange<Double>, top: Double)
        var taken = bars.map { bar -> Taken in
            let middle = place(Bracket.End(bar))
            let drawn = bar.points + [bar.value + (bar.error ?? 0), bar.ceiling ?? 0]
            let end = bar.value.isFinite ? drawn.filter(\.isFinite).max() ?? 0 : 0
            // A sign at the end of a bar takes as much as a bracket's label.
            return (middle...middle, max(0, end) + (bar.sign.isEmpty ? 0 : step * 0.8))
        }
        func ends(_ bracket: Bracket) -> ClosedRange<Double> {
            let (a, b) = (place(bracket.first), place(bracket.second))
            return min(a, b)...max(a, b)
        }
        func length(_ bracket: Bracket) -> Double { ends(bracket).upperBound - ends(bracket).lowerBound }
        let ordered = brackets.enumerated().sorted { one, two in
            let (a, b) = (length(one.element), length(two.element))
            return abs(a - b) > 1e-6 ? a < b : one.offset < two.offset
        }
        return ordered.map { _, bracket in
            let (ends, half) = (ends(bracket), reach(bracket.label))
            let middle = max(half, (ends.lowerBound + ends.upperBound) / 2)
            let span = min(ends.lowerBound, middle - half)...max(ends.upperBound, middle + half)
            let below = taken.filter { $0.span.overlaps(span) }.map(\.top).max() ?? 0
            let level = below + step * 0.6
            taken.append((span, level + step * 0.5))
            return PlacedBracket(
                ends: (place(bracket.first), place(bracket.second)), level: level, tip: level - step * 0.3,
                label: bracket.label, labelPlace: middle)
        }
    }
}
