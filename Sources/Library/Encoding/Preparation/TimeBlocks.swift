import Foundation
import Tensors

/// Consecutive samples that stay together when time is rearranged or resampled; none reaches from one run into
/// another.
struct TimeBlocks {
    /// How many samples a block has; the last one of a run may have fewer.
    let length: Int
    /// The samples of each block, in order.
    let ranges: [Range<Int>]
    /// What a reader of the result should know of the blocks.
    let notes: [String]

    /// Blocks of a given length, or of the length that the data need.
    ///
    /// `needed` gives the length from which on blocks can be taken for independent (`neededBlockLength`). Throws
    /// `EncodingError` if the runs do not fit, or there would not be two blocks.
    init(samples: Int, runs: Runs?, length given: Int?, needed: () -> Double) throws {
        try checkParameter(
            "the number of samples to cut into blocks", samples, expected: "2 or more", samples > 1)
        let runs = try Runs.ranges(of: runs, samples: samples)
        let longest = runs.map(\.count).max() ?? samples
        let most = runs.count > 1 ? longest : samples / 2
        if let given {
            try checkParameter(
                "the block length", "\(given) samples",
                expected: "1 to \(most), as "
                    + (runs.count > 1
                        ? "the longest run has \(longest) samples"
                        : "there must be two blocks of \(samples) samples"),
                (1...most).contains(given))
        }
        let needed = needed()
        // Short data show no weak correlation of neighbors, so blocks are never single samples without need.
        let chosen = Int(min(Double(most), max(needed, Double(min(10, samples / 20)), 1)).rounded(.up))
        let length = given ?? chosen
        self.length = length
        ranges = runs.flatMap { run in
            stride(from: run.lowerBound, to: run.upperBound, by: length).map {
                $0..<min($0 + length, run.upperBound)
            }
        }
        notes = TimeBlocks.notes(length: length, count: ranges.count, needed: needed, isGiven: given != nil)
    }

    private static func notes(length: Int, count: Int, needed: Double, isGiven: Bool) -> [String] {
        var notes: [String] = []
        // Half the length that is needed leaves out a fifth of the variance: some 7 % false alarms at 5 %.
        if Double(length) < needed / 2 {
            let enough = "about \(Int(needed.rounded(.up))) samples"
            notes.append(
                isGiven
                    ? "The signal changes so slowly that blocks of \(length) samples are too short: p values are too "
                        + "small and intervals too narrow. Leave blockLength out, or take \(enough)."
                    : "The signal changes so slowly that blocks of \(enough) would be needed, for which there is too "
                        + "little data.")
        }
        if count < 6 {
            notes.append("There are only \(count) blocks of \(length) samples, so that little can be told.")
        }
        return notes
    }
}

/// One voxel's numbers over time about their mean, whose autocorrelation within runs is asked for lag by lag.
struct TimeSeries {
    private let values: [Double]
    private let runs: [Range<Int>]
    private let square: Double

    init(_ values: [Double], runs: [Range<Int>]) {
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        self.values = values.map { $0 - mean }
        self.runs = runs
        square = self.values.reduce(0) { $0 + $1 * $1 }
    }

    var count: Int { values.count }

    /// The autocorrelation at a lag, as it is usually estimated: the sum over pairs over the sum over all samples.
    func correlation(lag: Int) -> Double {
        guard square > 0 else { return 0 }
        var sum = 0.0
        values.withUnsafeBufferPointer { values in
            for run in runs where run.count > lag {
                for sample in run.lowerBound..<run.upperBound - lag {
                    sum += values[sample] * values[sample + lag]
                }
            }
        }
        return sum / square
    }
}

/// How many samples per block must have so that the sum of the products of these series, rearranged in blocks, keeps
/// nine tenths of its variance.
///
/// With `R` the product of the series' autocorrelations, blocks of b samples leave out the share `Σ|k| R(k) / (b Σ
/// R(k))` of the variance. The sums end softly at twice the lag after which the autocorrelations are no larger than
/// those of noise (the flat-top window of Politis & White 2004).
func neededBlockLength(_ series: [TimeSeries], lags: Int) -> Double {
    let samples = Double(series.first?.count ?? 1)
    let threshold = 2 * (log10(samples) / samples).squareRoot()
    var products = [1.0]
    var (last, quiet) = (0, 0)
    while products.count < lags, quiet < 5 {
        let correlations = series.map { $0.correlation(lag: products.count) }
        if correlations.allSatisfy({ abs($0) >= threshold }) {
            (last, quiet) = (products.count, 0)
        } else {
            quiet += 1
        }
        products.append(correlations.reduce(1, *))
    }
    let window = min(2 * last, lags - 1)
    while products.count <= window {
        products.append(series.reduce(1) { $0 * $1.correlation(lag: products.count) })
    }
    var (sum, moment) = (1.0, 0.0)
    for lag in stride(from: 1, through: window, by: 1) {
        let weight = lag <= last ? 1 : 2 * (1 - Double(lag) / Double(window))
        sum += 2 * weight * products[lag]
        moment += 2 * weight * Double(lag) * products[lag]
    }
    return sum > 0 && moment > 0 ? moment / (0.1 * sum) : 1
}

/// The block length that all but the slowest twentieth of the voxels are content with; `series` gives those of a
/// voxel.
///
/// At most 400 voxels are looked at, evenly spaced.
func neededBlockLength(
    of voxels: [Int], samples: Int, runs: Runs?, series: (_ voxel: Int, _ runs: [Range<Int>]) -> [TimeSeries]
) throws -> Double {
    let runs = try Runs.ranges(of: runs, samples: samples)
    let lags = min(samples / 2, runs.map(\.count).max() ?? samples)
    let looked = voxels.count <= 400 ? voxels : (0..<400).map { voxels[$0 * voxels.count / 400] }
    guard !looked.isEmpty, lags > 1 else { return 1 }
    let lengths = [Double](unsafeUninitializedCapacity: looked.count) { target, initialized in
        guard let out = target.baseAddress else { return }
        // Each element is written by one thread alone.
        parallelFor(looked.count, grain: 1) { range in
            for index in range {
                (out + index).initialize(to: neededBlockLength(series(looked[index], runs), lags: lags))
            }
        }
        initialized = looked.count
    }
    return quantile(lengths.sorted(), 0.95)
}
