import CVoxelKernels

extension KernelCheck {
    private static let rows = 71
    private static let columns = 77
    /// Matrices whose pairs are multiplied: more than a block of the kernel, and rows of whole cache lines.
    private static let (matrixCount, stride) = (6, 80)
    private static var pairCount: Int { matrixCount * (matrixCount + 1) / 2 }

    /// Both precisions of each kernel of ridge regression; single precision sums 64 rows before it goes to double.
    static var voxelChecks: [KernelCheck] {
        singleChecks + doubleChecks
    }

    private static let (means, chosen) = (
        CheckNumbers.doubles(columns, seed: 41), (0..<40).map { ($0 * 29) % rows }
    )
    private static let choice = (0..<columns).map { Int32($0 * 5 % 3) }

    private static var singleChecks: [KernelCheck] {
        let (a, b, c) = (singles(42), singles(43), singles(44))
        return [
            KernelCheck(name: "voxel_columns_f32", tolerance: 0) {
                var to = [Float](repeating: 0, count: rows * 67)
                voxel_columns_f32(a, rows, columns, 9, 67, means, &to)
                return to.doubles
            },
            KernelCheck(name: "voxel_rows_f32", tolerance: 0) {
                var to = [Float](repeating: 0, count: chosen.count * columns)
                voxel_rows_f32(a, chosen, chosen.count, columns, b, &to)
                return to.doubles
            },
            KernelCheck(name: "voxel_sums_f32", tolerance: 1e-14) {
                columnSums { voxel_sums_f32(a, rows, columns, $0, $1) }
            },
            KernelCheck(name: "voxel_less_cross_f32", tolerance: 1e-6) {
                var z = a
                voxel_less_cross_f32(&z, b, c, c, rows, columns)
                return z.doubles
            },
            KernelCheck(name: "voxel_pairs_f32", tolerance: 0) {
                var (near, far) = (a, b)
                voxel_pairs_f32(c, a, &near, &far, near.count)
                return near.doubles + far.doubles
            },
            KernelCheck(name: "voxel_scale_f32", tolerance: 0) {
                var to = a
                voxel_scale_f32(a, rows, columns, b, 3, choice, &to)
                return to.doubles
            },
            KernelCheck(name: "voxel_score_sums_f32", tolerance: 1e-14) {
                scoreSums { voxel_score_sums_f32(a, b, rows, columns - 3, columns, $0, columns) }
            },
            KernelCheck(name: "voxel_inner_products_f32", tolerance: 1e-5) {
                innerProducts { voxel_inner_products_f32(a + b, 2, c, rows, columns, $0) }
            },
            KernelCheck(name: "voxel_pair_products_f32", tolerance: 1e-5) {
                let matrices = CheckNumbers.singles(matrixCount * rows * stride, seed: 45)
                var products = [Float](repeating: 7, count: pairCount * stride)
                voxel_pair_products_f32(matrices, matrixCount, rows, columns, stride, &products)
                return products.doubles
            },
        ]
    }

    private static var doubleChecks: [KernelCheck] {
        let (a, b, c) = (doubles(42), doubles(43), doubles(44))
        return [
            KernelCheck(name: "voxel_columns_f64", tolerance: 0) {
                var to = [Double](repeating: 0, count: rows * 67)
                voxel_columns_f64(a, rows, columns, 9, 67, means, &to)
                return to
            },
            KernelCheck(name: "voxel_rows_f64", tolerance: 0) {
                var to = [Double](repeating: 0, count: chosen.count * columns)
                voxel_rows_f64(a, chosen, chosen.count, columns, b, &to)
                return to
            },
            KernelCheck(name: "voxel_sums_f64", tolerance: 1e-14) {
                columnSums { voxel_sums_f64(a, rows, columns, $0, $1) }
            },
            KernelCheck(name: "voxel_less_cross_f64", tolerance: 1e-15) {
                var z = a
                voxel_less_cross_f64(&z, b, c, c, rows, columns)
                return z
            },
            KernelCheck(name: "voxel_pairs_f64", tolerance: 0) {
                var (near, far) = (a, b)
                voxel_pairs_f64(c, a, &near, &far, near.count)
                return near + far
            },
            KernelCheck(name: "voxel_scale_f64", tolerance: 0) {
                var to = a
                voxel_scale_f64(a, rows, columns, b, 3, choice, &to)
                return to
            },
            KernelCheck(name: "voxel_score_sums_f64", tolerance: 1e-14) {
                scoreSums { voxel_score_sums_f64(a, b, rows, columns - 3, columns, $0, columns) }
            },
            KernelCheck(name: "voxel_inner_products_f64", tolerance: 1e-13) {
                innerProducts { voxel_inner_products_f64(a + b, 2, c, rows, columns, $0) }
            },
            KernelCheck(name: "voxel_pair_products_f64", tolerance: 1e-13) {
                let matrices = CheckNumbers.doubles(matrixCount * rows * stride, seed: 45)
                var products = [Double](repeating: 7, count: pairCount * stride)
                voxel_pair_products_f64(matrices, matrixCount, rows, columns, stride, &products)
                return products
            },
        ]
    }

    private static func singles(_ seed: UInt64) -> [Float] {
        CheckNumbers.singles(rows * columns, seed: seed)
    }

    private static func doubles(_ seed: UInt64) -> [Double] {
        CheckNumbers.doubles(rows * columns, seed: seed)
    }

    private static func columnSums(
        _ kernel: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    )
        -> [Double]
    {
        var sums = [Double](repeating: 0, count: columns)
        var squares = sums
        kernel(&sums, &squares)
        return sums + squares
    }

    /// The sums are added to what is there.
    private static func scoreSums(_ kernel: (UnsafeMutablePointer<Double>) -> Void) -> [Double] {
        var sums = [Double](repeating: 1, count: 5 * columns)
        kernel(&sums)
        return sums
    }

    private static func innerProducts(_ kernel: (UnsafeMutablePointer<Double>) -> Void) -> [Double] {
        var products = [Double](repeating: 7, count: 5 * columns)
        kernel(&products)
        return products
    }
}
