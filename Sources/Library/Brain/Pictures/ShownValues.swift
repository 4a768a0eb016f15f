import Display
import Figures
import Tables

/// What a picture of the brain shows: values by voxel, which of them are hidden or faded, and what the note and
/// hovering say of them.
struct ShownValues {
    let values: [Double]
    let second: [Double]
    let threshold: Double?
    let fades: Bool
    /// Whether signs matter, so that values far below zero are shown as those far above it.
    let isSigned: Bool
    let regionNames: [String]
    let positions: [SIMD3<Double>]
    let scoreName: String
    let secondName: String

    /// Throws `BrainError.value` if the threshold is not a number, or values cannot fade below it.
    static func check(_ threshold: Double?, fades: Bool) throws {
        if let threshold, !threshold.isFinite || (fades && threshold <= 0) {
            throw BrainError.value(
                what: "the threshold of a picture", got: "\(threshold)",
                expected: fades ? "above zero, since what is below fades towards it" : "a finite number")
        }
        if fades, threshold == nil {
            throw BrainError.value(
                what: "fading", got: "asked for without a threshold",
                expected: "with one, below which values fade")
        }
    }

    /// Throws `BrainError` if values, second values or regions are not of the voxels, or the threshold is not a number.
    init(
        _ values: [Double], second: [Double]?, in space: VoxelSpace, threshold: Double?, fades: Bool,
        regions: Regions?, scoreName: String, secondName: String, style: ChartStyle
    ) throws {
        for (what, count) in [("values", values.count), ("second values", second?.count ?? space.count)]
        where count != space.count {
            throw BrainError.count(what: what, got: count, expected: space.count, of: "voxels of the space")
        }
        if let regions, regions.voxelCount != space.count {
            throw BrainError.count(
                what: "voxels of the regions", got: regions.voxelCount, expected: space.count,
                of: "voxels of the space")
        }
        try Self.check(threshold, fades: fades)
        self.values = values
        self.second = second ?? []
        self.threshold = threshold
        self.fades = fades
        self.scoreName = scoreName
        self.secondName = secondName
        positions = space.voxelCenters
        regionNames =
            regions.map { regions in
                regions.places.map { $0.map { regions.regions[$0].name } ?? "" }
            } ?? []
        isSigned = Self.isSigned(values, second: second, style: style)
    }

    /// Whether signs matter: as the style's color map says or, without one, if single values reach more than half as far
    /// below zero as above it.
    static func isSigned(_ values: [Double], second: [Double]?, style: ChartStyle) -> Bool {
        if let map = style.colorMap { return map.isDiverging }
        let finite = values.filter(\.isFinite)
        return second == nil && -(finite.min() ?? 0) > 0.5 * max(0, finite.max() ?? 0)
    }

    /// How strongly a voxel is seen: what is above the threshold hides what is below, and of two the larger one counts.
    func strength(_ voxel: Int) -> Double {
        let value = isSigned ? abs(values[voxel]) : values[voxel]
        return second.isEmpty ? value : max(value, second[voxel])
    }

    /// How opaque a voxel is: 1 from the threshold on, below it 0 or, where values fade, the square of their share of it.
    ///
    /// Source: Taylor et al., NeuroImage 274 (2023), 120138.
    func opacity(_ voxel: Int) -> Double {
        let strength = strength(voxel)
        guard strength.isFinite, second.isEmpty || second[voxel].isFinite, values[voxel].isFinite else {
            return 0
        }
        guard let threshold, strength < threshold else { return 1 }
        guard fades, strength > 0 else { return 0 }
        return strength / threshold * (strength / threshold)
    }

    /// The style, with colors about zero where signs matter.
    func styled(_ style: ChartStyle) -> ChartStyle { Self.styled(style, isSigned: isSigned) }

    /// The style, with colors about zero if signs matter.
    static func styled(_ style: ChartStyle, isSigned: Bool) -> ChartStyle {
        var style = style
        if style.colorMap == nil, isSigned { style.colorMap = .vik }
        return style
    }

    /// What the note says of the threshold.
    var note: String {
        guard let threshold else { return "" }
        let above = "\(Number.short(threshold))\(isSigned ? " above or below zero" : "")"
        let what = second.isEmpty ? scoreName : "\(scoreName) or \(secondName)"
        return fades
            ? "Lines: \(what) of \(above); below that colors fade."
            : "Voxels with \(what) of at least \(above)."
    }

