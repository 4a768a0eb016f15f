import Tensors

extension Affine {
    /// Where the three axes of the grid lead, nearest: "RAS" is right, anterior, superior; "LAS" mirrors the first.
    ///
    /// An axis without extent is "?". Source: nibabel's `aff2axcodes`.
    public var orientation: String {
        axes.map { axis in
            guard let axis else { return "?" }
            let letters = axis.isPositive ? ["R", "A", "S"] : ["L", "P", "I"]
            return letters[axis.world]
        }.joined()
    }

    /// For each axis of the grid the world axis that it follows (0 left to right, 1 posterior to anterior, 2 inferior to
    /// superior), and whether with it; each is taken once.
    var axes: [(world: Int, isPositive: Bool)?] {
        guard var rotation = nearestRotation else { return [nil, nil, nil] }
        // The axes that are nearest to one of the world's choose first.
        let largest = (0..<3).map { axis in (0..<3).map { abs(rotation[$0][axis]) }.max() ?? 0 }
        var result: [(world: Int, isPositive: Bool)?] = [nil, nil, nil]
        for axis in (0..<3).sorted(by: { (largest[$1], $0) < (largest[$0], $1) }) {
            let column = (0..<3).map { rotation[$0][axis] }
            guard column.contains(where: { abs($0) > 1e-8 }) else { continue }
            let world = (0..<3).max { abs(column[$0]) < abs(column[$1]) } ?? 0
            result[axis] = (world, column[world] >= 0)
            rotation[world] = [0, 0, 0]
        }
        return result
    }

    /// The rotation nearest to the matrix without its scales and shears, by rows; nil if it has no numbers.
    private var nearestRotation: [[Double]]? {
        let sizes = voxelSizes
        let unscaled = Matrix(rows.map { row in (0..<3).map { row[$0] / (sizes[$0] > 0 ? sizes[$0] : 1) } })
        guard let (left, values, right) = try? LinearAlgebra.svd(unscaled) else { return nil }
        let kept = values.indices.filter { values[$0] > (values.first ?? 0) * 3 * Double.ulpOfOne }
        return (0..<3).map { i in
            (0..<3).map { j in kept.reduce(0) { $0 + left[i, $1] * right[$1, j] } }
        }
    }
}
