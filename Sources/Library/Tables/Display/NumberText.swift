import Display
import Foundation

/// The numbers of a column as they are shown: with one count of decimals, six digits at most.
struct NumberText {
    private let decimals: Int

    /// The decimals that the given numbers need and can have.
    init(_ values: [Double]) {
        let finite = values.filter(\.isFinite)
        let largest = finite.map(abs).max() ?? 0
        let room = largest == 0 ? 1 : max(1, 5 - Int(log10(largest).rounded(.down)))
        decimals = max(1, min(room, finite.map(Self.decimals).max() ?? 1))
    }

    func text(_ value: Double) -> String {
        guard value.isFinite else { return Number.fixed(value, 0) }
        let size = abs(value)
        // One so small or so large that its digits would not be seen.
        if size >= 1e7 || size != 0 && size < pow(10, Double(1 - decimals)) && Self.decimals(value) > decimals
        {
            return String(format: "%.4g", value)
        }
        return Number.fixed(value, decimals)
    }

    /// How many decimals the shortest text of a number has.
    private static func decimals(_ value: Double) -> Int {
        let text = value.description
        guard let point = text.firstIndex(of: ".") else { return text.contains("e") ? 9 : 0 }
        if text.contains("e") { return 9 }
        let decimals = text[text.index(after: point)...]
        return decimals == "0" ? 0 : decimals.count
    }
}
