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
/// Returns for each voxel the observed r, its p, and the p that controls for the maximum over all voxels.
/// Throws `EncodingError` where shapes differ, `CancellationError` where the cell is interrupted.
public func blockPermutationTest<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>, blockLength: Int = 10, permutations: Int = 1000,
    seed: UInt32 = 0
) throws -> (r: [Double], p: [Double], pForMaximum: [Double]) {
    guard blockLength > 0, permutations > 0 else {
        throw EncodingError.parameter(
            name: "the block length or the number of permutations",
            value: "\(min(blockLength, permutations))",
            expected: "at least 1")
    }
    let observed = try VoxelScores(predictions: predictions, responses: responses).r
    let starts = Array(stride(from: 0, to: predictions.rows, by: blockLength))
    var random = NumpyRandom(seed: seed)
    var exceeded = [Int](repeating: 0, count: observed.count)
    var maximumExceeded = exceeded
    for _ in 0..<permutations {
        try Task.checkCancellation()
        var order = starts
        random.shuffle(&order)
        let rows = order.flatMap { Array($0..<min($0 + blockLength, predictions.rows)) }
        let r = try VoxelScores(predictions: predictions.rows(at: rows), responses: responses).r
        let maximum = r.filter { !$0.isNaN }.max() ?? -1
        for voxel in observed.indices {
            if r[voxel] >= observed[voxel] { exceeded[voxel] += 1 }
            if maximum >= observed[voxel] { maximumExceeded[voxel] += 1 }
        }
    }
    func p(_ counts: [Int]) -> [Double] {
        zip(counts, observed).map { $1.isNaN ? .nan : Double(1 + $0) / Double(1 + permutations) }
    }
    return (observed, p(exceeded), p(maximumExceeded))
}
