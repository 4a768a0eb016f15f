import Tensors

/// A fold that scores all candidates of a banded ridge and all alphas at once, from the inner products of a few predictions.
struct CandidateFold<Element: Scalar>: FoldScorer {
    let fold: Fold
    /// Training samples x (predictions x test samples).
    private let operators: Matrix<Element>
    /// (candidates x alphas) x pairs of predictions.
    private let lossFactors: Matrix<Element>
    private let count: Int
    private let options: RidgeOptions
    private let foldCount: Int

    let directions = 0
    let usesProducts = false

    init(_ operators: CandidateOperators, fold: Fold, options: RidgeOptions, foldCount: Int) {
        (self.fold, self.options, self.foldCount) = (fold, options, foldCount)
        count = operators.count
        self.operators = operators.sideBySide(
            train: fold.train.count, test: fold.test.count, as: Element.self)
        lossFactors = operators.lossFactors(as: Element.self)
    }

    /// The fewest voxels for which batches have enough memory: rows of fewer are filled up with more.
    static var leastVoxels: Int { 320 }

    var scratchBytes: Int {
        let padded = (count + 1) * fold.test.count + lossFactors.columns
        return (fold.test.count + fold.train.count + lossFactors.rows + padded * 5 / 4)
            * MemoryLayout<Element>.stride
    }

    /// The elements from one row to the next: an odd number of cache lines, or the rows of all predictions would lie in the
    /// same few places of the cache.
    private func stride(voxels: Int) -> Int {
        let line = 64 / MemoryLayout<Element>.stride
        return ((voxels + line - 1) / line | 1) * line
    }

    /// Adds the fold's share of the mean score of each candidate and alpha: (candidates x alphas) x voxels.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func addScores(
        of batch: VoxelBatch<Element>, foldIndex: Int, to scores: UnsafeMutablePointer<Double>
    ) {
        batch.scratch.scope {
            let (voxels, samples) = (batch.voxels, fold.test.count)
            let means = options.intercept ? batch.trainMeans(of: fold) : batch.zeros
            let test = batch.rows(fold.test, less: means)
            let share = FoldShare(
                ofTest: test, samples: samples, voxels: voxels, score: options.searchScore,
                foldCount: foldCount)
            let stride = stride(voxels: voxels)
            let predictions = batch.scratch.take((count + 1) * samples * stride, of: Element.self)
            predict(batch, means: means, into: predictions, stride: stride)
            // The responses are the last of the predictions.
            for row in 0..<samples {
                (predictions + (count * samples + row) * stride)
                    .update(from: test + row * voxels, count: voxels)
            }
            let products = batch.scratch.take(lossFactors.columns * stride, of: Element.self)
            pairProducts(
                predictions, count: count + 1, samples: samples, voxels: voxels, stride: stride,
                into: products)
            // What is added to the squared test responses to give the squared error.
            let losses = batch.scratch.take(lossFactors.rows * voxels, of: Element.self)
            multiply(lossFactors, products, columns: voxels, stride: stride, into: losses)
            for row in 0..<lossFactors.rows {
                let (line, out) = (losses + row * voxels, scores + row * voxels)
                for j in 0..<voxels {
                    // A sum of squares is not below zero, whatever the rounding of its parts.
                    out[j] += share.offsets[j] - share.weights[j] * max(0, share.squares[j] + Double(line[j]))
                }
            }
        }
    }

    /// The predictions of every operator: (operators x test samples) x voxels.
    private func predict(
        _ batch: VoxelBatch<Element>, means: [Element], into target: UnsafeMutablePointer<Element>,
        stride: Int
    ) {
        let train = batch.rows(fold.train, less: means)
        operators.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            LinearAlgebra.gemm(
                m: operators.columns, n: batch.voxels, k: operators.rows, a: base, lda: operators.columns,
                transposeA: true, b: train, ldb: batch.voxels, c: target, ldc: stride)
        }
    }

    private func multiply(
        _ matrix: Matrix<Element>, _ right: UnsafePointer<Element>, columns: Int, stride: Int,
        into target: UnsafeMutablePointer<Element>
    ) {
        matrix.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            LinearAlgebra.gemm(
                m: matrix.rows, n: columns, k: matrix.columns, a: base, lda: matrix.columns, b: right,
                ldb: stride, c: target, ldc: columns)
        }
    }
}
