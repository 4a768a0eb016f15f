import Tensors

/// Responses less the mean of each voxel, and these means, which are in double precision.
///
/// Throws `EncodingError.parameter` that names the first voxel with a sample that is not finite.
func centeredFinite<Element: Scalar>(
    _ responses: Matrix<Element>
) throws -> (centered: Matrix<Element>, means: [Double]) {
    let means = ColumnStatistics(responses).means
    if let voxel = means.firstIndex(where: { !$0.isFinite }) {
        throw EncodingError.parameter(
            name: "the response of voxel \(voxel)", value: "NaN or infinite at a sample",
            expected: "finite; mask it out")
    }
    var centered = responses
    centered.center(by: means)
    return (centered, means)
}
