internal import COpenBLAS

/// Routines of BLAS and LAPACK in one precision, with LAPACK's own arguments (column-major).
public struct _LAPACK<Element: Scalar>: Sendable {
    typealias Numbers = UnsafeMutablePointer<Element>
    typealias Integers = UnsafeMutablePointer<Int32>

    /// `y = a x`, where `a` is rows x columns and row-major.
    let gemv:
        @Sendable (_ rows: Int, _ columns: Int, UnsafePointer<Element>, UnsafePointer<Element>, Numbers) ->
            Void
    /// m, n, a, lda, pivots, info
    let getrf: @Sendable (Int32, Int32, Numbers, Int32, Integers, Integers) -> Void
    /// Solves with the transpose: n, right sides, a, lda, pivots, b, ldb, info
    let getrsTransposed: @Sendable (Int32, Int32, Numbers, Int32, Integers, Numbers, Int32, Integers) -> Void
    /// n, a, lda, 1-norm, reciprocal condition, work, integers, info
    let gecon: @Sendable (Int32, Numbers, Int32, Element, Numbers, Numbers, Integers, Integers) -> Void
    /// m, n, a, lda, tau, work, lwork, info
    let geqrf: @Sendable (Int32, Int32, Numbers, Int32, Numbers, Numbers, Int32, Integers) -> Void
    /// m, n, k, a, lda, tau, work, lwork, info
    let orgqr: @Sendable (Int32, Int32, Int32, Numbers, Int32, Numbers, Numbers, Int32, Integers) -> Void
}

extension Float {
    public static let _lapack = _LAPACK<Float>(
        gemv: { rows, columns, a, x, y in
            cblas_sgemv(
                CblasRowMajor, CblasNoTrans, blasint(rows), blasint(columns), 1, a, blasint(max(columns, 1)),
                x, 1, 0,
                y, 1)
        },
        getrf: { m, n, a, lda, pivots, info in
            withUnsafePointers(m, n, lda) { sgetrf_($0, $1, a, $2, pivots, info) }
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
        geqrf: { m, n, a, lda, tau, work, lwork, info in
            withUnsafePointers(m, n, lda) { m, n, lda in
                withUnsafePointer(to: lwork) { sgeqrf_(m, n, a, lda, tau, work, $0, info) }
            }
        },
        orgqr: { m, n, k, a, lda, tau, work, lwork, info in
            withUnsafePointers(m, n, k) { m, n, k in
                withUnsafePointers(lda, lwork, 0) { lda, lwork, _ in
                    sorgqr_(m, n, k, a, lda, tau, work, lwork, info)
                }
            }
        })
}

extension Double {
    public static let _lapack = _LAPACK<Double>(
        gemv: { rows, columns, a, x, y in
            cblas_dgemv(
                CblasRowMajor, CblasNoTrans, blasint(rows), blasint(columns), 1, a, blasint(max(columns, 1)),
                x, 1, 0,
                y, 1)
        },
        getrf: { m, n, a, lda, pivots, info in
            withUnsafePointers(m, n, lda) { dgetrf_($0, $1, a, $2, pivots, info) }
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
        geqrf: { m, n, a, lda, tau, work, lwork, info in
            withUnsafePointers(m, n, lda) { m, n, lda in
                withUnsafePointer(to: lwork) { dgeqrf_(m, n, a, lda, tau, work, $0, info) }
            }
        },
        orgqr: { m, n, k, a, lda, tau, work, lwork, info in
            withUnsafePointers(m, n, k) { m, n, k in
                withUnsafePointers(lda, lwork, 0) { lda, lwork, _ in
                    dorgqr_(m, n, k, a, lda, tau, work, lwork, info)
                }
            }
        })
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
