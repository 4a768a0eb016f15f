import Foundation
import JSON

extension JSON {
    /// A list of strings.
    static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }

    /// A list of numbers.
    static func numbers(_ values: [Double], digits: Int = 7) -> JSON {
        .array(values.map { rounded($0, digits: digits) })
    }

    /// A number with the seven significant digits that single precision holds, or as many as are given: pages are read,
    /// not computed with.
    static func rounded(_ value: Double, digits: Int = 7) -> JSON {
        guard value.isFinite else { return .null }
        return .number(Double(String(format: "%.\(digits)g", value)) ?? value)
    }

    /// This object with the members of another put over its own.
    func merging(_ other: [String: JSON]) -> JSON {
        guard case .object(let mine) = self else { return .object(other) }
        return .object(mine.merging(other) { $1 })
    }
}

extension ClosedRange<Double> {
    /// How many significant digits tell the numbers of an axis or a scale apart: seven, and more far from zero, where
    /// the first ones are the same for all.
    var significantDigits: Int {
        let (span, size) = (upperBound - lowerBound, Swift.max(abs(lowerBound), abs(upperBound)))
        guard span > 0, size > 100 * span else { return 7 }
        return Swift.min(17, 7 + Int(log10(size / span).rounded(.up)))
    }
}
