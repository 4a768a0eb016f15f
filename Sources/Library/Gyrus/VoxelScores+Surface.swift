import Brain
import Encoding
import Figures
import Formats

extension VoxelScores {
    /// The scores as colors on the cortex, over its sulci; a score that is NaN leaves them bare.
    ///
    /// ```swift
    /// try fit.scores.onSurface(.fsaverage5(), space: study.space, threshold: 0.1)
    /// ```
    ///
    /// - Parameters:
    ///   - surface: the meshes.
    ///   - score: which score: R2 or r.
    ///   - space: where the voxels lie, as vertices of the cortex or in a grid; nil where there is one voxel for each vertex,
    ///     those of the left hemisphere first.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - threshold: scores below it fade; where signs matter, those nearer to zero. nil shows all.
    ///   - regions: the region of each vertex, whose outlines are drawn; nil for none.
    ///   - shape: which of the surface's shapes; nil for the inflated one or, without it, the first.
    ///   - views: from where the surface is seen.
    ///   - style: colors, fonts and grid.
    ///
    /// Of grayordinates, what lies below the cortex stands under it in slices. Throws `FigureError` or `BrainError` if the
    /// surface has another number of vertices, and what `VoxelSpace.layer` and `SurfaceMap` throw.
    public func onSurface(
        _ surface: CorticalSurface, _ score: VoxelScore = .r, space: VoxelSpace? = nil, title: String? = "",
        note: String? = "",
        threshold: Double? = nil, regions: SurfaceRegions? = nil, shape: SurfaceShape? = nil,
        views: [SurfaceView] = [.lateral, .medial], style: ChartStyle = .standard
    ) throws -> SurfaceMap {
        let layer = try SurfaceMap.Layer("", values(score), on: surface, space: space)
        let map = try SurfaceMap(
            layers: [layer], on: surface, title: title, note: note, valueTitle: score.title,
            threshold: threshold, shape: shape, views: views, style: style)
        let outlined = try regions.map { try map.outlining($0) } ?? map
        guard let space, space.kind == .grayordinates, !space.gridRange.isEmpty else { return outlined }
        let deep = Array(values(score)[space.gridRange])
        guard deep.contains(where: \.isFinite) else { return outlined }
        // In the colors of the cortex, whatever the signs of what lies below it.
        var colors = style
        colors.colorMap = outlined.shownColors
        return try outlined.adding(
            below: space.voxels.mosaic(
                deep, scoreName: score.title, threshold: threshold, fades: threshold != nil,
                title: "Below the cortex", style: colors))
    }
}

extension LayerScores {
    /// The scores of all layers on the cortex: the picture shows the first layer, the live view has a slider for them.
    ///
    /// - Parameters:
    ///   - surface: the meshes.
    ///   - score: which score: R2 or r.
    ///   - space: where the voxels lie, as vertices of the cortex or in a grid; nil where there is one voxel for each vertex,
    ///     those of the left hemisphere first.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - threshold: scores below it fade; where signs matter, those nearer to zero. nil shows all.
    ///   - regions: the region of each vertex, whose outlines are drawn; nil for none.
    ///   - shape: which of the surface's shapes; nil for the inflated one or, without it, the first.
    ///   - views: from where the surface is seen.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `FigureError` or `BrainError` if the surface has another number of vertices, and what `VoxelSpace.layer` and
    /// `SurfaceMap` throw.
    public func onSurface(
        _ surface: CorticalSurface, _ score: VoxelScore = .r, space: VoxelSpace? = nil, title: String? = "",
        note: String? = "",
        threshold: Double? = nil, regions: SurfaceRegions? = nil, shape: SurfaceShape? = nil,
        views: [SurfaceView] = [.lateral, .medial], style: ChartStyle = .standard
    ) throws -> SurfaceMap {
        let layers = try self.map {
            try SurfaceMap.Layer($0.name, $0.scores.values(score), on: surface, space: space)
        }
        let map = try SurfaceMap(
            layers: layers, on: surface, title: title, note: note, valueTitle: score.title,
            threshold: threshold, shape: shape, views: views, style: style)
        return try regions.map { try map.outlining($0) } ?? map
    }
}

extension SurfaceMap.Layer {
    fileprivate init(
        _ name: String, _ values: [Double], on surface: CorticalSurface, space: VoxelSpace?
    ) throws {
        self =
            try space.map { try $0.layer(values, on: surface, name: name) } ?? Self(name, values, on: surface)
    }
}
