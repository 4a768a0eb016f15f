import Tensors

/// The terms of the derivatives of a squared error, for each voxel (column) of a group.
struct BandErrorTerms<Working: Scalar> {
    /// Predictions less responses.
    let residuals: Matrix<Working>
    /// The derivative of the prediction by each band's logarithm.
    let jacobian: [Matrix<Working>]
    /// The derivative of the weights by each band's logarithm, up to its sign.
    let changes: [Matrix<Working>]
    /// With `changes` and `diagonal`, the product of the residuals with the prediction's second derivatives:
    /// `diagonal_b δ_bc + factors_b · changes_c + factors_c · changes_b`.
    let factors: [Matrix<Working>]
    let diagonal: [[Double]]

    /// The squared error of each voxel and its derivatives.
    func models() -> [LossModel] {
        let bands = jacobian.count
        var models = [LossModel](repeating: LossModel(order: bands), count: residuals.columns)
        let squares = residuals.columnProducts(with: residuals)
        let slopes = jacobian.map { $0.columnProducts(with: residuals) }
        for j in models.indices {
            models[j].value = squares[j]
            for b in 0..<bands { models[j].gradient[b] = 2 * slopes[b][j] }
        }
        for b in 0..<bands {
            for c in 0...b {
                let straight = jacobian[b].columnProducts(with: jacobian[c])
                let one = factors[b].columnProducts(with: changes[c])
                let other = b == c ? one : factors[c].columnProducts(with: changes[b])
                for j in models.indices {
                    let bent = one[j] + other[j] + (b == c ? diagonal[b][j] : 0)
                    models[j].hessian[b * bands + c] = 2 * (straight[j] + bent)
                    models[j].hessian[c * bands + b] = models[j].hessian[b * bands + c]
                }
            }
        }
        return models
    }
}

/// A symmetric positive definite system, factorized in memory that is used again.
struct ShiftedSystem<Working: Scalar> {
    private let factor: ScratchBuffer<Working>
    private let order: Int

    /// Factorizes `Σ times_b matrices_b + diag(diagonal)`; throws `LinearAlgebraError` if that is not positive.
    init(
        sumOf matrices: [Matrix<Working>], times: [Double], diagonal: [Double],
        in scratch: ScratchBuffer<Working>
    ) throws {
        (factor, order) = (scratch, diagonal.count)
        for (index, (matrix, times)) in zip(matrices, times).enumerated() {
            matrix.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress else { return }
                addLowerTriangle(
                    of: from, Working(times), isFirst: index == 0, to: scratch.base, order: order)
            }
        }
        for (i, shift) in diagonal.enumerated() { scratch.base[i * order + i] += Working(shift) }
        let info = order > 0 ? Working._potrf(order: order, scratch.base) : 0
        guard info == 0 else { throw LinearAlgebraError.notPositiveDefinite(order: info) }
    }

    /// The solution for each column of `right`.
    func solve(_ right: Matrix<Working>) -> Matrix<Working> {
        var solution = right
        solution.withUnsafeMutableBufferPointer { solution in
            guard let base = solution.baseAddress, !solution.isEmpty else { return }
            for transposed in [false, true] {
                Working._trsm(
                    order: order, columns: right.columns, transposed: transposed, factor.base, base)
            }
        }
        return solution
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func addLowerTriangle<Element: Scalar>(
    of source: UnsafePointer<Element>, _ factor: Element, isFirst: Bool,
    to target: UnsafeMutablePointer<Element>, order: Int
) {
    for i in 0..<order {
        let (line, out) = (source + i * order, target + i * order)
        if isFirst {
            for j in 0...i { out[j] = factor * line[j] }
        } else {
            for j in 0...i { out[j] += factor * line[j] }
        }
    }
}

extension Matrix {
    /// `Σ factors_i parts_i`.
    static func sum(_ parts: [Matrix], times factors: [Double]) -> Matrix {
        var sum = parts[0] * Element(factors[0])
        for (part, factor) in zip(parts, factors).dropFirst() { sum.add(part, times: Element(factor)) }
        return sum
    }

    /// The inner product of each column with the same column of another matrix, in double precision.
    func columnProducts(with other: Matrix) -> [Double] {
        var products = [Double](repeating: 0, count: columns)
        withUnsafeBufferPointer { a in
            other.withUnsafeBufferPointer { b in
                products.withUnsafeMutableBufferPointer { products in
                    guard let a = a.baseAddress, let b = b.baseAddress, let out = products.baseAddress else {
                        return
                    }
                    addColumnProducts(a, b, rows: rows, columns: columns, to: out)
                }
            }
        }
        return products
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func addColumnProducts<Element: Scalar>(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, rows: Int, columns: Int,
    to products: UnsafeMutablePointer<Double>
) {
    for i in 0..<rows {
        let (left, right) = (a + i * columns, b + i * columns)
        for j in 0..<columns { products[j] += Double(left[j]) * Double(right[j]) }
    }
}
