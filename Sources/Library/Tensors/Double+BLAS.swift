internal import COpenBLAS
internal import CTensorKernels

extension Double: Scalar {
    public static func _gemm(_ p: _Product<Double>) {
        applyThreadCount()
        cblas_dgemm(
            CblasRowMajor, p.transposeA ? CblasTrans : CblasNoTrans, p.transposeB ? CblasTrans : CblasNoTrans,
            blasint(p.m), blasint(p.n), blasint(p.k), p.alpha, p.a, blasint(p.lda), p.b, blasint(p.ldb),
            p.beta, p.c,
            blasint(p.ldc))
    }

    public static func _syrk(_ p: _SymmetricProduct<Double>) {
        cblas_dsyrk(
            CblasRowMajor, CblasUpper, p.transposeA ? CblasTrans : CblasNoTrans, blasint(p.order),
            blasint(p.k),
            p.alpha, p.a, blasint(p.lda), p.beta, p.c, blasint(p.ldc))
    }

    public static func _trsm(
        order: Int, columns: Int, transposed: Bool, _ triangle: UnsafePointer<Double>,
        _ right: UnsafeMutablePointer<Double>
    ) {
        cblas_dtrsm(
            CblasRowMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit,
            blasint(order), blasint(columns), 1, triangle, blasint(max(order, 1)), right,
            blasint(max(columns, 1)))
    }

    public static func _potrf(order: Int, _ matrix: UnsafeMutablePointer<Double>) -> Int {
        var n = Int32(order)
        var lda = Int32(max(order, 1))
        var info: Int32 = 0
        dpotrf_("U", &n, matrix, &lda, &info, 1)
        return Int(info)
    }

    public static func _eigen(
        order: Int, _ matrix: UnsafeMutablePointer<Double>, values: UnsafeMutablePointer<Double>,
        vectors: UnsafeMutablePointer<Double>, stop: () -> Bool
    ) -> Int {
        applyThreadCount()
        return withStop(stop) { Int(kernel_eigen_f64(Int32(order), matrix, values, vectors, $0, $1)) }
    }
}
