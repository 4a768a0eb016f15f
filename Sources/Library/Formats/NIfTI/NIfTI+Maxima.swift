import Foundation
import Tensors

extension NIfTI {
    /// An image of labels from one map of probability per volume: 1 where the first is the largest, 2 where the second
    /// is, …, and 0 where the largest is below `threshold`; of equal ones the first.
    ///
    /// ```swift
    /// let labels = try NIfTI.open("HarvardOxford-cort-prob-1mm.nii.gz").labelsOfMaximum(threshold: 25)
    /// ```
    ///
    /// Throws `FormatError` if the threshold is NaN or memory is short, and `CancellationError`.
    public func labelsOfMaximum(threshold: Double) throws -> NIfTI {
        guard !threshold.isNaN else {
            throw FormatError(url, "the threshold", expected: "a number", found: "\(threshold)")
        }
        let count = voxelCount
        try requireMemory(28 * count, for: "the labels", url)
        var best = [Double](repeating: -.infinity, count: count)
        var labels = [Float](repeating: 0, count: count)
        try withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { map in
            for volume in 0..<volumeCount {
                try Task.checkCancellation()
                decode(volume, into: map)
                best.withUnsafeMutableBufferPointer { best in
                    labels.withUnsafeMutableBufferPointer { labels in
                        for voxel in 0..<count where map[voxel] > best[voxel] {
                            best[voxel] = map[voxel]
                            labels[voxel] = map[voxel] > 0 && map[voxel] >= threshold ? Float(volume + 1) : 0
                        }
                    }
                }
            }
        }
        return inMemory(labels)
    }

    /// An image of one volume on this one's grid, x fastest.
    private func inMemory(_ numbers: [Float]) -> NIfTI {
        let bytes = numbers.withUnsafeBytes { source in
            Bytes(count: source.count) { target in
                target.copyMemory(from: source)
                return source.count
            }
        }
        let header = NIfTIHeader(
            shape: Array(shape.prefix(3)), type: .float32, isBigEndian: false, dataOffset: 0,
            pixdim: [1] + voxelSizes + [1, 1, 1, 1], affine: affine.matrix)
        return NIfTI(header, bytes, url)
    }
}
