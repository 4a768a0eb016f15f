import CTensorKernels

// Sizes are odd, so that every vector loop has a rest, and large enough that it has a body at AVX-512.

extension KernelCheck {
    private static let rows = 5
    private static let columns = 83
    private static let stride = 90

    /// Numbers of both tails and the middle, and all that is not finite.
    private static var inputs: [Float] {
        var x = CheckNumbers.singles(rows * stride, seed: 1, scale: 12)
        x.replaceSubrange(0..<9, with: [.nan, .infinity, -.infinity, 0, -0.0, 1e-40, -1e-40, 88, -100])
        return x
    }

    private static let bias = CheckNumbers.singles(columns, seed: 2)

    static var tensorChecks: [KernelCheck] {
        elementwiseChecks + conversionChecks + rowChecks
            + [
                KernelCheck(name: "kernel_matrix_vector", tolerance: 1e-5) {
                    let x = CheckNumbers.singles(columns, seed: 6)
                    let weights = CheckNumbers.singles(rows * columns, seed: 5)
                    let bias = CheckNumbers.singles(rows, seed: 7)
                    var out = [Float](repeating: 0, count: rows)
                    kernel_matrix_vector(weights, bias, x, &out, rows, columns)
                    return out.doubles
                },
                eigenCheck(
                    "kernel_eigen_f32", CheckNumbers.singles(eigenOrder * eigenOrder, seed: 8), 1e-4,
                    kernel_eigen_f32),
                eigenCheck(
                    "kernel_eigen_f64", CheckNumbers.doubles(eigenOrder * eigenOrder, seed: 8), 1e-12,
                    kernel_eigen_f64),
            ]
    }

    private static var elementwiseChecks: [KernelCheck] {
        [
            // e to the x within two units in the last place, four more roundings, and the tail's square of |x| up to 13.
            KernelCheck(name: "kernel_activate", tolerance: 4e-6) {
                var results: [Double] = []
                for activation in [
                    kernel_gelu, kernel_gelu_tanh, kernel_quick_gelu, kernel_silu, kernel_relu,
                ] {
                    var (plain, biased) = (inputs, inputs)
                    kernel_activate(activation, &plain, nil, rows, columns, stride)
                    kernel_activate(activation, &biased, bias, rows, columns, stride)
                    results += plain.doubles + biased.doubles
                }
                return results
            },
            KernelCheck(name: "kernel_sigmoid", tolerance: 1e-6) {
                var x = inputs
                kernel_sigmoid(&x, x.count)
                return x.doubles
            },
            KernelCheck(name: "kernel_multiply_halves", tolerance: 0) {
                var out = [Float](repeating: 0, count: 2 * columns)
                kernel_multiply_halves(inputs, &out, 2, columns)
                return out.doubles
            },
            KernelCheck(name: "kernel_multiply_halves_bfloat16", tolerance: 0) {
                var out = [UInt16](repeating: 0, count: 2 * columns)
                kernel_multiply_halves_bfloat16(inputs, &out, 2, columns)
                return out.map(value(ofBFloat16:))
            },
            KernelCheck(name: "kernel_add_bias", tolerance: 0) {
                var x = inputs
                kernel_add_bias(&x, bias, rows, columns, stride)
                return x.doubles
            },
            KernelCheck(name: "kernel_add_rows", tolerance: 0) {
                let y = CheckNumbers.singles(rows * stride, seed: 3)
                var (plain, biased) = (inputs, inputs)
                kernel_add_rows(&plain, y, nil, rows, columns, stride, columns)
                kernel_add_rows(&biased, y, bias, rows, columns, stride, stride)
                return plain.doubles + biased.doubles
            },
        ]
    }

    private static var conversionChecks: [KernelCheck] {
        [
            KernelCheck(
                name: "kernel_from_half", tolerance: 0,
                expected: (0...UInt16.max).map { Double(single(ofHalf: $0)) }
            ) {
                var out = [Float](repeating: 0, count: 65_536)
                unaligned((0...UInt16.max).map { $0 }) { kernel_from_half($0, &out, out.count) }
                return out.doubles
            },
            KernelCheck(
                name: "kernel_from_bfloat16", tolerance: 0, expected: (0...UInt16.max).map(value(ofBFloat16:))
            ) {
                var out = [Float](repeating: 0, count: 65_536)
                unaligned((0...UInt16.max).map { $0 }) { kernel_from_bfloat16($0, &out, out.count) }
                return out.doubles
            },
            KernelCheck(name: "kernel_to_bfloat16", tolerance: 0) {
                var out = [UInt16](repeating: 0, count: 3 * stride)
                kernel_to_bfloat16(inputs, &out, 3, columns, stride)
                return out.map(value(ofBFloat16:))
            },
        ]
    }

