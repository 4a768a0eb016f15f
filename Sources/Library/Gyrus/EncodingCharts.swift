import Brain
import Encoding
import Figures

extension VariancePartition {
    /// The mean of every part over the voxels of each region.
    ///
    /// - Parameters:
    ///   - regions: the region of each voxel.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///
    /// Throws `BrainError.count` if the regions have other voxels.
    public func chart(by regions: Regions, title: String? = "", note: String? = "") throws -> BarChart {
        try sharesChart(
            parts.map { ($0.name, $0.r2) }, by: regions,
            title: title == "" ? "Variance that each feature space explains" : title, note: note,
            seriesTitle: "part", valueTitle: "mean R²")
    }
}

extension SplitScores {
    /// The mean share of every band over the voxels of each region.
    ///
    /// - Parameters:
    ///   - regions: the region of each voxel.
    ///   - bands: the name of each band.
    ///   - score: which score: R2 or r.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///
    /// Throws `BrainError.count` if the regions have other voxels, or there is not a name for each band.
    public func chart(
        by regions: Regions, bands: [String], _ score: VoxelScore = .r2, title: String? = "",
        note: String? = ""
    ) throws -> BarChart {
        let shares = score == .r2 ? r2 : r
        guard bands.count == shares.count else {
            throw BrainError.count(
                what: "names of bands", got: bands.count, expected: shares.count, of: "bands")
        }
        return try sharesChart(
            zip(bands, shares).map { ($0, $1) }, by: regions,
            title: title == "" ? "Share of each band" : title, note: note, seriesTitle: "band",
            valueTitle: "mean share of \(score.title)")
    }
}

private func sharesChart(
    _ shares: [(name: String, values: [Double])], by regions: Regions, title: String?, note: String?,
    seriesTitle: String, valueTitle: String
) throws -> BarChart {
    let scores = try shares.map { try RegionScores($0.values, regions: regions) }
    let bars = regions.regions.indices.flatMap { place in
        zip(shares, scores).map { share, score in
            let row = score.rows[place]
            return BarChart.Bar(
                row.region.name, row.mean, series: share.name,
                error: row.standardError.isNaN ? nil : row.standardError)
        }
    }
    return BarChart(
        bars, title: title, note: note, categoryTitle: "region", valueTitle: valueTitle,
        seriesTitle: seriesTitle, errorMeaning: "SEM over voxels")
}
