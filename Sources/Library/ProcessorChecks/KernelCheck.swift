/// One C kernel on fixed input, run once at each instruction set.
struct KernelCheck {
    /// The C function's name.
    let name: String
    /// How far two instruction sets may be apart, relative to the larger of 1 and the number: fused products and sums
    /// in another order differ by roundings, all else by nothing.
    let tolerance: Double
    /// What the result must be at every level; nil if the base level's is taken.
    var expected: [Double]?
    /// Runs the kernel and gives all that it wrote.
    let run: () -> [Double]

    /// The largest difference of two results in the measure of `tolerance`; infinite if they cannot be compared.
    static func difference(_ result: [Double], _ expected: [Double]) -> Double {
        guard result.count == expected.count else { return .infinity }
        var largest = 0.0
        for (a, b) in zip(result, expected) where a != b && !(a.isNaN && b.isNaN) {
            let difference = abs(a - b) / max(1, abs(b))
            largest = max(largest, difference.isNaN ? .infinity : difference)
        }
        return largest
    }

    /// All kernels of the library.
    static var all: [KernelCheck] {
        tensorChecks + arithmeticChecks + mapChecks + imageChecks + voxelChecks + trainingChecks
    }
}

/// Numbers that look random and are the same everywhere.
struct CheckNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next number, from -1 to 1, a multiple of 2^-20.
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(Int(state >> 43)) / 0x1p20 - 1
    }

    static func singles(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
        var numbers = CheckNumbers(seed: seed)
        return (0..<count).map { _ in scale * Float(numbers.next()) }
    }

    static func doubles(_ count: Int, seed: UInt64) -> [Double] {
        var numbers = CheckNumbers(seed: seed)
        return (0..<count).map { _ in numbers.next() }
    }

    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var numbers = CheckNumbers(seed: seed)
        return (0..<count).map { _ in UInt8((numbers.next() + 1) * 127.9) }
    }
}

extension [Float] {
    var doubles: [Double] { map(Double.init) }
}

/// The value of bfloat16 bits.
func value(ofBFloat16 bits: UInt16) -> Double { Double(Float(bitPattern: UInt32(bits) << 16)) }
