/// A volume whose numbers that are not finite are filled with the mean of their finite neighbors, two voxels deep; what
/// lies deeper becomes 0.
///
/// Source: nilearn's `extrapolate_out_mask` with two iterations.
struct FilledVolume {
    private(set) var numbers: [Double]

    init(_ volume: UnsafeBufferPointer<Double>, shape: [Int]) {
        numbers = volume.map { $0.isFinite ? $0 : 0 }
        var isKnown = volume.map(\.isFinite)
        let (nx, ny, nz) = (shape[0], shape[1], shape[2])
        for _ in 0..<2 {
            var found: [(index: Int, mean: Double)] = []
            for index in isKnown.indices where !isKnown[index] {
                let (x, y, z) = (index % nx, index / nx % ny, index / (nx * ny))
                var (sum, count) = (0.0, 0)
                func add(_ neighbor: Int) {
                    if isKnown[neighbor] { (sum, count) = (sum + numbers[neighbor], count + 1) }
                }
                if x + 1 < nx { add(index + 1) }
                if x > 0 { add(index - 1) }
                if y + 1 < ny { add(index + nx) }
                if y > 0 { add(index - nx) }
                if z + 1 < nz { add(index + nx * ny) }
                if z > 0 { add(index - nx * ny) }
                if count > 0 { found.append((index, sum / Double(count))) }
            }
            for (index, mean) in found {
                numbers[index] = mean
                isKnown[index] = true
            }
        }
    }
}
