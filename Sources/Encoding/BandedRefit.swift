import Tensors

/// Refits every voxel to all samples with its own scaling and alpha: features of all bands x voxels.
///
/// Voxels of the same scaling and alpha are solved together by Cholesky's factorisation; a decomposition for every
/// candidate would cost as much as twenty of them.
func refitBands<Element: Scalar, Working: Scalar>(
    _ spaces: BandSpaces<Working>, responses: Matrix<Element>, means: [Double],
    solution: BandedSolution<Element>
) throws -> Matrix<Element> {
    let fitted = means.indices.filter { means[$0].isFinite }
    let groups = Dictionary(grouping: fitted) {
        Choice(gamma: solution.gammas[$0], alpha: solution.alphas[$0])
    }.sorted { ($0.value.count, $0.value[0]) > ($1.value.count, $1.value[0]) }
    var weights = Matrix<Element>(rows: spaces.features.columns, columns: responses.columns)
    let features = spaces.features.converted(to: Element.self)
    try weights.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return }
        try concurrently(groups.count) { index, _, interruption in
            let (choice, voxels) = groups[index]
            let gamma = choice.gamma
            var part = responses.columns(at: voxels)
            part.standardise(
                rows: 0..<part.rows, means: voxels.map { means[$0] }, deviations: voxels.map { _ in 1 })
            let factors = spaces.factors(gamma)
            var right = spaces.isPrimal ? multiply(features, transposed: true, part) : part
            if spaces.isPrimal { right = right.scalingRows(by: factors) }
            try interruption.check()
            var matrix = spaces.symmetric(gamma)
            if !spaces.isPrimal, spaces.centred {
                matrix.centreKernel(trainMeans: ColumnStatistics(matrix).means)
            }
            let solved = try solve(
                matrix, shiftedBy: choice.alpha, right.converted(to: Working.self)
            ).converted(to: Element.self)
            try interruption.check()
            let found =
                spaces.isPrimal
                ? solved.scalingRows(by: factors)
                : multiply(features, transposed: true, solved).scalingRows(by: factors.map { $0 * $0 })
            scatter(found, to: voxels, of: target, width: responses.columns)
        }
    }
    return weights
}

/// What voxels that are solved together have in common.
private struct Choice: Hashable {
    let gamma: [Double]
    let alpha: Double
}

/// The solution of `(matrix + alpha I) X = right` for a symmetric matrix without negative eigenvalues.
private func solve<Working: Scalar>(
    _ matrix: Matrix<Working>, shiftedBy alpha: Double, _ right: Matrix<Working>
) throws -> Matrix<Working> {
    var shifted = matrix
    shifted.addToDiagonal(alpha)
    do {
        return LinearAlgebra.solve(choleskyFactor: try LinearAlgebra.cholesky(shifted), right)
    } catch LinearAlgebraError.notPositiveDefinite {
        // The strength is below the rounding of the matrix; leave out the directions that are rounding alone.
        let (values, vectors) = try LinearAlgebra.eigenSymmetricRows(matrix)
        let kept = significantEigenvalues(values)
        let axes = vectors.rows(kept)
        let factors = values[kept].map { 1 / (Double($0) + alpha) }
        return multiply(axes, transposed: true, multiply(axes, right).scalingRows(by: factors))
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func scatter<Element: Scalar>(
    _ matrix: Matrix<Element>, to columns: [Int], of target: UnsafeMutablePointer<Element>, width: Int
) {
    matrix.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress else { return }
        columns.withUnsafeBufferPointer { columns in
            for row in 0..<matrix.rows {
                let (line, out) = (from + row * columns.count, target + row * width)
                for j in 0..<columns.count { out[columns[j]] = line[j] }
            }
        }
    }
}
