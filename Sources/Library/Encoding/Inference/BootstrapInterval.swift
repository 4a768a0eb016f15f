import Foundation
import Tensors

/// An estimate and its bootstrap confidence interval.
public struct BootstrapInterval: Sendable, Equatable {
    /// The statistic of the data.
    public let estimate: Double
    /// The confidence interval of the statistic.
    public let interval: ClosedRange<Double>
    /// The confidence, 0.95 for instance.
    public let level: Double
}

/// How an interval is computed from resampled statistics.
public enum BootstrapMethod: Sendable, Equatable {
    /// The quantiles of the statistics.
    case percentile
    /// The quantiles, corrected for bias and skew (Efron's BCa).
    case bca
}

extension BootstrapInterval {
    /// The confidence interval of a statistic of `values` (one per subject, say), by resampling them with
    /// replacement.
    ///
    /// ```swift
    /// let subjects = [0.21, 0.34, 0.18, 0.29, 0.25]                        // one score each
    /// let interval = try BootstrapInterval(of: subjects)                   // of the mean
    /// let median = try BootstrapInterval(of: subjects) { $0.sorted()[$0.count / 2] }
    /// ```
    ///
    /// The same interval as `scipy.stats.bootstrap` gives for `RandomState(seed)`. Throws `EncodingError` with fewer
    /// than 2 values, one that is not finite, a statistic that is NaN or often infinite, or values whose BCa interval
    /// does not exist; `CancellationError` if the cell is interrupted.
    ///
    /// - Parameters:
    ///   - values: one for each subject, say; at least 2.
    ///   - resamples: how many samples are drawn with replacement.
    ///   - level: the share of the distribution that the interval holds, between 0 and 1.
    ///   - method: how the bounds are found.
    ///   - seed: the seed of numpy's `RandomState`.
    ///   - statistic: what is computed of each sample; the mean unless another is given.
    public init(
        of values: [Double], resamples: Int = 9999, level: Double = 0.95, method: BootstrapMethod = .bca,
        seed: UInt32 = 0, statistic: ([Double]) -> Double = { $0.reduce(0, +) / Double($0.count) }
    ) throws {
        try checkParameter(
            "the number of values to resample", values.count, expected: "2 or more", values.count >= 2)
        try checkBootstrap(resamples: resamples, level: level)
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw EncodingError.parameter(
                name: "value number \(index)", value: "\(values[index])", expected: "a finite number")
        }
        var random = NumpyRandom(seed: seed)
        let last = UInt32(values.count - 1)
        var sample = values
        var statistics: [Double] = []
        statistics.reserveCapacity(resamples)
        for index in 0..<resamples {
            if index % 1024 == 0 { try Task.checkCancellation() }
            for index in sample.indices { sample[index] = values[Int(random.integer(through: last))] }
            statistics.append(statistic(sample))
        }
        let estimate = statistic(values)
        if estimate.isNaN || statistics.contains(where: \.isNaN) {
            throw EncodingError.parameter(
                name: "the statistic of the values or of a resample", value: "NaN", expected: "a number")
        }
        statistics.sort()
        let tail = (1 - level) / 2
        var bounds = (tail, 1 - tail)
        if method == .bca {
            bounds = correctedBounds(statistics, estimate: estimate, values: values, tail: tail, statistic)
            guard bounds.0.isFinite, bounds.1.isFinite else {
                throw EncodingError.parameter(
                    name: "the statistic of every resample",
                    value: statistics.first == statistics.last
                        ? "the same, so that it has no BCa interval"
                        : "on one side of that of the values, or unchanged whichever value is left out, so that it "
                            + "has no BCa interval",
                    expected: "varying about it; or take method: .percentile")
            }
        }
        let (low, high) = (quantile(statistics, bounds.0), quantile(statistics, bounds.1))
        // Between two infinite statistics there is no number.
        guard !low.isNaN, !high.isNaN else {
            throw EncodingError.parameter(
                name: "the statistic of resamples", value: "infinite so often that it has no interval",
                expected: "finite")
        }
        self.init(estimate: estimate, interval: min(low, high)...max(low, high), level: level)
    }
}

/// The quantiles to take instead of `tail` and `1 - tail`. Source: Efron & Tibshirani (1993), 14.3.
private func correctedBounds(
    _ sorted: [Double], estimate: Double, values: [Double], tail: Double, _ statistic: ([Double]) -> Double
) -> (Double, Double) {
    let below = sorted.count { $0 < estimate } + sorted.count { $0 <= estimate }
    let bias = normalQuantile(Double(below) / Double(2 * sorted.count))
    let jackknife = values.indices.map { left -> Double in
        var rest = values
        rest.remove(at: left)
        return statistic(rest)
    }
    let mean = jackknife.reduce(0, +) / Double(jackknife.count)
    let cubes = jackknife.reduce(0) { $0 + pow(mean - $1, 3) }
    let squares = jackknife.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let acceleration = cubes / (6 * pow(squares, 1.5))
    func corrected(_ z: Double) -> Double {
        normalProbability(bias + (bias + z) / (1 - acceleration * (bias + z)))
    }
    let z = normalQuantile(tail)
    return (corrected(z), corrected(-z))
}

/// Throws `EncodingError` for numbers of resamples and levels that mean nothing.
func checkBootstrap(resamples: Int, level: Double) throws {
    try checkParameter(
        "the number of resamples", resamples, expected: "1 to 1,000,000", (1...1_000_000).contains(resamples))
    try checkParameter("the confidence level", level, expected: "between 0 and 1", level > 0 && level < 1)
}
