import Foundation
import Tensors

/// An estimate and the interval that a bootstrap gives it.
public struct BootstrapInterval: Sendable, Equatable {
    /// The statistic of the data themselves.
    public let estimate: Double
    /// Where the statistic lies with the given confidence.
    public let interval: ClosedRange<Double>
    /// The confidence, 0.95 for instance.
    public let level: Double
}

/// How an interval is read from resampled statistics.
public enum BootstrapMethod: Sendable, Equatable {
    /// The quantiles of the statistics.
    case percentile
    /// The quantiles, corrected for bias and skew (Efron's BCa).
    case bca
}

/// The confidence interval of a statistic of `values` (one a subject, say), by resampling them with replacement.
///
/// ```swift
/// let interval = try bootstrapInterval(scoresOfSubjects)                           // of the mean
/// let median = try bootstrapInterval(scoresOfSubjects) { $0.sorted()[$0.count / 2] }
/// ```
///
/// The same interval as `scipy.stats.bootstrap` gives for `RandomState(seed)`. Throws `EncodingError` with fewer than 2
/// values, one that is not finite, a statistic that is NaN, or values whose BCa interval does not exist;
/// `CancellationError` where the cell is interrupted.
public func bootstrapInterval(
    _ values: [Double], resamples: Int = 9999, level: Double = 0.95, method: BootstrapMethod = .bca,
    seed: UInt32 = 0, statistic: ([Double]) -> Double = { $0.reduce(0, +) / Double($0.count) }
) throws -> BootstrapInterval {
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
        for place in sample.indices { sample[place] = values[Int(random.integer(through: last))] }
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
                name: "the statistic of every resample", value: "the same, so that it has no BCa interval",
                expected: "varying; or take method: .percentile")
        }
    }
    let (low, high) = (quantile(statistics, bounds.0), quantile(statistics, bounds.1))
    return BootstrapInterval(estimate: estimate, interval: min(low, high)...max(low, high), level: level)
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

/// R2 and r of every voxel with the intervals that resampled blocks of time give them.
public struct ScoreIntervals: Sendable, Equatable {
    /// The scores of the data themselves.
    public let scores: VoxelScores
    /// The interval of each voxel's R2; none for a voxel without a score.
    public let r2: [ClosedRange<Double>?]
    /// The interval of each voxel's r; none for a voxel without a score.
    public let r: [ClosedRange<Double>?]
    /// The confidence, 0.95 for instance.
    public let level: Double
    /// How many samples of time stayed together.
    public let blockLength: Int
    /// What limits the intervals, for instance blocks that are too short for so slow a signal.
    public let notes: [String]
}

/// Confidence intervals of R2 and r, voxel by voxel, by resampling blocks of time with replacement (percentiles).
///
/// - Parameters:
///   - predictions: samples x voxels, of samples that the model has not seen.
///   - responses: samples x voxels.
///   - blockLength: samples a block, which keeps the autocorrelation; the last block of a run may be shorter. Without it
///     blocks are as long as the autocorrelation of what the samples add to r asks for: shorter ones make intervals too
///     narrow.
///   - runs: the runs of the samples, which no block crosses.
///   - resamples: how many.
///   - level: the confidence.
///   - seed: of the resamples; the same seed gives the same intervals at any number of threads.
///
/// Throws `EncodingError` where shapes differ, runs do not fit or there would not be two blocks, `CancellationError` where
/// the cell is interrupted.
public func bootstrapScores<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>, blockLength: Int? = nil, runs: Runs? = nil,
    resamples: Int = 1000, level: Double = 0.95, seed: UInt32 = 0
) throws -> ScoreIntervals {
    try checkBootstrap(resamples: resamples, level: level)
    let scores = try VoxelScores(predictions: predictions, responses: responses)
    let voxels = scores.r2.indices.filter { !scores.r2[$0].isNaN }
    let needed = try neededBlockLength(of: voxels, samples: responses.rows, runs: runs) { voxel, runs in
        [
            TimeSeries(
                influencesOnR(responses.column(voxel), predictions.column(voxel), r: scores.r[voxel]),
                runs: runs)
        ]
    }
    let blocks = try TimeBlocks(samples: responses.rows, runs: runs, length: blockLength) { needed }
    let ranges = blocks.ranges
    var random = NumpyRandom(seed: seed)
    let counts = (0..<resamples).flatMap { _ in
        var counts = [Double](repeating: 0, count: ranges.count)
        for _ in ranges { counts[Int(random.integer(through: UInt32(ranges.count - 1)))] += 1 }
        return counts
    }
    let centring = StandardScaler(scales: false)
    let y = try centring.fit(responses).transform(responses)
    // The same shift for both sides, so that errors stay what they are.
    let x = try centring.fit(responses).transform(predictions)
    var r2 = [ClosedRange<Double>?](repeating: nil, count: y.columns)
    var r = r2
    let batch = max(64, 200_000_000 / max(counts.count * 6, 1))
    for first in stride(from: 0, to: voxels.count, by: batch) {
        try Task.checkCancellation()
        let part = Array(voxels[first..<min(first + batch, voxels.count)])
        let bounds = resampledBounds(
            part.map { BlockSums(y.column($0), x.column($0), ranges) },
            counts: counts, blocks: ranges.count, tail: (1 - level) / 2)
        for (voxel, (first, second)) in zip(part, bounds) { (r2[voxel], r[voxel]) = (first, second) }
    }
    return ScoreIntervals(
        scores: scores, r2: r2, r: r, level: level, blockLength: blocks.length, notes: blocks.notes)
}

