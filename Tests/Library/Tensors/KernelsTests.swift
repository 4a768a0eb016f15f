import Foundation
import Tensors
import Testing

/// Each kernel against its definition in double precision; sizes are odd so that no vector loop comes out even.
@Suite struct KernelsTests {
    let x: Matrix<Float> = {
        var x: Matrix<Float> = LinearAlgebraTests.random(37, 83, seed: 11)
        x.withUnsafeMutableBufferPointer { for i in $0.indices { $0[i] *= 6 } }
        return x
    }()
    let bias: [Float] = (LinearAlgebraTests.random(1, 83, seed: 12) as Matrix<Float>).elements

    /// The result of a kernel that works in place.
    func inPlace(_ body: (UnsafeMutablePointer<Float>) -> Void) throws -> Matrix<Float> {
        var copy = x
        try copy.withUnsafeMutableBufferPointer { body(try #require($0.baseAddress)) }
        return copy
    }

    @Test(arguments: [Kernels.Activation.gelu, .geluTanh, .quickGELU, .silu, .relu])
    func activations(_ activation: Kernels.Activation) throws {
        func reference(_ x: Double) -> Double {
            switch activation {
            case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
            case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
            case .quickGELU: x / (1 + exp(-1.702 * x))
            case .silu: x / (1 + exp(-x))
            case .relu: max(x, 0)
            }
        }
        let result = try inPlace { Kernels.activate(activation, $0, bias: bias, rows: 37, columns: 83) }
        for i in 0..<37 {
            for j in 0..<83 {
                // As in the kernel the bias is added in single precision.
                let expected = reference(Double(x[i, j] + bias[j]))
                #expect(abs(Double(result[i, j]) - expected) <= 2e-6 * abs(expected) + 1e-7)
            }
        }
    }

    @Test func activationsKeepWhatIsNotFinite() throws {
        for activation in [Kernels.Activation.gelu, .geluTanh, .quickGELU, .silu, .relu] {
            var values: [Float] = [.nan, .infinity, -100, 100, 0]
            Kernels.activate(activation, &values, rows: 1, columns: 5)
            #expect(
                values[0].isNaN && values[1] == .infinity && values[2] == 0 && values[3] == 100
                    && values[4] == 0)
        }
    }

    @Test func additions() throws {
        let biased = try inPlace { Kernels.addBias($0, bias, rows: 37, columns: 83) }
        #expect(biased[36, 82] == x[36, 82] + bias[82])
        let summed = try inPlace { Kernels.addRows($0, biased.elements, bias: bias, rows: 37, columns: 83) }
        #expect(abs(summed[5, 80] - (2 * x[5, 80] + 2 * bias[80])) < 1e-5)
    }

    @Test func layerNorm() throws {
        let gamma = (0..<83).map { 1 + Float($0) / 83 }
        var output = [Float](repeating: 0, count: 37 * 83)
        Kernels.layerNorm(
            x.elements, into: &output, gamma: gamma, beta: bias, epsilon: 1e-6, rows: 37, columns: 83)
        let inPlace = try inPlace {
            Kernels.layerNorm($0, into: $0, gamma: gamma, beta: bias, epsilon: 1e-6, rows: 37, columns: 83)
        }
        #expect(inPlace.elements == output)
        for i in 0..<37 {
            let row = x.row(i).map(Double.init)
            let mean = row.reduce(0, +) / 83
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 83
            for j in 0..<83 {
                let expected =
                    (row[j] - mean) / (variance + 1e-6).squareRoot() * Double(gamma[j]) + Double(bias[j])
                #expect(abs(Double(output[i * 83 + j]) - expected) < 2e-6)
            }
        }
    }

    @Test func layerNormOfALargeMeanDoesNotCancel() {
        var row = (0..<100).map { 10_000 + Float($0 % 2) }
        let ones = [Float](repeating: 1, count: 100)
        let zeros = [Float](repeating: 0, count: 100)
        row.withUnsafeMutableBufferPointer { row in
            guard let base = row.baseAddress else { return }
            Kernels.layerNorm(base, into: base, gamma: ones, beta: zeros, epsilon: 0, rows: 1, columns: 100)
        }
        #expect(abs(row[0] + 1) < 1e-3 && abs(row[1] - 1) < 1e-3)
    }

    @Test func softmaxSumsToOneAndHidesWhatIsNotVisible() throws {
        let result = try inPlace { Kernels.softmax($0, scale: 2, rows: 37, columns: 83, visible: 50) }
        for i in 0..<37 {
            let exponentials = x.row(i)[..<50].map { exp(2 * Double($0)) }
            let sum = exponentials.reduce(0, +)
            for j in 0..<50 { #expect(abs(Double(result[i, j]) - exponentials[j] / sum) < 1e-6) }
            #expect(result.row(i)[50...].allSatisfy { $0 == 0 })
        }
        var large: [Float] = [1e30, -1e30, 1e30]
        Kernels.softmax(&large, rows: 1, columns: 3)
        #expect(large == [0.5, 0, 0.5])
    }

    @Test func normalizedRowsHaveLengthOne() throws {
        let result = try inPlace { Kernels.normalize($0, rows: 37, columns: 83) }
        for i in 0..<37 {
            #expect(abs(result.row(i).reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
        var zeros: [Float] = [0, 0]
        Kernels.normalize(&zeros, rows: 1, columns: 2)
        #expect(zeros == [0, 0])
    }

    @Test(arguments: [false, true])
    func attentionFollowsItsDefinition(causal: Bool) {
        let heads = 3
        let width = 5
        let offsets = [0, 1, 8, 8, 160, 307]
        let tokens = 307
        let model = heads * width
        let packed: Matrix<Float> = LinearAlgebraTests.random(tokens, 3 * model, seed: 13)
        var output = [Float](repeating: .nan, count: tokens * model)
        var rounded = [UInt16](repeating: .max, count: tokens * model)
        packed.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            func attend(into output: ProductRows) {
                Kernels.attention(
                    query: AttentionRows(base, stride: 3 * model),
                    key: AttentionRows(base + model, stride: 3 * model),
                    value: AttentionRows(base + 2 * model, stride: 3 * model), offsets: offsets, heads: heads,
                    headWidth: width, causal: causal, into: output, outputStride: model)
            }
            output.withUnsafeMutableBufferPointer { attend(into: .float32($0.baseAddress!)) }
            rounded.withUnsafeMutableBytes { attend(into: .bfloat16($0.baseAddress!)) }
        }
        #expect(rounded == output.map(nearestBFloat16))
        var worst = 0.0
        for s in 0..<offsets.count - 1 {
            for token in offsets[s]..<offsets[s + 1] {
                let keys = offsets[s]..<(causal ? token + 1 : offsets[s + 1])
                for head in 0..<heads {
                    let weights = keys.map { key in
                        exp(
                            (0..<width).reduce(0.0) {
                                let column = head * width + $1
                                return $0 + Double(packed[token, column])
                                    * Double(packed[key, model + column])
                            } / Double(width).squareRoot())
                    }
                    let sum = weights.reduce(0, +)
                    for j in 0..<width {
                        let column = head * width + j
                        let expected = zip(keys, weights).reduce(0.0) {
                            $0 + $1.1 / sum * Double(packed[$1.0, 2 * model + column])
                        }
                        worst = max(worst, abs(Double(output[token * model + column]) - expected))
                    }
                }
            }
        }
        #expect(worst < 2e-6)
    }

    @Test func oneThreadGivesTheSame() throws {
        let before = threadCount
        defer { threadCount = before }
        let many = try inPlace { Kernels.activate(.gelu, $0, rows: 37, columns: 83) }
        threadCount = 1
        let one = try inPlace { Kernels.activate(.gelu, $0, rows: 37, columns: 83) }
        #expect(many == one)
    }
}
