import CTrainingKernels

// Sizes are odd, so that every vector loop has a rest, and large enough that it has a body at AVX-512.

private let rowCount = 5
private let columnCount = 83
private let states = CheckNumbers.singles(rowCount * columnCount, seed: 61, scale: 4)
private let slopes = CheckNumbers.singles(rowCount * columnCount, seed: 62)
private let line = CheckNumbers.singles(columnCount, seed: 63)
private let otherLine = CheckNumbers.singles(columnCount, seed: 64)

extension KernelCheck {
    static var trainingChecks: [KernelCheck] {
        sumChecks + activationChecks + normChecks + attentionChecks + windowChecks + lossChecks
    }

    private static var sumChecks: [KernelCheck] {
        [
            KernelCheck(name: "train_add_bias", tolerance: 0) {
                var x = states
                train_add_bias(&x, line, rowCount, columnCount)
                return x.doubles
            },
            KernelCheck(name: "train_bias_gradient", tolerance: 0) {
                var gradient = line
                train_bias_gradient(states, &gradient, rowCount, columnCount)
                return gradient.doubles
            },
            KernelCheck(name: "train_add", tolerance: 0) {
                var x = states
                train_add(&x, slopes, x.count)
                return x.doubles
            },
            KernelCheck(name: "train_sum_squares", tolerance: 0) {
                [train_sum_squares(states, states.count)]
            },
            KernelCheck(name: "train_follow", tolerance: 1e-6) {
                var slow = states
                train_follow(&slow, slopes, 0.9, slow.count)
                return slow.doubles
            },
            KernelCheck(name: "train_adamw", tolerance: 1e-5) {
                var (weights, first) = (states, slopes)
                var second = states.map { $0 * $0 }
                let gradient = CheckNumbers.singles(weights.count, seed: 70)
                train_adamw(
                    &weights, &first, &second, gradient, weights.count, 0.5, 0.01, 0.05, 0.9, 0.98, 1e-8,
                    0.271,
                    0.058808)
                return weights.doubles + first.doubles + second.doubles
            },
        ]
    }

    private static var activations: [train_activation] {
        [train_gelu, train_gelu_tanh, train_quick_gelu, train_silu, train_relu]
    }

    private static var activationChecks: [KernelCheck] {
        [
            KernelCheck(name: "train_activate", tolerance: 1e-5) {
                var results: [Double] = []
                for kind in activations {
                    var x = states
                    var out = [Float](repeating: 0, count: x.count)
                    train_activate(kind, &x, line, &out, rowCount, columnCount)
                    results += x.doubles + out.doubles
                }
                return results
            },
            KernelCheck(name: "train_activate_backward", tolerance: 5e-5) {
                var results: [Double] = []
                for kind in activations {
                    var gradient = slopes
                    train_activate_backward(kind, states, &gradient, gradient.count)
                    results += gradient.doubles
                }
                return results
            },
        ]
    }

    private static var normChecks: [KernelCheck] {
        [
            KernelCheck(name: "train_layer_norm", tolerance: 2e-5) {
                let (out, mean, scale) = layerNorm()
                return out.doubles + mean.doubles + scale.doubles
            },
            KernelCheck(name: "train_layer_norm_backward", tolerance: 1e-4) {
                let (_, mean, scale) = layerNorm()
                var results: [Double] = []
                for accumulates in [Int32(0), 1] {
                    var (gradient, gamma, beta) = (states, line, otherLine)
                    train_layer_norm_backward(
                        slopes, states, line, mean, scale, &gradient, accumulates, &gamma, &beta, rowCount,
                        columnCount)
                    results += gradient.doubles + gamma.doubles + beta.doubles
                }
                return results
            },
            KernelCheck(name: "train_normalize", tolerance: 1e-5) {
                let (out, factors) = normalized()
                return out.doubles + factors.doubles
            },
            KernelCheck(name: "train_normalize_backward", tolerance: 1e-5) {
                let (out, factors) = normalized()
                var gradient = [Float](repeating: 0, count: out.count)
                train_normalize_backward(slopes, out, factors, &gradient, rowCount, columnCount)
                return gradient.doubles
            },
        ]
    }

