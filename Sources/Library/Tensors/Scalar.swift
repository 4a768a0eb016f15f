/// A number that a `Matrix` or a `Tensor` holds: `Float` or `Double`.
///
/// The underscored requirements lead to BLAS and LAPACK in the precision concerned; call `LinearAlgebra` instead.
public protocol Scalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
    /// The kernels that work on many numbers at once.
    static var _kernels: _ArrayKernels<Self> { get }
    /// Routines of BLAS and LAPACK.
    static var _lapack: _LAPACK<Self> { get }
    /// `c = alpha * op(a) op(b) + beta * c`.
    static func _gemm(_ product: _Product<Self>)
    /// The upper triangle of `c = alpha * op(a) op(a)ᵀ + beta * c`.
    static func _syrk(_ product: _SymmetricProduct<Self>)
    /// Solves `op(triangle) X = right` in place, where `triangle` is lower.
    static func _trsm(
        order: Int, columns: Int, transposed: Bool, _ triangle: UnsafePointer<Self>,
        _ right: UnsafeMutablePointer<Self>)
    /// Cholesky's factor in place; returns LAPACK's `info`.
    static func _potrf(order: Int, _ matrix: UnsafeMutablePointer<Self>) -> Int
    /// Eigenvalues, ascending, and eigenvectors as rows; `matrix` is overwritten; returns LAPACK's `info`, or one of
    /// `kernel_eigen_f32`.
    static func _eigen(
        order: Int, _ matrix: UnsafeMutablePointer<Self>, values: UnsafeMutablePointer<Self>,
        vectors: UnsafeMutablePointer<Self>, stop: () -> Bool
    ) -> Int
}

/// The arguments of a matrix product, as BLAS names them; row-major.
public struct _Product<Element: Scalar> {
    let m: Int, n: Int, k: Int
    let alpha: Element
    let a: UnsafePointer<Element>, lda: Int, transposeA: Bool
    let b: UnsafePointer<Element>, ldb: Int, transposeB: Bool
    let beta: Element
    let c: UnsafeMutablePointer<Element>, ldc: Int
}

/// The arguments of the product of a matrix and its transpose; row-major.
public struct _SymmetricProduct<Element: Scalar> {
    let order: Int, k: Int
    let alpha: Element
    let a: UnsafePointer<Element>, lda: Int, transposeA: Bool
    let beta: Element
    let c: UnsafeMutablePointer<Element>, ldc: Int
}
