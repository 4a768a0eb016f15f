import Foundation
import JSON

/// The steps in which a live view holds the values of its layers: no coarser than the last digit that it tells of a
/// value, nor than a five-hundredth of the range, so that colors are smooth.
///
/// A step is the last digit or an odd part of it: what is held is then told with the digits of the value itself.
package struct ValueSteps: Sendable {
    /// Values that are told with the same last digit.
    private struct Stretch {
        let lowerBound: Double
        /// The number of its first value.
        let number: Int
        /// Its first value, in steps from zero: zero is held as zero.
        let first: Double
        let step: Double

        func number(of value: Double) -> Int { number + Int((value / step).rounded() - first) }
    }

    private let stretches: [Stretch]

    /// Steps for values, all of which are finite and less than 1e308 from zero.
    package init(_ values: [Double]) {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let largest = max(abs(low), abs(high))
        let finest = max((high - low) / 500, largest * 1e-9)
        var stretches: [Stretch] = []
        for (bounds, digit) in ValueSteps.digits(upTo: largest)
        where bounds.lowerBound <= high && bounds.upperBound > low {
            var parts = finest > 0 ? max(1, (digit / finest * (1 - 1e-9)).rounded(.up)) : 1
            if parts.truncatingRemainder(dividingBy: 2) == 0 { parts += 1 }
            let step = digit / parts
            let first = (max(bounds.lowerBound, low) / step).rounded()
            // Where a stretch ends, the next begins.
            let number = stretches.last.map { $0.number(of: bounds.lowerBound) } ?? 0
            stretches.append(
                Stretch(lowerBound: bounds.lowerBound, number: number, first: first, step: step))
        }
        self.stretches = stretches
    }

    /// The last digit that the viewer's `number` tells of values, by their bounds, ascending.
    private static func digits(upTo largest: Double) -> [(Range<Double>, Double)] {
        // As many digits after the point as `Digits` finds, without its limit.
        let decimals = largest > 0 && largest < 0.01 ? min(300, 2 - Int(log10(largest).rounded(.down))) : 3
        var above: [(Range<Double>, Double)] = []
        var power = 1.0
        while pow(10, power) <= largest {
            let next = power == 3 ? 6 : power + 1
            // From a million on three digits are told, by powers of ten.
            let digit = power < 3 ? pow(10, power - 3) : power == 3 ? 1 : pow(10, power - 2)
            above.append((pow(10, power)..<pow(10, next), digit))
            power = next
        }
        var all: [(Range<Double>, Double)] = []
        for (bounds, digit) in above.reversed() {
            all.append((-bounds.upperBound..<(-bounds.lowerBound), digit))
        }
        all.append((-10.0..<10.0, pow(10, -Double(decimals))))
        return all + above
    }

    /// The number of the step that is nearest to a value among those of `init`; the lowest has zero.
    package func number(of value: Double) -> Int32 {
        let stretch = stretches.last { $0.lowerBound <= value } ?? stretches.first
        return Int32(clamping: stretch?.number(of: value) ?? 0)
    }

    /// The value of a step, as the viewer finds it.
    package func value(of number: Int32) -> Double {
        guard let stretch = stretches.last(where: { $0.number <= number }) else { return 0 }
        return (Double(Int(number) - stretch.number) + stretch.first) * stretch.step
    }

    /// For each stretch the number of its first value, this value in steps from zero, and the step.
    var description: JSON {
        .array(stretches.map { [.integer($0.number), .number($0.first), .number($0.step)] })
    }
}
