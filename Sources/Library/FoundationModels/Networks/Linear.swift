import Tensors

/// A linear layer, `y = x Wᵀ + b`, with weights of out x in as PyTorch keeps them.
///
/// Several weights make one layer whose outputs stand side by side (query, key and value). They are packed for the
/// processor at the first use, so a layer that never runs costs nothing.
struct Linear: Sendable {
    let inputs: Int
    let outputs: Int
    private let product: PackedProduct

    /// The layer of the given weights, each out x in, and biases, each 1 x out or absent.
    init(_ parts: [(weight: LayerWeight, bias: Matrix<Float>?)]) {
        inputs = parts.first?.weight.columns ?? 0
        outputs = parts.reduce(0) { $0 + $1.weight.rows }
        product = PackedProduct(parts, inputs: inputs, outputs: outputs)
    }

    /// How many numbers the layer has.
    var parameterCount: Int { product.parameterCount }

    /// `output = activation(input Wᵀ + b)`, or `output += input Wᵀ + b` if it accumulates.
    ///
    /// `input` is rows x inputs and `output` rows x outputs, both contiguous.
    func apply(
        _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, rows: Int,
        activation: TransformerConfiguration.Activation? = nil, accumulating: Bool = false
    ) {
        apply(
            .float32(UnsafeMutablePointer(mutating: input)), into: .float32(output), rows: rows,
            activation: activation, accumulating: accumulating)
    }

    /// The same in the numbers that `input` has; sums are `Float` in either, and `output` is rounded if it is asked for.
    func apply(
        _ input: ProductRows, into output: ProductRows, rows: Int,
        activation: TransformerConfiguration.Activation? = nil, accumulating: Bool = false
    ) {
        product.run(
            input, into: output,
            shape: ProductShape(
                rows: rows, inputs: inputs, outputs: outputs, hasBias: product.hasBias,
                activation: activation, accumulates: accumulating, precision: input.precision,
                outputPrecision: output.precision))
    }
}

/// Layer normalization with a scale and a shift for each column.
struct LayerNorm: Sendable {
    let gamma: Matrix<Float>
    let beta: Matrix<Float>
    let epsilon: Float

    var parameterCount: Int { gamma.count + beta.count }

    /// Normalizes each row of `input` (rows x width); `output` may be `input`.
    func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, rows: Int) {
        run(input, into: output, rounded: nil, rows: rows)
    }

    /// The same into what a product takes.
    func apply(_ input: UnsafePointer<Float>, into output: ProductRows, rows: Int) {
        switch output {
        case .float32(let base): run(input, into: base, rounded: nil, rows: rows)
        case .bfloat16(let base): run(input, into: nil, rounded: base, rows: rows)
        }
    }

    /// Normalizes each row of `state` in place, and hands it to what a product takes, which as `Float` is `state` itself.
    func apply(inPlace state: UnsafeMutablePointer<Float>, and output: ProductRows, rows: Int) {
        switch output {
        case .float32: run(state, into: state, rounded: nil, rows: rows)
        case .bfloat16(let base): run(state, into: state, rounded: base, rows: rows)
        }
    }

    private func run(
        _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>?,
        rounded: UnsafeMutableRawPointer?, rows: Int
    ) {
        gamma.withUnsafeBufferPointer { gamma in
            beta.withUnsafeBufferPointer { beta in
                guard let scale = gamma.baseAddress, let shift = beta.baseAddress else { return }
                Kernels.layerNorm(
                    input, into: output, rounded: rounded, gamma: scale, beta: shift, epsilon: epsilon,
                    rows: rows, columns: gamma.count)
            }
        }
    }
}