    private static var rowChecks: [KernelCheck] {
        let x = CheckNumbers.singles(rows * stride, seed: 4, scale: 3)
        return [
            // The rounded numbers may fall to either side: one unit of bfloat16.
            KernelCheck(name: "kernel_layer_norm", tolerance: 0x1p-7) {
                var rounded = [UInt16](repeating: 0, count: rows * columns)
                kernel_layer_norm(x, nil, &rounded, bias, bias, 1e-5, rows, columns, stride, columns)
                return rounded.map(value(ofBFloat16:))
            },
            KernelCheck(name: "kernel_layer_norm", tolerance: 4e-6) {
                var out = x
                kernel_layer_norm(x, &out, nil, bias, bias, 1e-5, rows, columns, stride, stride)
                return out.doubles
            },
            KernelCheck(name: "kernel_softmax", tolerance: 2e-6) {
                var (whole, causal) = (x, x)
                kernel_softmax(&whole, 0.7, rows, columns, stride, columns, 0)
                kernel_softmax(&causal, 0.7, rows, columns, stride, 40, 17)
                return whole.doubles + causal.doubles
            },
            KernelCheck(name: "kernel_normalize", tolerance: 1e-6) {
                var out = x
                kernel_normalize(&out, 1e-12, rows, columns, stride)
                return out.doubles
            },
        ]
    }

    private static let eigenOrder = 150

    /// The eigenvectors must be orthonormal and give the matrix: what is off is the result, and zero is expected.
    private static func eigenCheck<T: BinaryFloatingPoint>(
        _ name: String, _ numbers: [T], _ tolerance: Double,
        _ kernel:
            @escaping (
                Int32, UnsafeMutablePointer<T>, UnsafeMutablePointer<T>, UnsafeMutablePointer<T>,
                @convention(c) (UnsafeMutableRawPointer?) -> Int32, UnsafeMutableRawPointer?
            ) -> Int32
    ) -> KernelCheck {
        KernelCheck(name: name, tolerance: tolerance, expected: [0, 0, 0]) {
            let n = eigenOrder
            let matrix = (0..<n * n).map { numbers[max($0 / n, $0 % n) * n + min($0 / n, $0 % n)] }
            var (a, values) = (matrix, [T](repeating: 0, count: n))
            var vectors = [T](repeating: 0, count: n * n)
            let status = kernel(Int32(n), &a, &values, &vectors, { _ in 0 }, nil)
            var (residual, product) = (0.0, 0.0)
            for j in 0..<n {
                let vector = vectors[j * n..<(j + 1) * n]
                for i in 0..<n {
                    let row = zip(matrix[i * n..<(i + 1) * n], vector).reduce(0.0) {
                        $0 + Double($1.0 * $1.1)
                    }
                    residual = max(residual, abs(row - Double(values[j] * vectors[j * n + i])))
                    let inner = zip(vectors[i * n..<(i + 1) * n], vector).reduce(0.0) {
                        $0 + Double($1.0 * $1.1)
                    }
                    product = max(product, abs(inner - (i == j ? 1 : 0)))
                }
            }
            return [Double(status), residual, product]
        }
    }

    /// Calls `body` with the numbers at an odd address.
    private static func unaligned(_ numbers: [UInt16], _ body: (UnsafeRawPointer) -> Void) {
        let bytes: [UInt8] = [0] + numbers.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        bytes.withUnsafeBytes { if let base = $0.baseAddress { body(base + 1) } }
    }

    /// The value of IEEE binary16 bits by its definition, since Swift has no Float16 on every processor.
    private static func single(ofHalf bits: UInt16) -> Float {
        let (sign, exponent) = (bits >> 15 == 0 ? Float(1) : -1, Int(bits >> 10 & 0x1f))
        let fraction = Float(bits & 0x3ff)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default:
            return sign * (1 + fraction * 0x1p-10)
                * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }
}
