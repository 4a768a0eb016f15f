import Foundation
import Tensors

extension NIfTI {
    /// The image on the grid of another: its numbers at the places, in mm, of the other's voxels.
    ///
    /// ```swift
    /// let fits = try mask.resampled(to: bold, .nearest)       // masks and labels
    /// let mean = try anatomy.resampled(to: bold)              // maps: linear between voxels
    /// ```
    ///
    /// Nothing is registered: both images must already be in the same space (a template's, or one subject's). Places
    /// outside get 0, and those nearest to a number that is not finite NaN. A series is resampled volume by volume. The
    /// numbers are those of nilearn's `resample_to_img`, which besides rounds those of integer files. An image that is on
    /// the grid already stays as it is.
    /// Throws `FormatError` if the two images share no place, an affine has no inverse, or memory is short, and
    /// `CancellationError`.
    public func resampled(to other: NIfTI, _ interpolation: VolumeInterpolation = .linear) throws -> NIfTI {
        try resampled(to: other.grid, of: other.url.lastPathComponent, interpolation)
    }

    /// The image on a grid; see `resampled(to:_:)` of an image.
    public func resampled(to grid: ImageGrid, _ interpolation: VolumeInterpolation = .linear) throws -> NIfTI
    {
        try resampled(to: grid, of: "the other grid", interpolation)
    }

    private func resampled(to target: ImageGrid, of owner: String, _ interpolation: VolumeInterpolation)
        throws
        -> NIfTI
    {
        guard !grid.matches(target) else { return self }
        // Before all its voxels are gone through.
        try requireMemory(8 * target.voxelCount, for: "an image of shape \(target.shape)", url)
        let resampler: VolumeResampler
        do {
            resampler = try VolumeResampler(from: grid, to: target, interpolation)
        } catch let error as GridError {
            throw FormatError(url, "cannot be resampled: \(error)")
        }
        guard resampler.overlaps else {
            throw FormatError(
                url, "shares no place with \(owner): it has \(grid), and the other \(target)")
        }
        return try withVolumes(on: target) { volume, result in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: voxelCount) { numbers in
                decode(volume, into: numbers)
                resampler.resample(UnsafeBufferPointer(numbers), into: result)
            }
        }
    }
}
