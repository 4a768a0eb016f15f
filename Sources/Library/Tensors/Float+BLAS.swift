internal import COneDNN
internal import COpenBLAS
internal import CTensorKernels

extension Float: Scalar {
    /// oneDNN's product: on two AVX-512 cores about twice as fast as Debian's OpenBLAS in its AVX2 kernels.
    public static func _gemm(_ p: _Product<Float>) {
        applyThreadCount()
        let status = dnnl_sgemm(
            cCharacter(p.transposeA), cCharacter(p.transposeB), dnnl_dim_t(p.m), dnnl_dim_t(p.n),
            dnnl_dim_t(p.k),
            p.alpha, p.a, dnnl_dim_t(p.lda), p.b, dnnl_dim_t(p.ldb), p.beta, p.c, dnnl_dim_t(p.ldc))
        require(
            status == dnnl_success,
            "oneDNN refused a \(p.m) x \(p.k) by \(p.k) x \(p.n) product with status \(status.rawValue)")
    }

    public static func _syrk(_ p: _SymmetricProduct<Float>) {
        cblas_ssyrk(
            CblasRowMajor, CblasUpper, p.transposeA ? CblasTrans : CblasNoTrans, blasint(p.order),
            blasint(p.k),
            p.alpha, p.a, blasint(p.lda), p.beta, p.c, blasint(p.ldc))
    }

    public static func _trsm(
        order: Int, columns: Int, transposed: Bool, _ triangle: UnsafePointer<Float>,
        _ right: UnsafeMutablePointer<Float>
    ) {
        cblas_strsm(
            CblasRowMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit,
            blasint(order), blasint(columns), 1, triangle, blasint(max(order, 1)), right,
            blasint(max(columns, 1)))
    }

    public static func _potrf(order: Int, _ matrix: UnsafeMutablePointer<Float>) -> Int {
        var n = Int32(order)
        var lda = Int32(max(order, 1))
        var info: Int32 = 0
        spotrf_("U", &n, matrix, &lda, &info, 1)
        return Int(info)
    }

    public static func _eigen(
        order: Int, _ matrix: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>,
        vectors: UnsafeMutablePointer<Float>, stop: () -> Bool
    ) -> Int {
        applyThreadCount()
        return withStop(stop) { Int(kernel_eigen_f32(Int32(order), matrix, values, vectors, $0, $1)) }
    }
}

/// The letter with which BLAS is told whether to transpose.
private func cCharacter(_ transposed: Bool) -> CChar {
    CChar(bitPattern: UInt8(ascii: transposed ? "T" : "N"))
}
