import Tensors

extension PermutationTest {
    /// Whether one model predicts each voxel better than another, by exchanging the two in random blocks of time.
    ///
    /// Under the null hypothesis it does not matter which model made which prediction, so in each block the
    /// difference of their squared errors changes sign at random. The effects are `R2 of first - R2 of second`.
    ///
    /// - Parameters:
    ///   - first: predictions of one model, samples x voxels.
    ///   - second: predictions of the other.
    ///   - responses: samples x voxels.
    ///   - blockLength: samples per block; the last block of a run may be shorter. Without it blocks are as long as
    ///     the autocorrelation of the difference between the models' errors requires.
    ///   - runs: the runs of the samples, which no block crosses.
    ///   - permutations: how many random exchanges, if there are more than 12 blocks; at most a million.
    ///   - seed: the seed of the exchanges; the same seed gives the same p at any number of threads.
    ///
    /// Throws `EncodingError` if shapes differ, `CancellationError` if the cell is interrupted.
    public static func modelExchange<Element: Scalar>(
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
        return try signFlips(gains, flips: permutations, seed: seed).about(blocks)
    }
}
