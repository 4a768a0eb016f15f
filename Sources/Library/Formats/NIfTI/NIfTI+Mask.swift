import Foundation
import Tensors

extension NIfTI {
    /// Where a mask is not zero: the positions `(x * ny + y) * nz + z`, ascending.
    ///
    /// This is the order of `data[mask]` in nibabel and numpy, and of nilearn's maskers. NaN counts as zero.
    /// Throws `FormatError` if the image has more than one volume, or more than one number other than zero, as an
    /// anatomical image, an atlas or a map of probabilities has: `above(_:)` makes a mask of it.
    public func maskIndices() throws -> [Int] {
        let values = try onlyVolume(as: "mask")
        if let (first, second) = secondMaskNumber(values) {
            throw FormatError(
                url, "a mask",
                expected:
                    "0 outside and one other number inside (a map of probabilities becomes a mask by a threshold, "
                    + "`above(0.5)`, an anatomy or an atlas by `above(0)`; a mask keeps its numbers in "
                    + "`resampled(to: …, .nearest)`)",
                found: "an image of several numbers, \(first) and \(second) among them")
        }
        return values.indices.filter { values[$0] != 0 && !values[$0].isNaN }
    }

    /// The mask of the voxels whose number is above `threshold`: 1 there, 0 elsewhere and at NaN.
    ///
    /// ```swift
    /// let grayMatter = try NIfTI.open("sub-01_label-GM_probseg.nii.gz")
    /// let responses = try bold.voxelsByTime(mask: grayMatter.above(0.5))
    /// ```
    ///
    /// Throws `FormatError` if the threshold is NaN or the image does not fit into memory, and `CancellationError`.
    public func above(_ threshold: Double) throws -> NIfTI {
        guard !threshold.isNaN else {
            throw FormatError(url, "the threshold", expected: "a number", found: "\(threshold)")
        }
        let count = voxelCount
        return try withVolumes(on: grid) { volume, target in
            decode(volume, into: target)
            for voxel in 0..<count { target[voxel] = target[voxel] > threshold ? 1 : 0 }
        }
    }

    /// The labels of the voxels at positions `(x * ny + y) * nz + z` of a parcellation; NaN counts as 0.
    ///
    /// Throws `FormatError` if the image has more than one volume, or numbers between whole ones, or a position is
    /// outside.
    public func labels(at indices: [Int]) throws -> [Int] {
        let values = try onlyVolume(as: "parcellation")
        return try indices.map { index in
            guard values.indices.contains(index) else {
                throw FormatError(
                    url, "a voxel's position", expected: "below \(voxelCount)", found: "\(index)")
            }
            let value = values[index]
            guard value.isNaN || Self.isWhole(value) else {
                throw FormatError(
                    url, "a label",
                    expected: "whole (labels keep their numbers in `resampled(to: …, .nearest)`)",
                    found: "\(value)")
            }
            return value.isNaN ? 0 : Int(value.rounded())
        }
    }

