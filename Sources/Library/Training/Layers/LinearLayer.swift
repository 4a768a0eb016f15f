import CTrainingKernels
import Tensors

/// A linear layer, `y = x Wᵀ + b`, by the places of its parameters.
struct LinearLayer: Sendable {
    let inputs: Int
    let outputs: Int
    let weight: Int
    let bias: Int?

    /// y = x Wᵀ + b, or y += x Wᵀ + b; without the bias if another kernel adds it.
    func forward(
        _ x: UnsafePointer<Float>, into y: Floats, rows: Int, _ weights: UnsafePointer<Float>,
        accumulating: Bool = false, addsBias: Bool = true
    ) {
        LinearAlgebra.gemm(
            m: rows, n: outputs, k: inputs, a: x, lda: inputs, b: weights + weight, ldb: inputs,
            transposeB: true, beta: accumulating ? 1 : 0, c: y, ldc: outputs)
        if addsBias, let bias { train_add_bias(y, weights + bias, rows, outputs) }
    }

    /// Adds the gradients of the parameters, and writes that of x to `dx` or adds it.
    func backward(
        _ dy: UnsafePointer<Float>, input x: UnsafePointer<Float>, into dx: Floats?, rows: Int,
        _ parameters: Parameters, accumulating: Bool = false
    ) {
        LinearAlgebra.gemm(
            m: outputs, n: inputs, k: rows, a: dy, lda: outputs, transposeA: true, b: x, ldb: inputs, beta: 1,
            c: parameters.gradients + weight, ldc: inputs)
        if let bias { train_bias_gradient(dy, parameters.gradients + bias, rows, outputs) }
        guard let dx else { return }
        LinearAlgebra.gemm(
            m: rows, n: inputs, k: outputs, a: dy, lda: outputs, b: parameters.weights + weight, ldb: inputs,
            beta: accumulating ? 1 : 0, c: dx, ldc: inputs)
    }
}

/// Layer normalization, by the places of its parameters.
struct NormLayer: Sendable {
    let width: Int
    let epsilon: Float
    let gamma: Int
    let beta: Int

    /// What the way back needs of each row.
    struct Statistics {
        let mean: Floats
        let scale: Floats

        init(_ workspace: Workspace, rows: Int) {
            mean = workspace.floats(rows)
            scale = workspace.floats(rows)
        }
    }

    func forward(
        _ x: UnsafePointer<Float>, into y: Floats, rows: Int, _ weights: UnsafePointer<Float>,
        _ statistics: Statistics
    ) {
        train_layer_norm(
            x, weights + gamma, weights + beta, epsilon, y, statistics.mean, statistics.scale, rows, width)
    }

    /// Adds the gradients of the parameters, and writes that of x to `dx`, which may be `dy`, or adds it.
    func backward(
        _ dy: UnsafePointer<Float>, input x: UnsafePointer<Float>, into dx: Floats, rows: Int,
        _ parameters: Parameters, _ statistics: Statistics, accumulating: Bool = false
    ) {
        train_layer_norm_backward(
            dy, x, parameters.weights + gamma, statistics.mean, statistics.scale, dx, accumulating ? 1 : 0,
            parameters.gradients + gamma, parameters.gradients + beta, rows, width)
    }
}
