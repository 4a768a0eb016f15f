import Formats
import Foundation
import Tensors

extension VoxelSpace {
    /// The voxels of a mask image that are not zero, with the image's affine.
    ///
    /// The order is that of the columns of `NIfTI.voxelsByTime(mask:)`. Throws `BrainError` where the image has no
    /// three axes.
    public init(mask: NIfTI) throws {
        try self.init(
            shape: Array(mask.shape.prefix(3)), indices: mask.maskIndices(),
            affine: (0..<3).map { mask.affine.row($0) })
    }

    /// Writes one value a voxel as a NIfTI image, zero outside; gzipped where the name ends in `.gz`.
    ///
    /// ```swift
    /// try space.write(fit.scores.r, to: "r.nii.gz")
    /// ```
    ///
    /// Throws `BrainError.count` for another number of values, and `FormatError` where the file cannot be written.
    public func write(_ values: [Double], to path: String) throws {
        let volume = try volume(of: values, fill: 0).map { Float($0) }
        let matrix = Matrix(affine + [[0, 0, 0, 1]])
        try NIfTI.write(
            Tensor(shape: shape, elements: volume), affine: matrix, to: URL(fileURLWithPath: path))
    }
}

extension NIfTI {
    /// The mean over time of every voxel of the grid, z fastest: an image of the anatomy for `VoxelSpace.map`.
    ///
    /// Throws `CancellationError`.
    public func meanVolume() throws -> [Double] {
        let series = try voxelsByTime(at: Array(0..<voxelCount))
        var sums = [Double](repeating: 0, count: voxelCount)
        series.withUnsafeBufferPointer { source in
            sums.withUnsafeMutableBufferPointer { sums in
                for row in 0..<series.rows {
                    for voxel in 0..<sums.count { sums[voxel] += Double(source[row * sums.count + voxel]) }
                }
            }
        }
        return sums.map { $0 / Double(max(1, series.rows)) }
    }
}
