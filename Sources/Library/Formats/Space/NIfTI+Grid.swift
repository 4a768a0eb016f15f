extension NIfTI {
    /// Where the voxels of one volume lie.
    public var grid: ImageGrid { ImageGrid(unchecked: Array(shape[..<3]), affine) }

    /// Throws `FormatError` if another image does not have this one's grid; `role` is what the other one is here.
    ///
    /// `interpolation` is the one that suits what the image is, for the advice that the error gives.
    package func require(_ other: NIfTI, as role: String, advising interpolation: VolumeInterpolation) throws
    {
        try other.require(grid: grid, of: url.lastPathComponent, as: role, advising: interpolation)
    }

    /// Throws `FormatError` if this image does not have a grid; `owner` is whose grid it is.
    package func require(
        grid wanted: ImageGrid, of owner: String, as role: String, advising interpolation: VolumeInterpolation
    ) throws {
        guard !grid.matches(wanted) else { return }
        let advice = "`resampled(to: …, .\(interpolation.rawValue))` brings it there"
        if grid.shape != wanted.shape {
            throw FormatError(
                url, "the \(role)'s shape",
                expected:
                    "that of \(owner), \(wanted.shape) (\(wanted.affine.orientation), affine \(wanted.affine))",
                found: "\(grid.shape) (\(affine.orientation), affine \(affine)); \(advice)")
        }
        throw FormatError(
            url, "the \(role)'s affine",
            expected: "that of \(owner), \(wanted.affine.orientation) \(wanted.affine)",
            found: "\(affine.orientation) \(affine); \(advice)")
    }
}
