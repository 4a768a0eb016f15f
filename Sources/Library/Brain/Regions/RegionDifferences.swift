import Display
import Encoding

/// Which differences between layers or models are real: each region's difference over subjects or blocks, tested.
///
/// ```swift
/// let subjects = try studies.map { try RegionComparison(layerScores, of: $0) }
/// let comparison = try RegionComparison(subjects: subjects, test: .wilcoxon)
/// comparison.differences                // a table: difference, interval, statistic, p, q and verdict by region
/// ```
public struct RegionDifferences: Sendable, Equatable {
    /// The difference of two candidates in a region.
    public struct Row: Sendable, Equatable {
        public let region: Region
        /// The two candidates; the difference is the first less the second.
        public let first: String
        public let second: String
        /// How many subjects or blocks have both scores.
        public let count: Int
        /// The mean difference; NaN if no subject has both scores.
        public let difference: Double
        /// The 95 % confidence interval of the mean difference, by Student's t.
        public let interval: ClosedRange<Double>?
        /// The statistic of the test: Student's t, Wilcoxon's smaller rank sum, or the mean difference.
        public let statistic: Double
        /// The two-sided p value; NaN where the difference cannot be tested.
        public let p: Double
        /// p corrected for the number of all rows.
        public let q: Double

        /// What the test says at 0.05: which candidate is better, or that no difference is shown.
        public var verdict: String {
            if q.isNaN { return "not tested" }
            guard q < 0.05 else { return "no difference shown" }
            return "\(difference > 0 ? first : second) better"
        }

        /// Whether the difference is real, as far as the test can tell at 0.05.
        public var isSignificant: Bool { q < 0.05 }
    }

    /// A row for each region and pair of candidates.
    public let rows: [Row]
    /// How differences are tested.
    public let test: RegionTest
    /// The corrected p values, and how they are corrected.
    public let significance: Significance
    /// What limits the test, for instance blocks that are too short for so slow a signal.
    public let notes: [String]

    init(
        _ scores: [RegionScores], names: [String], pairs: [(Int, Int)], test: RegionTest,
        correction: PValueCorrection,
        notes: [String]
    ) throws {
        try test.check()
        typealias Tested = (
            region: Int, pair: (Int, Int), differences: [Double], outcome: (statistic: Double, p: Double)
        )
        let regions = scores[0].rows.map(\.region)
        let tested = try regions.indices.flatMap { region in
            try pairs.map { pair -> Tested in
                let (a, b) = (scores[pair.0].rows[region], scores[pair.1].rows[region])
                let differences = zip(a.values, b.values).map { $0 - $1 }.filter(\.isFinite)
                return (region, pair, differences, try test.outcome(differences))
            }
        }
        let unit = scores[0].unit.rawValue
        let over = UnitCounts.told(tested.map(\.differences.count), unit)
        significance = try Significance(
            p: tested.map(\.outcome.p), correction: correction, test: "\(test) over \(over)"
        ).limited(by: test, tested.map(\.differences))
        rows = zip(tested, significance.q).map { item, q in
            let row = RegionScores.Row(region: regions[item.region], values: item.differences)
            let reach = ErrorBar.interval(0.95).length(row)
            return Row(
                region: row.region, first: names[item.pair.0], second: names[item.pair.1],
                count: row.count, difference: row.mean,
                interval: reach.isFinite ? row.mean - reach...row.mean + reach : nil,
                statistic: item.outcome.statistic, p: item.outcome.p, q: q)
        }
        self.test = test
        self.notes = notes
    }
}

extension RegionDifferences {
    /// A row for each region: difference, interval, statistic, p, q and verdict.
    public var table: Table {
        let pairs = Set(rows.map { [$0.first, $0.second] })
        let only = pairs.count == 1 ? rows.first : nil
        var columns: [Table.Column] = [.text("region", rows.map(\.region.name))]
        if only == nil { columns.append(.text("difference of", rows.map { "\($0.first) - \($0.second)" })) }
        columns += [
            .counts("n", rows.map(\.count)), .numbers("difference", rows.map(\.difference)),
            .intervals("95 % interval", rows.map(\.interval)),
            .numbers(test.statisticName, rows.map(\.statistic)), .probabilities("p", rows.map(\.p)),
        ]
        if significance.correction != .none {
            columns.append(.probabilities(significance.symbol, rows.map(\.q)))
        }
        columns.append(.text("verdict", rows.map(\.verdict)))
        return Table(
            only.map { "\($0.first) less \($0.second), by region" } ?? "Differences by region", columns,
            notes: [
                significance.rule(.values, over: only == nil ? "difference" : "region")
                    + " Intervals by Student's t. Verdict at 0.05."
            ] + notes)
    }
}

extension RegionDifferences: Displayable, CustomStringConvertible {
    public var mimeBundle: MIMEBundle { table.mimeBundle }
}

extension RegionDifferences.Row: CustomStringConvertible {
    /// The region, the difference, p and the verdict.
    public var description: String {
        "\(region.name): \(first) less \(second) \(Number.fixed(difference, 3)), p \(p < 0.0001 ? "" : "= ")"
            + "\(Number.probability(p)), \(verdict)"
    }
}
