import Display
import Figures
import Formats

extension VoxelSpace {
    /// Slices of the brain in all three directions, with a color for each voxel.
    ///
    /// ```swift
    /// let space = try VoxelSpace(mask: NIfTI.open("mask.nii.gz"))
    /// try space.mosaic(scores.r, scoreName: "Pearson r", threshold: 0.1)
    /// try space.mosaic(scores.r, cuts: [.axial: [-12, 0, 12, 24]])
    /// ```
    ///
    /// - Parameters:
    ///   - values: one for each voxel of the space.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - second: further values, for colors of two: A against B.
    ///   - secondName: what the further values are.
    ///   - sides: which way slices are cut; nil for those of `cuts` or, without any, all three.
    ///   - count: how many slices per side, evenly spaced over the voxels that are shown.
    ///   - cuts: where to cut instead, in mm (x for sagittal, y for coronal, z for axial slices), for any of the sides.
    ///   - anatomy: one value for each voxel of the whole grid, in shades of gray below; without it the voxels' own
    ///     section is pale gray.
    ///   - threshold: values below it are hidden; where signs matter, those nearer to zero.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden, with lines at it.
    ///   - regions: the region of each voxel, for what hovering says of it.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - plane: the colors of two values.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if the counts differ, no side or slice is given, cuts are those of another side, a cut lies
    /// outside the voxels, the threshold is not a number or the affine is not known (`map` draws such a space), and
    /// `GridError` for one without an inverse.
    public func mosaic(
        _ values: [Double], scoreName: String = "score", against second: [Double]? = nil,
        secondName: String = "second score", sides: [BrainSide]? = nil,
        count: Int = 7, cuts: [BrainSide: [Double]] = [:], anatomy: [Double]? = nil, threshold: Double? = nil,
        fades: Bool = false, regions: Regions? = nil, title: String? = "", note: String? = "",
        plane: ColorPlane = .purpleTeal, style: ChartStyle = .standard
    ) throws -> BrainPicture {
        let shown = try ShownValues(
            values, second: second, in: self, threshold: threshold, fades: fades, regions: regions,
            scoreName: scoreName, secondName: secondName, style: style)
        if let anatomy, anatomy.count != shape.reduce(1, *) {
            throw BrainError.count(
                what: "voxels of the anatomy", got: anatomy.count, expected: shape.reduce(1, *),
                of: "voxels of the grid")
        }
        guard (1...40).contains(count) else {
            throw BrainError.value(what: "the number of slices a side", got: "\(count)", expected: "1 to 40")
        }
        let anatomy = anatomy.map(withoutAir)
        let grid = try AnatomicalGrid(self)
        let usual: [BrainSide] =
            cuts.isEmpty ? [.axial, .coronal, .sagittal] : BrainSide.allCases.filter { cuts[$0] != nil }
        let wanted = sides ?? usual
        guard !wanted.isEmpty else {
            throw BrainError.value(
                what: "the sides of a mosaic", got: "none", expected: "at least one, for instance .axial")
        }
        for side in BrainSide.allCases {
            guard let places = cuts[side] else { continue }
            guard wanted.contains(side) else {
                throw BrainError.value(
                    what: "a side with cuts", got: ".\(side.rawValue)",
                    expected: "one of the sides: \(wanted.map { ".\($0.rawValue)" }.joined(separator: ", "))")
            }
            guard !places.isEmpty else {
                throw BrainError.value(
                    what: "the list of .\(side.rawValue) cuts", got: "empty",
                    expected: "at least one place in mm")
            }
        }
        let rows = try wanted.map { side in
            let slices =
                try cuts[side].map { try grid.slices(at: $0, side) }
                ?? grid.slices(count, side, of: shown)
            return slices.map { (side, $0) }
        }
        let total = rows.map(\.count).reduce(0, +)
        let columns = rows.count == 1 ? min(7, total) : rows.map(\.count).max() ?? 1
        // Rows of one length, so that every side has its own.
        let panels = rows.flatMap { row -> [BrainPanel] in
            let made = row.map { side, slice in
                grid.panel(side, slice, of: shown, anatomy: anatomy, spots: max(12, 420 / total))
            }
            let missing = rows.count == 1 ? 0 : columns - made.count
            let empty = made.first.map { BrainPanel(bounds: $0.bounds) }
            return made + Array(repeating: empty, count: missing).compactMap(\.self)
        }
        return BrainPicture(
            "Mosaic of slices", panels, columns: columns, values: values.filter(\.isFinite),
            seconds: shown.second.filter(\.isFinite), data: shown.table, peaks: shown.peaks,
            title: title == "" ? "\(scoreName)\(second == nil ? "" : " and \(secondName)") by voxel" : title,
            note: note, automaticNote: shown.note, valueTitle: scoreName, secondTitle: secondName,
            plane: second == nil ? nil : plane, style: shown.styled(style))
    }

