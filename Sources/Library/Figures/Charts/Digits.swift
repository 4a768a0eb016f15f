import Display
import Foundation

/// With how many digits after the point a figure tells its numbers: three or, where the largest would have fewer digits
/// than that, as many as give it three. Numbers that would need too many are told by their powers of ten.
enum Digits {
    private static let most = 12

    static func afterPoint(_ values: some Sequence<Double>) -> Int {
        let largest = values.filter(\.isFinite).map(abs).max() ?? 0
        return largest > 0 && largest < 0.01 ? 2 - Int(log10(largest).rounded(.down)) : 3
    }

    /// The same as d3 names it.
    static func format(_ values: some Sequence<Double>) -> String {
        let digits = afterPoint(values)
        return digits > most ? ".2e" : ".\(digits)f"
    }

    /// A number as text with so many digits after the point.
    static func text(_ value: Double, _ digits: Int) -> String {
        guard digits > most, value.isFinite else { return Number.fixed(value, digits) }
        return Ticks.byPower(value, 2)
    }
}

extension Table.Column {
    /// A column of a figure's numbers.
    static func shown(_ heading: String, _ values: [Double]) -> Table.Column {
        let digits = Digits.afterPoint(values)
        return Table.Column(
            heading: heading, cells: values.map { Digits.text($0, digits) }, isNumeric: true,
            values: .numbers(values))
    }
}
