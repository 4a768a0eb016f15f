import Tensors

/// The weights of a depthwise convolution in blocks of channels, the last filled up with zeros.
struct DepthwiseWeights: Sendable {
    /// Blocks x size x size x lanes.
    let weights: [Float]
    /// Blocks x lanes.
    let bias: [Float]

    /// The weight is channels x 1 x size x size.
    init(_ weight: Tensor<Float>, bias shift: [Float], lanes: Int) {
        let channels = weight.shape[0]
        let window = weight.count / max(channels, 1)
        let blocks = (channels + lanes - 1) / lanes
        var weights = [Float](repeating: 0, count: blocks * window * lanes)
        weight.withUnsafeBufferPointer { weight in
            for channel in 0..<channels {
                let (block, lane) = channel.quotientAndRemainder(dividingBy: lanes)
                for place in 0..<window {
                    weights[(block * window + place) * lanes + lane] = weight[channel * window + place]
                }
            }
        }
        self.weights = weights
        bias = shift + Array(repeating: 0, count: blocks * lanes - channels)
    }

    func run(
        _ shape: DepthwiseShape, _ map: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
        means: UnsafeMutablePointer<Float>
    ) {
        weights.withUnsafeBufferPointer { weights in
            bias.withUnsafeBufferPointer { bias in
                guard let weights = weights.baseAddress, let bias = bias.baseAddress else { return }
                shape.run(map, weights: weights, bias: bias, into: output, means: means)
            }
        }
    }
}

/// The two linear layers of a squeeze-and-excitation part.
///
/// They see one vector per image, and are read once for it: a product packed for many rows takes five times as long.
struct GateWeights: Sendable {
    let reduce: (weight: Matrix<Float>, bias: Matrix<Float>)
    let expand: (weight: Matrix<Float>, bias: Matrix<Float>)

    var parameterCount: Int {
        reduce.weight.count + reduce.bias.count + expand.weight.count + expand.bias.count
    }

    /// The gates of images x channels means; `means` and `gates` may not be the same.
    func run(_ means: UnsafePointer<Float>, into gates: UnsafeMutablePointer<Float>, images: Int) {
        let (channels, reduced) = (reduce.weight.columns, reduce.weight.rows)
        let inside = UnsafeMutablePointer<Float>.allocate(capacity: max(reduced, 1))
        defer { inside.deallocate() }
        for image in 0..<images {
            apply(reduce, means + image * channels, into: inside)
            Kernels.activate(.silu, inside, rows: 1, columns: reduced)
            apply(expand, inside, into: gates + image * channels)
        }
        Kernels.sigmoid(gates, count: images * channels)
    }

    private func apply(
        _ layer: (weight: Matrix<Float>, bias: Matrix<Float>), _ x: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        layer.weight.withUnsafeBufferPointer { weight in
            layer.bias.withUnsafeBufferPointer { bias in
                guard let weight = weight.baseAddress, let bias = bias.baseAddress else { return }
                Kernels.matrixVector(
                    weight, bias: bias, x, into: output, rows: layer.weight.rows,
                    columns: layer.weight.columns)
            }
        }
    }
}
