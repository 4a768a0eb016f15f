import Foundation
import Tensors

/// What sentence-transformers computes from a text's pooled states: linear layers, and the vector divided by its length.
///
/// Its layers are taken by name alone (`"embedding"`), so that the layers of the encoder are the same with and without it.
struct SentenceHead: Sendable {
    /// The function after a linear layer.
    enum Activation: String, Sendable {
        case identity = "linear.Identity"
        case tanh = "activation.Tanh"
        case relu = "activation.ReLU"
        case sigmoid = "activation.Sigmoid"

        func apply(_ x: Float) -> Float {
            switch self {
            case .identity: x
            case .tanh: Foundation.tanh(x)
            case .relu: max(x, 0)
            case .sigmoid: 1 / (1 + exp(-x))
            }
        }
    }

    /// A linear layer by the name of its folder (`2_Dense`).
    struct Dense: Sendable {
        let name: String
        let layer: Linear
        let activation: Activation
    }

    /// How the states of the last block become the vector that goes in.
    let pooling: Pooling
    let dense: [Dense]
    /// Whether the vector that comes out has the length 1.
    let isNormalized: Bool

    var parameterCount: Int { dense.reduce(0) { $0 + $1.layer.parameterCount } }

    /// The layers, the first of them at `layerIndex`; `width` is the encoder's.
    func layers(width: Int, layerIndex: Int) -> [ModelLayer] {
        let shapes = dense.map { LayerShape.vector($0.layer.outputs) }
        return zip(dense, shapes).enumerated().map { number, part in
            ModelLayer(
                name: part.0.name, shortName: "dense \(number)", shape: part.1, index: layerIndex + number,
                isPart: true)
        } + [
            ModelLayer(
                name: "sentence_embedding", shortName: "embedding", shape: shapes.last ?? .vector(width),
                index: layerIndex + dense.count, isPart: true)
        ]
    }

    /// Computes the layers in order from the packed states of the last block, rows x `width`.
    ///
    /// `ends` is the row of the token that ends each text. `body` gets the number of the layer among the head's, and its
    /// texts x outputs numbers.
    func run(
        _ batch: PackedTexts, ends: [Int], width: Int, _ states: UnsafePointer<Float>,
        _ body: (_ layer: Int, UnsafePointer<Float>) throws -> Void
    ) throws {
        let texts = batch.texts.count
        var vectors = [Float](repeating: 0, count: texts * width)
        vectors.withUnsafeMutableBufferPointer { vectors in
            guard let base = vectors.baseAddress else { return }
            for text in 0..<texts {
                let rows = batch.offsets[text]..<batch.offsets[text + 1]
                let first = pooling == .end ? ends[text] : rows.lowerBound
                pooling.apply(
                    states + first * width, tokens: pooling == .end ? 1 : rows.count, width: width,
                    into: base + text * width)
            }
        }
        var columns = width
        for (number, part) in dense.enumerated() {
            var outputs = [Float](repeating: 0, count: texts * part.layer.outputs)
            vectors.withUnsafeBufferPointer { vectors in
                outputs.withUnsafeMutableBufferPointer { outputs in
                    guard let from = vectors.baseAddress, let to = outputs.baseAddress else { return }
                    part.layer.apply(from, into: to, rows: texts)
                    for index in outputs.indices { to[index] = part.activation.apply(to[index]) }
                }
            }
            vectors = outputs
            columns = part.layer.outputs
            try vectors.withUnsafeBufferPointer { if let base = $0.baseAddress { try body(number, base) } }
        }
        try vectors.withUnsafeMutableBufferPointer { vectors in
            guard let base = vectors.baseAddress else { return }
            if isNormalized { Kernels.normalize(base, rows: texts, columns: columns) }
            try body(dense.count, base)
        }
    }
}
