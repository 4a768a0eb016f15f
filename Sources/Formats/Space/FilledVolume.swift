/// A volume whose numbers that are not finite are filled with the mean of their finite neighbors, two voxels deep; what
/// lies deeper becomes 0.
///
/// Source: nilearn's `extrapolate_out_mask` with two iterations.
struct FilledVolume {
    private(set) var numbers: [Double]

    init(_ volume: UnsafeBufferPointer<Double>, shape: [Int]) {
        numbers = volume.map { $0.isFinite ? $0 : 0 }
        var isKnown = volume.map(\.isFinite)
        let steps = [1, shape[0], shape[0] * shape[1]]
        for _ in 0..<2 {
            var found: [(index: Int, mean: Double)] = []
            for index in isKnown.indices where !isKnown[index] {
                let voxel = [index % shape[0], index / shape[0] % shape[1], index / steps[2]]
                var (sum, count) = (0.0, 0)
                for axis in 0..<3 {
                    if voxel[axis] + 1 < shape[axis], isKnown[index + steps[axis]] {
                        (sum, count) = (sum + numbers[index + steps[axis]], count + 1)
                    }
                    if voxel[axis] > 0, isKnown[index - steps[axis]] {
                        (sum, count) = (sum + numbers[index - steps[axis]], count + 1)
                    }
                }
                if count > 0 { found.append((index, sum / Double(count))) }
            }
            for (index, mean) in found {
                numbers[index] = mean
                isKnown[index] = true
            }
        }
    }
}
