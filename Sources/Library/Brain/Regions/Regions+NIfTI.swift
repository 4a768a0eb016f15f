import Formats

extension Regions {
    /// The region of each voxel of a space, from an image of labels on the same grid.
    ///
    /// ```swift
    /// let atlas = try NIfTI.open("aal.nii.gz").resampled(to: space, .nearest)
    /// let regions = try Regions(atlas: atlas, in: space, table: .aalSPM12)
    /// ```
    ///
    /// - Parameters:
    ///   - atlas: an image of whole-number labels on the space's grid.
    ///   - space: the voxels.
    ///   - table: the names of the labels.
    ///   - leavingOutOthers: whether voxels with a label that the table lacks belong to no region instead of being an
    ///     error.
    ///
    /// Throws `FormatError` if the image lies on another grid or holds no labels, and `BrainError.unknownLabels` as
    /// `init(labels:table:)` does.
    public init(
        atlas: NIfTI, in space: VoxelSpace, table: RegionTable, leavingOutOthers: Bool = false
    ) throws {
        try space.require(atlas, as: "atlas", advising: .nearest)
        try self.init(
            labels: atlas.labels(at: space.indices), table: table, leavingOutOthers: leavingOutOthers)
    }
}
