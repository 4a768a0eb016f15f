import Display
import Encoding

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

    /// The statistic and the p value of differences; NaN where they cannot be tested: fewer than two, or none but zeros.
    func outcome(_ differences: [Double]) throws -> (statistic: Double, p: Double) {
        guard differences.count > 1, differences.contains(where: { $0 != 0 }) else { return (.nan, .nan) }
        let test =
            switch self {
            // The case of the same name hides the function.
            case .pairedT: try PairedTest.t(differences)
            case .wilcoxon: try PairedTest.wilcoxon(differences)
            case .permutation(let count, let seed): try PairedTest.signFlips(differences, flips: count, seed: seed)
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
