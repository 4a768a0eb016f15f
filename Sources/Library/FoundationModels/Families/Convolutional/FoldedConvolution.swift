internal import COneDNN
import Synchronization
import Tensors

/// Batch normalization at inference: `(x - mean) / sqrt(variance + epsilon) * gamma + beta`, a number of each a channel.
struct BatchNorm: Sendable {
    let gamma: Tensor<Float>
    let beta: Tensor<Float>
    let mean: Tensor<Float>
    let variance: Tensor<Float>
    let epsilon: Float
}

/// The weights of a convolution with the batch normalization folded in, packed for the processor at the first use.
///
/// Once packed, the tensors of the checkpoint are let go. Everything that changes is behind a mutex.
final class FoldedConvolution: Sendable {
    let parameterCount: Int
    private let convolution: Convolution
    private let state: Mutex<State>
    private let blocks = Mutex<DepthwiseWeights?>(nil)

    private enum State {
        case read(weight: Tensor<Float>, bias: Tensor<Float>?, norm: BatchNorm?)
        case packed([PackedMaps])
    }

    init(_ convolution: Convolution, weight: Tensor<Float>, bias: Tensor<Float>?, norm: BatchNorm?) {
        self.convolution = convolution
        parameterCount = weight.count + (bias?.count ?? 0) + (norm == nil ? 0 : 2 * convolution.outputs)
        state = Mutex(.read(weight: weight, bias: bias, norm: norm))
    }

    /// The weights in the order of `description`, as a primitive asks for them.
    func packed(as description: dnnl_memory_desc_t) -> PackedMaps {
        state.withLock { state in
            switch state {
            case .read(let weight, let bias, let norm):
                let (folded, shift) = Self.fold(weight, bias, norm)
                let packed = PackedMaps(
                    folded, description: OneDNN.weights(of: convolution, isAny: false), bias: shift
                ).reordered(to: description)
                state = .packed([packed])
                return packed
            case .packed(var known):
                if let found = known.first(where: { $0.has(description) }) { return found }
                let packed = known[0].reordered(to: description)
                known.append(packed)
                state = .packed(known)
                return packed
            }
        }
    }

    /// The weights of a depthwise convolution for our own kernel.
    func depthwise(lanes: Int) -> DepthwiseWeights? {
        blocks.withLock { blocks in
            if let blocks { return blocks }
            blocks = state.withLock { state in
                guard case .read(let weight, let bias, let norm) = state else { return nil }
                let (folded, shift) = Self.fold(weight, bias, norm)
                return DepthwiseWeights(folded, bias: shift, lanes: lanes)
            }
            return blocks
        }
    }

    /// The weight times the scale of each output, and the bias that is left.
    private static func fold(_ weight: Tensor<Float>, _ bias: Tensor<Float>?, _ norm: BatchNorm?) -> (
        Tensor<Float>, [Float]
    ) {
        let outputs = weight.shape[0]
        var shift = bias?.elements ?? Array(repeating: 0, count: outputs)
        guard let norm else { return (weight, shift) }
        let (gamma, beta) = (norm.gamma.elements, norm.beta.elements)
        let (mean, variance) = (norm.mean.elements, norm.variance.elements)
        let scale = (0..<outputs).map {
            Double(gamma[$0]) / (Double(variance[$0]) + Double(norm.epsilon)).squareRoot()
        }
        for output in 0..<outputs {
            shift[output] = Float(
                Double(beta[output]) + (Double(shift[output]) - Double(mean[output])) * scale[output])
        }
        let size = weight.count / max(outputs, 1)
        let folded = Tensor<Float>(shape: weight.shape) { target in
            weight.withUnsafeBufferPointer { weight in
                for output in 0..<outputs {
                    let factor = Float(scale[output])
                    for index in output * size..<(output + 1) * size {
                        target[index] = weight[index] * factor
                    }
                }
            }
        }
        return (folded, shift)
    }
}

/// Weights and bias of a convolution in oneDNN's memory; nothing writes them after `init`, hence `@unchecked Sendable`.
final class PackedMaps: @unchecked Sendable {
    let weight: dnnl_memory_t?
    let bias: dnnl_memory_t?
    private let storage: LargeMemory
    private let description: dnnl_memory_desc_t
    private let shift: [Float]

    /// A copy of a weight whose memory is described by `description`.
    convenience init(_ weight: Tensor<Float>, description: dnnl_memory_desc_t, bias: [Float]) {
        self.init(description: description, bias: bias)
        weight.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            OneDNN.data(of: self.weight)?.copyMemory(
                from: base, byteCount: source.count * MemoryLayout<Float>.stride)
        }
    }

    private init(description: dnnl_memory_desc_t, bias shift: [Float]) {
        self.description = description
        self.shift = shift
        storage = LargeMemory(byteCount: withUnsafePointer(to: description) { dnnl_memory_desc_get_size($0) })
        weight = OneDNN.memory(description, storage.base)
        bias = OneDNN.memory(OneDNN.vector(shift.count), OneDNN.allocate)
        OneDNN.data(of: bias)?.copyMemory(from: shift, byteCount: shift.count * MemoryLayout<Float>.stride)
    }

    deinit {
        dnnl_memory_destroy(weight)
        dnnl_memory_destroy(bias)
    }

    /// Whether the weights lie in the order of `other`.
    func has(_ other: dnnl_memory_desc_t) -> Bool {
        withUnsafePointer(to: description) { own in
            withUnsafePointer(to: other) { dnnl_memory_desc_equal(own, $0) != 0 }
        }
    }

    /// The same numbers in another order.
    func reordered(to other: dnnl_memory_desc_t) -> PackedMaps {
        if has(other) { return self }
        let result = PackedMaps(description: other, bias: shift)
        OneDNN.reorder(from: description, weight, to: other, result.weight)
        return result
    }
}

extension OneDNN {
    /// A memory object over `data`, or over memory of its own if that is `OneDNN.allocate`.
    static func memory(_ description: dnnl_memory_desc_t, _ data: UnsafeMutableRawPointer?) -> dnnl_memory_t?
    {
        var description = description
        var memory: dnnl_memory_t?
        check(dnnl_memory_create(&memory, &description, shared.engine, data), "memory for weights or maps")
        return memory
    }

    /// Where the numbers of a memory object are.
    static func data(of memory: dnnl_memory_t?) -> UnsafeMutableRawPointer? {
        var data: UnsafeMutableRawPointer?
        dnnl_memory_get_data_handle(memory, &data)
        return data
    }
}
