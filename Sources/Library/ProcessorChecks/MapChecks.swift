import CTensorKernels

extension KernelCheck {
    static var mapChecks: [KernelCheck] {
        let x = CheckNumbers.singles(700 * 24, seed: 21)
        let gate = CheckNumbers.singles(16, seed: 22)
        // Channels that lie alone, and 16 that fill a cache line; more pixels than one run of the sum has.
        let lanes = [(3, 5), (16, 16), (16, 24), (1, 24)]
        return [
            KernelCheck(name: "kernel_map_mean", tolerance: 1e-6) {
                lanes.flatMap { lanes, stride in
                    var out = [Float](repeating: 0, count: lanes)
                    kernel_map_mean(x, &out, 667, lanes, stride)
                    return out.doubles
                }
            },
            KernelCheck(name: "kernel_map_gate", tolerance: 0) {
                lanes.flatMap { lanes, stride in
                    var map = x
                    kernel_map_gate(&map, gate, 667, lanes, stride)
                    return map.doubles
                }
            },
            KernelCheck(name: "kernel_depthwise_scratch", tolerance: 0, expected: [3 * 14 * 8]) {
                withUnsafePointer(to: shape(lanes: 8, size: 3, stride: 1)) {
                    [Double(kernel_depthwise_scratch($0))]
                }
            },
            KernelCheck(name: "kernel_depthwise", tolerance: 2e-5) {
                [8, 16].flatMap { lanes in
                    [3, 5].flatMap { size in
                        [1, 2].flatMap { depthwise(lanes: lanes, size: size, stride: $0) }
                    }
                }
            },
        ]
    }

    private static func shape(lanes: Int, size: Int, stride: Int) -> kernel_depthwise_shape {
        let (height, width, padding) = (11, 12, size / 2)
        return kernel_depthwise_shape(
            lanes: lanes, height: height, width: width,
            out_height: (height + 2 * padding - size) / stride + 1,
            out_width: (width + 2 * padding - size) / stride + 1, size: size, stride: stride, top: padding,
            left: padding, activates_input: Int32(stride - 1), activates_output: 1)
    }

    private static func depthwise(lanes: Int, size: Int, stride: Int) -> [Double] {
        var shape = shape(lanes: lanes, size: size, stride: stride)
        let x = CheckNumbers.singles(shape.height * shape.width * lanes, seed: 23)
        let weights = CheckNumbers.singles(size * size * lanes, seed: 24)
        let bias = CheckNumbers.singles(lanes, seed: 25)
        var out = [Float](repeating: 0, count: shape.out_height * shape.out_width * lanes)
        var sums = [Float](repeating: 0, count: lanes)
        var scratch = [Float](repeating: 0, count: kernel_depthwise_scratch(&shape))
        kernel_depthwise(&shape, x, weights, bias, &out, &sums, &scratch, 0, shape.out_height)
        return out.doubles + sums.doubles
    }
}
