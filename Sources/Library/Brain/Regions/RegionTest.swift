import Display
import Encoding
import Foundation

/// How differences over subjects or blocks are tested in each region; every test is two-sided.
public enum RegionTest: Sendable, Equatable {
    /// Student's paired t.
    case pairedT
    /// Wilcoxon's signed ranks.
    case wilcoxon
    /// The permutation test that exchanges the two models' labels within subjects, which flips signs of differences: all
    /// ways for at most 16 subjects, else `count` random ones.
    case permutation(count: Int = 10_000, seed: UInt32 = 0)

    /// The permutation test under the name that it has for differences.
    public static func signFlip(count: Int = 10_000, seed: UInt32 = 0) -> RegionTest {
        .permutation(count: count, seed: seed)
    }

    /// Sign flips with the usual 10,000 random ones.
    public static var signFlip: RegionTest { .permutation() }

    /// What the statistic is called in a table.
    var statisticName: String {
        switch self {
        case .pairedT: "t"
        case .wilcoxon: "W"
        case .permutation: "mean difference"
        }
    }

    /// What the test is called where scores are compared with one value, not with each other.
    var oneSampleName: String { self == .pairedT ? "Student's one-sample t" : "\(self)" }

    /// Throws `BrainError.value` for less than one sign flip.
    func check() throws {
        if case .permutation(let count, _) = self, count < 1 {
            throw BrainError.value(what: "the number of sign flips", got: "\(count)", expected: "1 or more")
        }
    }

    /// The smallest p value that this many differences can give, which is that of differences of one sign.
    func leastP(_ differences: [Double]) throws -> Double {
        switch self {
        case .pairedT: 0
        case .wilcoxon: try outcome(differences.map(abs)).p
        case .permutation(let flips, _):
            // All flips of few differences, of which the data and their opposite are two; else random ones and the data.
            differences.count > 16 ? 1 / Double(flips + 1) : min(1, exp2(1 - Double(differences.count)))
        }
    }

    /// The statistic and the p value of differences; NaN where they cannot be tested: fewer than two, or none but zeros.
    package func outcome(_ differences: [Double]) throws -> (statistic: Double, p: Double) {
        // Of many voxels sign flips take long.
        try Task.checkCancellation()
        guard differences.count > 1, differences.contains(where: { $0 != 0 }) else { return (.nan, .nan) }
        let test =
            switch self {
            // The case of the same name hides the function.
            case .pairedT: try PairedTest.t(differences)
            case .wilcoxon: try PairedTest.wilcoxon(differences)
            case .permutation(let count, let seed):
                try PairedTest.signFlips(differences, flips: count, seed: seed)
            }
        return (test.statistic, test.p)
    }
}

extension RegionTest: CustomStringConvertible {
    /// The test's name, as a figure's note gives it.
    public var description: String {
        switch self {
        case .pairedT: "Student's paired t"
        case .wilcoxon: "Wilcoxon's signed ranks"
        case .permutation(let count, let seed):
            "Permutation by sign flips (all, or \(Number.grouped(count)) random ones beyond 16, seed \(seed))"
        }
    }
}
