import Formats
import Foundation
import Tensors

/// R2 and r of every voxel with bootstrap confidence intervals, from resampled blocks of time.
public struct ScoreIntervals: Sendable, Equatable {
    /// The scores of the data.
    public let scores: VoxelScores
    /// The interval of each voxel's R2; none for a voxel without a score.
    public let r2: [ClosedRange<Double>?]
    /// The interval of each voxel's r; none for a voxel without a score.
    public let r: [ClosedRange<Double>?]
    /// The confidence, 0.95 for instance.
    public let level: Double
    /// The number of samples per block.
    public let blockLength: Int
    /// What limits the intervals, for instance blocks that are too short for so slow a signal.
    public let notes: [String]
}

extension ScoreIntervals {
    /// Confidence intervals of R2 and r, voxel by voxel, by resampling blocks of time with replacement (percentiles).
    ///
    /// - Parameters:
    ///   - predictions: samples x voxels, of samples that the model has not seen.
    ///   - responses: samples x voxels.
    ///   - blockLength: samples per block, which keeps the autocorrelation; the last block of a run may be shorter.
    ///     Without it blocks are as long as the autocorrelation of what the samples add to r requires: shorter ones
    ///     make intervals too narrow.
    ///   - runs: the runs of the samples, which no block crosses.
    ///   - resamples: the number of resamples.
    ///   - level: the confidence level, 0.95 for instance.
    ///   - seed: the seed of the resamples; the same seed gives the same intervals at any number of threads.
    ///
    /// Throws `EncodingError` if shapes differ, runs do not fit, there would not be two blocks or the draws do not fit into
    /// memory, `CancellationError` if the cell is interrupted.
    public init<Element: Scalar>(
        predictions: Matrix<Element>, responses: Matrix<Element>, blockLength: Int? = nil, runs: Runs? = nil,
        resamples: Int = 1000, level: Double = 0.95, seed: UInt32 = 0
    ) throws {
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
        let bytes = resamples * ranges.count * MemoryLayout<Double>.stride
        try checkParameter(
            "the number of resamples of \(ranges.count) blocks", resamples,
            expected: "one whose draws fit into memory, of which they take \(MemoryLimit(bytes: bytes)); "
                + "take fewer, or a longer blockLength", bytes < 1 << 26 || bytes < availableMemory() / 2)
        var counts = [Double](repeating: 0, count: resamples * ranges.count)
        for start in stride(from: 0, to: counts.count, by: ranges.count) {
            if start % 4096 == 0 { try Task.checkCancellation() }
            for _ in ranges {
                counts[start + Int(random.integer(through: UInt32(ranges.count - 1)))] += 1
            }
        }
        let centering = StandardScaler(scales: false)
        let y = try centering.fit(responses).transform(responses)
        // The same shift for both sides, so that errors stay what they are.
        let x = try centering.fit(responses).transform(predictions)
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
        self.init(
            scores: scores, r2: r2, r: r, level: level, blockLength: blocks.length, notes: blocks.notes)
    }
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

/// What a block of one voxel adds to the sums from which R2 and r follow: count, y, y², ŷ, ŷ², yŷ, the squared error,
/// then one unused; ŷ about its own mean, which may lie far from that of y.
private struct BlockSums {
    let blocks: [SIMD8<Double>]

    init<Element: Scalar>(_ y: [Element], _ x: [Element], _ ranges: [Range<Int>]) {
        let mean = x.reduce(0) { $0 + Double($1) } / Double(max(x.count, 1))
        blocks = ranges.map { range in
            var sum = SIMD8<Double>()
            for row in range {
                let (a, prediction) = (Double(y[row]), Double(x[row]))
                let b = prediction - mean
                let squaredError = (a - prediction) * (a - prediction)
                sum += SIMD8<Double>(1, a, a * a, b, b * b, a * b, squaredError, 0)
            }
            return sum
        }
    }
}

private typealias Bounds = (r2: ClosedRange<Double>?, r: ClosedRange<Double>?)

private func resampledBounds(_ voxels: [BlockSums], counts: [Double], blocks: Int, tail: Double) -> [Bounds] {
    let resamples = counts.count / blocks
    return [Bounds](unsafeUninitializedCapacity: voxels.count) { target, initialized in
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
        initialized = voxels.count
    }
}

/// R2 and r from the sums of count, y, y², ŷ, ŷ², yŷ and squared errors; NaN if the resampled responses are constant.
private func scores(of sum: SIMD8<Double>) -> (Double, Double) {
    let (n, y, yy, p, pp, yp) = (sum[0], sum[1], sum[2], sum[3], sum[4], sum[5])
    let total = yy - y * y / n
    let spread = pp - p * p / n
    guard total > yy * 1e-13 else { return (.nan, .nan) }
    let r = spread > pp * 1e-13 ? (yp - y * p / n) / geometricMean(total, spread) : 0
    return (1 - sum[6] / total, min(1, max(-1, r)))
}

/// The interval of resampled scores; nil if the responses of every resample are constant.
private func interval(_ values: [Double], _ tail: Double) -> ClosedRange<Double>? {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return nil }
    let low = quantile(sorted, tail)
    return low...max(low, quantile(sorted, 1 - tail))
}
