import Tensors

/// The inverse of an affine by LU decomposition, step by step as LAPACK's `getrf` and `getri` take it.
///
/// The roundings matter: where a voxel of one grid is meant to lie on the border of another, the last bit says whether it
/// is inside. With LAPACK's order of steps, resampling agrees with scipy and nilearn in such voxels, too (bit by bit for
/// grids that are not turned).
struct AffineInverse {
    let matrix: Matrix<Double>

    /// Throws `GridError` if the affine has no inverse.
    init(of affine: Affine) throws {
        var a = affine.rows + [[0, 0, 0, 1]]
        let pivots = Self.decompose(&a)
        // Relative to the product of the voxel sizes: small voxels are not flat ones.
        let determinant = (0..<4).reduce(1) { $0 * a[$1][$1] }
        guard determinant.isFinite, abs(determinant) > 1e-9 * affine.voxelSizes.reduce(1, *) else {
            throw GridError("the affine \(affine) is singular: it has no inverse")
        }
        Self.invertUpper(&a)
        Self.solveLower(&a)
        for j in stride(from: 2, through: 0, by: -1) where pivots[j] != j {
            for i in 0..<4 { a[i].swapAt(j, pivots[j]) }
        }
        matrix = Matrix(a)
    }

    /// L (without its ones) and U in place of the matrix; gives the row with which each was exchanged.
    private static func decompose(_ a: inout [[Double]]) -> [Int] {
        (0..<4).map { j in
            let pivot = (j..<4).dropFirst().reduce(j) { abs(a[$1][j]) > abs(a[$0][j]) ? $1 : $0 }
            a.swapAt(j, pivot)
            let reciprocal = 1 / a[j][j]
            for i in j + 1..<4 {
                a[i][j] *= reciprocal
                for k in j + 1..<4 { a[i][k].addProduct(-a[i][j], a[j][k]) }
            }
            return pivot
        }
    }

    /// The inverse of U in its place.
    private static func invertUpper(_ a: inout [[Double]]) {
        for j in 0..<4 {
            a[j][j] = 1 / a[j][j]
            for i in 0..<j {
                let x = a[i][j]
                for k in 0..<i { a[k][j].addProduct(x, a[k][i]) }
                a[i][j] = x * a[i][i]
            }
            for i in 0..<j { a[i][j] *= -a[j][j] }
        }
    }

    /// The solution X of X L = U⁻¹ in the place of U⁻¹.
    private static func solveLower(_ a: inout [[Double]]) {
        for j in stride(from: 2, through: 0, by: -1) {
            let lower = (0..<4).map { $0 > j ? a[$0][j] : 0 }
            for i in j + 1..<4 { a[i][j] = 0 }
            for k in j + 1..<4 {
                for i in 0..<4 { a[i][j].addProduct(-a[i][k], lower[k]) }
            }
        }
    }
}
