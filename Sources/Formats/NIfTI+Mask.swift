import Foundation
import Tensors

extension NIfTI {
    /// Where a mask's first volume is not nought: the positions `(x * ny + y) * nz + z`, ascending.
    ///
    /// This is the order of `data[mask]` in nibabel and numpy, and of nilearn's maskers. NaN counts as nought.
    public func maskIndices() -> [Int] {
        // In double precision, so that the smallest number that is not zero is none in single precision either.
        var volume = [Double](repeating: 0, count: voxelCount)
        volume.withUnsafeMutableBufferPointer { decode(0, into: $0) }
        var indices: [Int] = []
        for x in 0..<shape[0] {
            for y in 0..<shape[1] {
                for z in 0..<shape[2] {
                    let value = volume[x + shape[0] * (y + shape[1] * z)]
                    if value != 0 && !value.isNaN { indices.append((x * shape[1] + y) * shape[2] + z) }
                }
            }
        }
        return indices
    }

    /// The time courses of the voxels in a mask of the same shape: time points x voxels, in `maskIndices()`' order.
    ///
    /// Throws `FormatError` where the mask has another shape or no voxel, and `CancellationError`.
    public func voxelsByTime(mask: NIfTI) throws -> Matrix<Float> {
        guard Array(mask.shape[..<3]) == Array(shape[..<3]) else {
            throw FormatError(
                mask.url, "the mask's shape",
                expected: "that of \(url.lastPathComponent), \(Array(shape[..<3]))",
                found: "\(Array(mask.shape[..<3]))")
        }
        let indices = mask.maskIndices()
        guard !indices.isEmpty else {
            throw FormatError(mask.url, "the mask has no voxel that is not nought")
        }
        return try voxelsByTime(at: indices)
    }

    /// The time courses of the voxels at positions `(x * ny + y) * nz + z`: time points x voxels.
    ///
    /// Throws `FormatError` where a position is outside the volume, and `CancellationError`.
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
    public static func volume(
        of values: [Float], at indices: [Int], shape: [Int], background: Float = 0
    ) -> Tensor<Float> {
        var elements = [Float](repeating: background, count: shape.reduce(1, *))
        for (value, index) in zip(values, indices) { elements[index] = value }
        return Tensor(shape: shape, elements: elements)
    }
}
