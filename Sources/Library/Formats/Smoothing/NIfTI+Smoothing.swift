import Foundation
import Tensors

extension NIfTI {
    /// The image smoothed by a Gaussian of a width in mm (the full width at half of its maximum), volume by volume.
    ///
    /// ```swift
    /// let smooth = try bold.smoothed(fullWidthAtHalfMaximum: 6)
    /// ```
    ///
    /// Beyond its borders the image is continued by its mirror image, and NaN and infinity count as 0, as in nilearn's
    /// `smooth_img`. Smooth before a mask
    /// is applied; smoothing spreads one voxel's signal over others, so regions lose their borders. Throws `GridError`
    /// if the width is negative, not finite or thousands of voxels, `FormatError` if the image does not fit into
    /// memory, and `CancellationError`.
    public func smoothed(fullWidthAtHalfMaximum width: Double) throws -> NIfTI {
        guard width >= 0, width.isFinite else {
            throw GridError("a width of smoothing is 0 mm or more and finite, not \(width)")
        }
        let sizes = affine.voxelSizes
        guard sizes.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw GridError("the voxels of \(url.lastPathComponent) have no size: \(sizes)")
        }
        let deviations = sizes.map { width / $0 / (8 * log(2)).squareRoot() }
        guard deviations.allSatisfy({ $0 <= mostVoxels }) else {
            throw GridError(
                "a width of \(width) mm is too large for voxels of \(sizes) mm: its deviation may be "
                    + "\(Int(mostVoxels)) voxels at most")
        }
        let kernels = deviations.map { gaussian(deviation: $0) }
        let extents = Array(shape.prefix(3))
        return try withVolumes(on: grid) { volume, target in
            decode(volume, into: target)
            for index in target.indices where !target[index].isFinite { target[index] = 0 }
            guard width > 0, let base = target.baseAddress else { return }
            smooth(base, extents, axis: 0, kernels[0])
            smooth(base, extents, axis: 1, kernels[1])
            smooth(base, extents, axis: 2, kernels[2])
        }
    }
}

/// The largest deviation in voxels: no image is smoothed so far, and the time and the memory grow with it.
private let mostVoxels = 1000.0

/// The weights of a Gaussian at -radius … radius, with a radius of 4 deviations. Source: `scipy.ndimage.gaussian_filter1d`.
private func gaussian(deviation: Double) -> [Double] {
    let radius = Int(4 * deviation + 0.5)
    guard deviation > 0 else { return [1] }
    let weights = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (deviation * deviation)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
}

/// Convolves a volume (the first axis fastest) along one axis.
private func smooth(
    _ volume: UnsafeMutablePointer<Double>, _ extents: [Int], axis: Int, _ kernel: [Double]
) {
    let length = extents[axis]
    let stride = extents[..<axis].reduce(1, *)
    let outer = extents.reduce(1, *) / max(1, length * stride)
    let radius = kernel.count / 2
    guard radius > 0, length > 0 else { return }
    // Along the first axis lines lie in memory as they are; along others, `stride` of them run side by side.
    parallelFor(outer, grain: max(1, 100_000 / (length * stride))) { parts in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: length * stride) { line in
            guard let source = line.baseAddress else { return }
            for part in parts {
                let base = volume + part * length * stride
                source.update(from: base, count: length * stride)
                for index in 0..<length {
                    let to = base + index * stride
                    for j in 0..<stride { to[j] = 0 }
                    for offset in -radius...radius {
                        let weight = kernel[radius + offset]
                        let from = source + mirrored(index + offset, length) * stride
                        for j in 0..<stride { to[j] += weight * from[j] }
                    }
                }
            }
        }
    }
}

/// The index inside that lies where one beyond the ends is mirrored to, the last element being repeated.
private func mirrored(_ index: Int, _ length: Int) -> Int {
    let period = 2 * length
    let inside = ((index % period) + period) % period
    return inside < length ? inside : period - 1 - inside
}