    private static func layerNorm() -> (out: [Float], mean: [Float], scale: [Float]) {
        var out = [Float](repeating: 0, count: rowCount * columnCount)
        var mean = [Float](repeating: 0, count: rowCount)
        var scale = [Float](repeating: 0, count: rowCount)
        train_layer_norm(states, line, otherLine, 1e-5, &out, &mean, &scale, rowCount, columnCount)
        return (out, mean, scale)
    }

    private static func normalized() -> (out: [Float], factors: [Float]) {
        var out = [Float](repeating: 0, count: rowCount * columnCount)
        var factors = [Float](repeating: 0, count: rowCount)
        train_normalize(states, &out, &factors, rowCount, columnCount)
        return (out, factors)
    }

    private static var attentionChecks: [KernelCheck] {
        [
            KernelCheck(name: "train_attention_room", tolerance: 0, expected: [20 * 32 + 32]) {
                [Double(train_attention_room(20))]
            },
            KernelCheck(
                name: "train_attention_scratch", tolerance: 0,
                expected: [19 * 32 + 3 * 20 * 32 + 20 * 32 + 160]
            ) {
                [Double(train_attention_scratch(20, 19))]
            },
            KernelCheck(name: "train_attention", tolerance: 5e-5) { attention().out.doubles },
            KernelCheck(name: "train_attention_backward", tolerance: 1e-4) { attention().gradient.doubles },
        ]
    }

    /// Attention in sequences of one token and of more than a vector, and the gradient of what goes into it.
    private static func attention() -> (out: [Float], gradient: [Float]) {
        let (offsets, heads, width) = ([0, 1, 20, 53], 2, 38)
        let tokens = 53
        let qkv = CheckNumbers.singles(tokens * 3 * width, seed: 65)
        let above = CheckNumbers.singles(tokens * width, seed: 66)
        let lengths = [1, 19, 33]
        let room = lengths.reduce(0) { $0 + heads * train_attention_room($1) }
        var weights = [Float](repeating: 0, count: room)
        var scratch = [Float](repeating: 0, count: train_attention_scratch(33, width / heads))
        var out = [Float](repeating: 0, count: tokens * width)
        train_attention(qkv, offsets, lengths.count, heads, width, &weights, &out, &scratch)
        var gradient = [Float](repeating: 0, count: qkv.count)
        train_attention_backward(
            qkv, offsets, lengths.count, heads, width, weights, above, &gradient, &scratch)
        return (out, gradient)
    }

    private static var windowChecks: [KernelCheck] {
        // Two images of 11 x 11 pixels and 3 channels, seen through 6 x 6 windows of 3 x 3 pixels.
        let (images, pixels, windows) = (2, 2 * 11 * 11 * 3, 2 * 6 * 6 * 27)
        return [
            KernelCheck(name: "train_windows", tolerance: 0) {
                var out = [Float](repeating: 0, count: windows)
                let x = CheckNumbers.singles(pixels, seed: 67)
                train_windows(x, images, 11, 3, 3, 2, 1, 6, &out)
                return out.doubles
            },
            KernelCheck(name: "train_windows_backward", tolerance: 0) {
                var out = [Float](repeating: 0, count: pixels)
                let gradient = CheckNumbers.singles(windows, seed: 68)
                train_windows_backward(gradient, images, 11, 3, 3, 2, 1, 6, &out)
                return out.doubles
            },
            KernelCheck(name: "train_pixels", tolerance: 0) {
                var out = [Float](repeating: 0, count: pixels)
                let bytes = CheckNumbers.bytes(pixels, seed: 69)
                train_pixels(bytes, [90, 100, 110], [0.25, 0.5, 0.125], &out, pixels / 3)
                return out.doubles
            },
        ]
    }

    private static var lossChecks: [KernelCheck] {
        [
            KernelCheck(name: "train_cross_entropy", tolerance: 2e-5) {
                var x = states
                var inner = 0.0
                let loss = train_cross_entropy(
                    &x, [0, 7, 82, 40, 16], [-1, 3, -1, 82, 0], 0.5, rowCount, columnCount, columnCount,
                    &inner)
                return x.doubles + [loss, inner]
            },
            KernelCheck(name: "train_binary_cross_entropy", tolerance: 0) {
                var x = states
                let targets = slopes.map { abs($0) }
                let loss = train_binary_cross_entropy(&x, targets, 0.5, x.count)
                return x.doubles + [loss]
            },
        ]
    }
}
