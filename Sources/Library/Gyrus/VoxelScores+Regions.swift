import Brain
import Encoding
import Figures
import Formats

/// One of the two scores of a voxel.
public enum VoxelScore: String, Sendable {
    case r
    case r2

    /// The score's name on an axis.
    public var title: String { self == .r ? "Pearson r" : "R²" }
}

extension VoxelScores {
    /// The scores of one kind.
    public func values(_ score: VoxelScore) -> [Double] { score == .r ? r : r2 }

    /// The scores summed up by region; throws `BrainError.count` if the regions have other voxels.
    ///
    /// ```swift
    /// try fit.scores.byRegion(study.regions)
    /// ```
    public func byRegion(_ regions: Regions, _ score: VoxelScore = .r) throws -> RegionScores {
        try RegionScores(values(score), regions: regions, scoreName: score.title)
    }

    /// A picture of the scores over the voxels' places; see `VoxelSpace.map`.
    public func map(
        _ space: VoxelSpace, _ score: VoxelScore = .r, title: String? = "", note: String? = "",
        anatomy: [Double]? = nil, threshold: Double? = nil, style: ChartStyle = .standard
    ) throws -> ScoreMap {
        try space.map(
            values(score), scoreName: score.title, title: title, note: note, anatomy: anatomy,
            threshold: threshold, style: style)
    }

    /// The same over an image of the anatomy on the space's grid; throws `FormatError` if it lies on another.
    public func map(
        _ space: VoxelSpace, _ score: VoxelScore = .r, title: String? = "", note: String? = "",
        anatomy: NIfTI, threshold: Double? = nil, style: ChartStyle = .standard
    ) throws -> ScoreMap {
        try space.map(
            values(score), scoreName: score.title, title: title, note: note, anatomy: anatomy,
            threshold: threshold, style: style)
    }

    /// A picture of how much better these scores are than others, in colors about zero; see `VoxelSpace.map`.
    ///
    /// Throws `BrainError.count` if the others have another number of voxels.
    public func map(
        minus others: VoxelScores, _ space: VoxelSpace, _ score: VoxelScore = .r, title: String? = "",
        note: String? = "", anatomy: [Double]? = nil, style: ChartStyle = .diverging
    ) throws -> ScoreMap {
        guard others.count == count else {
            throw BrainError.count(
                what: "scores to subtract", got: others.count, expected: count, of: "scores")
        }
        return try space.map(
            zip(values(score), others.values(score)).map { $0 - $1 },
            scoreName: "difference of \(score.title)", title: title, note: note, anatomy: anatomy,
            style: style)
    }

    /// How often each score occurs.
    public func histogram(
        _ score: VoxelScore = .r, title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) -> Histogram {
        Histogram(
            values(score), title: histogramTitle(title), note: note, valueTitle: score.title,
            countTitle: "voxels", style: style)
    }

    /// How often each score occurs, in about `bins` bins; throws `FigureError.value` for another number than 1 to 1,000.
    public func histogram(
        _ score: VoxelScore = .r, title: String? = "", note: String? = "", bins: Int,
        style: ChartStyle = .standard
    ) throws -> Histogram {
        try Histogram(
            values(score), bins: bins, title: histogramTitle(title), note: note, valueTitle: score.title,
            countTitle: "voxels", style: style)
    }

    private func histogramTitle(_ title: String?) -> String? {
        title == "" ? "Scores of \(count) voxels" : title
    }
}
