import Display
import Figures

extension RegionScores {
    /// A bar for each region: the mean over its voxels, with the standard deviation as error bar.
    public func chart(title: String = "", note: String = "", references: [ReferenceLine] = []) -> BarChart {
        let bars = rows.map { row in
            BarChart.Bar(
                row.region.name, row.mean, error: row.standardDeviation.isNaN ? nil : row.standardDeviation,
                detail: detail(row))
        }
        let left = unlabelledCount == 0 ? "" : "\(Number.counted(unlabelledCount, "voxel")) in no region."
        return BarChart(
            bars, title: title.isEmpty ? "\(scoreName) by region" : title,
            note: [note, left].filter { !$0.isEmpty }.joined(separator: " "), categoryTitle: "region",
            valueTitle: "mean \(scoreName)", errorMeaning: "SD over voxels", references: references,
            orientation: .horizontal)
    }

    /// A row for each region with all that is known of it.
    public var table: Table {
        Table(
            "\(scoreName) by region",
            [
                .text("region", rows.map(\.region.name)), .counts("voxels", rows.map(\.voxels)),
                .counts("without score", rows.map(\.excluded)), .numbers("mean", rows.map(\.mean)),
                .numbers("SD", rows.map(\.standardDeviation)), .numbers("SEM", rows.map(\.standardError)),
                .numbers("median", rows.map(\.median)),
            ])
    }

    private func detail(_ row: Row) -> String {
        Number.counted(row.voxels, "voxel") + ", median \(Number.fixed(row.median, 3))"
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
