/// Why brain data cannot be read or combined.
public enum BrainError: Error, Equatable, CustomStringConvertible {
    /// Two arguments that describe the same voxels, samples or layers differ in number.
    case count(what: String, got: Int, expected: Int, of: String)
    /// A voxel lies outside the grid.
    case voxelOutside(index: Int, shape: [Int])
    /// A region that the table does not have.
    case unknownRegion(String, known: [String])
    /// A group that no region is of.
    case unknownGroup(String, known: [String])
    /// Labels that a table of regions does not have, and the published tables that have them all.
    case unknownLabels([Int], table: String, fitting: [String])
    /// A value that an argument cannot have.
    case value(what: String, got: String, expected: String)

    public var description: String {
        switch self {
        case .count(let what, let got, let expected, let of):
            "the \(what) number \(got), but the \(of) number \(expected)"
        case .voxelOutside(let index, let shape):
            "voxel index \(index) lies outside a grid of \(shape.map(String.init).joined(separator: " x ")) voxels"
        case .unknownRegion(let name, let known):
            "there is no region \"\(name)\"; the regions are \(Self.listed(known))"
        case .unknownGroup(let name, let known):
            "there is no group \"\(name)\"; "
                + (known.isEmpty ? "no region is of a group" : "the groups are \(Self.listed(known))")
        case .unknownLabels(let labels, let table, let fitting):
            "the table \(table) does not have the \(labels.count == 1 ? "label" : "labels") "
                + labels.prefix(8).map(String.init).joined(separator: ", ")
                + (labels.count > 8 ? ", … \(labels[labels.count - 1]) (\(labels.count) in all)" : "")
                + (fitting.isEmpty
                    ? "; give the table that the image was published with, or leave such voxels out by "
                        + "`Regions(labels:table:leavingOutOthers:)`"
                    : "; all labels are in the table \(fitting.joined(separator: " and in "))")
        case .value(let what, let got, let expected):
            "\(what) is \(got), but must be \(expected)"
        }
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", … (\(names.count) in all)" : "")
    }
}
