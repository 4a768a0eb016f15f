import Display
import Figures
import Tables

extension ModalityComparison {
    /// A row for each region: both scores, difference, interval, p, q and verdict.
    public var data: DataTable {
        var columns = [DataTable.Column("region", rows.map(\.region.name))]
        if rows.contains(where: { !$0.region.group.isEmpty }) {
            columns.append(
                DataTable.Column("group", rows.map { $0.region.group.isEmpty ? nil : $0.region.group }))
        }
        columns += [
            DataTable.Column("n", rows.map(\.count)), DataTable.Column("multimodal", rows.map(\.multimodal)),
            DataTable.Column("unimodal", rows.map(\.unimodal)),
            DataTable.Column("difference", rows.map(\.difference)),
            DataTable.Column("95 % interval from", rows.map { $0.interval?.lowerBound ?? .nan }),
            DataTable.Column("95 % interval to", rows.map { $0.interval?.upperBound ?? .nan }),
            DataTable.Column("p", rows.map(\.p)), DataTable.Column("q", rows.map(\.q)),
            DataTable.Column("verdict", rows.map(\.verdict.rawValue)),
        ]
        return DataTable(shown: columns, title: title)
    }

    private var title: String { "\(comparison.scoreName): multimodal less unimodal, by region" }

    /// A bar for each region: the difference with its interval, in the color of its verdict.
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - sorted: whether the largest difference comes first instead of the order of the regions.
    ///   - mark: stars, or the corrected p values themselves.
    ///   - style: colors, fonts and grid.
    public func chart(
        title: String? = "", note: String? = "", sorted: Bool = true, mark: Significance.Mark = .stars,
        style: ChartStyle = .standard
    ) -> BarChart {
        let order =
            sorted
            ? rows.indices.sorted { first, second in
                let (a, b) = (rows[first].difference, rows[second].difference)
                return a.isNaN ? false : b.isNaN ? true : a > b
            } : Array(rows.indices)
        var style = style
        let verdicts = [Verdict.multimodal, .unimodal, .neither, .untested]
        // The colors stay with the verdicts, whichever come first.
        let colors = [Color(0xD55E00), Color(0x0072B2), Color(0xAAAAAA), Color(0xDDDDDD)]
        if style.palette.isEmpty {
            let shown = order.map { rows[$0].verdict }
            style.palette = shown.enumerated().filter { shown.firstIndex(of: $1) == $0 }.map {
                colors[verdicts.firstIndex(of: $0.element) ?? 2]
            }
        }
        let names = rows.map(\.region.name).toldApart()
        let bars = order.map { index -> BarChart.Bar in
            let row = rows[index]
            return BarChart.Bar(
                names[index], row.difference, series: row.verdict.rawValue,
                error: row.interval.map { ($0.upperBound - $0.lowerBound) / 2 },
                sign: comparison.differences?.significance.text(index, as: mark) ?? "",
                detail:
                    "multimodal \(Number.fixed(row.multimodal, 3)), unimodal \(Number.fixed(row.unimodal, 3)), "
                    + "q = \(Number.fixed(row.q, 4))")
        }
        let test = comparison.differences.map { $0.significance.rule(mark) } ?? ""
        return BarChart(
            bars, title: title == "" ? self.title : title,
            note: note.map { [$0, test].filter { !$0.isEmpty }.joined(separator: " ") },
            categoryTitle: "region", valueTitle: "difference of \(comparison.scoreName)",
            seriesTitle: "verdict", errorMeaning: "95 % interval by Student's t", orientation: .horizontal,
            style: style)
    }

    /// The table of the regions.
    public var table: Table {
        let score = comparison.scoreName
        let counts = [Verdict.multimodal, .unimodal, .neither, .untested].map { verdict in
            (verdict, regions(verdict).count)
        }.filter { $0.1 > 0 }.map { "\($0.0.rawValue) in \($0.1)" }
        return Table(
            title,
            [
                .text("region", rows.map(\.region.name)), .counts("n", rows.map(\.count)),
                .numbers("multimodal \(score)", rows.map(\.multimodal)),
                .numbers("unimodal \(score)", rows.map(\.unimodal)),
                .numbers("difference", rows.map(\.difference)),
                .intervals("95 % interval", rows.map(\.interval)), .probabilities("p", rows.map(\.p)),
                .probabilities(comparison.differences?.significance.symbol ?? "q", rows.map(\.q)),
                .text("verdict", rows.map(\.verdict.rawValue)),
            ],
            notes: [
                "Of \(Number.counted(rows.count, "region")): \(counts.joined(separator: ", ")).", rule,
            ] + (comparison.differences?.notes ?? []))
    }
}

extension ModalityComparison: Displayable, CustomStringConvertible {
    public var mimeBundle: MIMEBundle { table.mimeBundle }
}

extension ModalityComparison.Row: CustomStringConvertible {
    /// The region, the difference, q and the verdict.
    public var description: String {
        "\(region.name): difference \(Number.fixed(difference, 3)), q = \(Number.probability(q)), \(verdict.rawValue)"
    }
}

extension ModalityComparison.Voxels: CustomStringConvertible {
    /// How many voxels differ.
    public var description: String {
        let shown = q.indices.filter { q[$0] < 0.05 }
        let better = shown.count { differences[$0] > 0 }
        return
            "\(Number.counted(differences.count, "voxel")): multimodal better in \(Number.grouped(better)), unimodal "
            + "better in \(Number.grouped(shown.count - better)) (q < 0.05)"
    }
}