    /// An anatomy whose nearly black voxels, as the air around a head is, are empty, so that the page shows there.
    private func withoutAir(_ anatomy: [Double]) -> [Double] {
        let known = anatomy.filter(\.isFinite).sorted()
        guard let low = known.first, low >= 0 else { return anatomy }
        let air = 0.15 * known[known.count * 49 / 50]
        return anatomy.map { $0 < air ? .nan : $0 }
    }

    /// The same over an image of the anatomy on the same grid: its mean over time where it has more than one volume.
    ///
    /// - Parameters:
    ///   - values: one for each voxel of the space.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - second: further values, for colors of two: A against B; nil for one.
    ///   - secondName: what the further values are.
    ///   - sides: which way slices are cut; nil for those of `cuts` or, without any, all three.
    ///   - count: how many slices per side.
    ///   - cuts: where to cut instead, in mm (x for sagittal, y for coronal, z for axial slices), for any of the sides.
    ///   - anatomy: what is shown below, on the same grid; nil for none.
    ///   - threshold: scores below it let the anatomy show; where signs matter, those nearer to zero. nil shows all.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden.
    ///   - regions: the region of each voxel.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - plane: the colors of two values.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `FormatError` if the image lies on another grid, what the other one throws, and `CancellationError`.
    public func mosaic(
        _ values: [Double], scoreName: String = "score", against second: [Double]? = nil,
        secondName: String = "second score", sides: [BrainSide]? = nil,
        count: Int = 7, cuts: [BrainSide: [Double]] = [:], anatomy: NIfTI, threshold: Double? = nil,
        fades: Bool = false, regions: Regions? = nil, title: String? = "", note: String? = "",
        plane: ColorPlane = .purpleTeal, style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try mosaic(
            values, scoreName: scoreName, against: second, secondName: secondName, sides: sides, count: count,
            cuts: cuts, anatomy: meanVolume(of: anatomy), threshold: threshold, fades: fades,
            regions: regions,
            title: title, note: note, plane: plane, style: style)
    }
}

extension AnatomicalGrid {
    /// The slices of a side at coordinates in mm; throws `BrainError.value` for one beyond the voxels.
    func slices(at coordinates: [Double], _ side: BrainSide) throws -> [Int] {
        let axis = side.axes.along
        let (low, high) = (coordinate(1, axis), coordinate(shape[axis] - 2, axis))
        return try coordinates.map { place in
            guard place >= low - step[axis] / 2, place <= high + step[axis] / 2 else {
                throw BrainError.value(
                    what: "a cut at \(["x", "y", "z"][axis])", got: "\(Number.short(place)) mm",
                    expected: "\(Number.short(low)) to \(Number.short(high)), where voxels lie")
            }
            return index(place, axis)
        }
    }

    /// Slices of a side, evenly spaced over the voxels that are shown, or over all where none is.
    func slices(_ count: Int, _ side: BrainSide, of shown: ShownValues) -> [Int] {
        let axis = side.axes.along
        var filled = [Bool](repeating: false, count: shape[axis])
        var seen = filled
        let steps = [shape[1] * shape[2], shape[2], 1]
        for (cell, voxel) in voxels.enumerated() where voxel >= 0 {
            let index = cell / steps[axis] % shape[axis]
            filled[index] = true
            if shown.opacity(Int(voxel)) == 1 { seen[index] = true }
        }
        let marks = seen.contains(true) ? seen : filled
        guard let first = marks.firstIndex(of: true), let last = marks.lastIndex(of: true) else { return [] }
        let most = min(count, last - first + 1)
        return (0..<most).map { part in
            first + Int((Double(last - first) * (Double(part) + 0.5) / Double(most)).rounded(.down))
        }
    }

    /// One slice.
    func panel(
        _ side: BrainSide, _ slice: Int, of shown: ShownValues, anatomy: [Double]?, spots: Int
    ) -> BrainPanel {
        let axes = side.axes
        let cells = cells(across: axes.across, up: axes.up, along: axes.along, at: slice)
        var panel = BrainPanel(bounds: bounds(across: axes.across, up: axes.up))
        panel.title =
            "\(["x", "y", "z"][axes.along]) = "
            + "\(Number.fixed(coordinate(slice, axes.along).rounded(), 0)) mm"
        panel.sides = side.edges
        panel.fill(cells.map { voxels[$0] }, columns: shape[axes.across], of: shown, spots: spots)
        if let anatomy {
            panel.anatomy = values(anatomy, in: cells)
        } else {
            let mask = cells.map { voxels[$0] >= 0 ? 1.0 : 0 }
            let smooth = Contour.smoothed(mask, columns: panel.columns, rows: panel.rows)
            panel.curves = panel.lines(.section, of: smooth, level: 0.5)
            panel.curves += panel.curves.map { BrainPanel.Curve(.outline, xs: $0.xs, ys: $0.ys) }
        }
        if shown.fades { panel.drawBorders() }
        return panel
    }
}
