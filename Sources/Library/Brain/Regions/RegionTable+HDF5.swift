import Formats
import Tensors

/// Regions in a group of an HDF5 file: `ids`, `names`, `groups`, and `colors` of four columns, NaN for none.
extension HDF5File {
    /// Writes regions in their order; throws `FormatError`.
    package func write(_ regions: [Region], to group: String) throws {
        guard !regions.isEmpty else { return }
        try write(regions.map(\.id), to: "\(group)/ids")
        try write(regions.map(\.name), to: "\(group)/names")
        try write(regions.map(\.group), to: "\(group)/groups")
        let colors = regions.map { $0.color ?? SIMD4(repeating: .nan) }
        try write(
            Matrix<Float>(
                rows: colors.count, columns: 4, elements: colors.flatMap { [$0.x, $0.y, $0.z, $0.w] }),
            to: "\(group)/colors")
    }

    /// The regions of a group, nil if it is not there; throws `FormatError` if they are not whole.
    package func regions(at group: String) throws -> [Region]? {
        guard contains("\(group)/ids") else { return nil }
        let (ids, names) = (
            try dataset("\(group)/ids").integers(), try dataset("\(group)/names").strings()
        )
        let groups = try dataset("\(group)/groups").strings()
        let colors: Matrix<Float> = try dataset("\(group)/colors").matrix()
        guard [names.count, groups.count, colors.rows].allSatisfy({ $0 == ids.count }), colors.columns == 4
        else {
            throw FormatError(
                url, "\"\(group)\"", expected: "a number, a name and a group for each region",
                found: "\(ids.count) ids, \(names.count) names, \(groups.count) groups, \(colors.rows) x "
                    + "\(colors.columns) colors")
        }
        return ids.indices.map { index in
            let color = SIMD4(colors[index, 0], colors[index, 1], colors[index, 2], colors[index, 3])
            return Region(
                id: ids[index], name: names[index], group: groups[index], color: color.x.isNaN ? nil : color)
        }
    }
}
