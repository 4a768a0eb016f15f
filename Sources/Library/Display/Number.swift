import Foundation

/// Numbers as text that can be read by people and copied into other programs: the minus sign is ASCII's hyphen, since
/// neither Python nor R reads the typographic one.
package enum Number {
    /// A number with a fixed count of decimals, from none to as many as a `Double` of its size can have; NaN is "n/a".
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        let decimals = min(max(decimals, 0), 20)
        guard value.isFinite else { return value.isNaN ? "n/a" : value > 0 ? "inf" : "-inf" }
        // A number of more digits than precision has is not told better by all of them.
        guard abs(value) < 1e15 else { return String(format: "%.\(max(decimals, 2))e", value) }
        let text = String(format: "%.\(decimals)f", value)
        guard text.hasPrefix("-") else { return text }
        let digits = text.dropFirst()
        return digits.allSatisfy({ $0 == "0" || $0 == "." }) ? String(digits) : text
    }

    /// A p value with four decimals; one that would be all zeros is "< 0.0001".
    package static func probability(_ p: Double) -> String {
        p < 0.0001 && p >= 0 ? "< 0.0001" : fixed(p, 4)
    }

    /// A number with as many decimals as its size asks for: three below 10, fewer above.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return fixed(value, 0) }
        let size = abs(value)
        if value == value.rounded(), size < 1e7 { return fixed(value, 0) }
        if size != 0, size < 0.001 || size >= 1e7 {
            return String(format: "%.2e", value)
        }
        return fixed(value, size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0)
    }

    /// A count with the noun that it counts, "1 voxel" or "1,452 voxels".
    package static func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(grouped(count)) \(count == 1 ? singular : plural ?? singular + "s")"
    }

    /// A whole number with commas between thousands.
    package static func grouped(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}
