import Display
import Figures

extension RegionScores {
    /// A bar for each region: the mean, with an error bar, and a mark where a test was passed.
    ///
    /// ```swift
    /// let group = try RegionScores(subjects: studies.map { try scores.byRegion($0.regions) })
    /// try group.chart(error: .interval(0.95), significance: group.tested(.wilcoxon), mark: .values)
    /// ```
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it names the scores.
    ///   - note: nil for none, not even to say what error bars and marks mean.
    ///   - error: what error bars show; nil for none.
    ///   - significance: p values in the order of the rows.
    ///   - mark: stars, or the corrected p values themselves.
    ///   - references: lines across the chart, such as a chance level.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if there is not one p value for each region, or an interval has no such level.
    public func chart(
        title: String? = "", note: String? = "", error: ErrorBar? = .sd, significance: Significance,
        mark: Significance.Mark = .stars, references: [ReferenceLine] = [], style: ChartStyle = .standard
    ) throws -> BarChart {
        guard significance.p.count == rows.count else {
            throw BrainError.count(
                what: "p values", got: significance.p.count, expected: rows.count, of: "regions")
        }
        try error?.check()
        return chart(
            title: title, note: note.map { joined($0, significance.rule(mark)) }, error: error,
            references: references, style: style, signs: rows.indices.map { significance.text($0, as: mark) })
    }

    /// A bar for each region: the mean, with the standard deviation as error bar.
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - references: lines across the chart, such as a chance level.
    ///   - style: colors, fonts and grid.
    public func chart(
        title: String? = "", note: String? = "", references: [ReferenceLine] = [],
        style: ChartStyle = .standard
    ) -> BarChart {
        chart(title: title, note: note, error: .sd, references: references, style: style, signs: [])
    }

    /// The same with other error bars; throws `BrainError.value` if an interval has no such level.
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - error: what error bars show; nil for none.
    ///   - references: lines across the chart, such as a chance level.
    ///   - style: colors, fonts and grid.
    public func chart(
        title: String? = "", note: String? = "", error: ErrorBar?, references: [ReferenceLine] = [],
        style: ChartStyle = .standard
    ) throws -> BarChart {
        try error?.check()
        return chart(title: title, note: note, error: error, references: references, style: style, signs: [])
    }

    private func chart(
        title: String?, note: String?, error: ErrorBar?, references: [ReferenceLine], style: ChartStyle,
        signs: [String]
    ) -> BarChart {
        let bars = rows.enumerated().map { index, row in
            BarChart.Bar(
                row.region.name, row.mean,
                error: error.map { $0.length(row) }.flatMap { $0.isNaN ? nil : $0 },
                sign: signs.isEmpty ? "" : signs[index], detail: detail(row), points: points(of: row))
        }
        let left = unlabelledCount == 0 ? "" : "\(Number.counted(unlabelledCount, "voxel")) in no region."
        return BarChart(
            bars, title: title == "" ? "\(scoreName) by region" : title,
            note: note.map { joined($0, left, rule.isEmpty ? "" : "Voxels: \(rule).") },
            categoryTitle: "region", valueTitle: "mean \(scoreName)",
            errorMeaning: error?.meaning(of: self) ?? "", references: references, orientation: .horizontal,
            style: style)
    }

    /// The scores of subjects, which are drawn over the bar of their mean; none where there are too many to tell apart.
    func points(of row: Row) -> [Double] { unit == .subject && row.values.count <= 40 ? row.values : [] }

    private func joined(_ parts: String...) -> String { parts.filter { !$0.isEmpty }.joined(separator: " ") }

    /// A row for each region with all that is known of it.
    public var table: Table {
        Table(
            "\(scoreName) by region",
            [
                .text("region", rows.map(\.region.name)), .counts("\(unit.rawValue)s", rows.map(\.count)),
                .counts("without score", rows.map(\.excluded)), .numbers("mean", rows.map(\.mean)),
                .numbers("SD", rows.map(\.standardDeviation)), .numbers("SEM", rows.map(\.standardError)),
                .numbers("median", rows.map(\.median)),
            ])
    }

    private func detail(_ row: Row) -> String {
        Number.counted(row.count, unit.rawValue) + ", median \(Number.fixed(row.median, 3))"
            + ", SEM \(Number.fixed(row.standardError, 3))"
            + (row.excluded > 0 ? ", \(row.excluded) without a score" : "")
            + (row.region.group.isEmpty ? "" : " (\(row.region.group))")
    }
}

extension RegionScores: Displayable {
    /// The chart, whose text is the table with voxel counts.
    public var mimeBundle: MIMEBundle {
        var bundle = chart().mimeBundle
        bundle.contents["text/plain"] = .text(table.description)
        return bundle
    }
}