    /// The numbers of an image of one volume in the order of the positions, z fastest.
    private func onlyVolume(as role: String) throws -> [Double] {
        guard volumeCount == 1 else {
            throw FormatError(
                url, "a \(role)'s shape", expected: "of three axes, one volume",
                found: "\(shape), \(volumeCount) volumes")
        }
        let (nx, ny, nz) = (shape[0], shape[1], shape[2])
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: voxelCount) { volume in
            decode(0, into: volume)
            return [Double](unsafeUninitializedCapacity: voxelCount) { values, count in
                count = voxelCount
                for x in 0..<nx {
                    for y in 0..<ny {
                        for z in 0..<nz { values[(x * ny + y) * nz + z] = volume[x + nx * (y + ny * z)] }
                    }
                }
            }
        }
    }

    /// Whether a number is a whole one but for the rounding of a file's scaling (255 * 0.003921569 is not quite 1), which
    /// grows with the number but never makes a whole one of a fraction.
    private static func isWhole(_ value: Double) -> Bool {
        abs(value) < 0x1p53 && abs(value - value.rounded()) <= min(0.01, 1e-6 * max(1, abs(value)))
    }

    /// The time courses of the voxels in a mask on the same grid: time points x voxels, in `maskIndices()`' order.
    ///
    /// Throws `FormatError` if the mask has another shape or affine (`resampled(to:_:)` brings it to the image's grid),
    /// is not a mask, or has no voxel, and `CancellationError`.
    public func voxelsByTime(mask: NIfTI) throws -> Matrix<Float> {
        try require(mask, as: "mask", advising: .nearest)
        let indices = try mask.maskIndices()
        guard !indices.isEmpty else { throw FormatError(mask.url, "the mask has no voxel that is not zero") }
        return try voxelsByTime(at: indices)
    }

    /// The time courses of the voxels at positions `(x * ny + y) * nz + z`: time points x voxels.
    ///
    /// Throws `FormatError` if a position is outside the volume, and `CancellationError`.
    public func voxelsByTime(at indices: [Int]) throws -> Matrix<Float> {
        try checkConversion(to: Float.self)
        try requireMemory(
            volumeCount * indices.count * 4, for: "the time courses of \(indices.count) voxels", url)
        let (ny, nz) = (shape[1], shape[2])
        let places = try indices.map { index in
            guard index >= 0, index < voxelCount else {
                throw FormatError(
                    url, "a voxel's position", expected: "below \(voxelCount)", found: "\(index)")
            }
            return index / (ny * nz) + shape[0] * (index / nz % ny + ny * (index % nz))
        }
        return try Matrix(rows: volumeCount, columns: indices.count) { target in
            // A few volumes a thread between two looks for an interrupt.
            let block = 4 * threadCount
            for first in stride(from: 0, to: volumeCount, by: block) {
                try Task.checkCancellation()
                parallelFor(min(block, volumeCount - first), grain: 1) { range in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: voxelCount) { volume in
                        for t in range {
                            decode(first + t, into: volume)
                            let row = (first + t) * places.count
                            places.withUnsafeBufferPointer { places in
                                for i in 0..<places.count { target[row + i] = volume[places[i]] }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A volume with `values` at the voxels of `indices` (as `maskIndices()` gives them) and `background` elsewhere.
    ///
    /// - Parameters:
    ///   - values: one for each index.
    ///   - indices: where the values go, z fastest.
    ///   - shape: the extents along x, y and z.
    ///   - background: the value of all other voxels.
    ///
    /// Throws `GridError` if there is not one value for each index, an index is outside the shape or there twice, or
    /// memory is short.
    public static func volume(
        of values: [Float], at indices: [Int], shape: [Int], background: Float = 0
    ) throws -> Tensor<Float> {
        guard values.count == indices.count else {
            throw GridError("there are \(values.count) values for \(indices.count) voxels")
        }
        guard let count = byteCount(of: shape, .uint8) else {
            throw GridError("a volume cannot have the shape \(shape)")
        }
        guard count < 1 << 20 || 4 * count <= availableMemory() else {
            throw GridError("a volume of the shape \(shape) takes more memory than there is")
        }
        var elements = [Float](repeating: background, count: count)
        var isFilled = [Bool](repeating: false, count: count)
        for (value, index) in zip(values, indices) {
            guard elements.indices.contains(index) else {
                throw GridError("voxel \(index) lies outside a volume of \(shape)")
            }
            guard !isFilled[index] else {
                throw GridError("voxel \(index) is there twice; each has one value")
            }
            isFilled[index] = true
            elements[index] = value
        }
        return Tensor(shape: shape, elements: elements)
    }
}

/// The first two different numbers of a mask that are neither zero nor NaN; nil if there is at most one such number.
package func secondMaskNumber(_ values: [Double]) -> (first: Double, second: Double)? {
    guard let first = values.first(where: { $0 != 0 && !$0.isNaN }) else { return nil }
    return values.first { $0 != 0 && !$0.isNaN && $0 != first }.map { (first, $0) }
}