private func checkBootstrap(resamples: Int, level: Double) throws {
    try checkParameter(
        "the number of resamples", resamples, expected: "1 to 1,000,000", (1...1_000_000).contains(resamples))
    try checkParameter("the confidence level", level, expected: "between 0 and 1", level > 0 && level < 1)
}

/// How much each sample moves the correlation of `y` and `x`, which is `r`: `z_y z_x - r (z_y² + z_x²) / 2`.
private func influencesOnR<Element: Scalar>(_ y: [Element], _ x: [Element], r: Double) -> [Double] {
    func scores(_ values: [Element]) -> [Double] {
        let statistics = ColumnStatistics(Matrix(rows: values.count, columns: 1, elements: values))
        let (mean, deviation) = (statistics.means[0], statistics.deviations[0])
        return values.map { deviation > 0 ? (Double($0) - mean) / deviation : 0 }
    }
    return zip(scores(y), scores(x)).map { $0 * $1 - r * ($0 * $0 + $1 * $1) / 2 }
}

/// What a block of one voxel adds to the sums from which R2 and r follow: count, y, y², ŷ, ŷ², yŷ, then two unused.
private struct BlockSums {
    let blocks: [SIMD8<Double>]

    init<Element: Scalar>(_ y: [Element], _ x: [Element], _ ranges: [Range<Int>]) {
        blocks = ranges.map { range in
            var sum = SIMD8<Double>()
            for row in range {
                let (a, b) = (Double(y[row]), Double(x[row]))
                sum += SIMD8(1, a, a * a, b, b * b, a * b, 0, 0)
            }
            return sum
        }
    }
}

private typealias Bounds = (r2: ClosedRange<Double>?, r: ClosedRange<Double>?)

private func resampledBounds(_ voxels: [BlockSums], counts: [Double], blocks: Int, tail: Double) -> [Bounds] {
    let resamples = counts.count / blocks
    return [Bounds](unsafeUninitializedCapacity: voxels.count) { target, initialised in
        guard let out = target.baseAddress else { return }
        // Each element is written by one thread alone.
        parallelFor(voxels.count, grain: 1) { range in
            var (r2, r) = ([Double](repeating: 0, count: resamples), [Double](repeating: 0, count: resamples))
            for voxel in range {
                for index in 0..<resamples {
                    var sum = SIMD8<Double>()
                    counts.withUnsafeBufferPointer { counts in
                        voxels[voxel].blocks.withUnsafeBufferPointer { sums in
                            for block in 0..<blocks { sum += counts[index * blocks + block] * sums[block] }
                        }
                    }
                    (r2[index], r[index]) = scores(of: sum)
                }
                (out + voxel).initialize(to: (interval(r2, tail), interval(r, tail)))
            }
        }
        initialised = voxels.count
    }
}

/// R2 and r from the sums of count, y, y², ŷ, ŷ² and yŷ; NaN where the resampled responses are constant.
private func scores(of sum: SIMD8<Double>) -> (Double, Double) {
    let (n, y, yy, p, pp, yp) = (sum[0], sum[1], sum[2], sum[3], sum[4], sum[5])
    let total = yy - y * y / n
    let spread = pp - p * p / n
    guard total > yy * 1e-13 else { return (.nan, .nan) }
    let r = spread > pp * 1e-13 ? (yp - y * p / n) / (total * spread).squareRoot() : 0
    return (1 - (yy - 2 * yp + pp) / total, min(1, max(-1, r)))
}

/// The interval of resampled scores; nil where the responses of every resample are constant.
private func interval(_ values: [Double], _ tail: Double) -> ClosedRange<Double>? {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return nil }
    let low = quantile(sorted, tail)
    return low...max(low, quantile(sorted, 1 - tail))
}
