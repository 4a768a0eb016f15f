import Display
import Encoding

/// p values by region, corrected for their number, and the marks that they get in a figure.
///
/// ```swift
/// let found = try Significance(p: [0.001, 0.2, 0.03], test: "Permutation of 1,000 blocks")   // one p a region
/// try byRegion.chart(significance: found)
/// ```
public struct Significance: Sendable, Equatable {
    /// What a figure writes beside a bar or over a pair of them.
    public enum Mark: Sendable {
        /// "*" below 0.05, "**" below 0.01, "***" below 0.001.
        case stars
        /// The corrected p value of each region.
        case values
    }

    /// The p value of each region; NaN where there was no test.
    public let p: [Double]
    /// The corrected p values.
    public let q: [Double]
    /// How they are corrected.
    public let correction: PValueCorrection
    /// What was tested and how, for the figure's note.
    public let test: String
    /// What keeps every p value above 0.05, for instance too few subjects; empty if nothing does.
    private var limit = ""

    /// Marks p values that were found elsewhere; throws `EncodingError` if one is below 0 or above 1.
    ///
    /// - Parameters:
    ///   - p: p values, 0 to 1; NaN if nothing was tested.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - test: the name of the test, for the note of a figure.
    public init(p: [Double], correction: PValueCorrection = .benjaminiHochberg, test: String) throws {
        self.p = p
        self.correction = correction
        self.test = test
        q = try correction.corrected(p)
    }

    /// Marks the p values of a permutation test whose columns are regions.
    ///
    /// - Parameters:
    ///   - test: a test whose columns are regions.
    ///   - correction: how p values are corrected for the number of comparisons.
    public init(_ test: PermutationTest, correction: PValueCorrection = .benjaminiHochberg) throws {
        try self.init(
            p: test.p, correction: correction,
            test: "\(Number.grouped(test.permutations)) \(test.isExact ? "(all)" : "random") permutations")
    }

    /// Marks the p values of a comparison of two models over subjects.
    ///
    /// - Parameters:
    ///   - comparison: a comparison with one column for each region.
    ///   - correction: how p values are corrected for the number of comparisons.
    public init(_ comparison: PairedComparison, correction: PValueCorrection = .benjaminiHochberg) throws {
        try self.init(p: comparison.p, correction: correction, test: "First less second model over subjects")
    }

    /// What the corrected p values are called: "p" where they are not corrected, "q" for a false discovery rate.
    package var symbol: String {
        switch correction {
        case .none: "p"
        case .bonferroni, .holm: "corrected p"
        case .benjaminiHochberg, .benjaminiYekutieli: "q"
        }
    }

    /// The mark of a region by its place; empty if it is not significant or was not tested.
    package func text(_ index: Int, as mark: Mark) -> String {
        let q = q[index]
        switch mark {
        case .stars: return q < 0.001 ? "***" : q < 0.01 ? "**" : q < 0.05 ? "*" : ""
        case .values:
            guard !q.isNaN else { return "" }
            let symbol = symbol == "q" ? "q" : "p"
            return q < 0.001 ? "\(symbol) < 0.001" : "\(symbol) = \(Number.fixed(q, 3))"
        }
    }

    /// What a figure's note says of the marks and the test.
    package func rule(_ mark: Mark, over what: String = "region") -> String {
        let tested = p.count { !$0.isNaN }
        guard tested > 0 else { return "\(test): no \(what) could be tested." }
        let corrected =
            correction == .none
            ? "not corrected for \(Number.counted(tested, "test"))"
            : "\(correction.name) over \(Number.counted(tested, what))"
        let stars = mark == .stars ? "* \(symbol) < 0.05, ** < 0.01, *** < 0.001. " : ""
        return "\(stars)\(test), two-sided, \(corrected).\(limit)"
    }
}

extension Significance {
    /// Adds what must be said if no p value of these differences could be below 0.05, whatever the scores.
    func limited(by test: RegionTest, _ differences: [[Double]]) throws -> Significance {
        let least = try zip(p, differences).map { $0.isNaN ? .nan : try test.leastP($1) }
        guard let smallest = least.filter({ !$0.isNaN }).min(),
            let best = try correction.corrected(least).filter({ !$0.isNaN }).min(), best >= 0.05
        else { return self }
        var limited = self
        let corrected = correction == .none ? "" : ", \(Number.probability(best)) once corrected"
        limited.limit =
            " With n = \(differences.map(\.count).max() ?? 0) the smallest p of this test is "
            + "\(Number.probability(smallest))\(corrected): none can be below 0.05."
        return limited
    }
}

extension Significance: Displayable, CustomStringConvertible {
    /// How many regions are significant, uncorrected and corrected.
    public var mimeBundle: MIMEBundle {
        Table(
            test,
            [
                .text("", correction == .none ? ["p"] : ["p", "\(symbol) (\(correction.name))"]),
                .counts("below 0.05", (correction == .none ? [p] : [p, q]).map { $0.count { $0 < 0.05 } }),
                .counts("of", (correction == .none ? [p] : [p, q]).map { $0.count { !$0.isNaN } }),
            ]
        ).mimeBundle
    }
}
