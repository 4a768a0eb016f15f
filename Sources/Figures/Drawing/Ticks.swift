import Foundation

/// Round numbers along an axis.
struct Ticks: Sendable {
    /// The round range that holds all values.
    let domain: ClosedRange<Double>
    /// The round numbers in the range, ascending.
    let values: [Double]
    /// Digits after the point that tell the numbers apart.
    let decimals: Int

    /// About `count` steps of 1, 2, 2.5 or 5 times a power of ten that cover `range`.
    ///
    /// With `extending` the domain grows to the next round number on both sides, else it stays.
    init(covering range: ClosedRange<Double>, count: Int = 5, minimumStep: Double = 0, extending: Bool = true)
    {
        var (low, high) = (range.lowerBound, range.upperBound)
        if !(low < high) {
            let reach = low == 0 ? 1 : abs(low) * 0.5
            (low, high) = (low - reach, high + reach)
        }
        let step = max(minimumStep, Ticks.roundStep((high - low) / Double(max(1, count))))
        // The tolerance keeps 0.3/0.1 from being 2.9999.
        let first = extending ? floor(low / step + 1e-9) : ceil(low / step - 1e-9)
        let last = extending ? ceil(high / step - 1e-9) : floor(high / step + 1e-9)
        values = (0...max(0, Int(last - first))).map { (first + Double($0)) * step }
        domain = extending ? (first * step)...(last * step) : low...high
        decimals = Ticks.decimals(of: step)
    }

    /// The numbers as text.
    var labels: [String] { values.map { Number.fixed($0, decimals) } }

    private static func roundStep(_ rough: Double) -> Double {
        let power = pow(10, floor(log10(rough)))
        let factor = rough / power
        for round in [1.0, 2, 2.5, 5] where factor <= round * 1.0001 { return round * power }
        return 10 * power
    }

    private static func decimals(of step: Double) -> Int {
        for decimals in 0..<12 {
            let scaled = step * pow(10, Double(decimals))
            if abs(scaled - scaled.rounded()) < 1e-6 * max(1, scaled) { return decimals }
        }
        return 12
    }
}

/// Numbers as a reader of a journal expects them.
package enum Number {
    /// A number with a fixed count of decimals and a true minus sign; NaN is "n/a".
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "n/a" : value > 0 ? "∞" : "−∞" }
        let text = String(format: "%.\(decimals)f", value)
        guard text.hasPrefix("-") else { return text }
        let digits = text.dropFirst()
        return digits.allSatisfy({ $0 == "0" || $0 == "." }) ? String(digits) : "−" + digits
    }

    /// A number with as many decimals as its size asks for: three below 10, fewer above.
    package static func short(_ value: Double) -> String {
        let size = abs(value)
        if value == value.rounded(), size < 1e7 { return fixed(value, 0) }
        if size != 0, size < 0.001 || size >= 1e7 {
            return String(format: "%.2e", value).replacing("-", with: "−")
        }
        return fixed(value, size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0)
    }

    /// A count with the noun that it counts, "1 voxel" or "1,452 voxels".
    package static func counted(_ count: Int, _ singular: String) -> String {
        "\(grouped(count)) \(singular)\(count == 1 ? "" : "s")"
    }

    /// A whole number with commas between thousands.
    package static func grouped(_ value: Int) -> String {
        var digits = String(abs(value))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "−" : "") + ([digits] + groups).joined(separator: ",")
    }
}
