internal import COneDNN
import Synchronization
import Tensors

/// The weights of a linear layer in blocks that suit the processor.
///
/// oneDNN's `matmul` on packed weights runs near the peak from 16 rows on, where `sgemm`, which packs them again each
/// time, needs thousands (measured at 768 x 3072 on two cores: 230 GFLOP/s against 69 at 16 rows). In bfloat16 it
/// takes half the time on AMD too (on a Zen 4, from 50 to 1,576 rows of the four products of ViT-B: 370 to 450 GFLOP/s
/// against 175 to 227), and more than oneDNN's `inner_product`, which at 197 rows falls to 250.
/// Everything that changes is behind a mutex.
final class PackedProduct: Sendable {
    let hasBias: Bool
    let parameterCount: Int
    private let inputs: Int
    private let outputs: Int
    private let state: Mutex<State>

    private enum State {
        case read([(weight: LayerWeight, bias: Matrix<Float>?)])
        /// The weights as they were read are gone, so that they do not count twice.
        case packed(PackedWeights, Precision)
    }

    init(_ parts: [(weight: LayerWeight, bias: Matrix<Float>?)], inputs: Int, outputs: Int) {
        state = Mutex(.read(parts))
        self.inputs = inputs
        self.outputs = outputs
        hasBias = parts.contains { $0.bias != nil }
        parameterCount = parts.reduce(0) { $0 + $1.weight.count + ($1.bias?.count ?? 0) }
    }

    /// Runs the product on rows x inputs numbers into rows x outputs.
    func run(_ input: ProductRows, into output: ProductRows, shape: ProductShape) {
        guard shape.rows > 0, inputs > 0, outputs > 0 else { return }
        applyThreadCount()
        let weights = state.withLock { state in
            switch state {
            case .read(let parts):
                let weights = withJoinedWeight(parts) {
                    PackedWeights(
                        weight: $0, outputs: outputs, inputs: inputs, bias: joinedBias(parts), shape.precision
                    )
                }
                state = .packed(weights, shape.precision)
                return weights
            case .packed(let weights, let precision):
                // A model is loaded in one precision, and each of its products runs in one.
                precondition(
                    precision == shape.precision, "a product runs in the precision it was packed for")
                return weights
            }
        }
        ProductPrimitives.shared.primitive(for: shape, weights: weights).run(
            input.base, weights: weights, into: output.base, rows: shape.rows)
    }

    /// Calls `body` with the weights of all parts, one below the other: outputs x inputs.
    private func withJoinedWeight<Result>(
        _ parts: [(weight: LayerWeight, bias: Matrix<Float>?)], _ body: (UnsafePointer<Float>) -> Result
    ) -> Result {
        if parts.count == 1, let matrix = parts[0].weight.floats {
            return matrix.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map(body) ?? withUnsafePointer(to: 0, body)
            }
        }
        let joined = LargeMemory(lasting: outputs * inputs * MemoryLayout<Float>.stride)
        var next = joined.numbers
        for part in parts {
            part.weight.write(into: UnsafeMutableBufferPointer(start: next, count: part.weight.count))
            next += part.weight.count
        }
        return withExtendedLifetime(joined) { body(joined.numbers) }
    }

    /// The biases of all parts, zero if a part has none; nil if no part has one.
    private func joinedBias(_ parts: [(weight: LayerWeight, bias: Matrix<Float>?)]) -> [Float]? {
        guard hasBias else { return nil }
        return parts.flatMap { part in part.bias?.elements ?? Array(repeating: 0, count: part.weight.rows) }
    }
}

/// What oneDNN compiles a product for.
struct ProductShape: Hashable, Sendable {
    var rows: Int
    var inputs: Int
    var outputs: Int
    var hasBias: Bool
    var activation: TransformerConfiguration.Activation?
    /// Whether the result is added to what is there.
    var accumulates: Bool
    /// Of the input and the weights; the bias is `Float`.
    var precision = Precision.float32
    var outputPrecision = Precision.float32
}

/// Packed weights and bias in oneDNN's memory; nothing writes them after `init`, hence `@unchecked Sendable`.
final class PackedWeights: @unchecked Sendable {
    let description: dnnl_memory_desc_t
    let weight: dnnl_memory_t?
    let bias: dnnl_memory_t?
    private let storage: LargeMemory

    /// Packs a weight of outputs x inputs.
    init(
        weight source: UnsafePointer<Float>, outputs: Int, inputs: Int, bias: [Float]?, _ precision: Precision
    ) {
        let engine = OneDNN.shared.engine
        // The rows here only let oneDNN choose a blocking; it is the same for every number of rows.
        let shape = ProductShape(
            rows: 256, inputs: inputs, outputs: outputs, hasBias: bias != nil, activation: nil,
            accumulates: false, precision: precision)
        description = OneDNN.packedDescription(shape)
        var packed: dnnl_memory_t?
        var target = description
        storage = LargeMemory(lasting: dnnl_memory_desc_get_size(&target))
        dnnl_memory_create(&packed, &target, engine, storage.base)
        weight = packed
        var plain = OneDNN.matrix(dnnl_dim_t(inputs), dnnl_dim_t(outputs), transposed: true)
        var unpacked: dnnl_memory_t?
        dnnl_memory_create(&unpacked, &plain, engine, UnsafeMutableRawPointer(mutating: source))
        OneDNN.reorder(from: plain, unpacked, to: target, packed)
        dnnl_memory_destroy(unpacked)
        guard let bias else {
            self.bias = nil
            return
        }
        var row = OneDNN.matrix(1, dnnl_dim_t(outputs))
        var memory: dnnl_memory_t?
        dnnl_memory_create(&memory, &row, engine, OneDNN.allocate)
        var handle: UnsafeMutableRawPointer?
        dnnl_memory_get_data_handle(memory, &handle)
        handle?.copyMemory(from: bias, byteCount: bias.count * MemoryLayout<Float>.stride)
        self.bias = memory
    }

    deinit {
        dnnl_memory_destroy(weight)
        if let bias { dnnl_memory_destroy(bias) }
    }
}
