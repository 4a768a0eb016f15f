import Tensors

/// Several convolutions that make patches of pixels, with GELU (through tanh) between them.
struct ConvolutionStem: Sendable {
    struct Layer: Sendable {
        /// From the size x size x channels numbers of a window to its outputs.
        let linear: Linear
        let channels: Int
        let size: Int
        let stride: Int
        let padding: Int

        /// The windows along a side.
        func outputs(of side: Int) -> Int { (side + 2 * padding - size) / stride + 1 }
    }

    let layers: [Layer]

    var parameterCount: Int { layers.reduce(0) { $0 + $1.linear.parameterCount } }
    /// Pixels from one patch to the next.
    var stride: Int { layers.reduce(1) { $0 * $1.stride } }

    /// Writes the vectors of the patches of n x 3 x height x width images, patch by patch.
    func apply(_ images: Tensor<Float>, into output: UnsafeMutablePointer<Float>) {
        let count = images.shape[0]
        var (height, width) = (images.shape[2], images.shape[3])
        var map = LargeMemory(numbers: max(images.count, 1))
        images.withUnsafeBufferPointer { channelsLast($0, images.shape, into: map.numbers) }
        for (number, layer) in layers.enumerated() {
            let isLast = number == layers.count - 1
            let (rows, columns) = (layer.outputs(of: height), layer.outputs(of: width))
            let windows = LargeMemory(numbers: max(count * rows * columns * layer.linear.inputs, 1))
            let (from, to, inputHeight, inputWidth) = (map.numbers, windows.numbers, height, width)
            parallelFor(count * rows, grain: 4) { range in
                for row in range {
                    let (image, y) = row.quotientAndRemainder(dividingBy: rows)
                    let size = inputHeight * inputWidth * layer.channels
                    unfold(
                        layer, from + image * size, inputHeight, inputWidth, row: y, columns: columns,
                        into: to + row * columns * layer.linear.inputs)
                }
            }
            let made =
                isLast ? nil : LargeMemory(numbers: max(count * rows * columns * layer.linear.outputs, 1))
            layer.linear.apply(
                windows.numbers, into: made?.numbers ?? output, rows: count * rows * columns,
                activation: isLast ? nil : .geluTanh)
            if let made { map = made }
            (height, width) = (rows, columns)
        }
    }

    private func channelsLast(
        _ from: UnsafeBufferPointer<Float>, _ shape: [Int], into to: UnsafeMutablePointer<Float>
    ) {
        guard let from = from.baseAddress else { return }
        let (channels, plane) = (shape[1], shape[2] * shape[3])
        parallelFor(shape[0], grain: 4) { range in
            for image in range {
                let first = image * channels * plane
                for channel in 0..<channels {
                    for place in 0..<plane {
                        to[first + place * channels + channel] = from[first + channel * plane + place]
                    }
                }
            }
        }
    }

    /// The windows of one row of outputs, each row by row of its pixels; what lies outside is zero.
    private func unfold(
        _ layer: Layer, _ map: UnsafePointer<Float>, _ height: Int, _ width: Int, row: Int, columns: Int,
        into windows: UnsafeMutablePointer<Float>
    ) {
        var to = windows
        let line = layer.size * layer.channels
        for column in 0..<columns {
            let left = column * layer.stride - layer.padding
            let inside =
                min(
                    max(-left, 0), layer.size)..<max(
                    min(layer.size, width - left), min(max(-left, 0), layer.size))
            for down in 0..<layer.size {
                let y = row * layer.stride - layer.padding + down
                to.update(repeating: 0, count: line)
                if (0..<height).contains(y), !inside.isEmpty {
                    (to + inside.lowerBound * layer.channels).update(
                        from: map + (y * width + left + inside.lowerBound) * layer.channels,
                        count: inside.count * layer.channels)
                }
                to += line
            }
        }
    }
}
