import Foundation
import Tensors

/// Butterworth's filter as sections of second order, run forward and backward over columns.
///
/// Source: `scipy.signal.butter` and `sosfiltfilt` (odd extension at both ends), by the bilinear transform.
struct Butterworth {
    struct Section {
        let b0, b1, b2, a1, a2: Double

        /// The steady state after a step of height 1.
        var steadyState: (Double, Double) {
            let first = (b1 - a1 * b0 + b2 - a2 * b0) / (1 + a1 + a2)
            return (first, (1 + a1) * first - (b1 - a1 * b0))
        }

        /// The answer to a constant.
        var gain: Double { (b0 + b1 + b2) / (1 + a1 + a2) }
    }

    let sections: [Section]
    /// How many samples the columns are extended by at each end.
    let padding: Int

    /// A filter for frequencies in Hz, of which at least one is there and lies below half of the sampling rate.
    init(highPass: Double?, lowPass: Double?, order: Int, repetitionTime: Double) {
        let rate = 4.0
        func warped(_ frequency: Double) -> Double { rate * tan(.pi * frequency * repetitionTime) }
        let prototype = (0..<order).map { k -> Complex in
            let angle = Double.pi * Double(2 * k - order + 1) / Double(2 * order)
            return Complex(-cos(angle), -sin(angle))
        }
        var poles: [Complex]
        var (zerosAtOne, zerosAtMinusOne) = (0, 0)
        var gain = 1.0
        switch (highPass, lowPass) {
        case (let high?, let low?):
            let (first, last) = (warped(high), warped(low))
            let (width, center) = (last - first, first * last)
            poles = prototype.flatMap { pole -> [Complex] in
                let half = pole * (width / 2)
                let root = (half * half - Complex(center, 0)).squareRoot
                return [half + root, half - root]
            }
            (zerosAtOne, zerosAtMinusOne) = (order, order)
            gain = pow(width, Double(order))
        case (let high?, nil):
            poles = prototype.map { Complex(warped(high), 0) / $0 }
            zerosAtOne = order
        // The prototype's poles have the product of -1 of one sign each, so their gain is 1.
        default:
            let low = warped(lowPass ?? 0)
            poles = prototype.map { $0 * low }
            zerosAtMinusOne = order
            gain = pow(low, Double(order))
        }
        // Analog zeros lie at 0, one for each digital zero at 1.
        var scale = Complex(gain * pow(rate, Double(zerosAtOne)), 0)
        for pole in poles { scale = scale / (Complex(rate, 0) - pole) }
        poles = poles.map { (Complex(rate, 0) + $0) / (Complex(rate, 0) - $0) }
        sections = Self.sections(
            poles, zerosAtOne: zerosAtOne, zerosAtMinusOne: zerosAtMinusOne, gain: scale.real)
        let singles = sections.count { $0.a2 == 0 && $0.b2 == 0 }
        padding = 3 * (2 * sections.count + 1 - singles)
    }

    private static func sections(
        _ poles: [Complex], zerosAtOne: Int, zerosAtMinusOne: Int, gain: Double
    ) -> [Section] {
        // Poles are real or in conjugate pairs; of a pair the upper one stands for both.
        let upper = poles.filter { $0.imaginary > 1e-12 }
        let real = poles.filter { abs($0.imaginary) <= 1e-12 }.map(\.real).sorted()
        var denominators = upper.map { (-2 * $0.real, $0.real * $0.real + $0.imaginary * $0.imaginary, 2) }
        for index in stride(from: 0, to: real.count - 1, by: 2) {
            denominators.append((-(real[index] + real[index + 1]), real[index] * real[index + 1], 2))
        }
        if let last = real.last, real.count % 2 == 1 { denominators.append((-last, 0, 1)) }
        var ones = zerosAtOne
        var minusOnes = zerosAtMinusOne
        // A band's poles near 1 go with its zeros at 1, or sections of a high order would lose all digits.
        if ones > 0, minusOnes > 0 { denominators.sort { $0.0 < $1.0 } }
        func takeZero() -> Double? {
            if ones > 0 {
                ones -= 1
                return 1
            }
            guard minusOnes > 0 else { return nil }
            minusOnes -= 1
            return -1
        }
        return denominators.enumerated().map { index, denominator in
            let factor = index == 0 ? gain : 1
            let first = takeZero()
            let second = denominator.2 == 2 ? takeZero() : nil
            var b = (1.0, 0.0, 0.0)
            switch (first, second) {
            case (let z?, let w?): b = (1, -(z + w), z * w)
            case (let z?, nil): b = (1, -z, 0)
            default: break
            }
            return Section(
                b0: factor * b.0, b1: factor * b.1, b2: factor * b.2, a1: denominator.0, a2: denominator.1)
        }
    }

    /// Filters the columns of `rows` x `width` numbers, of which `work` has room for `2 * padding` rows more.
    ///
    /// The numbers are in `work` after the first `padding` rows, before and after.
    func apply(_ work: UnsafeMutablePointer<Double>, rows: Int, width: Int) {
        let total = rows + 2 * padding
        let first = work + padding * width
        let last = first + (rows - 1) * width
        for k in 1...max(padding, 1) where padding > 0 {
            for j in 0..<width {
                (first - k * width)[j] = 2 * first[j] - (first + k * width)[j]
                (last + k * width)[j] = 2 * last[j] - (last - k * width)[j]
            }
        }
        run(work, count: total, step: width, width: width)
        run(work + (total - 1) * width, count: total, step: -width, width: width)
    }

    private func run(_ start: UnsafeMutablePointer<Double>, count: Int, step: Int, width: Int) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * width) { memory in
            guard let s0 = memory.baseAddress else { return }
            let s1 = s0 + width
            let begin = s1 + width
            for j in 0..<width { begin[j] = start[j] }
            var scale = 1.0
            for section in sections {
                let (z0, z1) = section.steadyState
                for j in 0..<width {
                    s0[j] = z0 * scale * begin[j]
                    s1[j] = z1 * scale * begin[j]
                }
                scale *= section.gain
                var row = start
                let (b0, b1, b2, a1, a2) = (section.b0, section.b1, section.b2, section.a1, section.a2)
                for _ in 0..<count {
                    for j in 0..<width {
                        let x = row[j]
                        let y = b0 * x + s0[j]
                        s0[j] = b1 * x - a1 * y + s1[j]
                        s1[j] = b2 * x - a2 * y
                        row[j] = y
                    }
                    row += step
                }
            }
        }
    }
}

/// A complex number, for the poles of a filter.
private struct Complex {
    var real: Double
    var imaginary: Double

    init(_ real: Double, _ imaginary: Double) {
        self.real = real
        self.imaginary = imaginary
    }

    static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
    static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }
    static func * (a: Complex, b: Double) -> Complex { Complex(a.real * b, a.imaginary * b) }
    static func * (a: Complex, b: Complex) -> Complex {
        Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }
    static func / (a: Complex, b: Complex) -> Complex {
        let size = b.real * b.real + b.imaginary * b.imaginary
        return Complex(
            (a.real * b.real + a.imaginary * b.imaginary) / size,
            (a.imaginary * b.real - a.real * b.imaginary) / size)
    }

    var squareRoot: Complex {
        let size = (real * real + imaginary * imaginary).squareRoot()
        let root = ((size + real) / 2).squareRoot()
        let other = ((size - real) / 2).squareRoot()
        return Complex(root, imaginary < 0 ? -other : other)
    }
}
