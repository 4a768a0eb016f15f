import Display
import Foundation

/// With how many digits after the point a figure tells its numbers: three or, where the largest would have fewer digits
/// than that, as many as give it three.
enum Digits {
    static func afterPoint(_ values: some Sequence<Double>) -> Int {
        let largest = values.filter(\.isFinite).map(abs).max() ?? 0
        return largest > 0 && largest < 0.01 ? min(12, 2 - Int(log10(largest).rounded(.down))) : 3
    }

    /// The same as d3 names it.
    static func format(_ values: some Sequence<Double>) -> String { ".\(afterPoint(values))f" }
}

extension Table.Column {
    /// A column of a figure's numbers.
    static func shown(_ heading: String, _ values: [Double]) -> Table.Column {
        .numbers(heading, values, decimals: Digits.afterPoint(values))
    }
}
