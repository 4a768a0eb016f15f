import Display
import Figures
import Formats

extension VoxelSpace {
    /// The same over an image of the anatomy on the same grid: its mean over time where it has more than one volume.
    ///
    /// - Parameters:
    ///   - scores: one for each voxel of the space.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - anatomy: an image on the space's grid; of several volumes the mean is shown.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - plane: the plane of the slices; nil for the one that cuts the grid's thinnest axis, or is horizontal.
    ///   - slices: which slices of the plane, counted from zero, each once; nil for those that hold voxels, at most 24.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `FormatError` if the image lies on another grid, `BrainError.count` if the scores have another
    /// number of voxels, and `CancellationError`.
    public func map(
        _ scores: [Double], scoreName: String = "score", title: String? = "", note: String? = "",
        anatomy: NIfTI, threshold: Double? = nil, plane: SlicePlane? = nil, slices: [Int]? = nil,
        style: ChartStyle = .standard
    ) throws -> ScoreMap {
        try map(
            scores, scoreName: scoreName, title: title, note: note, anatomy: meanVolume(of: anatomy),
            threshold: threshold, plane: plane, slices: slices, style: style)
    }

    /// A picture of the voxels' scores, slice by slice, over an image of the anatomy.
    ///
    /// Where the affine is not known, slices have their indices in the grid for names, and voxels are drawn as cubes.
    ///
    /// - Parameters:
    ///   - scores: one for each voxel of the space.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - anatomy: one value for each voxel of the whole grid, for instance the mean of the functional images.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero.
    ///   - plane: the plane of the slices; nil for the one that cuts the grid's thinnest axis, or is horizontal.
    ///   - slices: which slices of the plane, counted from zero; one that is given again is drawn once. Without it those that
    ///     hold voxels, at most 24 evenly spaced ones.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if scores or anatomy have another number of voxels, the threshold is not a number, or the grid
    /// has no such slice.
    public func map(
        _ scores: [Double], scoreName: String = "score", title: String? = "", note: String? = "",
        anatomy: [Double]? = nil, threshold: Double? = nil, plane: SlicePlane? = nil, slices: [Int]? = nil,
        style: ChartStyle = .standard
    ) throws -> ScoreMap {
        try ShownValues.check(threshold, fades: false)
        let plane = plane ?? naturalPlane
        let whole = try volume(of: scores)
        if let anatomy, anatomy.count != whole.count {
            throw BrainError.count(
                what: "voxels of the anatomy", got: anatomy.count, expected: whole.count,
                of: "voxels of the grid")
        }
        // Where signs matter, what is far below zero is shown as well.
        let isSigned = ShownValues.isSigned(scores, second: nil, style: style)
        let shown = whole.map { value in
            threshold.map { (isSigned ? abs(value) : value) < $0 } == true ? .nan : value
        }
        let (width, height) = plane.size(in: self)
        var seen: Set<Int> = []
        let wanted = slices?.filter { seen.insert($0).inserted } ?? filledSlices(whole, plane)
        if let missing = wanted.first(where: { $0 < 0 || $0 >= plane.count(in: self) }) {
            throw BrainError.value(
                what: "the slice", got: "\(missing)", expected: "0 to \(plane.count(in: self) - 1)")
        }
        let pictures = try wanted.map { slice in
            try ScoreMap.Slice(
                width: width, height: height, values: plane.pixels(of: shown, slice: slice, in: self),
                background: anatomy.map { plane.pixels(of: $0, slice: slice, in: self) },
                title: plane.count(in: self) > 1 ? name(of: slice, in: plane) : "",
                pixelSize: plane.pixelSize(in: self), sides: plane.sides)
        }
        let limit = threshold.map {
            "\(scoreName) of at least \(Number.short($0))\(isSigned ? " above or below zero" : "")"
        }
        let hidden = limit.map { "Voxels with \($0)." } ?? ""
        var map = ScoreMap(
            pictures, title: title == "" ? "\(scoreName) by voxel" : title,
            note: note.map { [$0, hidden].filter { !$0.isEmpty }.joined(separator: " ") },
            valueTitle: scoreName, style: ShownValues.styled(style, isSigned: isSigned))
        if let limit, scores.contains(where: \.isFinite) { map.reasonOfEmptiness = "No voxel with \(limit)" }
        return map
    }

    private func filledSlices(_ volume: [Double], _ plane: SlicePlane) -> [Int] {
        let filled = (0..<plane.count(in: self)).filter { slice in
            plane.pixels(of: volume, slice: slice, in: self).contains(where: \.isFinite)
        }
        guard filled.count > 24 else { return filled }
        return (0..<24).map { filled[$0 * (filled.count - 1) / 23] }
    }
}

extension VoxelSpace: Displayable {
    public var mimeBundle: MIMEBundle {
        var rows: [(String, String)] = surfaces.map { surface in
            (
                "\(surface.hemisphere.rawValue) hemisphere",
                "\(Number.grouped(surface.vertices.count)) of "
                    + Number.counted(surface.meshVertexCount, "vertex", "vertices")
                    + (surface.positions == nil ? ", places unknown" : "")
            )
        }
        if kind == .volume || kind == .grayordinates {
            rows += [
                ("grid", shape.map(String.init).joined(separator: " x ")),
                ("voxels", Number.grouped(indices.count)),
                (
                    "voxel size (mm)",
                    hasKnownAffine
                        ? voxelSize.map { Number.short($0) }.joined(separator: " x ")
                        : "unknown, as the affine is"
                ),
                ("orientation", (try? grid.affine.orientation) ?? "unknown"),
            ]
        }
        if !points.isEmpty { rows.append(("places", Number.grouped(points.count))) }
        return Table("Voxel space", [.text("", rows.map(\.0)), .text("", rows.map(\.1))]).mimeBundle
    }
}

extension SurfaceVertices: CustomStringConvertible {
    /// Which hemisphere it is, and how many of its mesh's vertices are in.
    public var description: String {
        "\(hemisphere.rawValue) hemisphere: \(Number.grouped(vertices.count)) of "
            + Number.counted(meshVertexCount, "vertex", "vertices")
    }
}

extension SlicePlane: CustomStringConvertible {
    /// Which axis is cut, and what lies at the edges.
    public var description: String {
        "slices across axis \(cut) of the grid"
            + (sides.isEmpty ? "" : ", \(sides.joined(separator: " to "))")
    }
}

extension VoxelSpace: CustomStringConvertible {}
