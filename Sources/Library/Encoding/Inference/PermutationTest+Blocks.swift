import Tensors

extension PermutationTest {
    /// How often blocks of time in random order predict as well as the right order, voxel by voxel.
    ///
    /// Predictions are cut into blocks of consecutive samples, which keeps the autocorrelation of the signal; the
    /// blocks are shuffled and each voxel's correlation with the responses is computed again. p is `(1 + #) / (1 +
    /// permutations)` with # the shuffles whose correlation is at least the observed one.
    ///
    /// ```swift
    /// let heldOut = try ridge.heldOutPredictions(features, to: responses, outer: .leaveOneRunOut, runs: runs)
    /// let test = try PermutationTest.blocks(predictions: heldOut.inOrder, responses: responses, runs: runs)
    /// test.blockLength        // chosen so that blocks can be taken to be independent
    /// ```
    ///
    /// - Parameters:
    ///   - predictions: samples x voxels.
    ///   - responses: samples x voxels.
    ///   - blockLength: samples per block; the last block of a run may be shorter. Without it blocks are as long as
    ///     the autocorrelation of predictions and responses requires (`PermutationTest.blockLength`): shorter ones
    ///     give too many false alarms. `PermutationTest.notes` warns if a given length is too short.
    ///   - runs: the runs of the samples, which no block crosses.
    ///   - permutations: the number of shuffles, at most a million.
    ///   - seed: the seed of the shuffles; the same seed gives the same p at any number of threads.
    ///
    /// The effects are the observed correlations. Throws `EncodingError` if shapes differ, runs do not fit or there
    /// would not be two blocks, `CancellationError` if the cell is interrupted.
    public static func blocks<Element: Scalar>(
        predictions: Matrix<Element>, responses: Matrix<Element>, blockLength: Int? = nil, runs: Runs? = nil,
        permutations: Int = 1000, seed: UInt32 = 0
    ) throws -> PermutationTest {
        try checkPermutations(permutations)
        let scores = try VoxelScores(predictions: predictions, responses: responses)
        let samples = responses.rows
        let inverse = 1 / Double(max(samples, 1))
        let y = try responses.zScored().converted(to: Float.self)
        let x = try predictions.zScored().converted(to: Float.self)
        let tested = scores.r.indices.filter { !scores.r[$0].isNaN }
        let needed = try neededBlockLength(of: tested, samples: samples, runs: runs) { voxel, runs in
            [y, x].map { TimeSeries($0.column(voxel).map { Double($0) }, runs: runs) }
        }
        let blocks = try TimeBlocks(samples: samples, runs: runs, length: blockLength) { needed }
        var random = NumpyRandom(seed: seed)
        func orders(of numbers: Range<Int>) -> [[Range<Int>]] {
            numbers.map { _ in
                var order = blocks.ranges
                random.shuffle(&order)
                return order
            }
        }
        func correlations(
            _ orders: [[Range<Int>]], _ columns: Range<Int>, _ out: UnsafeMutablePointer<Double>
        ) {
            let left = tile(y, columns)
            let right = tile(x, columns)
            for (index, order) in orders.enumerated() {
                var sum = SIMD16<Float>()
                var row = 0
                for block in order {
                    for sample in block {
                        sum += left.base[row] * right.base[sample]
                        row += 1
                    }
                }
                for j in 0..<16 { out[index * 16 + j] = Double(sum[j]) * inverse }
            }
        }
        // Correlations are summed in single precision, those of the data as those of shuffles: of few blocks many a
        // shuffle leaves the order as it is. Another one that ties with the data may fall short by this much.
        var own = [Double](repeating: .nan, count: (y.columns + 15) / 16 * 16)
        own.withUnsafeMutableBufferPointer { own in
            guard let own = own.baseAddress else { return }
            parallelFor((y.columns + 15) / 16, grain: 1) { tiles in
                for tile in tiles {
                    let columns = 16 * tile..<min(16 * tile + 16, y.columns)
                    correlations([blocks.ranges], columns, own + 16 * tile)
                }
            }
        }
        let observed = zip(scores.r, own).map { min($0, $1) - 1e-6 }
        return try compare(
            effects: scores.r, observed: observed, permutations: permutations, isExact: false,
            tileWidth: 16, cost: samples, bytes: blocks.ranges.count * MemoryLayout<Range<Int>>.stride,
            drawing: orders(of:), statistics: correlations
        ).about(blocks)
    }
}

/// Sixteen columns of a matrix side by side: one vector per row, 0 beyond the last column.
private func tile(_ matrix: Matrix<Float>, _ columns: Range<Int>) -> Tile {
    let tile = Tile(rows: matrix.rows)
    let width = matrix.columns
    matrix.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress else { return }
        for row in 0..<matrix.rows {
            var values = SIMD16<Float>()
            for (lane, column) in columns.enumerated() { values[lane] = from[row * width + column] }
            tile.base[row] = values
        }
    }
    return tile
}

private final class Tile {
    let base: UnsafeMutablePointer<SIMD16<Float>>

    init(rows: Int) { base = .allocate(capacity: max(rows, 1)) }

    deinit { base.deallocate() }
}
