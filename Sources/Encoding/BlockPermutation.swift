import Tensors

/// How often blocks of time in random order predict as well as the right order, voxel by voxel.
///
/// Predictions are cut into blocks of `blockLength` samples, which keeps the autocorrelation of the signal; the blocks
/// are shuffled and each voxel's correlation with the responses is computed again. p is `(1 + #) / (1 + permutations)`
/// with # the shuffles whose correlation is at least the observed one.
///
/// - Parameters:
///   - predictions: samples x voxels.
///   - responses: samples x voxels.
///   - blockLength: samples a block; the last block may be shorter.
///   - permutations: how many shuffles.
///   - seed: of the shuffles; the same seed gives the same p at any number of threads.
///
/// The effects are the observed correlations. Throws `EncodingError` where shapes differ, `CancellationError` where the
/// cell is interrupted.
public func blockPermutationTest<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>, blockLength: Int = 10, permutations: Int = 1000,
    seed: UInt32 = 0
) throws -> PermutationTest {
    guard blockLength > 0, permutations > 0 else {
        throw EncodingError.parameter(
            name: "the block length or the number of permutations",
            value: "\(min(blockLength, permutations))",
            expected: "at least 1")
    }
    let scores = try VoxelScores(predictions: predictions, responses: responses)
    let samples = responses.rows
    let inverse = 1 / Double(max(samples, 1))
    let y = try responses.zScored().converted(to: Float.self)
    let x = try predictions.zScored().converted(to: Float.self)
    let starts = Array(stride(from: 0, to: samples, by: blockLength))
    var random = NumpyRandom(seed: seed)
    let orders = (0..<permutations).map { _ in
        var order = starts
        random.shuffle(&order)
        return order
    }
    // Correlations are summed in single precision: a shuffle that ties with the data may fall short by this much.
    return try permutationTest(
        effects: scores.r, observed: scores.r.map { $0 - 1e-6 }, permutations: permutations, isExact: false,
        tileWidth: 16, cost: samples
    ) { columns, out in
        let left = tile(y, columns)
        let right = tile(x, columns)
        for (index, order) in orders.enumerated() {
            var sum = SIMD16<Float>()
            var row = 0
            for start in order {
                let count = min(blockLength, samples - start)
                for offset in 0..<count { sum += left.base[row + offset] * right.base[start + offset] }
                row += count
            }
            for j in 0..<16 { out[index * 16 + j] = Double(sum[j]) * inverse }
        }
    }
}

/// Sixteen columns of a matrix beside each other: one vector a row, 0 beyond the last column.
private func tile(_ matrix: Matrix<Float>, _ columns: Range<Int>) -> Tile {
    let tile = Tile(rows: matrix.rows)
    let width = matrix.columns
    matrix.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress else { return }
        for row in 0..<matrix.rows {
            var values = SIMD16<Float>()
            for (place, column) in columns.enumerated() { values[place] = from[row * width + column] }
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
