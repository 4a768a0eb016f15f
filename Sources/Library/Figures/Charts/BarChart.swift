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
        /// What the bar stands for; bars of one category are side by side.
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
        /// The largest value that any model could have reached there, drawn as a line across the bar.
        public var ceiling: Double?
        /// The values of which the bar is the mean, one for each subject, drawn as dots.
        public var points: [Double]

        /// A bar of a category.
        ///
        /// - Parameters:
        ///   - category: what the bar stands for; bars of one category are side by side.
        ///   - value: the height of the bar; NaN is drawn as "n/a".
        ///   - series: which of several bars of a category this is.
        ///   - error: half the length of the error bar, in units of the value, at least 0; nil for none.
        ///   - sign: a sign at the end of the bar, for instance "*"; empty for none.
        ///   - detail: more about the bar, shown on hover.
        ///   - ceiling: the noise ceiling, drawn as a line over the bar; nil for none.
        ///   - points: single values, such as those of subjects, drawn as dots.
        public init(
            _ category: String, _ value: Double, series: String = "", error: Double? = nil, sign: String = "",
            detail: String = "", ceiling: Double? = nil, points: [Double] = []
        ) {
            self.category = category
            self.value = value
            self.series = series
            self.error = error
            self.sign = sign
            self.detail = detail
            self.ceiling = ceiling
            self.points = points
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
    /// Remarks about two bars, above both.
    public private(set) var brackets: [Bracket] = []

    /// A chart of bars; a second bar of the same category and series gets a number.
    ///
    /// - Parameters:
    ///   - bars: the bars; categories and series appear in the order of their first bar.
    ///   - title: the text above the chart; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - categoryTitle: what the categories are, for instance "region".
    ///   - valueTitle: what the values are, for instance "Pearson r".
    ///   - seriesTitle: what the series are, for instance "model".
    ///   - errorMeaning: what an error bar means, for instance "SD across voxels".
    ///   - references: lines across the chart, such as a chance level.
    ///   - orientation: which way the bars point; automatic lays them flat if names are many or long.
    ///   - style: colors, fonts and grid.
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
        var taken: Set<Bracket.End> = []
        var count: [Bracket.End: Int] = [:]
        self.bars = bars.map { bar in
            let end = Bracket.End(bar)
            var bar = bar
            // The category with a number may be there as well.
            while !taken.insert(Bracket.End(bar)).inserted {
                let repetition = count[end, default: 1] + 1
                count[end] = repetition
                bar.category = "\(end.category) (\(repetition))"
            }
            // No picture shows an error without end.
            if bar.error?.isFinite == false { bar.error = nil }
            if bar.ceiling?.isFinite == false { bar.ceiling = nil }
            bar.points.removeAll { !$0.isFinite }
            return bar
        }
    }

    /// The chart with brackets over pairs of its bars; throws `FigureError.value` if a bracket does not name two
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

    mutating func setCeilings(_ ceilings: [String: Double]) {
        for index in bars.indices {
            if let ceiling = ceilings[bars[index].category], ceiling.isFinite {
                bars[index].ceiling = ceiling
            }
        }
    }

    func bar(_ end: Bracket.End) -> Bar? {
        bars.first { $0.category == end.category && $0.series == end.series }
    }

    /// The categories, in order.
    public var categories: [String] { bars.map(\.category).distinct() }
    /// The series, in order.
    public var series: [String] { bars.map(\.series).distinct() }

    var emptyMessage: String { "No bars to show" }
    func checkNumbers() throws {
        for bar in bars {
            guard let error = bar.error, error < 0 else { continue }
            throw FigureError.value(
                what: "the error of the bar \(Bracket.End(bar))", got: "\(error)", expected: "at least 0")
        }
    }

    var hasErrors: Bool { bars.contains { $0.error != nil } }
    var hasCeilings: Bool { bars.contains { $0.ceiling != nil } }

    /// The note with what the error bars mean.
    var shownNote: String {
        fullNote(
            note, errorMeaning.isEmpty || !hasErrors ? "" : "Error bars: \(errorMeaning).",
            hasCeilings ? "Lines across bars: noise ceiling." : "")
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
        columns.append(.shown(valueTitle.isEmpty ? "value" : valueTitle, bars.map(\.value)))
        if hasErrors {
            columns.append(
                .shown(errorMeaning.isEmpty ? "error" : errorMeaning, bars.map { $0.error ?? .nan }))
        }
        if hasCeilings { columns.append(.shown("noise ceiling", bars.map { $0.ceiling ?? .nan })) }
        let ends = zip(TextBar.bars(bars.map(\.value)), bars).map {
            $0 + ($1.sign.isEmpty || !$1.value.isFinite ? "" : " " + $1.sign)
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
        // A bar that is not drawn has no sign either.
        let marked = bars.filter { !$0.sign.isEmpty && $0.value.isFinite }
        let signs = marked.map { "\(Bracket.End($0)): \($0.sign)" }
        text.add(signs.isEmpty ? "" : "Marked: \(AltText.listed(signs))")
        for bracket in brackets.prefix(12) { text.add(bracket.description) }
        text.add(note: shownNote, references: references)
        return text.text
    }
}
