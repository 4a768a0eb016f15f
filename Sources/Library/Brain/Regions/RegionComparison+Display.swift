import Display
import Figures

extension RegionComparison {
    /// Candidates by regions, the best of each region outlined where it is above zero.
    public func heatmap(title: String = "", note: String = "", outlinesBest: Bool = true) -> Heatmap {
        let values = names.indices.flatMap { means(of: $0) }
        let places = Dictionary(
            regions.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let outlined = best.filter { $0.mean > 0 }.compactMap { best in
            places[best.region.name].map { Heatmap.Place(row: best.place, column: $0) }
        }
        return Heatmap(
            rowNames: names, columnNames: regions.map(\.name),
            title: title.isEmpty ? "\(scoreName) by region" : title,
            note: note, valueTitle: "mean \(scoreName)", outlined: outlinesBest ? Set(outlined) : [],
            outlineMeaning: "the best of each region"
        ) { values[$0 * regions.count + $1] }
    }

    /// Bars of every candidate side by side in each region, with the standard deviation over voxels as error bars.
    public func chart(title: String = "", note: String = "", references: [ReferenceLine] = []) -> BarChart {
        let bars = regions.indices.flatMap { region in
            zip(names, scores).map { name, scores in
                let row = scores.rows[region]
                return BarChart.Bar(
                    row.region.name, row.mean, series: name,
                    error: row.standardDeviation.isNaN ? nil : row.standardDeviation,
                    detail: Number.counted(row.voxels, "voxel"))
            }
        }
        return BarChart(
            bars, title: title.isEmpty ? "\(scoreName) by region" : title, note: note,
            categoryTitle: "region",
            valueTitle: "mean \(scoreName)", errorMeaning: "SD over voxels", references: references)
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
    public var mimeBundle: MIMEBundle { heatmap().mimeBundle }
}