    /// A row for each voxel.
    var table: DataTable {
        var columns = [DataTable.Column("voxel", Array(values.indices))]
        for (axis, name) in ["x", "y", "z"].enumerated() {
            columns.append(DataTable.Column(name, positions.map { $0[axis] }))
        }
        if !regionNames.isEmpty {
            columns.append(DataTable.Column("region", regionNames.map { $0.isEmpty ? nil : $0 }))
        }
        columns.append(DataTable.Column(scoreName, values))
        if !second.isEmpty { columns.append(DataTable.Column(secondName, second)) }
        return DataTable(shown: columns)
    }

    /// The highest voxels that lie at least 16 mm from one another, five at most.
    var peaks: [BrainPicture.Peak] {
        var peaks: [BrainPicture.Peak] = []
        let order = values.indices.filter { opacity($0) == 1 }.sorted { strength($0) > strength($1) }
        for voxel in order {
            let place = positions[voxel]
            let isNear = peaks.contains { peak in
                let offset: SIMD3<Double> = peak.position - place
                return (offset * offset).sum() < 256
            }
            guard !isNear else { continue }
            peaks.append(
                BrainPicture.Peak(
                    value: values[voxel], second: second.isEmpty ? nil : second[voxel], position: place,
                    region: regionNames.isEmpty ? "" : regionNames[voxel]))
            if peaks.count == 5 { break }
        }
        return peaks
    }

    /// What is said of a voxel on hover.
    func label(_ voxel: Int) -> String {
        let place = (0..<3).map { Number.fixed(positions[voxel][$0].rounded(), 0) }.joined(separator: ", ")
        let region = regionNames.isEmpty || regionNames[voxel].isEmpty ? "" : "\(regionNames[voxel]): "
        let other = second.isEmpty ? "" : "; \(secondName) \(Number.fixed(second[voxel], 3))"
        return "\(region)\(place) mm\(other)"
    }
}

extension BrainPanel {
    /// Puts the voxels of cells into the panel: colors, opacities, and what is said on hover, at most `limit` places.
    mutating func fill(
        _ voxels: [Int32], columns: Int, of shown: ShownValues, spots limit: Int
    ) {
        self.columns = columns
        rows = voxels.count / max(1, columns)
        values = voxels.map { $0 < 0 ? .nan : shown.values[Int($0)] }
        if !shown.second.isEmpty { seconds = voxels.map { $0 < 0 ? .nan : shown.second[Int($0)] } }
        opacities = voxels.map { $0 < 0 ? 0 : shown.opacity(Int($0)) }
        for index in values.indices where opacities[index] == 0 { values[index] = .nan }
        let width = grid.width / Double(max(1, columns))
        let height = grid.height / Double(max(1, rows))
        // The strongest of each block of pixels, in blocks as small as the limit allows.
        for block in 1...max(1, columns) {
            var best: [Int: Int] = [:]
            let across = (columns + block - 1) / block
            for index in voxels.indices where voxels[index] >= 0 && opacities[index] == 1 {
                let key = index / columns / block * across + index % columns / block
                if let other = best[key],
                    shown.strength(Int(voxels[other])) >= shown.strength(Int(voxels[index]))
                {
                    continue
                }
                best[key] = index
            }
            guard best.count <= limit || block == columns else { continue }
            spots = best.values.sorted().map { index in
                (
                    grid.left + (Double(index % columns) + 0.5) * width,
                    grid.top - (Double(index / columns) + 0.5) * height, shown.label(Int(voxels[index])),
                    shown.values[Int(voxels[index])]
                )
            }
            return
        }
    }

    /// Lines around what reaches the threshold.
    mutating func drawBorders() {
        // Several points a pixel, so that lines follow its edges.
        let fine = 5
        let mask = (0..<rows * fine).flatMap { row in
            (0..<columns * fine).map { column in
                opacities[row / fine * columns + column / fine] == 1 ? 1.0 : 0
            }
        }
        curves += lines(.border, of: mask, level: 0.5, perPixel: fine)
    }

    /// Closed lines of a level through a grid that lies as the panel's, in the panel's coordinates; it has so many points a
    /// pixel, across and up.
    func lines(_ kind: Curve.Kind, of mask: [Double], level: Double, perPixel: Int = 1) -> [Curve] {
        let (columns, rows) = (columns * perPixel, rows * perPixel)
        let (width, height) = (grid.width / Double(max(1, columns)), grid.height / Double(max(1, rows)))
        return Contour.lines(mask, columns: columns, rows: rows, level: level).map { line in
            Curve(
                kind, xs: line.map { grid.left + ($0.x + 0.5) * width },
                ys: line.map { grid.top - ($0.y + 0.5) * height })
        }
    }
}
