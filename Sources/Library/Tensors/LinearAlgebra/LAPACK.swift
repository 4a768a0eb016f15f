internal import COpenBLAS
internal import CTensorKernels

/// Routines of BLAS and LAPACK in one precision, with LAPACK's own arguments (column-major).
public struct _LAPACK<Element: Scalar>: Sendable {
    typealias Numbers = UnsafeMutablePointer<Element>
    typealias Integers = UnsafeMutablePointer<Int32>

    /// `y = a x`, where `a` is rows x columns and row-major.
    let gemv:
        @Sendable (_ rows: Int, _ columns: Int, UnsafePointer<Element>, UnsafePointer<Element>, Numbers) ->
            Void
    /// Solves with the transpose: n, right sides, a, lda, pivots, b, ldb, info
    let getrsTransposed: @Sendable (Int32, Int32, Numbers, Int32, Integers, Numbers, Int32, Integers) -> Void
    /// n, a, lda, 1-norm, reciprocal condition, work, integers, info
    let gecon: @Sendable (Int32, Numbers, Int32, Element, Numbers, Numbers, Integers, Integers) -> Void
    /// m, n, a, values, left factor, right factor, and whether to stop
    let svd:
        @Sendable (
            Int32, Int32, Numbers?, Numbers?, Numbers?, Numbers?, kernel_stop?, UnsafeMutableRawPointer?
        ) -> Int32
    /// m, n, a, tau
    let qr: @Sendable (Int32, Int32, Numbers?, Numbers?, kernel_stop?, UnsafeMutableRawPointer?) -> Int32
    /// m, n, a, tau
    let orthonormal:
        @Sendable (Int32, Int32, Numbers?, UnsafePointer<Element>?, kernel_stop?, UnsafeMutableRawPointer?) ->
            Int32
    /// n, a
    let cholesky: @Sendable (Int32, Numbers?, kernel_stop?, UnsafeMutableRawPointer?) -> Int32
    /// n, a, pivots
    let lu: @Sendable (Int32, Numbers?, Integers?, kernel_stop?, UnsafeMutableRawPointer?) -> Int32
}

extension Float {
    public static let _lapack = _LAPACK<Float>(
        gemv: { rows, columns, a, x, y in
            cblas_sgemv(
                CblasRowMajor, CblasNoTrans, blasint(rows), blasint(columns), 1, a, blasint(max(columns, 1)),
                x, 1, 0,
                y, 1)
        },
        getrsTransposed: { n, sides, a, lda, pivots, b, ldb, info in
            withUnsafePointers(n, sides, lda) { n, sides, lda in
                withUnsafePointer(to: ldb) { sgetrs_("T", n, sides, a, lda, pivots, b, $0, info, 1) }
            }
        },
        gecon: { n, a, lda, norm, condition, work, integers, info in
            withUnsafePointers(n, lda, 0) { n, lda, _ in
                withUnsafePointer(to: norm) {
                    sgecon_("1", n, a, lda, $0, condition, work, integers, info, 1)
                }
            }
        },
        svd: lapack_svd_f32, qr: lapack_qr_f32, orthonormal: lapack_orthonormal_f32,
        cholesky: lapack_cholesky_f32, lu: lapack_lu_f32)
}

extension Double {
    public static let _lapack = _LAPACK<Double>(
        gemv: { rows, columns, a, x, y in
            cblas_dgemv(
                CblasRowMajor, CblasNoTrans, blasint(rows), blasint(columns), 1, a, blasint(max(columns, 1)),
                x, 1, 0,
                y, 1)
        },
        getrsTransposed: { n, sides, a, lda, pivots, b, ldb, info in
            withUnsafePointers(n, sides, lda) { n, sides, lda in
                withUnsafePointer(to: ldb) { dgetrs_("T", n, sides, a, lda, pivots, b, $0, info, 1) }
            }
        },
        gecon: { n, a, lda, norm, condition, work, integers, info in
            withUnsafePointers(n, lda, 0) { n, lda, _ in
                withUnsafePointer(to: norm) {
                    dgecon_("1", n, a, lda, $0, condition, work, integers, info, 1)
                }
            }
        },
        svd: lapack_svd_f64, qr: lapack_qr_f64, orthonormal: lapack_orthonormal_f64,
        cholesky: lapack_cholesky_f64, lu: lapack_lu_f64)
}

/// Calls `body` with the addresses of three integers, as Fortran takes its arguments.
private func withUnsafePointers(
    _ a: Int32, _ b: Int32, _ c: Int32,
    _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Void
) {
    withUnsafePointer(to: a) { a in
        withUnsafePointer(to: b) { b in withUnsafePointer(to: c) { c in body(a, b, c) } }
    }
}
