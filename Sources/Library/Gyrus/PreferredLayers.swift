import Brain
import Display
import Encoding
import Figures
import Tables

/// The layer that predicts each voxel best, and what that says of regions.
///
/// ```swift
/// let preferred = try layerScores.preferredLayers(in: study.regions)
/// preferred                               // a heat map: which share of each region's voxels prefers which layer
/// preferred.data                          // a row for each region
/// try preferred.mosaic(study.space)       // voxel by voxel
/// ```
public struct PreferredLayers: Sendable, Equatable {
    /// The names of the layers, in order.
    public let names: [String]
    /// The index of each voxel's layer; nil for a voxel without a score.
    public let layers: [Int?]
    private let regions: Regions

    /// Throws `BrainError.count` if the regions have another number of voxels.
    init(names: [String], layers: [Int?], regions: Regions) throws {
        guard layers.count == regions.voxelCount else {
            throw BrainError.count(
                what: "voxels of the layers", got: layers.count, expected: regions.voxelCount,
                of: "voxels of the regions")
        }
        (self.names, self.layers, self.regions) = (names, layers, regions)
    }

    /// How many voxels of each region prefer each layer: regions x layers.
    public var counts: [[Int]] {
        regions.voxels.map { voxels in
            var counts = [Int](repeating: 0, count: names.count)
            for voxel in voxels {
                if let layer = layers[voxel] { counts[layer] += 1 }
            }
            return counts
        }
    }

    /// A row for each region: the layer that most voxels prefer, their share, and the mean depth (0 the first layer, 1 the
    /// last).
    public var data: DataTable {
        let counts = counts
        let totals = counts.map { $0.reduce(0, +) }
        let most = counts.map { counts in counts.indices.max { counts[$0] < counts[$1] } ?? 0 }
        let span = Double(max(1, names.count - 1))
        return
            (try? DataTable([
                DataTable.Column("region", regions.names), DataTable.Column("voxels", totals),
                DataTable.Column("preferred layer", zip(most, totals).map { $1 > 0 ? names[$0] : nil }),
                DataTable.Column(
                    "share", regions.names.indices.map { Double(counts[$0][most[$0]]) / Double(totals[$0]) }),
                DataTable.Column(
                    "mean depth",
                    zip(counts, totals).map { counts, total in
                        Double(counts.enumerated().reduce(0) { $0 + $1.0 * $1.1 }) / Double(total) / span
                    }),
            ])) ?? DataTable()
    }

    /// The share of each region's voxels that prefers each layer, the most preferred one outlined.
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func heatmap(
        title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) -> Heatmap {
        let counts = counts
        let map = Heatmap(
            rowNames: regions.names, columnNames: names,
            title: title == "" ? "Preferred layer by region" : title,
            note: note, rowTitle: "region", columnTitle: "layer", valueTitle: "share of voxels", style: style
        ) { region, layer in
            let total = counts[region].reduce(0, +)
            return total > 0 ? Double(counts[region][layer]) / Double(total) : .nan
        }
        let best = counts.enumerated().compactMap { region, counts -> Heatmap.Place? in
            guard let most = counts.max(), most > 0, let layer = counts.firstIndex(of: most) else {
                return nil
            }
            return Heatmap.Place(row: region, column: layer)
        }
        // Every outlined cell is one of the map's.
        return (try? map.outlining(best, meaning: "the layer that most voxels prefer")) ?? map
    }

    /// The number of each voxel's layer, from 1, in slices of the brain; see `VoxelSpace.mosaic`.
    ///
    /// - Parameters:
    ///   - space: where the voxels lie; as many as there are scores.
    ///   - count: how many slices per side.
    ///   - anatomy: what is shown below, on the same grid; nil for none.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func mosaic(
        _ space: VoxelSpace, count: Int = 7, anatomy: [Double]? = nil, title: String? = "",
        note: String? = "",
        style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try space.mosaic(
            numbers, scoreName: "layer", count: count, anatomy: anatomy, regions: regions,
            title: title == "" ? "Preferred layer by voxel" : title, note: note.map(explained),
            style: styled(style))
    }

    /// The same through the brain; of the voxels behind one another the one of the deepest layer is seen.
    ///
    /// - Parameters:
    ///   - space: where the voxels lie; as many as there are scores.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func onGlassBrain(
        _ space: VoxelSpace, title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try space.glassBrain(
            numbers, scoreName: "layer", regions: regions,
            title: title == "" ? "Preferred layer by voxel" : title, note: note.map(explained),
            style: styled(style))
    }

    private var numbers: [Double] { layers.map { $0.map { Double($0 + 1) } ?? .nan } }

    private func explained(_ note: String) -> String {
        let ends = "Layer 1 is \(names.first ?? ""), layer \(names.count) is \(names.last ?? "")."
        return note.isEmpty ? ends : "\(note) \(ends)"
    }

    private func styled(_ style: ChartStyle) -> ChartStyle {
        var style = style
        if style.colorMap == nil { style.colorMap = .viridis }
        if style.domain == nil { style.domain = 1...Double(max(2, names.count)) }
        return style
    }
}

extension PreferredLayers: Displayable, CustomStringConvertible {
    /// The heat map, whose text is the table of the regions.
    public var mimeBundle: MIMEBundle {
        var bundle = heatmap().mimeBundle
        bundle.contents["text/plain"] = .text(String(describing: data))
        return bundle
    }
}

extension LayerScores {
    /// The layer that predicts each voxel best by r, and what share of each region's voxels prefers which.
    ///
    /// - Parameters:
    ///   - regions: of the voxels.
    ///   - least: voxels whose best r is not above this prefer none.
    ///
    /// Throws `BrainError.count` if the regions have another number of voxels.
    public func preferredLayers(in regions: Regions, above least: Double = 0) throws -> PreferredLayers {
        let layers = bestLayers.enumerated().map { voxel, layer -> Int? in
            guard let layer, scores[layer].r[voxel] > least else { return nil }
            return layer
        }
        return try PreferredLayers(names: names, layers: layers, regions: regions)
    }
}
