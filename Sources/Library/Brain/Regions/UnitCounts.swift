import Display

/// How many subjects or blocks each of several regions has, as a figure's text tells it.
package enum UnitCounts {
    /// "4 subjects" or, where regions differ, "2 to 4 subjects"; those without any take no part in a test or a mean.
    package static func told(_ counts: [Int], _ unit: String) -> String {
        let counts = counts.filter { $0 > 0 }
        let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
        return least == most ? Number.counted(most, unit) : "\(least) to \(most) \(unit)s"
    }
}
