import Foundation

/// Matrix products and factorizations in `Float` and `Double`, over oneDNN, BLAS and LAPACK.
///
/// The functions on pointers take row-major memory and BLAS's own arguments; the ones on matrices check shapes.
public enum LinearAlgebra {
    /// `c = alpha * op(a) op(b) + beta * c`, where `op` transposes or not.
    ///
    /// `op(a)` is m x k, `op(b)` is k x n, `c` is m x n; `lda`, `ldb` and `ldc` are the elements from one row to the
    /// next. With `beta` zero `c` may hold anything before.
    package static func gemm<Element: Scalar>(
        m: Int, n: Int, k: Int, alpha: Element = 1, a: UnsafePointer<Element>, lda: Int,
        transposeA: Bool = false,
        b: UnsafePointer<Element>, ldb: Int, transposeB: Bool = false, beta: Element = 0,
        c: UnsafeMutablePointer<Element>, ldc: Int
    ) {
        guard m > 0, n > 0 else { return }
        if k == 0 { return scaleRows(c, rows: m, columns: n, stride: ldc, by: beta) }
        Element._gemm(
            _Product(
                m: m, n: n, k: k, alpha: alpha, a: a, lda: lda, transposeA: transposeA, b: b, ldb: ldb,
                transposeB: transposeB, beta: beta, c: c, ldc: ldc))
    }

    /// `c = alpha * aᵀa + beta * c` (`transposeA`), or `alpha * a aᵀ + beta * c`: the whole symmetric matrix.
    ///
    /// `c` is order x order; `k` is the dimension that is summed over (the rows of `a` where it is transposed).
    package static func gram<Element: Scalar>(
        order: Int, k: Int, alpha: Element = 1, a: UnsafePointer<Element>, lda: Int, transposeA: Bool,
        beta: Element = 0, c: UnsafeMutablePointer<Element>, ldc: Int
    ) {
        guard order > 0 else { return }
        if k == 0 { return scaleRows(c, rows: order, columns: order, stride: ldc, by: beta) }
        Element._syrk(
            _SymmetricProduct(
                order: order, k: k, alpha: alpha, a: a, lda: lda, transposeA: transposeA, beta: beta, c: c,
                ldc: ldc))
        mirrorUpperTriangle(c, order: order, stride: ldc)
    }

    /// `aᵀa` (features x features of samples x features), or `a aᵀ` where `ofRows`.
    public static func gram<Element: Scalar>(_ a: Matrix<Element>, ofRows: Bool = false) -> Matrix<Element> {
        let order = ofRows ? a.rows : a.columns
        return Matrix(rows: order, columns: order) { target in
            a.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                gram(
                    order: order, k: ofRows ? a.columns : a.rows, a: from, lda: max(a.columns, 1),
                    transposeA: !ofRows,
                    c: to, ldc: max(order, 1))
            }
        }
    }
}

/// The product of two matrices, each of them transposed first where that is said.
///
/// ```swift
/// multiply(features, weights)                      // samples x features by features x voxels
/// multiply(features, transposed: true, responses)  // Xᵀ Y
/// ```
///
/// - Parameters:
///   - a: the left matrix.
///   - transposeA: whether it is transposed first.
///   - b: the right matrix.
///   - transposeB: whether it is transposed first.
public func multiply<Element: Scalar>(
    _ a: Matrix<Element>, transposed transposeA: Bool, _ b: Matrix<Element>, transposed transposeB: Bool
) -> Matrix<Element> {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (inner, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    require(k == inner, "a \(m) x \(k) matrix cannot be multiplied by a \(inner) x \(n) matrix")
    return Matrix(rows: m, columns: n) { target in
        a.withUnsafeBufferPointer { a0 in
            b.withUnsafeBufferPointer { b0 in
                guard let to = target.baseAddress, let left = a0.baseAddress, let right = b0.baseAddress
                else { return }
                LinearAlgebra.gemm(
                    m: m, n: n, k: k, a: left, lda: max(a.columns, 1), transposeA: transposeA, b: right,
                    ldb: max(b.columns, 1), transposeB: transposeB, c: to, ldc: max(n, 1))
            }
        }
    }
}

/// The product of two matrices.
public func multiply<Element: Scalar>(_ a: Matrix<Element>, _ b: Matrix<Element>) -> Matrix<Element> {
    multiply(a, transposed: false, b, transposed: false)
}

/// The product of two matrices, the first transposed where that is said.
///
/// - Parameters:
///   - a: the left matrix.
///   - transposeA: whether it is transposed first.
///   - b: the right matrix.
public func multiply<Element: Scalar>(
    _ a: Matrix<Element>, transposed transposeA: Bool, _ b: Matrix<Element>
) -> Matrix<Element> {
    multiply(a, transposed: transposeA, b, transposed: false)
}

/// The product of two matrices, the second transposed where that is said.
///
/// - Parameters:
///   - a: the left matrix.
///   - b: the right matrix.
///   - transposeB: whether it is transposed first.
public func multiply<Element: Scalar>(
    _ a: Matrix<Element>, _ b: Matrix<Element>, transposed transposeB: Bool
) -> Matrix<Element> {
    multiply(a, transposed: false, b, transposed: transposeB)
}

/// Multiplies every element by `factor`; zero clears whatever is there, NaN too, as BLAS does.
private func scaleRows<Element: Scalar>(
    _ c: UnsafeMutablePointer<Element>, rows: Int, columns: Int, stride: Int, by factor: Element
) {
    for i in 0..<rows {
        let row = c + i * stride
        for j in 0..<columns { row[j] = factor == 0 ? 0 : row[j] * factor }
    }
}

/// Copies what is above the diagonal to below it, in tiles that stay in the first cache.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func mirrorUpperTriangle<Element: Scalar>(
    _ c: UnsafeMutablePointer<Element>, order: Int, stride width: Int
) {
    let tile = 32
    for top in stride(from: 0, to: order, by: tile) {
        for left in stride(from: 0, through: top, by: tile) {
            for i in top..<min(top + tile, order) {
                for j in left..<min(left + tile, i) { c[i * width + j] = c[j * width + i] }
            }
        }
    }
}
