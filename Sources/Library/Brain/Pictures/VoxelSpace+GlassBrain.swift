import Display
import Figures

/// The outline on which a glass brain is drawn.
public enum GlassOutline: Sendable {
    /// That of MNI152 where at least nine of ten voxels lie within its edges, else that of the voxels themselves.
    case automatic
    /// The brain of MNI152 (ICBM 2009, nonlinear, symmetric), with its sulci.
    case mni152
    /// The voxels of the space, for data in a subject's own space.
    case voxels
}

extension VoxelSpace {
    /// The voxels' values seen through the brain from several sides; of the voxels that lie behind one another the
    /// strongest is seen.
    ///
    /// ```swift
    /// let space = try VoxelSpace(mask: NIfTI.open("mask.nii.gz"))
    /// try space.glassBrain(scores.r, scoreName: "Pearson r", threshold: 0.1)
    /// ```
    ///
    /// - Parameters:
    ///   - values: one for each voxel of the space.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - second: further values, for colors of two: A against B.
    ///   - secondName: what the further values are.
    ///   - sides: from where; two or more are drawn beside one another.
    ///   - threshold: values below it are hidden; where signs matter, those nearer to zero.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden, with lines at it.
    ///   - outline: the brain's.
    ///   - regions: the region of each voxel, for what hovering says of it.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - plane: the colors of two values.
    ///   - style: colors, fonts and grid.
    ///
    /// Colors go about zero where values reach at least half as far below it as above, and otherwise from the lowest to
    /// the highest value. Throws `BrainError` if the counts differ, no side is given, the threshold is not a number or
    /// the affine is not known, and `GridError` for one without an inverse.
    public func glassBrain(
        _ values: [Double], scoreName: String = "score", against second: [Double]? = nil,
        secondName: String = "second score", sides: [BrainSide] = [.sagittal, .coronal, .axial],
        threshold: Double? = nil, fades: Bool = false, outline: GlassOutline = .automatic,
        regions: Regions? = nil, title: String? = "", note: String? = "", plane: ColorPlane = .purpleTeal,
        style: ChartStyle = .standard
    ) throws -> BrainPicture {
        guard !sides.isEmpty else {
            throw BrainError.value(
                what: "the sides of a glass brain", got: "none", expected: "at least one, for instance .axial"
            )
        }
        let shown = try ShownValues(
            values, second: second, in: self, threshold: threshold, fades: fades, regions: regions,
            scoreName: scoreName, secondName: secondName, style: style)
        let grid = try AnatomicalGrid(self)
        let isMNI = outline == .mni152 || (outline == .automatic && shown.liesInMNI152)
        let panels = sides.map { side -> BrainPanel in
            let axes = side.axes
            let edges = grid.bounds(across: axes.across, up: axes.up)
            var bounds = edges
            if isMNI {
                let (low, high) = BrainOutline.mni152Bounds
                bounds = BrainPanel.Bounds(
                    left: low[axes.across], right: high[axes.across], bottom: low[axes.up], top: high[axes.up]
                )
            }
            bounds = BrainPanel.Bounds(
                left: bounds.left - 3, right: bounds.right + 3, bottom: bounds.bottom - 3, top: bounds.top + 3
            )
            var panel = BrainPanel(bounds: bounds, grid: edges)
            panel.title = side.title
            panel.sides = side.edges
            panel.fill(
                grid.projection(side, of: shown), columns: grid.shape[axes.across], of: shown,
                spots: 360 / sides.count)
            panel.curves = isMNI ? BrainOutline.mni152(side) : panel.silhouette(grid.silhouette(side))
            if fades { panel.drawBorders() }
            return panel
        }
        let whose = isMNI ? "Outline: MNI152." : "Outline: that of the voxels."
        return BrainPicture(
            "Glass brain", panels, columns: sides.count, values: values.filter(\.isFinite),
            seconds: shown.second.filter(\.isFinite), data: shown.table, peaks: shown.peaks,
            title: title == "" ? "\(scoreName)\(second == nil ? "" : " and \(secondName)") by voxel" : title,
            note: note, automaticNote: [shown.note, whose].filter { !$0.isEmpty }.joined(separator: " "),
            valueTitle: scoreName, secondTitle: secondName, plane: second == nil ? nil : plane,
            style: shown.styled(style))
    }
}

extension ShownValues {
    /// Whether at least nine of ten voxels lie within the edges of MNI152.
    var liesInMNI152: Bool {
        let (low, high) = BrainOutline.mni152Bounds
        let inside = positions.count { place in
            (0..<3).allSatisfy { place[$0] >= low[$0] - 4 && place[$0] <= high[$0] + 4 }
        }
        return Double(inside) >= 0.9 * Double(positions.count)
    }
}

extension AnatomicalGrid {
    /// The cells along an axis that a side shows: those of its hemisphere.
    private func depths(_ side: BrainSide) -> [Int] {
        (0..<shape[side.axes.along]).filter { index in
            switch side {
            case .left: coordinate(index, 0) < 0
            case .right: coordinate(index, 0) > 0
            default: true
            }
        }
    }

    /// The voxel that is seen in each pixel of a side: the strongest of those behind one another; -1 where none is.
    func projection(_ side: BrainSide, of shown: ShownValues) -> [Int32] {
        let axes = side.axes
        var seen = [Int32](repeating: -1, count: shape[axes.across] * shape[axes.up])
        let strength = shown.values.indices.map { shown.opacity($0) > 0 ? shown.strength($0) : -.infinity }
        for depth in depths(side) {
            let cells = cells(across: axes.across, up: axes.up, along: axes.along, at: depth)
            for (pixel, cell) in cells.enumerated() where voxels[cell] >= 0 {
                let voxel = voxels[cell]
                guard strength[Int(voxel)] > -.infinity else { continue }
                if seen[pixel] < 0 || strength[Int(seen[pixel])] < strength[Int(voxel)] {
                    seen[pixel] = voxel
                }
            }
        }
        return seen
    }

    /// 1 in each pixel of a side behind which a voxel lies, 0 elsewhere.
    func silhouette(_ side: BrainSide) -> [Double] {
        let axes = side.axes
        var mask = [Double](repeating: 0, count: shape[axes.across] * shape[axes.up])
        for depth in depths(side) {
            let cells = cells(across: axes.across, up: axes.up, along: axes.along, at: depth)
            for (pixel, cell) in cells.enumerated() where voxels[cell] >= 0 { mask[pixel] = 1 }
        }
        return mask
    }
}

extension BrainPanel {
    /// The smooth outline of a mask.
    func silhouette(_ mask: [Double]) -> [Curve] {
        let smooth = Contour.smoothed(mask, columns: columns, rows: rows)
        return lines(.outline, of: smooth, level: 0.5)
    }
}
