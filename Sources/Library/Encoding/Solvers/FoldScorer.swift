import Tensors

/// How every alpha is scored on the test samples of one fold; `ScoringPlan` chooses the strategy.
protocol FoldScorer<Element>: Sendable {
    associatedtype Element: Scalar
    var fold: Fold { get }
    /// How many numbers of each voxel are kept in `FoldTargets`.
    var directions: Int { get }
    /// Whether `Xᵀ Y` of all samples is used.
    var usesProducts: Bool { get }
    /// The scratch memory that a step takes, in bytes per voxel.
    var scratchBytes: Int { get }

    /// Adds the fold's share of each alpha's mean score to `scores` (alphas x voxels).
    func addScores(
        of batch: VoxelBatch<Element>, foldIndex: Int, to scores: UnsafeMutablePointer<Double>)
}

/// A scorer that also predicts the test samples, each voxel with its own alpha.
protocol FoldPredictor<Element>: FoldScorer {
    /// Computes the fold's targets of a batch, which `addHeldOut` needs; `addScores` computes them too.
    func computeTargets(of batch: VoxelBatch<Element>, foldIndex: Int)

    /// Adds the predictions of the test samples to `sums`, each voxel with its own alpha.
    func addHeldOut(
        of batch: VoxelBatch<Element>, foldIndex: Int, alphaIndices: [Int32], to sums: inout ScoreSums)
}

/// A fold's share of each voxel's mean score, `offset - weight * squared error`.
struct FoldShare {
    /// The sum of the squared test responses of each voxel.
    private(set) var squares: [Double]
    let offsets: [Double]
    let weights: [Double]

    /// The share of a fold whose test responses are `test` (samples x voxels).
    init<Element: Scalar>(
        ofTest test: UnsafePointer<Element>, samples: Int, voxels: Int, score: SearchScore, foldCount: Int
    ) {
        var sums = [Double](repeating: 0, count: voxels)
        var squares = sums
        sumColumns(test, rows: samples, columns: voxels, sums: &sums, squares: &squares)
        self.squares = squares
        let share = 1 / Double(foldCount)
        guard score == .r2 else {
            offsets = Array(repeating: 0, count: voxels)
            weights = Array(repeating: share / Double(samples), count: voxels)
            return
        }
        let totals = (0..<voxels).map { j in
            let total = squares[j] - sums[j] * sums[j] / Double(samples)
            return total <= squares[j] * 1e-13 ? 0 : total
        }
        offsets = totals.map { $0 == 0 ? 0 : share }
        weights = totals.map { $0 == 0 ? 0 : share / $0 }
    }
}
