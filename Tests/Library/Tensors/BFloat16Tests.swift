import Foundation
import Tensors
import Testing

/// The bits of the nearest bfloat16 number, of two the even one, by the definition: the two neighbours are compared in
/// double precision.
func nearestBFloat16(_ x: Float) -> UInt16 {
    if x.isNaN || x.isInfinite { return UInt16(x.bitPattern >> 16) }
    let below = UInt16(x.bitPattern >> 16)
    func value(_ bits: UInt16) -> Double { Double(Float(bitPattern: UInt32(bits) << 16)) }
    // The number above the largest finite one would be 2^128, where the bits of infinity stand.
    let above = value(below + 1)
    let next = above.isInfinite ? (above < 0 ? -0x1p128 : 0x1p128) : above
    let (down, up) = (abs(Double(x) - value(below)), abs(next - Double(x)))
    return down < up || down == up && below % 2 == 0 ? below : below + 1
}

@Suite("bfloat16 numbers are the nearest ones")
struct BFloat16Tests {
    private func rounded(_ count: Int, _ body: (UnsafeMutableRawPointer) -> Void) -> [UInt16] {
        var bits = [UInt16](repeating: .max, count: count)
        bits.withUnsafeMutableBytes { body($0.baseAddress!) }
        return bits
    }

    @Test("of numbers of every size, ties, the largest, and what is not finite")
    func conversion() {
        var numbers: [Float] = [
            0, -0, 1, -1, 1.00390625, 1.01171875, -1.00390625, 1.0039063, 3.3895314e38, 3.3961776e38,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-40, .infinity,
            -.infinity,
        ]
        let random: Matrix<Float> = LinearAlgebraTests.random(1, 1000, seed: 21)
        numbers += random.elements.enumerated().map { $1 * exp2(Float($0 % 250 - 125)) }
        let found = rounded(numbers.count) { Kernels.toBFloat16(numbers, into: $0, count: numbers.count) }
        #expect(found == numbers.map(nearestBFloat16))
        #expect(found[4] == 0x3F80 && found[5] == 0x3F82 && found[10] == 0x7F80)
        // A NaN whose upper bits are zero must not become infinity.
        let nan = Float(bitPattern: 0x7F80_0001)
        let bits = rounded(1) { Kernels.toBFloat16([nan], into: $0, count: 1) }[0]
        #expect(bits & 0x7F80 == 0x7F80 && bits & 0x7F != 0)
    }

    @Test("of a layer normalization, alone and beside the single ones in place")
    func layerNorm() {
        let x: Matrix<Float> = LinearAlgebraTests.random(37, 83, seed: 22)
        let gamma = (0..<83).map { 1 + Float($0) / 83 }
        let beta = (0..<83).map { Float($0) / 50 - 1 }
        func norm(
            _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>?, _ bits: UnsafeMutableRawPointer?
        ) {
            Kernels.layerNorm(
                from, into: to, rounded: bits, gamma: gamma, beta: beta, epsilon: 1e-6, rows: 37, columns: 83)
        }
        var single = [Float](repeating: 0, count: 37 * 83)
        norm(x.elements, &single, nil)
        #expect(rounded(37 * 83) { norm(x.elements, nil, $0) } == single.map(nearestBFloat16))
        var inPlace = x.elements
        let beside = rounded(37 * 83) { bits in
            inPlace.withUnsafeMutableBufferPointer { norm($0.baseAddress!, $0.baseAddress!, bits) }
        }
        #expect(beside == single.map(nearestBFloat16) && inPlace == single)
    }

    @Test("of a gate")
    func gate() {
        let x: Matrix<Float> = LinearAlgebraTests.random(29, 2 * 41, seed: 23)
        func gate(into output: ProductRows) {
            var copy = x.elements
            Kernels.gate(.silu, &copy, into: output, rows: 29, columns: 41)
        }
        var single = [Float](repeating: 0, count: 29 * 41)
        single.withUnsafeMutableBufferPointer { gate(into: .float32($0.baseAddress!)) }
        #expect(rounded(29 * 41) { gate(into: .bfloat16($0)) } == single.map(nearestBFloat16))
    }
}
