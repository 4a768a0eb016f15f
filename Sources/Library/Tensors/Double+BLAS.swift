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

    public static func _gesdd(
        rows: Int, columns: Int, _ matrix: UnsafeMutablePointer<Double>, values: UnsafeMutablePointer<Double>,
        left: UnsafeMutablePointer<Double>?, right: UnsafeMutablePointer<Double>?
    ) -> Int {
        // A row-major matrix is its transpose to LAPACK, so the two factors change places.
        var m = Int32(columns)
        var n = Int32(rows)
        var rank = Int32(max(min(rows, columns), 1))
        var info: Int32 = 0
        var ldm = max(m, 1)
        var lwork: Int32 = -1
        let job = left == nil ? "N" : "S"
        var size: Double = 0
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 8 * Int(rank)) { integers in
            dgesdd_(
                job, &m, &n, matrix, &ldm, values, right, &ldm, left, &rank, &size, &lwork,
                integers.baseAddress,
                &info, 1)
            lwork = Int32(size.nextUp.rounded(.up))
            let memory = allocateNumbers(byteCount: Int(lwork) * MemoryLayout<Double>.stride)
            defer { memory.deallocate() }
            let work = memory.bindMemory(to: Double.self, capacity: Int(lwork))
            dgesdd_(
                job, &m, &n, matrix, &ldm, values, right, &ldm, left, &rank, work, &lwork,
                integers.baseAddress,
                &info, 1)
        }
        return Int(info)
    }
}
