import Display
import Tensors

/// Two models compared over subjects, region by region or voxel by voxel: effect, interval, p and q.
///
/// ```swift
/// let multimodal = Matrix([[0.31, 0.22], [0.28, 0.25], [0.35, 0.20]])           // subjects x regions
/// let unimodal = Matrix([[0.27, 0.22], [0.25, 0.26], [0.30, 0.21]])
/// let comparison = try PairedComparison(multimodal, unimodal, names: ["V1", "IT"])
/// comparison.q                                                                  // false discovery rate over regions
/// ```
public struct PairedComparison: Sendable, Equatable {
    /// How the differences of the subjects are tested.
    public enum Test: Sendable, Equatable {
        /// Student's paired t.
        case t
        /// Wilcoxon's signed ranks.
        case wilcoxon
        /// Flips of the subjects' signs; also gives `pForMaximum`.
        case signFlip(seed: UInt32 = 0)
    }

    /// The names of the regions.
    public let names: [String]
    /// The mean difference of each, first less second.
    public let effects: [Double]
    /// The 95 % confidence interval of each mean difference, by Student's t.
    public let intervals: [ClosedRange<Double>?]
    /// The two-sided p value of each; NaN if a subject has no score, or no subject a difference.
    ///
    /// Without any difference there is nothing to test, whichever the test, and the region does not count in `q`. So says
    /// `scipy.stats.ttest_rel`; `wilcoxon` and `permutation_test` give 1.
    public let p: [Double]
    /// The false discovery rate at which each would just be called different (Benjamini & Hochberg).
    public let q: [Double]
    /// The p value that controls the error over all of them; nil unless signs were flipped.
    public let pForMaximum: [Double]?

    /// Compares the scores of two models.
    ///
    /// - Parameters:
    ///   - first: subjects x regions.
    ///   - second: the same subjects and regions.
    ///   - names: the names of the regions; their indices if empty.
    ///   - test: how differences are tested.
    ///
    /// Throws `EncodingError` if shapes differ or there are fewer than 2 subjects, `CancellationError` if the cell
    /// is interrupted.
    public init(
        _ first: Matrix<Double>, _ second: Matrix<Double>, names: [String] = [], test: Test = .t
    ) throws {
        guard first.rows == second.rows else {
            throw EncodingError.sampleCount(
                what: "scores of the second model", count: second.rows, expected: first.rows)
        }
        for (what, count) in [("scores of the second model", second.columns), ("names", names.count)]
        where count != first.columns && !(what == "names" && names.isEmpty) {
            throw EncodingError.columnCount(what: what, count: count, expected: first.columns)
        }
        // The tests need subjects even if there is no region.
        try checkParameter("the number of subjects", first.rows, expected: "2 or more", first.rows >= 2)
        let differences = first - second
        self.names = names.isEmpty ? (0..<first.columns).map(String.init) : names
        let columns = (0..<first.columns).map { differences.column($0) }
        let tests = try columns.map { column in
            column.allSatisfy(\.isFinite) ? try PairedTest.t(column) : nil
        }
        effects = columns.map { $0.reduce(0, +) / Double($0.count) }
        intervals = tests.map { $0?.interval }
        switch test {
        case .t:
            p = tests.map { $0?.p ?? .nan }
            pForMaximum = nil
        case .wilcoxon:
            p = try columns.map { column in
                column.allSatisfy(\.isFinite) && column.contains { $0 != 0 }
                    ? try PairedTest.wilcoxon(column).p : .nan
            }
            pForMaximum = nil
        case .signFlip(let seed):
            let flips = try PermutationTest.signFlips(differences, seed: seed)
            p = flips.p
            pForMaximum = flips.pForMaximum
        }
        q = benjaminiHochberg(p)
    }
}

extension PairedComparison: Displayable {
    /// A table of effect, interval, p and q, the smallest p first.
    public var mimeBundle: MIMEBundle {
        let order = names.indices.filter { !p[$0].isNaN }.sorted { p[$0] < p[$1] }
        let reaches = order.map { index -> String in
            guard let interval = intervals[index] else { return "" }
            return "\(Number.fixed(interval.lowerBound, 3)) to \(Number.fixed(interval.upperBound, 3))"
        }
        var columns: [Table.Column] = [
            .text("", order.map { names[$0] }), .numbers("effect", order.map { effects[$0] }),
            .text("95 % interval", reaches), .probabilities("p", order.map { p[$0] }),
            .probabilities("q", order.map { q[$0] }),
        ]
        if let pForMaximum {
            columns.append(.probabilities("p for the maximum", order.map { pForMaximum[$0] }))
        }
        let untested = names.indices.filter { p[$0].isNaN }.map { names[$0] }
        let notes =
            untested.isEmpty
            ? []
            : [
                "not tested, for want of scores that differ: "
                    + untested.prefix(10).joined(separator: ", ")
                    + (untested.count > 10 ? ", … (\(untested.count) in all)" : "")
            ]
        return Table("First less second model", columns, notes: notes).mimeBundle
    }
}
