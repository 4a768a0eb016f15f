import Display
import Figures

extension RegionComparison {
    /// Candidates by regions, the best of each region outlined where it is above zero; more than 40 regions go down.
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - outlinesBest: whether the best candidate of each region has an outline.
    ///   - style: colors, fonts and grid.
    public func heatmap(
        title: String? = "", note: String? = "", outlinesBest: Bool = true, style: ChartStyle = .standard
    ) -> Heatmap {
        let values = names.indices.flatMap { means(of: $0) }
        // Regions of one name differ in their numbers.
        let places = Dictionary(
            regions.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let outlined = best.filter { $0.mean > 0 }.compactMap { best in
            places[best.region].map { Heatmap.Place(row: best.place, column: $0) }
        }
        let map = Heatmap(
            rowNames: names, columnNames: regions.map(\.name),
            title: title == "" ? "\(scoreName) by region" : title, note: note,
            valueTitle: "mean \(scoreName)", style: style
        ) { values[$0 * regions.count + $1] }
        // Every outlined cell is one of the map's.
        let outlinedMap = try? map.outlining(outlined, meaning: "the best of each region")
        return oriented(outlinesBest ? outlinedMap ?? map : map)
    }

    /// Many regions go down the map, where each has its own line, instead of across.
    private func oriented(_ map: Heatmap) -> Heatmap {
        map.columns.count > 40 && map.columns.count > map.rows.count ? map.transposed() : map
    }

    /// Bars of every candidate side by side in each region, with error bars, and brackets over those that differ.
    ///
    /// ```swift
    /// let subjects = try studies.map { try RegionComparison(layerScores, of: $0) }
    /// let comparison = try RegionComparison(subjects: subjects, test: .wilcoxon, error: .interval(0.95))
    /// comparison.chart(title: nil, mark: .values)
    /// ```
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it names the scores.
    ///   - note: nil for none, not even to say what error bars and marks mean.
    ///   - mark: what is drawn over two bars whose difference is real: stars, or the corrected p value.
    ///   - references: lines across the chart, such as a chance level.
    ///   - style: colors, fonts and grid.
    public func chart(
        title: String? = "", note: String? = "", mark: Significance.Mark = .stars,
        references: [ReferenceLine] = [], style: ChartStyle = .standard
    ) -> BarChart {
        // Each of several regions of one name has bars and brackets of its own.
        let shown = regions.map(\.name).toldApart()
        let bars = regions.indices.flatMap { region in
            zip(names, scores).map { name, scores in
                let row = scores.rows[region]
                let length = error.length(row)
                return BarChart.Bar(
                    shown[region], row.mean, series: name, error: length.isNaN ? nil : length,
                    detail: Number.counted(row.count, scores.unit.rawValue), points: scores.points(of: row))
            }
        }
        let rule = differences.map {
            $0.significance.rule(mark, over: names.count > 2 ? "difference" : "region")
        }
        let chart = BarChart(
            bars, title: title == "" ? "\(scoreName) by region" : title,
            note: note.map { [$0, rule ?? ""].filter { !$0.isEmpty }.joined(separator: " ") },
            categoryTitle: "region", valueTitle: "mean \(scoreName)",
            errorMeaning: scores.first.map(error.meaning) ?? "", references: references, style: style)
        guard let differences else { return chart }
        let pairs = max(1, differences.rows.count / max(1, regions.count))
        let brackets = differences.rows.enumerated().filter(\.element.isSignificant).map { index, row in
            Bracket(
                in: shown[index / pairs], row.first, row.second,
                label: differences.significance.text(index, as: mark))
        }
        // Every bracket stands over two bars of the chart.
        return (try? chart.bracketed(brackets)) ?? chart
    }

    /// Differences by regions, in colors about zero, with stars where they are real.
    ///
    /// The rows are pairs of candidates; more than 40 regions go down instead. Throws `BrainError.value` if differences
    /// were not tested: a comparison over
    /// the voxels of one subject cannot tell which are real.
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func differenceHeatmap(
        title: String? = "", note: String? = "", style: ChartStyle = .diverging
    ) throws -> Heatmap {
        guard let differences else {
            throw BrainError.value(
                what: "the comparison", got: "over the voxels of one subject",
                expected: "over subjects or blocks of time, which tests need")
        }
        let pairs = differences.rows.count / max(1, regions.count)
        let labels = differences.rows.prefix(pairs).map { "\($0.first) - \($0.second)" }
        let rows = labels.indices.flatMap { pair in
            regions.indices.map { differences.rows[$0 * pairs + pair] }
        }
        let signs = labels.indices.flatMap { pair in
            regions.indices.map { differences.significance.text($0 * pairs + pair, as: .stars) }
        }
        let rule = differences.significance.rule(.stars, over: pairs > 1 ? "difference" : "region")
        let map = try Heatmap(
            rows: Array(labels), columns: regions.map(\.name), values: rows.map(\.difference),
            title: title == "" ? "Differences of \(scoreName) by region" : title,
            note: note.map { [$0, rule].filter { !$0.isEmpty }.joined(separator: " ") },
            valueTitle: "difference of mean \(scoreName)", style: style
        ).marking(signs)
        return oriented(map)
    }

    /// The mean scores: a row for each region, and a column for each layer or model.
    public var table: Table {
        Table(
            "Mean \(scoreName) by region",
            [.text("region", regions.map(\.name))] + names.indices.map { .numbers(names[$0], means(of: $0)) })
    }

    /// The best candidate of each region and by how much it wins.
    public var bestTable: Table {
        let best = best
        return Table(
            "Best of each region",
            [
                .text("region", best.map(\.region.name)), .text("best", best.map(\.name)),
                .numbers("mean \(scoreName)", best.map(\.mean)), .numbers("ahead by", best.map(\.margin)),
            ])
    }
}

extension RegionComparison: Displayable {
    /// A heat map; where differences were tested, bars with brackets over those that are real, and all of them as text.
    public var mimeBundle: MIMEBundle {
        guard let differences else {
            var bundle = heatmap().mimeBundle
            bundle.tables = [table]
            return bundle
        }
        var bundle = (names.count > 4 ? heatmap() as any Figure : chart()).mimeBundle
        bundle.tables = [differences.table]
        bundle.contents["text/plain"] = .text(
            [bundle.plainText ?? "", differences.table.description].joined(separator: "\n\n"))
        return bundle
    }
}
