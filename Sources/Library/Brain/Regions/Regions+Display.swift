import Display

extension Region: CustomStringConvertible {
    /// The name, the number and the group if there is one.
    public var description: String { "\(name) (\(id)\(group.isEmpty ? "" : ", \(group)"))" }
}

extension RegionTable: CustomStringConvertible {
    /// The atlas and how many regions it has.
    public var description: String {
        "\(name): \(Number.counted(regions.count, "region")), \(listed(regions.map(\.name)))"
    }
}

extension RegionScores.Row: CustomStringConvertible {
    /// The region's mean and deviation, and of how many voxels, subjects or blocks.
    public var description: String {
        "\(region.name): mean \(Number.fixed(mean, 3)), SD \(Number.fixed(standardDeviation, 3)), "
            + "n \(count)" + (excluded > 0 ? ", \(excluded) without a score" : "")
    }
}

extension RegionComparison.Best: CustomStringConvertible {
    /// Which candidate is best in the region, and by how much.
    public var description: String {
        "\(region.name): \(name), mean \(Number.fixed(mean, 3))"
            + (margin.isNaN ? "" : ", ahead by \(Number.fixed(margin, 3))")
    }
}

extension Regions: CustomStringConvertible {}
extension RegionScores: CustomStringConvertible {
    /// The table with voxel counts.
    public var description: String { table.description }
}

extension RegionComparison: CustomStringConvertible {
    /// The mean scores of candidates by regions.
    public var description: String { mimeBundle.plainText ?? "" }
}

extension Regions: Displayable {
    public var mimeBundle: MIMEBundle {
        Table(
            unlabelledCount > 0 ? "Regions (\(Number.counted(unlabelledCount, "voxel")) in none)" : "Regions",
            [
                .text("region", names), .text("group", regions.map(\.group)),
                .counts("voxels", voxels.map(\.count)),
            ]
        ).mimeBundle
    }
}
