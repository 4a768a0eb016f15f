import Brain
import Encoding
import Figures

extension VoxelScores {
    /// The scores seen through the brain of a study's subject, with the regions' names where the study has them.
    ///
    /// ```swift
    /// try fit.scores.onGlassBrain(study, threshold: 0.1)
    /// ```
    ///
    /// - Parameters:
    ///   - study: where the voxels and regions are.
    ///   - score: which score: R2 or r.
    ///   - sides: from where, or which way slices are cut.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden.
    ///   - outline: the brain's outline.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if the study has no voxel space or another number of voxels; see `VoxelSpace.glassBrain`.
    public func onGlassBrain(
        _ study: Study, _ score: VoxelScore = .r, sides: [BrainSide] = [.sagittal, .coronal, .axial],
        threshold: Double? = nil, fades: Bool = false, outline: GlassOutline = .automatic,
        title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try onGlassBrain(
            study.space, score, sides: sides, threshold: threshold, fades: fades, outline: outline,
            regions: try? study.regions, title: title, note: note, style: style)
    }

    /// The scores seen through the brain; see `VoxelSpace.glassBrain`.
    ///
    /// - Parameters:
    ///   - space: where the voxels lie; as many as there are scores.
    ///   - score: which score: R2 or r.
    ///   - sides: from where, or which way slices are cut.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden.
    ///   - outline: the brain's outline.
    ///   - regions: the region of each voxel.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func onGlassBrain(
        _ space: VoxelSpace, _ score: VoxelScore = .r, sides: [BrainSide] = [.sagittal, .coronal, .axial],
        threshold: Double? = nil, fades: Bool = false, outline: GlassOutline = .automatic,
        regions: Regions? = nil, title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try space.glassBrain(
            values(score), scoreName: score.title, sides: sides, threshold: threshold, fades: fades,
            outline: outline, regions: regions, title: title, note: note, style: style)
    }

    /// The scores in slices of a study's brain in all three directions; see `VoxelSpace.mosaic`.
    ///
    /// ```swift
    /// try fit.scores.mosaic(study, threshold: 0.1)
    /// ```
    ///
    /// - Parameters:
    ///   - study: where the voxels and regions are.
    ///   - score: which score: R2 or r.
    ///   - sides: which way slices are cut; nil for those of `cuts` or, without any, all three.
    ///   - count: how many slices per side.
    ///   - cuts: where to cut instead, in mm (x for sagittal, y for coronal, z for axial slices), for any of the sides.
    ///   - anatomy: what is shown below, on the same grid; nil for none.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if the study has no voxel space or another number of voxels.
    public func mosaic(
        _ study: Study, _ score: VoxelScore = .r, sides: [BrainSide]? = nil,
        count: Int = 7, cuts: [BrainSide: [Double]] = [:], anatomy: [Double]? = nil, threshold: Double? = nil,
        fades: Bool = false, title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try mosaic(
            study.space, score, sides: sides, count: count, cuts: cuts, anatomy: anatomy,
            threshold: threshold,
            fades: fades, regions: try? study.regions, title: title, note: note, style: style)
    }

    /// The scores in slices of the brain in all three directions; see `VoxelSpace.mosaic`.
    ///
    /// - Parameters:
    ///   - space: where the voxels lie; as many as there are scores.
    ///   - score: which score: R2 or r.
    ///   - sides: which way slices are cut; nil for those of `cuts` or, without any, all three.
    ///   - count: how many slices per side.
    ///   - cuts: where to cut instead, in mm (x for sagittal, y for coronal, z for axial slices), for any of the sides.
    ///   - anatomy: what is shown below, on the same grid; nil for none.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden.
    ///   - regions: the region of each voxel.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func mosaic(
        _ space: VoxelSpace, _ score: VoxelScore = .r, sides: [BrainSide]? = nil,
        count: Int = 7, cuts: [BrainSide: [Double]] = [:], anatomy: [Double]? = nil, threshold: Double? = nil,
        fades: Bool = false, regions: Regions? = nil, title: String? = "", note: String? = "",
        style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try space.mosaic(
            values(score), scoreName: score.title, sides: sides, count: count, cuts: cuts, anatomy: anatomy,
            threshold: threshold, fades: fades, regions: regions, title: title, note: note, style: style)
    }

    /// The scores on the subject's flattened cortex; see `FlatMapper.flatMap`.
    ///
    /// ```swift
    /// try fit.scores.flatMap(FlatMapper.open("mappers/S01_mappers.hdf"), .r2)
    /// ```
    ///
    /// - Parameters:
    ///   - mapper: the flattened cortex.
    ///   - score: which score: R2 or r.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden.
    ///   - showsRegions: whether lines and names of regions are drawn.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func flatMap(
        _ mapper: FlatMapper, _ score: VoxelScore = .r, threshold: Double? = nil, fades: Bool = false,
        showsRegions: Bool = true, title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try mapper.flatMap(
            values(score), scoreName: score.title, threshold: threshold, fades: fades,
            showsRegions: showsRegions, title: title, note: note, style: style)
    }

    /// How many voxels have which pair of scores: this model across, another one upwards.
    ///
    /// - Parameters:
    ///   - other: the scores of the other model, of the same voxels.
    ///   - score: which score: R2 or r.
    ///   - names: what the two models are called.
    ///   - bins: how many bins each axis has, 1 to 1,000.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `FigureError` if the other scores are of another number of voxels.
    public func density(
        against other: VoxelScores, _ score: VoxelScore = .r,
        names: (String, String) = ("first model", "second model"),
        bins: Int = 50, title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) throws -> DensityPlot {
        try DensityPlot(
            x: values(score), y: other.values(score), bins: bins,
            title: title == "" ? "\(score.title) of two models, voxel by voxel" : title, note: note,
            xTitle: "\(score.title) of \(names.0)", yTitle: "\(score.title) of \(names.1)", style: style)
    }
}
