internal import CTensorKernels
import Foundation

/// What a transformer needs beside its matrix products, in `Float` over row-major rows, on all threads.
///
/// Pointers are not checked: a caller makes sure that every row of `columns` numbers, `stride` apart, is there.
package enum Kernels {
    /// A function of one number, applied to each.
    package enum Activation: Sendable {
        /// `x Φ(x)`, the exact GELU.
        case gelu
        /// GELU's approximation through tanh.
        case geluTanh
        /// `x sigmoid(1.702 x)`, as in CLIP.
        case quickGELU
        /// `x sigmoid(x)`, also called swish.
        case silu
        /// The larger of x and zero.
        case relu

        fileprivate var kind: kernel_activation {
            switch self {
            case .gelu: kernel_gelu
            case .geluTanh: kernel_gelu_tanh
            case .quickGELU: kernel_quick_gelu
            case .silu: kernel_silu
            case .relu: kernel_relu
            }
        }
    }

    /// `x = activation(x + bias)` in place; relative error below 1e-5, and below 2e-6 where |x| < 5.
    package static func activate(
        _ activation: Activation, _ x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>? = nil,
        rows: Int,
        columns: Int, stride: Int? = nil
    ) {
        let stride = stride ?? columns
        let kind = activation.kind
        overRows(rows, columns) { part in
            kernel_activate(kind, x + part.lowerBound * stride, bias, part.count, columns, stride)
        }
    }

    /// `output = activation(left) * right`, where each row of `x` has `columns` numbers of the left and then as many of
    /// the right; rows of the output are `columns` long.
    package static func gate(
        _ activation: Activation, _ x: UnsafeMutablePointer<Float>, into output: ProductRows, rows: Int,
        columns: Int
    ) {
        let kind = activation.kind
        overRows(rows, 2 * columns) { part in
            let from = x + 2 * part.lowerBound * columns
            kernel_activate(kind, from, nil, part.count, columns, 2 * columns)
            switch output {
            case .float32(let base):
                kernel_multiply_halves(from, base + part.lowerBound * columns, part.count, columns)
            case .bfloat16(let base):
                kernel_multiply_halves_bfloat16(
                    from, base + 2 * part.lowerBound * columns, part.count, columns)
            }
        }
    }

    /// `x = x + bias` in place.
    package static func addBias(
        _ x: UnsafeMutablePointer<Float>, _ bias: UnsafePointer<Float>, rows: Int, columns: Int,
        stride: Int? = nil
    ) {
        let stride = stride ?? columns
        overRows(rows, columns) { part in
            kernel_add_bias(x + part.lowerBound * stride, bias, part.count, columns, stride)
        }
    }

    /// `x = x + y + bias` in place: a residual stream, and what a block adds to it.
    package static func addRows(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
        rows: Int,
        columns: Int, stride: Int? = nil, otherStride: Int? = nil
    ) {
        let stride = stride ?? columns
        let otherStride = otherStride ?? columns
        overRows(rows, columns) { part in
            kernel_add_rows(
                x + part.lowerBound * stride, y + part.lowerBound * otherStride, bias, part.count, columns,
                stride,
                otherStride)
        }
    }

    /// Layer normalization of each row, with the biased variance; `output` may be `x`.
    ///
    /// `rounded` gets the same as bfloat16 numbers, `columns` a row. Either of the two may be left out.
    package static func layerNorm(
        _ x: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>?,
        rounded: UnsafeMutableRawPointer? = nil, gamma: UnsafePointer<Float>,
        beta: UnsafePointer<Float>, epsilon: Float, rows: Int, columns: Int, stride: Int? = nil,
        outputStride: Int? = nil
    ) {
        let stride = stride ?? columns
        let outputStride = outputStride ?? columns
        overRows(rows, columns) { part in
            kernel_layer_norm(
                x + part.lowerBound * stride, output.map { $0 + part.lowerBound * outputStride },
                rounded.map { $0 + 2 * part.lowerBound * columns }, gamma, beta, epsilon, part.count, columns,
                stride, outputStride)
        }
    }

    /// The softmax of `scale * x` over each row in place; columns from `visible` on become 0.
    package static func softmax(
        _ x: UnsafeMutablePointer<Float>, scale: Float = 1, rows: Int, columns: Int, stride: Int? = nil,
        visible: Int? = nil
    ) {
        let stride = stride ?? columns
        overRows(rows, columns) { part in
            kernel_softmax(
                x + part.lowerBound * stride, scale, part.count, columns, stride, visible ?? columns, 0)
        }
    }

    /// Divides each row by its Euclidean norm, or by `epsilon` where the norm is smaller.
    package static func normalize(
        _ x: UnsafeMutablePointer<Float>, epsilon: Float = 1e-12, rows: Int, columns: Int, stride: Int? = nil
    ) {
        let stride = stride ?? columns
        overRows(rows, columns) { part in
            kernel_normalize(x + part.lowerBound * stride, epsilon, part.count, columns, stride)
        }
    }

    /// Shares rows among threads where there is enough work for a thread to be worth its waking.
    private static func overRows(_ rows: Int, _ columns: Int, _ body: (Range<Int>) -> Void) {
        let workPerThread = 16_384
        parallelFor(rows, grain: max(1, workPerThread / max(columns, 1)), body)
    }
}
