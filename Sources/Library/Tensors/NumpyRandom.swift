import Foundation

/// The random numbers of numpy's `RandomState`: the same seed gives the same shuffles and samples as in Python.
///
/// The generator is the Mersenne twister (Matsumoto & Nishimura 1998); the distributions are numpy's legacy ones,
/// which numpy promises never to change.
public struct NumpyRandom: Sendable {
    private var state = [UInt32](repeating: 0, count: 624)
    private var position = 624
    private var spareGaussian: Double?

    /// The generator that `numpy.random.RandomState(seed)` gives.
    ///
    /// - Parameter seed: the same seed gives the same numbers.
    public init(seed: UInt32) {
        state[0] = seed
        for i in 1..<624 {
            state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i)
        }
    }

    /// The next 32 random bits.
    public mutating func nextUInt32() -> UInt32 {
        if position == 624 { refill() }
        var y = state[position]
        position += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    private mutating func refill() {
        for i in 0..<624 {
            let y = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7FFF_FFFF)
            state[i] = state[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 == 1 ? 0x9908_B0DF : 0)
        }
        position = 0
    }

    /// A number from 0 up to, but not including, 1, with 53 random bits.
    public mutating func uniform() -> Double {
        let high = nextUInt32() >> 5
        let low = nextUInt32() >> 6
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    /// A whole number from 0 to `maximum`, both included, by masked rejection.
    public mutating func integer(through maximum: UInt32) -> UInt32 {
        guard maximum > 0 else { return 0 }
        let mask = UInt32.max >> maximum.leadingZeroBitCount
        while true {
            let value = nextUInt32() & mask
            if value <= maximum { return value }
        }
    }

    /// Shuffles as `RandomState.shuffle` does.
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for i in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(i, Int(integer(through: UInt32(i))))
        }
    }

    /// The numbers 0 to `count - 1` in random order, as `RandomState.permutation` gives them; none if `count` is
    /// not above 0.
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<max(count, 0))
        shuffle(&order)
        return order
    }

    /// A sample of the standard normal distribution, by Marsaglia's polar method.
    public mutating func gaussian() -> Double {
        if let spare = spareGaussian {
            spareGaussian = nil
            return spare
        }
        while true {
            let x = 2 * uniform() - 1
            let y = 2 * uniform() - 1
            let square = x * x + y * y
            if square < 1, square > 0 {
                let factor = (-2 * log(square) / square).squareRoot()
                spareGaussian = factor * x
                return factor * y
            }
        }
    }
}
