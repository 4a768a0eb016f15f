import Foundation
import Tensors

/// The squared length of a prediction for every alpha at once.
///
/// With `M = Pᵀ P`, targets `z = Uᵀ y` and shrinkage `g`, the squared length is the sum over pairs of directions of
/// `g_k g_l M_kl z_k z_l`. For `k ≠ l`, `g_k g_l = (w_l g_k - w_k g_l) / (w_l - w_k)` with the eigenvalues `w`, so
/// the pairs sum to `2 Σ_k g_k z_k (F z)_k` where `F_kl = M_kl w_l / (w_l - w_k)`: the same product `F z` for all
/// alphas.
///
/// Where two eigenvalues are close that quotient cancels, and `g_k g_l` is `(g_k² + g_l²) / 2` up to the square of
/// their relative distance; those pairs sum to `Σ_k g_k² z_k (N z)_k` with `N_kl = M_kl`. Both errors are equal where
/// the relative distance is the cube root of the precision.
struct ShrinkagePairs<Element: Scalar> {
    /// `F`: directions x directions, 0 if the pair is near.
    let far: Matrix<Element>
    /// `N`, its diagonal included, as blocks of rows and the columns in which they are not 0.
    let near: [Block]

    /// Some rows of `N`.
    struct Block {
        let rows: Range<Int>
        let columns: Range<Int>
        let values: Matrix<Element>
    }

    /// The terms of one fold.
    init<Working: Scalar>(_ directions: RidgeSVD<Element>, workingIn type: Working.Type) {
        let count = directions.count
        var far = LinearAlgebra.gram(directions.testRows.converted(to: type))
        let precision = Double(Element.ulpOfOne)
        let closeness = cbrt(precision)
        let reach = nearRanges(directions.eigenvalues, closeness: closeness)
        var near: [Block] = []
        for start in stride(from: 0, to: count, by: 64) {
            let rows = start..<min(start + 64, count)
            let columns = reach[rows.lowerBound].lowerBound..<reach[rows.upperBound - 1].upperBound
            var values = far.rows(rows).columns(columns)
            values.keep { row, column in reach[rows.lowerBound + row].contains(columns.lowerBound + column) }
            near.append(Block(rows: rows, columns: columns, values: values.converted(to: Element.self)))
        }
        far.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            divideByDistance(base, directions.eigenvalues, near: reach)
        }
        self.far = far.converted(to: Element.self)
        self.near = near
    }
}

/// For each eigenvalue the eigenvalues that are near it, itself included.
private func nearRanges(_ values: [Double], closeness: Double) -> [Range<Int>] {
    func areNear(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= closeness * 0.5 * (a + b) }
    var first = 0
    var last = 0
    return values.indices.map { k in
        while !areNear(values[first], values[k]) { first += 1 }
        last = max(last, k)
        while last + 1 < values.count, areNear(values[last + 1], values[k]) { last += 1 }
        return first..<last + 1
    }
}

extension Matrix {
    fileprivate mutating func keep(where isKept: (Int, Int) -> Bool) {
        for row in 0..<rows {
            for column in 0..<columns where !isKept(row, column) { self[row, column] = 0 }
        }
    }
}

@_specialize(where Working == Float)
@_specialize(where Working == Double)
private func divideByDistance<Working: Scalar>(
    _ matrix: UnsafeMutablePointer<Working>, _ values: [Double], near: [Range<Int>]
) {
    let count = values.count
    values.withUnsafeBufferPointer { values in
        for k in 0..<count {
            let row = matrix + k * count
            for l in 0..<near[k].lowerBound { row[l] *= Working(values[l] / (values[l] - values[k])) }
            for l in near[k] { row[l] = 0 }
            for l in near[k].upperBound..<count { row[l] *= Working(values[l] / (values[l] - values[k])) }
        }
    }
}
