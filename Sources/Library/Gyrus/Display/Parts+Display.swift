import Brain
import Display
import Figures

extension Region: CustomStringConvertible {
    /// The name, the number and the group where there is one.
    public var description: String { "\(name) (\(id)\(group.isEmpty ? "" : ", \(group)"))" }
}

extension RegionTable: CustomStringConvertible {
    /// The atlas and how many regions it has.
    public var description: String {
        "\(name): \(Number.counted(regions.count, "region")), \(listed(regions.map(\.name)))"
    }
}

extension RegionScores.Row: CustomStringConvertible {
    /// The region's mean and deviation, and of how many voxels.
    public var description: String {
        "\(region.name): mean \(Number.fixed(mean, 3)), SD \(Number.fixed(standardDeviation, 3)), "
            + Number.counted(voxels, "voxel") + (excluded > 0 ? ", \(excluded) without a score" : "")
    }
}

extension RegionComparison.Best: CustomStringConvertible {
    /// Which candidate is best in the region, and by how much.
    public var description: String {
        "\(region.name): \(name), mean \(Number.fixed(mean, 3))"
            + (margin.isNaN ? "" : ", ahead by \(Number.fixed(margin, 3))")
    }
}

extension SlicePlane: CustomStringConvertible {
    /// Which axis is cut, and what lies at the edges.
    public var description: String {
        "slices across axis \(cut) of the grid, \(sides.joined(separator: " to "))"
    }
}

extension HDF5Responses: CustomStringConvertible {
    /// Samples and voxels, and where they are read.
    public var description: String {
        "\(Number.counted(samples, "sample")) x \(Number.counted(voxels, "voxel")), read from \(dataset.path)"
    }
}

extension SimulatedSubject.Options: Displayable, CustomStringConvertible {
    /// The settings.
    public var mimeBundle: MIMEBundle {
        card(
            "How a subject is simulated",
            [
                ("seed", "\(seed)"), ("voxels a region", "\(voxelsPerRegion)"),
                ("share of signal", Number.short(signalShare)), ("components", "\(components)"),
                ("removed of neighbours", "\(removedComponents)"), ("runs", "\(runs)"),
                (
                    "repetition time",
                    repetitionTime.map { "\(Number.short($0)) s" } ?? "none: no response of the blood"
                ),
            ])
    }
}

extension SimulationTruth.Drive: CustomStringConvertible {
    /// The region and the place of its layer.
    public var description: String {
        "\(region) follows \(layer.map { "layer number \($0)" } ?? "nothing")"
    }
}

extension Recovery.Row: CustomStringConvertible {
    /// The truth and what was found.
    public var description: String {
        "\(region) follows \(truth ?? "nothing"), found \(found ?? "nothing") (mean score \(Number.fixed(score, 3)))"
    }
}

extension Study: CustomStringConvertible {}
extension Regions: CustomStringConvertible {}
extension SimulationTruth: CustomStringConvertible {}
extension SimulatedSubject: CustomStringConvertible {}
extension VoxelSpace: CustomStringConvertible {}
extension Recovery: CustomStringConvertible {}

extension RegionScores: CustomStringConvertible {
    /// The table with voxel counts.
    public var description: String { table.description }
}

extension RegionComparison: CustomStringConvertible {
    /// The mean scores of candidates by regions.
    public var description: String { heatmap().description }
}

extension Color: CustomStringConvertible {
    /// The colour as HTML writes it.
    public var description: String { hex }
}

extension ColorMap: CustomStringConvertible {
    /// The name and the ends.
    public var description: String {
        "\(name): \(stops.count) colours from \(stops.first.map(\.hex) ?? "") to \(stops.last.map(\.hex) ?? "")"
            + (isDiverging ? ", diverging" : "")
    }
}

extension ReferenceLine: CustomStringConvertible {
    /// The label and the value.
    public var description: String { "\(label): \(Number.short(value))" }
}

extension BarChart.Bar: CustomStringConvertible {
    /// The category, the series where there is one, and the value.
    public var description: String {
        category + (series.isEmpty ? "" : ", \(series)") + ": \(Number.short(value))" + plusOrMinus(error)
    }
}

extension LineChart.Series: CustomStringConvertible {
    /// The name and how many points there are.
    public var description: String { "\(name): \(Number.counted(points.count, "point"))" }
}

extension LineChart.Series.Point: CustomStringConvertible {
    /// The place and the value.
    public var description: String { "(\(Number.short(x)), \(Number.short(y)))" + plusOrMinus(error) }
}

extension ScatterPlot.Point: CustomStringConvertible {
    /// The name where there is one, and the place.
    public var description: String {
        (name.isEmpty ? "" : "\(name) ") + "(\(Number.short(x)), \(Number.short(y)))"
    }
}

extension Heatmap.Place: CustomStringConvertible {
    /// Row and column, from zero.
    public var description: String { "row \(row), column \(column)" }
}

extension ScoreMap.Slice: CustomStringConvertible {
    /// The title where there is one, and the size.
    public var description: String {
        let filled = values.count(where: \.isFinite)
        return (title.isEmpty ? "slice" : title)
            + ": \(width) x \(height) pixels, \(Number.counted(filled, "value"))"
    }
}

private func plusOrMinus(_ error: Double?) -> String { error.map { " +/- \(Number.short($0))" } ?? "" }
