import Tensors

/// The permutation test that flips the signs of whole rows of `differences`, column by column.
///
/// Rows are what is exchangeable (subjects; blocks of time), columns what is tested (regions, voxels). The statistic is
/// the absolute value of Student's t, so that the maximum is taken over columns on one scale. All flips are taken for at
/// most 12 rows, else `flips` random ones and the data themselves: `(1 + #) / (1 + flips)`.
///
/// ```swift
/// let test = try signFlipTest(multimodal - unimodal)      // subjects x regions
/// test.pForMaximum                                        // controlled over all regions
/// ```
///
/// - Parameters:
///   - differences: rows x columns. A column with a NaN has the p value NaN.
///   - flips: how many random flips, where there are more than 12 rows.
///   - seed: of the random flips; the same seed gives the same p at any number of threads.
///
/// The effects are mean differences. Throws `EncodingError` with fewer than 2 rows, `CancellationError` where the cell
/// is interrupted.
public func signFlipTest(
    _ differences: Matrix<Double>, flips: Int = 10_000, seed: UInt32 = 0
) throws -> PermutationTest {
    let rows = differences.rows
    try checkParameter("the number of rows whose signs are flipped", rows, expected: "2 or more", rows >= 2)
    try checkPermutations(flips)
    let isExact = rows <= 12
    let patterns = isExact ? 1 << rows : flips
    var random = NumpyRandom(seed: seed)
    let signs = (0..<patterns * rows).map { index -> Double in
        let isFlipped =
            isExact ? (index / rows) >> (index % rows) & 1 == 1 : random.nextUInt32() & 1 == 1
        return isFlipped ? -1 : 1
    }
    let count = Double(rows)
    let sums = (0..<differences.columns).map { column in
        differences.column(column).reduce(into: (sum: 0.0, square: 0.0)) {
            $0.sum += $1
            $0.square += $1 * $1
        }
    }
    // t, from the sum and the sum of squares, which no flip changes. Rounding must not part flips that tie.
    func statistic(_ sum: Double, _ square: Double) -> Double {
        let variance = (square - sum * sum / count) / (count - 1)
        return abs(sum) / (max(variance, square * 1e-15) * count).squareRoot()
    }
    let observed = sums.map { sum, square in
        square > 0 ? statistic(sum, square) * (1 - 1e-9) : Double.nan
    }
    return try permutationTest(
        effects: sums.map { $0.sum / count }, observed: observed, permutations: patterns, isExact: isExact,
        tileWidth: 8, cost: rows
    ) { columns, out in
        let tile = ScratchBuffer<Double>(count: rows * 8)
        for row in 0..<rows {
            for place in 0..<8 {
                tile.base[row * 8 + place] =
                    place < columns.count ? differences[row, columns.lowerBound + place] : 0
            }
        }
        signs.withUnsafeBufferPointer { signs in
            guard let signs = signs.baseAddress else { return }
            for pattern in 0..<patterns {
                var total = SIMD8<Double>()
                for row in 0..<rows {
                    let values = UnsafeRawPointer(tile.base + row * 8).load(as: SIMD8<Double>.self)
                    total += signs[pattern * rows + row] * values
                }
                for place in 0..<columns.count {
                    out[pattern * 8 + place] = statistic(
                        total[place], sums[columns.lowerBound + place].square)
                }
            }
        }
    }
}

/// Whether one model predicts each voxel better than another, by exchanging the two in random blocks of time.
///
/// Under the null hypothesis it does not matter which model made which prediction; so in each block the difference of
/// their squared errors changes its sign at random. The effects are `R2 of first - R2 of second`.
///
/// - Parameters:
///   - first: predictions of one model, samples x voxels.
///   - second: predictions of the other.
///   - responses: samples x voxels.
///   - blockLength: samples a block; the last block of a run may be shorter. Without it blocks are as long as the
///     autocorrelation of the difference between the models' errors asks for.
///   - runs: the runs of the samples, which no block crosses.
///   - permutations: how many random exchanges, where there are more than 12 blocks; at most a million.
///   - seed: of the exchanges; the same seed gives the same p at any number of threads.
///
/// Throws `EncodingError` where shapes differ, `CancellationError` where the cell is interrupted.
public func modelExchangeTest<Element: Scalar>(
    first: Matrix<Element>, second: Matrix<Element>, responses: Matrix<Element>, blockLength: Int? = nil,
    runs: Runs? = nil, permutations: Int = 10_000, seed: UInt32 = 0
) throws -> PermutationTest {
    try checkPermutations(permutations)
    // Both models' scores say which voxels can be tested, and check the shapes.
    let better = try VoxelScores(predictions: first, responses: responses).r2
    let worse = try VoxelScores(predictions: second, responses: responses).r2
    func gain(_ column: Int) -> [Double] {
        zip(responses.column(column), zip(first.column(column), second.column(column))).map {
            y, predictions in
            let (left, right) = (Double(y) - Double(predictions.0), Double(y) - Double(predictions.1))
            return right * right - left * left
        }
    }
    let tested = better.indices.filter { !better[$0].isNaN && !worse[$0].isNaN }
    let needed = try neededBlockLength(of: tested, samples: responses.rows, runs: runs) { voxel, runs in
        [TimeSeries(gain(voxel), runs: runs)]
    }
    let blocks = try TimeBlocks(samples: responses.rows, runs: runs, length: blockLength) { needed }
    let statistics = ColumnStatistics(responses)
    var gains = Matrix<Double>(rows: blocks.ranges.count, columns: responses.columns, repeating: .nan)
    for column in tested {
        let deviation = statistics.deviations[column]
        let total = deviation * deviation * Double(responses.rows)
        let whole = gain(column)
        for (block, samples) in blocks.ranges.enumerated() {
            gains[block, column] = whole[samples].reduce(0, +) / total * Double(blocks.ranges.count)
        }
    }
    return try signFlipTest(gains, flips: permutations, seed: seed).about(blocks)
}
