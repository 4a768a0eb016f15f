/// Small charts made of characters, for consoles.
package enum TextBar {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// A bar for each value; the longest reaches `width` characters, bars of values below zero are gray.
    package static func bars(_ values: [Double], width: Int = 24) -> [String] {
        let longest = values.filter(\.isFinite).map(abs).max() ?? 0
        return values.map { value in
            guard value.isFinite, longest > 0 else { return "" }
            if value < 0 {
                return String(
                    repeating: "░", count: max(1, Int((-value / longest * Double(width)).rounded())))
            }
            let parts = Int((value / longest * Double(width * 8)).rounded())
            return String(repeating: "█", count: parts / 8) + eighths[parts % 8]
        }
    }
}
