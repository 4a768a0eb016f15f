import Foundation
import Tensors

/// The result of a test of paired differences.
public struct PairedTest: Sendable, Equatable {
    /// The test statistic: Student's t, the smaller rank sum, or the mean difference.
    public let statistic: Double
    /// The two-sided p value.
    public let p: Double
    /// The mean difference.
    public let effect: Double
    /// The 95 % confidence interval of the mean difference, if the test gives one.
    public let interval: ClosedRange<Double>?
}

extension PairedTest {
    /// Student's test that the mean of `differences` (one per subject, say) is 0.
    ///
    /// The same as `scipy.stats.ttest_1samp` and `ttest_rel`. Throws `EncodingError` with fewer than 2 differences.
    public static func t(_ differences: [Double]) throws -> PairedTest {
        try require(differences, atLeast: 2)
        let count = Double(differences.count)
        // Squares of very large or small numbers would not be finite, or 0; dividing by a power of 2 rounds nothing.
        let scale = differences.reduce(0) { max($0, abs($1)) }.binade
        let scaled = scale > 0 ? differences.map { $0 / scale } : differences
        let unit = scale > 0 ? scale : 1
        let mean = scaled.reduce(0, +) / count
        let variance = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let error = (variance / count).squareRoot()
        let t = mean / error
        let reach = error * studentQuantile(0.975, degrees: count - 1)
        let (low, high) = ((mean - reach) * unit, (mean + reach) * unit)
        return PairedTest(
            statistic: t, p: studentTwoSided(t, degrees: count - 1), effect: mean * unit,
            interval: low.isFinite && high.isFinite ? low...high : nil)
    }

    /// Wilcoxon's signed-rank test that `differences` are symmetric about 0.
    ///
    /// Exact for at most 50 differences without ties or zeros and for at most 13 with them, else by the normal
    /// approximation with the correction for ties; zeros are left out. The same as `scipy.stats.wilcoxon` (1.17)
    /// with its defaults.
    /// Throws `EncodingError` if no difference is other than 0.
    public static func wilcoxon(_ differences: [Double]) throws -> PairedTest {
        try require(differences, atLeast: 1)
        let nonzero = differences.filter { $0 != 0 }
        try checkParameter(
            "the number of differences other than 0", nonzero.count, expected: "at least 1", !nonzero.isEmpty)
        let (ranks, ties) = averageRanks(nonzero.map(abs))
        let positive = zip(nonzero, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
        let count = Double(nonzero.count)
        let statistic = min(positive, count * (count + 1) / 2 - positive)
        let isPlain = nonzero.count == differences.count && ties.isEmpty
        let p: Double
        if differences.count <= (isPlain ? 50 : 13) {
            p = min(1, 2 * signedRankTail(upTo: statistic, ranks: ranks))
        } else {
            let tied = ties.reduce(0.0) { $0 + Double($1 * $1 * $1 - $1) }
            let variance = count * (count + 1) * (2 * count + 1) / 24 - tied / 48
            p = erfc(abs(statistic - count * (count + 1) / 4) / (2 * variance).squareRoot())
        }
        return PairedTest(
            statistic: statistic, p: p, effect: differences.reduce(0, +) / Double(differences.count),
            interval: nil)
    }

    /// The permutation test that flips the signs of `differences`: p is the share of flips whose mean is as far from
    /// 0.
    ///
    /// All flips are taken for at most 16 differences, else `flips` random ones and the data themselves, `(1 + #) /
    /// (1 + N)`.
    /// Throws `EncodingError` without differences, or if random flips are needed and `flips` is below 1, and
    /// `CancellationError` if the cell is interrupted.
    ///
    /// - Parameters:
    ///   - differences: one for each pair.
    ///   - flips: how many random flips are taken if there are more than 16 differences.
    ///   - seed: the seed of numpy's `RandomState`.
    public static func signFlips(_ differences: [Double], flips: Int = 10_000, seed: UInt32 = 0) throws
        -> PairedTest
    {
        try require(differences, atLeast: 1)
        let observed = abs(differences.reduce(0, +)) * (1 - 1e-12)
        var extreme = 0
        let p: Double
        if differences.count <= 16 {
            for pattern in 0..<(1 << differences.count) {
                let sum = differences.indices.reduce(0) {
                    $0 + (pattern >> $1 & 1 == 1 ? -differences[$1] : differences[$1])
                }
                if abs(sum) >= observed { extreme += 1 }
            }
            p = Double(extreme) / Double(1 << differences.count)
        } else {
            try checkParameter("the number of flips", flips, expected: "1 or more", flips > 0)
            var random = NumpyRandom(seed: seed)
            for flip in 0..<flips {
                if flip % 4096 == 0 { try Task.checkCancellation() }
                let sum = differences.reduce(0) { $0 + (random.nextUInt32() & 1 == 1 ? -$1 : $1) }
                if abs(sum) >= observed { extreme += 1 }
            }
            p = Double(1 + extreme) / Double(1 + flips)
        }
        let mean = differences.reduce(0, +) / Double(differences.count)
        return PairedTest(statistic: mean, p: p, effect: mean, interval: nil)
    }
}

private func require(_ differences: [Double], atLeast count: Int) throws {
    guard differences.count >= count else {
        throw EncodingError.parameter(
            name: "the number of differences", value: "\(differences.count)",
            expected: "at least \(count)")
    }
    if let index = differences.firstIndex(where: { !$0.isFinite }) {
        throw EncodingError.parameter(
            name: "difference number \(index)", value: "\(differences[index])", expected: "a finite number")
    }
}

/// Ranks from 1, equal values sharing the mean of theirs, and the sizes of the groups of equal values.
func averageRanks(_ values: [Double]) -> (ranks: [Double], ties: [Int]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var ties: [Int] = []
    var start = 0
    while start < order.count {
        var end = start + 1
        while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
        for position in start..<end { ranks[order[position]] = Double(start + 1 + end) / 2 }
        if end - start > 1 { ties.append(end - start) }
        start = end
    }
    return (ranks, ties)
}

/// The probability that those of the ranks whose difference is positive sum to at most `limit`, if signs are random.
///
/// Shared ranks are halves, so that twice the ranks are whole numbers.
private func signedRankTail(upTo limit: Double, ranks: [Double]) -> Double {
    let doubled = ranks.map { Int(2 * $0) }
    var probabilities = [Double](repeating: 0, count: doubled.reduce(0, +) + 1)
    probabilities[0] = 1
    for rank in doubled {
        for sum in stride(from: probabilities.count - 1, through: 0, by: -1) {
            probabilities[sum] = (probabilities[sum] + (sum >= rank ? probabilities[sum - rank] : 0)) / 2
        }
    }
    return probabilities[0...Int(2 * limit)].reduce(0, +)
}
