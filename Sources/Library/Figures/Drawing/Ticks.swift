import Display
import Foundation

/// Round numbers along an axis.
struct Ticks: Sendable {
    /// The round range that holds all values.
    let domain: ClosedRange<Double>
    /// The round numbers in the range, ascending.
    let values: [Double]
    /// How far one number is from the next.
    let step: Double
    /// Digits after the point that tell the numbers apart.
    private let decimals: Int
    /// Whether the numbers are so small, or so large, that they are told by their powers of ten.
    let isByPower: Bool

    /// About `count` steps of 1, 2, 2.5 or 5 times a power of ten that cover `range`.
    ///
    /// With `extending` the domain grows to the next round number on both sides, else it stays.
    init(covering range: ClosedRange<Double>, count: Int = 5, minimumStep: Double = 0, extending: Bool = true)
    {
        // Beyond these a round number may be infinite.
        func held(_ value: Double) -> Double { min(max(value, -4e307), 4e307) }
        var (low, high) = (held(range.lowerBound), held(range.upperBound))
        if !(low < high) {
            let reach = low == 0 ? 1 : abs(low) * 0.5
            (low, high) = (low - reach, high + reach)
        }
        // Numbers that differ by no more than rounding have no round numbers between them.
        let least = max(1e-290, max(abs(low), abs(high)) * 1e-13)
        if high - low < least { (low, high) = (low - least, high + least) }
        let step = max(minimumStep, Ticks.roundStep((high - low) / Double(max(1, count))))
        // The tolerance keeps 0.3/0.1 from being 2.9999.
        let first = extending ? floor(low / step + 1e-9) : ceil(low / step - 1e-9)
        let last = extending ? ceil(high / step - 1e-9) : floor(high / step + 1e-9)
        values = (0...max(0, Int(last - first))).map { (first + Double($0)) * step }
        domain = extending ? (first * step)...(last * step) : low...high
        let size = max(abs(low), abs(high))
        // The last tick may lie beyond the numbers.
        let largest = values.reduce(size) { max($0, abs($1)) }
        isByPower = size < 1e-6 || largest >= 1e15
        let power = pow(10, floor(log10(size < 1e-6 ? size : largest)))
        decimals = Ticks.decimals(of: isByPower ? step / power : step)
        self.step = step
    }

    /// The bin of a value among `count` bins of `width` from `start`; the first and the last take what lies beyond.
    static func bin(of value: Double, start: Double, width: Double, count: Int) -> Int {
        let place = (value - start) / width
        // The difference of the largest numbers is infinite.
        return place >= Double(count - 1) ? count - 1 : place > 0 ? Int(place) : 0
    }

    /// The numbers as text.
    var labels: [String] {
        values.map { isByPower ? Ticks.byPower($0, decimals) : Number.fixed($0, decimals) }
    }

    /// A number by its power of ten as JavaScript writes it, "1.5e-7", and zero as "0".
    static func byPower(_ value: Double, _ decimals: Int) -> String {
        guard value != 0 else { return "0" }
        let text = String(format: "%.\(decimals)e", value)
        guard let end = text.firstIndex(of: "e"), let power = Int(text[end...].dropFirst()) else {
            return text
        }
        return "\(text[..<end])e\(power < 0 ? "-" : "+")\(power.magnitude)"
    }

    /// The same as d3 names it, but for zero.
    var format: String { ".\(decimals)\(isByPower ? "e" : "f")" }

    /// What Vega writes at zero, which by its power of ten would be "0.0e+0".
    var zeroExpression: String { isByPower ? "'0'" : "datum.label" }

    private static func roundStep(_ rough: Double) -> Double {
        let power = pow(10, floor(log10(rough)))
        let factor = rough / power
        for round in [1.0, 2, 2.5, 5] where factor <= round * 1.0001 { return round * power }
        return 10 * power
    }

    private static func decimals(of step: Double) -> Int {
        for decimals in 0..<15 {
            let scaled = step * pow(10, Double(decimals))
            if scaled > 0.5, abs(scaled - scaled.rounded()) < 1e-6 * max(1, scaled) { return decimals }
        }
        return 15
    }
}
