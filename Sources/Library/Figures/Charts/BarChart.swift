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
        /// Which of several bars of a category this is, and its colour.
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

    public var title: String
    /// What stands below the title.
    public var note: String
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

    /// A chart of bars; a second bar of the same category and series is told apart by a number.
    public init(
        _ bars: [Bar], title: String = "", note: String = "", categoryTitle: String = "",
        valueTitle: String = "",
        seriesTitle: String = "", errorMeaning: String = "", references: [ReferenceLine] = [],
        orientation: Orientation = .automatic
    ) {
        self.title = title
        self.note = note
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
            return bar
        }
    }

    /// The categories, in order.
    public var categories: [String] { bars.map(\.category).distinct() }
    /// The series, in order.
    public var series: [String] { bars.map(\.series).distinct() }

    public var description: String {
        guard !bars.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).description }
        var columns: [Table.Column] = [
            .text(categoryTitle.isEmpty ? "category" : categoryTitle, bars.map(\.category))
        ]
        if series.count > 1 {
            columns.append(.text(seriesTitle.isEmpty ? "series" : seriesTitle, bars.map(\.series)))
        }
        columns.append(.numbers(valueTitle.isEmpty ? "value" : valueTitle, bars.map(\.value)))
        if bars.contains(where: { $0.error != nil }) {
            columns.append(
                .numbers(errorMeaning.isEmpty ? "error" : errorMeaning, bars.map { $0.error ?? .nan }))
        }
        let ends = zip(TextBar.bars(bars.map(\.value)), bars).map {
            $0 + ($1.sign.isEmpty ? "" : " " + $1.sign)
        }
        columns.append(.text("", ends))
        let lines = references.map { "\($0.label): \(Number.short($0.value))" }
        return ([Table(title, columns).description] + (note.isEmpty ? [] : [note]) + lines).joined(
            separator: "\n")
    }

    var emptyMessage: String { "No bars to show" }
}

// MARK: - Layout

extension BarChart {
    /// What both renderers need to know.
    struct Layout {
        let isHorizontal: Bool
        let series: [String]
        let colors: [Color]
        /// Whether bars of one category stand side by side.
        let isGrouped: Bool
        let categoryAxis: CategoryAxis
        let valueAxis: ValueAxis
        let valueLength: Double
        let side: SideNote
        /// The part of a category's band that stays empty.
        let gap: Double
        let note: String

        /// The room that labels of reference lines take above flat bars, and to the right of upright ones.
        let labelsAbove: Double
        let labelsBeside: Double

        var width: Double { isHorizontal ? valueLength : categoryAxis.length }
        var height: Double { isHorizontal ? categoryAxis.length : valueLength }
        /// The thickness of one bar.
        var thickness: Double { categoryAxis.step * (1 - gap) / (isGrouped ? Double(series.count) : 1) }
    }

    var layout: Layout {
        let (categories, series) = (categories, series)
        let perCategory = Dictionary(grouping: bars, by: \.category).values.map(\.count).max() ?? 1
        let isGrouped = perCategory > 1
        let measure = TextMeasure()
        let isHorizontal =
            switch orientation {
            case .horizontal: true
            case .vertical: false
            case .automatic:
                categories.count > 8 || measure.width(categories, .label) > 90
            }
        let lanes = isGrouped ? Double(series.count) : 1
        let step: Double =
            if isHorizontal {
                isGrouped ? max(18, lanes * (lanes > 4 ? 8 : 11) + 8) : categories.count > 40 ? 15 : 22
            } else {
                isGrouped
                    ? max(44, lanes * 16 + 14) : max(44, min(90, 360 / Double(max(1, categories.count))))
            }
        let ends = bars.flatMap { [$0.value, $0.value - ($0.error ?? 0), $0.value + ($0.error ?? 0)] }
        let hasSigns = bars.contains { !$0.sign.isEmpty }
        let axis = ValueAxis(
            valueTitle, covering: ends + ends.map { hasSigns ? $0 * 1.05 : $0 } + references.map(\.value),
            includingZero: true, count: isHorizontal ? 7 : 5)
        let colors = Palette.colors(max(1, series.count))
        let legend = Legend(
            title: seriesTitle, entries: zip(series, colors).map { .init(name: $0, color: $1) },
            symbol: .square)
        let meaning =
            errorMeaning.isEmpty || !bars.contains { $0.error != nil } ? "" : "Error bars: \(errorMeaning)."
        let beside = isHorizontal ? 0 : measure.width(references.map(\.label), .note)
        return Layout(
            isHorizontal: isHorizontal, series: series, colors: colors, isGrouped: isGrouped,
            categoryAxis: CategoryAxis(
                categoryTitle, names: categories, step: step, side: isHorizontal ? .left : .bottom),
            valueAxis: axis, valueLength: isHorizontal ? 380 : 240,
            side: series.count > 1 ? .legend(legend) : .none, gap: 0.25,
            note: [note, meaning].filter { !$0.isEmpty }.joined(separator: " "),
            labelsAbove: isHorizontal && !references.isEmpty ? 16 : 0,
            labelsBeside: beside > 0 ? beside + 6 : 0)
    }
}
