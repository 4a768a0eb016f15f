import Tensors

/// What turns the training responses of one fold into the predictions of its test samples, for every scaling of the bands and
/// every alpha, as combinations of a few.
///
/// `K_test (K_train + alpha)⁻¹` with `K = Σ gamma_b K_b` changes smoothly with the scalings and with alpha: the 20 x 20 of Lu
/// et al. (2022) are combinations of some 40 orthonormal operators, each to a millionth of its size, where one scaling
/// after the other takes 6 alphas of each.
struct CandidateOperators {
    /// The fold's operators, orthonormal as vectors: basis x (training samples x test samples).
    private let basis: OrthonormalBasis
    /// How each candidate's prediction with each alpha is combined: for each candidate, alphas x basis.
    private let coefficients: [[[Double]]]

    /// How many operators there are.
    var count: Int { basis.count }

    /// The operators of one fold; nil if they would be more than `limit`.
    ///
    /// - Parameters:
    ///   - kernels: of each band, samples x samples.
    ///   - gammas: the candidates, each one scaling per band.
    ///   - interpolations: for each candidate the alphas that represent all.
    ///   - tolerance: how far an operator may be from a combination, in parts of its length.
    init?<Working: Scalar>(
        _ kernels: [Matrix<Working>], gammas: [[Double]], interpolations: [AlphaInterpolation], fold: Fold,
        options: RidgeOptions, tolerance: Double, limit: Int, interruption: Interruption
    ) throws {
        let parts = kernels.map {
            trainAndTestKernels($0.converted(to: Double.self), of: fold, centered: options.intercept)
        }
        var basis = OrthonormalBasis(capacity: limit, size: fold.train.count * fold.test.count)
        var found: [(lengths: [Double], coordinates: Matrix<Double>)] = []
        for (gamma, interpolation) in zip(gammas, interpolations) {
            let train = Matrix.sum(parts.map(\.train), times: gamma)
            let right = Matrix.sum(parts.map(\.test), times: gamma).transposed()
            let operators = try interpolation.chosen.map { alphaIndex in
                try interruption.check()
                var shifted = train
                shifted.addToDiagonal(options.alphas.values[alphaIndex])
                return LinearAlgebra.solve(choleskyFactor: try LinearAlgebra.cholesky(shifted), right)
            }
            let lengths = operators.map(\.length)
            let rows = Matrix.stacked(
                zip(operators, lengths).map { part, length in
                    let row = part.reshaped(1, part.count)
                    return length > 0 ? row * (1 / length) : row
                })
            guard let coordinates = basis.coordinates(of: rows, tolerance: tolerance) else { return nil }
            found.append((lengths, coordinates))
        }
        self.basis = basis
        coefficients = zip(found, interpolations).map { found, interpolation in
            interpolation.weights.map { weights in
                (0..<basis.count).map { axis in
                    weights.indices.reduce(0) {
                        $0 + weights[$1] * found.lengths[$1] * found.coordinates[$1, axis]
                    }
                }
            }
        }
    }

    /// The operators side by side: training samples x (operators x test samples).
    func sideBySide<Element: Scalar>(train: Int, test: Int, as type: Element.Type) -> Matrix<Element> {
        Matrix(rows: train, columns: count * test) { target in
            for row in 0..<train {
                for part in 0..<count {
                    let from = basis.vectors.base + part * basis.size + row * test
                    let to = row * count * test + part * test
                    for column in 0..<test { target[to + column] = Element(from[column]) }
                }
            }
        }
    }

    /// What the inner products of predictions and responses are multiplied by to give, with the squared responses, the squared
    /// errors: (candidates x alphas) x pairs, in the order of `pairProducts` with the responses last.
    func lossFactors<Element: Scalar>(as type: Element.Type) -> Matrix<Element> {
        let rows = coefficients.flatMap { $0 }
        let pairs = (count + 1) * (count + 2) / 2
        return Matrix(rows: rows.count, columns: pairs) { target in
            for (index, row) in rows.enumerated() {
                var next = index * pairs
                for i in 0..<count {
                    for j in 0...i {
                        target[next] = Element(row[i] * row[j] * (i == j ? 1 : 2))
                        next += 1
                    }
                }
                for i in 0..<count { target[next + i] = Element(-2 * row[i]) }
                // The squared responses are counted in double precision.
                target[next + count] = 0
            }
        }
    }
}

extension Matrix<Double> {
    /// The root of the sum of squares.
    fileprivate var length: Double {
        withUnsafeBufferPointer { numbers in numbers.reduce(0) { $0 + $1 * $1 } }.squareRoot()
    }
}
