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

    /// The scores summed up by the regions of a study, of the voxels that a rule selects.
    ///
    /// ```swift
    /// try fit.scores.byRegion(study)                          // all voxels
    /// try fit.scores.byRegion(study, .r2, select: .pos90)     // R2 above zero, in the cerebrum
    /// ```
    ///
    /// - Parameters:
    ///   - study: where the voxels and regions are.
    ///   - score: which score: R2 or r.
    ///   - select: which voxels count; nil for all.
    ///
    /// Throws `BrainError` if the study has no regions or another number of voxels, and as the rule does.
    public func byRegion(
        _ study: Study, _ score: VoxelScore = .r, select: VoxelSelection? = nil
    ) throws -> RegionScores {
        guard let select else { return try byRegion(study.regions, score) }
        return try RegionScores(
            values(score), regions: study.regions, selected: select.isSelected(r2: r2, in: study),
            rule: select.description, scoreName: score.title)
    }

    /// A picture of the scores over the voxels' places; see `VoxelSpace.map`.
    ///
    /// - Parameters:
    ///   - space: where the voxels lie; as many as there are scores.
    ///   - score: which score: R2 or r.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - anatomy: one value for each voxel of the whole grid, or an image on the space's grid.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - style: colors, fonts and grid.
    public func map(
        _ space: VoxelSpace, _ score: VoxelScore = .r, title: String? = "", note: String? = "",
        anatomy: [Double]? = nil, threshold: Double? = nil, style: ChartStyle = .standard
    ) throws -> ScoreMap {
        try space.map(
            values(score), scoreName: score.title, title: title, note: note, anatomy: anatomy,
            threshold: threshold, style: style)
    }

    /// The same over an image of the anatomy on the space's grid; throws `FormatError` if it lies on another.
    ///
    /// - Parameters:
    ///   - space: where the voxels lie; as many as there are scores.
    ///   - score: which score: R2 or r.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - anatomy: one value for each voxel of the whole grid, or an image on the space's grid.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - style: colors, fonts and grid.
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
    /// - Parameters:
    ///   - others: the scores that are subtracted, of the same voxels.
    ///   - space: where the voxels lie; as many as there are scores.
    ///   - score: which score: R2 or r.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - anatomy: one value for each voxel of the whole grid, or an image on the space's grid.
    ///   - style: colors, fonts and grid.
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
    ///
    /// - Parameters:
    ///   - score: which score: R2 or r.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func histogram(
        _ score: VoxelScore = .r, title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) -> Histogram {
        Histogram(
            values(score), title: histogramTitle(title), note: note, valueTitle: score.title,
            countTitle: "voxels", style: style)
    }

    /// How often each score occurs, in about `bins` bins; throws `FigureError.value` for another number than 1 to 1,000.
    ///
    /// - Parameters:
    ///   - score: which score: R2 or r.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - bins: about how many bins there are, 1 to 1,000.
    ///   - style: colors, fonts and grid.
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

extension NoiseCeiling {
    /// The largest correlation that a perfect model could reach, summed up by region.
    ///
    /// Throws `BrainError.count` if the regions have another number of voxels.
    public func byRegion(_ regions: Regions) throws -> RegionScores {
        try RegionScores(r, regions: regions, scoreName: "noise ceiling (Pearson r)")
    }

    /// The same by the regions of a study.
    public func byRegion(_ study: Study) throws -> RegionScores { try byRegion(study.regions) }
}
