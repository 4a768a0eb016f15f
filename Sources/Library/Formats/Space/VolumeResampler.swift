import Tensors

/// How numbers between the centers of voxels are made.
public enum VolumeInterpolation: String, Sendable, CaseIterable {
    /// The nearest voxel's number: for masks and labels.
    case nearest
    /// Straight lines between the eight voxels around: for maps.
    case linear
}

/// Takes the numbers of one volume at the places of another grid's voxels; 0 if the volume has none.
///
/// The arithmetic is that of scipy's `affine_transform` with `mode="constant"`: a place beyond the center of the
/// outermost voxel has no number, also if the nearest voxel is taken.
struct VolumeResampler {
    private let shape: [Int]
    private let target: [Int]
    /// The last index of the source along each axis.
    private let last: SIMD3<Double>
    /// How far beyond the border a place may be: along an axis of one voxel, if a rounding would leave nothing at all.
    private let slack: SIMD3<Double>
    /// From the target's voxels to those of the source: what a step along x, y and z adds, and where the first lies.
    private let steps: (x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>)
    private let origin: SIMD3<Double>
    private let interpolation: VolumeInterpolation

    /// Throws `GridError` if the source's affine has no inverse.
    init(from source: ImageGrid, to target: ImageGrid, _ interpolation: VolumeInterpolation) throws {
        shape = source.shape
        self.target = target.shape
        self.interpolation = interpolation
        let map = source.affine == target.affine ? .identity : try source.affine.inverse() * target.affine
        func column(_ index: Int) -> SIMD3<Double> { SIMD3(map[0, index], map[1, index], map[2, index]) }
        steps = (column(0), column(1), column(2))
        origin = column(3)
        last = SIMD3(Double(shape[0] - 1), Double(shape[1] - 1), Double(shape[2] - 1))
        slack = SIMD3(repeating: 0).replacing(with: 1e-3, where: last .== 0)
    }

    /// Whether any voxel of the target lies inside the source.
    var overlaps: Bool {
        for z in 0..<target[2] {
            for y in 0..<target[1] {
                for x in 0..<target[0] where place(Double(x), Double(y), Double(z)) != nil { return true }
            }
        }
        return false
    }

    /// The volume at the target's voxels; both in the file's order, x fastest.
    func resample(_ volume: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>) {
        guard volume.contains(where: { !$0.isFinite }) else { return interpolate(volume, into: result) }
        // As nilearn does: what is not finite is filled from its neighbors, so that it does not spread, and the nearest
        // voxels in the result have no number again.
        let filled = FilledVolume(volume, shape: shape)
        filled.numbers.withUnsafeBufferPointer { interpolate($0, into: result) }
        forEachPlace { index, place in
            if !volume[nearest(place)].isFinite { result[index] = .nan }
        }
    }

    private func interpolate(
        _ volume: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
    ) {
        result.update(repeating: 0)
        switch interpolation {
        case .nearest: forEachPlace { result[$0] = volume[nearest($1)] }
        case .linear: forEachPlace { result[$0] = linear(volume, $1) }
        }
    }

    /// Calls `body` with the index of each voxel of the target that lies inside the source, and where it lies there.
    @inline(__always)
    private func forEachPlace(_ body: (_ index: Int, _ place: SIMD3<Double>) -> Void) {
        let (nx, ny) = (target[0], target[1])
        parallelFor(ny * target[2], grain: max(1, 4096 / nx)) { lines in
            for line in lines {
                let (z, y) = line.quotientAndRemainder(dividingBy: ny)
                for x in 0..<nx {
                    if let place = place(Double(x), Double(y), Double(z)) { body(line * nx + x, place) }
                }
            }
        }
    }

    /// Where a voxel of the target lies among those of the source, or nil if that is outside.
    @inline(__always)
    private func place(_ x: Double, _ y: Double, _ z: Double) -> SIMD3<Double>? {
        let place = origin + steps.x * x + steps.y * y + steps.z * z
        // To the last bit, as in scipy: what the rounding of a header puts beyond the border is outside.
        guard all(place .>= -slack), all(place .<= last + slack) else { return nil }
        return place.clamped(lowerBound: SIMD3(repeating: 0), upperBound: last)
    }

    @inline(__always)
    private func nearest(_ place: SIMD3<Double>) -> Int {
        let voxel = SIMD3<Int>((place + 0.5).rounded(.down))
        return voxel.x + shape[0] * (voxel.y + shape[1] * voxel.z)
    }

    @inline(__always)
    private func linear(_ volume: UnsafeBufferPointer<Double>, _ place: SIMD3<Double>) -> Double {
        let voxel = SIMD3<Int>(place)
        let (nx, ny, nz) = (shape[0], shape[1], shape[2])
        let weight = place - SIMD3<Double>(voxel)
        let first = voxel.x + nx * (voxel.y + ny * voxel.z)
        // At the last voxel the weight of the next, which is not there, is 0.
        let right = voxel.x + 1 < nx ? 1 : 0
        let up = voxel.y + 1 < ny ? nx : 0
        let above = voxel.z + 1 < nz ? nx * ny : 0
        func line(_ start: Int) -> Double {
            volume[start] * (1 - weight.x) + volume[start + right] * weight.x
        }
        let lower = line(first) * (1 - weight.y) + line(first + up) * weight.y
        let upper = line(first + above) * (1 - weight.y) + line(first + above + up) * weight.y
        return lower * (1 - weight.z) + upper * weight.z
    }
}
