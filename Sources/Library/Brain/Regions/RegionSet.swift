/// Regions under a name, one set of several that a study may have.
public struct RegionSet: Sendable, Equatable {
    /// The set's name, for instance "localizers".
    public let name: String
    /// The region of each voxel.
    public let regions: Regions

    /// A set.
    ///
    /// - Parameters:
    ///   - name: what the set is called.
    ///   - regions: the region of each voxel.
    public init(_ name: String, _ regions: Regions) {
        self.name = name
        self.regions = regions
    }
}

extension RegionSet: CustomStringConvertible {
    /// The name, and how many regions there are.
    public var description: String { "\(name): \(regions.names.joined(separator: ", ").prefix(200))" }
}
