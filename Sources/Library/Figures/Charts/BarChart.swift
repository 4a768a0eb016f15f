import Display
import Foundation

/// Bars from zero, one for each category or several side by side, with error bars.
///
/// ```swift
/// BarChart(
///     [.init("V1", 0.31, series: "image", error: 0.04), .init("V1", 0.22, series: "text", error: 0.05)],
///     title: "Score by region", valueTitle: "Pearson r", errorMeaning: "SD across voxels")
/// ```
public struct BarChart: DrawnFigure {
    /// One bar.
    public struct Bar: Sendable, Equatable {
        /// What the bar stands for; bars of one category stand side by side.
        public var category: String
        /// The height of the bar; NaN is drawn as "n/a".
        public var value: Double
        /// Which of several bars of a category this is, and its color.
        public var series: String
        /// Half the length of the error bar.
        public var error: Double?
        /// A sign at the end of the bar, for instance "*" where a test was passed.
        public var sign: String
        /// More about the bar, shown on hover.
        public var detail: String

        /// A bar of a category.
        public init(
            _ category: String, _ value: Double, series: String = "", error: Double? = nil, sign: String = "",
            detail: String = ""
        ) {
            self.category = category
            self.value = value
            self.series = series
            self.error = error
            self.sign = sign
            self.detail = detail
        }
    }

    /// Which way the bars point.
    public enum Orientation: Sendable { case automatic, horizontal, vertical }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// What the categories are, for instance "region".
    public var categoryTitle: String
    /// What the values are, for instance "Pearson r".
    public var valueTitle: String
    /// What the series are, for instance "model".
    public var seriesTitle: String
    /// What an error bar means, for instance "SD across voxels".
    public var errorMeaning: String
    /// Lines across the bars.
    public var references: [ReferenceLine]
    /// Which way the bars point; automatic lays them flat when names are many or long.
    public var orientation: Orientation
    /// The bars; categories and series appear in the order of their first bar.
    public private(set) var bars: [Bar]
    /// What is said of two bars, above both.
    public private(set) var brackets: [Bracket] = []

    /// A chart of bars; a second bar of the same category and series is told apart by a number.
    public init(
        _ bars: [Bar], title: String? = nil, note: String? = "", categoryTitle: String = "",
        valueTitle: String = "", seriesTitle: String = "", errorMeaning: String = "",
        references: [ReferenceLine] = [], orientation: Orientation = .automatic,
        style: ChartStyle = .standard
    ) {
        self.title = title
        self.note = note
        self.style = style
        self.categoryTitle = categoryTitle
        self.valueTitle = valueTitle
        self.seriesTitle = seriesTitle
        self.errorMeaning = errorMeaning
        self.references = references
        self.orientation = orientation
        var count: [[String]: Int] = [:]
        self.bars = bars.map { bar in
            let repetition = count[[bar.category, bar.series], default: 0] + 1
            count[[bar.category, bar.series]] = repetition
            var bar = bar
            if repetition > 1 { bar.category += " (\(repetition))" }
            // No picture shows an error without end.
            if bar.error?.isFinite == false { bar.error = nil }
            return bar
        }
    }

    /// The chart with brackets over pairs of its bars; throws `FigureError.value` where a bracket does not name two
    /// bars that are drawn.
    public func bracketed(_ brackets: [Bracket]) throws -> BarChart {
        for end in brackets.flatMap({ [$0.first, $0.second] }) where bar(end) == nil {
            throw FigureError.value(
                what: "the end of a bracket", got: end.description,
                expected: "a bar of the chart: \(AltText.listed(bars.map { Bracket.End($0).description }))")
        }
        for bracket in brackets {
            if bracket.first == bracket.second {
                throw FigureError.value(
                    what: "a bracket", got: "from \(bracket.first) to itself", expected: "over two bars")
            }
            for end in [bracket.first, bracket.second] where bar(end)?.value.isFinite == false {
                throw FigureError.value(
                    what: "the end of a bracket", got: "\(end), which has no finite value",
                    expected: "a bar that is drawn")
            }
        }
        var chart = self
        chart.brackets = brackets
        return chart
    }

    func bar(_ end: Bracket.End) -> Bar? {
        bars.first { $0.category == end.category && $0.series == end.series }
    }

    /// The categories, in order.
    public var categories: [String] { bars.map(\.category).distinct() }
    /// The series, in order.
    public var series: [String] { bars.map(\.series).distinct() }

    var emptyMessage: String { "No bars to show" }
    var hasErrors: Bool { bars.contains { $0.error != nil } }

    /// The note with what the error bars mean.
    var shownNote: String {
        fullNote(note, errorMeaning.isEmpty || !hasErrors ? "" : "Error bars: \(errorMeaning).")
    }
}

// MARK: - Text

extension BarChart {
    public var description: String {
        guard !bars.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).description }
        var columns: [Table.Column] = [
            .text(categoryTitle.isEmpty ? "category" : categoryTitle, bars.map(\.category))
        ]
        if series.count > 1 {
            columns.append(.text(seriesTitle.isEmpty ? "series" : seriesTitle, bars.map(\.series)))
        }
        columns.append(.numbers(valueTitle.isEmpty ? "value" : valueTitle, bars.map(\.value)))
        if hasErrors {
            columns.append(
                .numbers(errorMeaning.isEmpty ? "error" : errorMeaning, bars.map { $0.error ?? .nan }))
        }
        let ends = zip(TextBar.bars(bars.map(\.value)), bars).map {
            $0 + ($1.sign.isEmpty ? "" : " " + $1.sign)
        }
        columns.append(.text("", ends))
        let lines = brackets.map(\.description) + references.map { "\($0.label): \(Number.short($0.value))" }
        let own = fullNote(note)
        return ([Table(title ?? "", columns).description] + (own.isEmpty ? [] : [own]) + lines).joined(
            separator: "\n")
    }

    public var altText: String {
        guard !bars.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Bar chart", title: title)
        text.add(AltText.names("Categories", categoryTitle, categories))
        if series.count > 1 { text.add(AltText.names("Series", seriesTitle, series)) }
        let named = bars.map {
            ([$0.category, $0.series].filter { !$0.isEmpty }.joined(separator: ", "), $0.value)
        }
        text.add("Values: " + AltText.range(valueTitle, named))
        let missing = bars.filter { !$0.value.isFinite }.map { Bracket.End($0).description }
        text.add(missing.isEmpty ? "" : "Without a value: \(AltText.listed(missing))")
        let signs = bars.filter { !$0.sign.isEmpty }.map { "\(Bracket.End($0)): \($0.sign)" }
        text.add(signs.isEmpty ? "" : "Marked: \(AltText.listed(signs))")
        for bracket in brackets.prefix(12) { text.add(bracket.description) }
        text.add(note: shownNote, references: references)
        return text.text
    }
}
