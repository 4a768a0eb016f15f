import Formats
import Foundation
import Tensors

extension VoxelSpace {
    /// The voxels of a mask image that are not zero, with the image's affine.
    ///
    /// The order is that of the columns of `NIfTI.voxelsByTime(mask:)`. Throws `FormatError` if the image is not a mask,
    /// and `BrainError` if it contains no voxel.
    ///
    /// - Parameter mask: an image of zeros and another number.
    public init(mask: NIfTI) throws {
        let indices = try mask.maskIndices()
        guard !indices.isEmpty else {
            throw BrainError.value(
                what: "the mask \(mask.url.lastPathComponent)", got: "zero everywhere",
                expected: "another number at the voxels that are wanted")
        }
        try self.init(shape: mask.grid.shape, indices: indices, affine: mask.affine.rows)
    }

    /// The whole grid that the voxels are part of.
    ///
    /// Throws `GridError` if the affine is not valid, and `BrainError.value` if the space has no grid or its affine is
    /// not known.
    public var grid: ImageGrid {
        get throws {
            if kind == .surface || kind == .points { try requireVolume(for: "a grid") }
            try requireAffine(for: "an image, a surface or a picture in mm")
            return try ImageGrid(shape: shape, affine: Affine(rows: affine))
        }
    }

    /// Throws `FormatError` if an image lies on another grid; `role` is what it is here.
    func require(_ image: NIfTI, as role: String, advising interpolation: VolumeInterpolation) throws {
        try requireVolume(for: "an image")
        try image.require(grid: grid, of: "the voxel space", as: role, advising: interpolation)
    }

    /// The indices of the voxels that a mask image has, ascending.
    ///
    /// Throws `FormatError` if the image lies on another grid or is not a mask.
    func voxels(inside mask: NIfTI) throws -> [Int] {
        try require(mask, as: "mask", advising: .nearest)
        let inside = Set(try mask.maskIndices())
        return indices.indices.filter { inside.contains(indices[$0]) }
    }

    /// The mean over time of an image on the same grid, for every voxel of the grid, z fastest.
    ///
    /// Throws `FormatError` if the image lies on another grid, and `CancellationError`.
    public func meanVolume(of image: NIfTI) throws -> [Double] {
        try require(image, as: "anatomy", advising: .linear)
        return try image.meanVolume()
    }

    /// Writes one value per voxel as a NIfTI image, zero outside; gzipped if the name ends in `.gz`.
    ///
    /// ```swift
    /// try space.write(fit.scores.r, to: "r.nii.gz")
    /// ```
    ///
    /// Throws `BrainError.count` for another number of values, `BrainError.value` if the affine is not known, and
    /// `FormatError` if the file cannot be written.
    public func write(_ values: [Double], to file: some FileLocation) throws {
        try requireAffine(for: "an image in a file")
        let volume = try volume(of: values, fill: 0).map { Float($0) }
        let matrix = Matrix(affine + [[0, 0, 0, 1]])
        try NIfTI.write(
            Tensor(shape: shape, elements: volume), affine: matrix, to: file)
    }
}

extension NIfTI {
    /// The time courses of the voxels of a space on the same grid: time points x voxels.
    ///
    /// Throws `FormatError` if the grids differ (`resampled(to:_:)` takes a space, too), and `CancellationError`.
    public func voxelsByTime(in space: VoxelSpace) throws -> Matrix<Float> {
        try space.require(self, as: "image", advising: .linear)
        return try voxelsByTime(at: space.indices)
    }

    /// The image on the grid of a voxel space; see `resampled(to:_:)` of an image.
    public func resampled(to space: VoxelSpace, _ interpolation: VolumeInterpolation = .linear) throws
        -> NIfTI
    {
        try resampled(to: space.grid, interpolation)
    }

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
