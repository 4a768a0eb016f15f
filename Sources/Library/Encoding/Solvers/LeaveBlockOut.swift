import Tensors

/// Held-out errors of every fold from one decomposition of all samples.
///
/// With `H` the matrix that turns the responses of all samples into their fitted values, the errors of the test
/// samples under a model that is fitted without them are `(I - H_tt)⁻¹ (y - H y)_t`: exact for ridge, with or
/// without an intercept, if a fold learns from all samples that it does not test. With `U` and `w` the directions
/// and the eigenvalues of all samples, `H` is `U diag(w / (w + alpha)) Uᵀ`, plus `11ᵀ / n` with an intercept.
/// Source: Cook & Weisberg (1982) for one sample left out; the algebra of blocks is the same.
struct LeaveBlockOut<Element: Scalar> {
    private let svd: RidgeSVD<Element>
    private let splits: [Fold]
    private let options: RidgeOptions
    private var samples: Int { svd.left.rows }
    /// Whether the directions span all samples: then `I - H` is `U diag(alpha / (w + alpha)) Uᵀ` without a
    /// difference.
    private let isComplete: Bool

    /// `svd` is that of all samples, whose targets are computed from the responses directly (`left` is `U`).
    init(_ svd: RidgeSVD<Element>, splits: [Fold], options: RidgeOptions) {
        (self.svd, self.splits, self.options) = (svd, splits, options)
        isComplete = svd.count == svd.left.rows - (options.intercept ? 1 : 0)
    }

    /// The scratch memory that a step takes, in bytes per voxel.
    var scratchBytes: Int {
        let test = splits.map(\.test.count).max() ?? 0
        return (samples + svd.count + 2 * test) * MemoryLayout<Element>.stride
    }

    /// Scores every alpha for every voxel; each part gets scores, alphas, and R2 and r if they are wanted.
    func search(
        _ responses: Matrix<Element>, means: [Double], units: [Double], pool: BatchPool<Element>,
        parts: inout [BatchScores]
    ) throws {
        let alphas = options.alphas.values
        let targets = try rotated(responses, means: means, pool: pool, parts: &parts)
        var best = parts.map { [Double](repeating: -.infinity, count: $0.columns.count) }
        for index in parts.indices {
            let voxels = parts[index].columns.count
            parts[index].scores = [Double](repeating: 0, count: alphas.count * voxels)
            parts[index].alphaIndices = [Int32](repeating: 0, count: voxels)
            if options.scoresHeldOut {
                (parts[index].r2, parts[index].r) = (best[index], best[index])
            }
        }
        // The factors of as many alphas at once as there are threads, so that all threads have as much to do.
        var ready: [[Matrix<Element>]] = []
        for (alphaIndex, alpha) in alphas.enumerated() {
            if ready.isEmpty {
                ready = try factors(alphas: Array(alphas[alphaIndex...].prefix(threadCount))).reversed()
            }
            guard let factors = ready.popLast() else { return }
            try best.withUnsafeMutableBufferPointer { best in
                let best = best
                try pool.run(into: &parts) { batch, columns, part, interruption in
                    batch.load(responses, voxels: columns, means: means)
                    let index = pool.index(of: columns)
                    try batch.scratch.scope {
                        let residuals = residuals(of: targets[index], alpha: alpha, batch: batch)
                        try interruption.check()
                        let sums = score(
                            batch, residuals: residuals, factors: factors, alphaIndex: alphaIndex, part: &part
                        )
                        part.choose(alphaIndex, alpha, units: units, best: &best[index], sums: sums)
                    }
                    try interruption.check()
                }
            }
        }
    }

    /// `Uᵀ Y` of each batch: directions x voxels.
    private func rotated(
        _ responses: Matrix<Element>, means: [Double], pool: BatchPool<Element>, parts: inout [BatchScores]
    ) throws -> [ScratchBuffer<Element>] {
        let targets = pool.batches.map { ScratchBuffer<Element>(count: svd.count * $0.count) }
        try pool.run(into: &parts) { batch, columns, part, _ in
            part.columns = columns
            batch.load(responses, voxels: columns, means: means)
            batch.multiplyTransposed(svd.left, batch.responses, into: targets[pool.index(of: columns)].base)
        }
        return targets
    }

    /// For each alpha Cholesky's factor of `I - H` over each fold's test samples.
    private func factors(alphas: [Double]) throws -> [[Matrix<Element>]] {
        let factors = try parallelMap(alphas.count * splits.count) { index, _, _ in
            let alpha = alphas[index / splits.count]
            let weights = svd.eigenvalues.map { value in
                ((isComplete ? alpha : value) / (value + alpha)).squareRoot()
            }
            let test = splits[index % splits.count].test
            let rows = svd.left.rows(at: test).scalingColumns(by: weights)
            var matrix = LinearAlgebra.gram(rows, ofRows: true)
            if !isComplete {
                matrix = matrix.subtracted(fromIdentityLess: options.intercept ? 1 / Double(samples) : 0)
            }
            return try LinearAlgebra.cholesky(matrix)
        }
        return alphas.indices.map { Array(factors[$0 * splits.count..<($0 + 1) * splits.count]) }
    }

    /// `(I - H) y` of all samples, in scratch memory: samples x voxels.
    private func residuals(
        of targets: ScratchBuffer<Element>, alpha: Double, batch: VoxelBatch<Element>
    ) -> UnsafeMutablePointer<Element> {
        let voxels = batch.voxels
        let residuals = batch.scratch.take(samples * voxels, of: Element.self)
        batch.scratch.scope {
            let scaled = batch.scratch.take(svd.count * voxels, of: Element.self)
            for (k, value) in svd.eigenvalues.enumerated() {
                let factor = Element(isComplete ? alpha / (value + alpha) : -value / (value + alpha))
                let (from, to) = (targets.base + k * voxels, scaled + k * voxels)
                for j in 0..<voxels { to[j] = factor * from[j] }
            }
            if !isComplete { residuals.update(from: batch.responses, count: samples * voxels) }
            svd.left.withUnsafeBufferPointer { left in
                guard let left = left.baseAddress else { return }
                LinearAlgebra.gemm(
                    m: samples, n: voxels, k: svd.count, a: left, lda: svd.count, b: scaled, ldb: voxels,
                    beta: isComplete ? 0 : 1, c: residuals, ldc: voxels)
            }
        }
        return residuals
    }

    /// Adds one alpha's scores of all folds to the part, and returns the sums of its held-out predictions.
    private func score(
        _ batch: VoxelBatch<Element>, residuals: UnsafePointer<Element>, factors: [Matrix<Element>],
        alphaIndex: Int, part: inout BatchScores
    ) -> ScoreSums {
        let voxels = batch.voxels
        var pooled = ScoreSums(voxels: voxels)
        for (fold, factor) in zip(splits, factors) {
            let samples = fold.test.count
            batch.scratch.scope {
                let errors = batch.scratch.take(samples * voxels, of: Element.self)
                gatherRows(residuals, rows: fold.test, columns: voxels, shift: batch.zeros, into: errors)
                LinearAlgebra.solve(choleskyFactor: factor, columns: voxels, errors)
                let squaredErrors = columnSquares(errors, rows: samples, columns: voxels)
                let test = batch.rows(fold.test, less: batch.zeros)
                let share = FoldShare(
                    ofTest: test, samples: samples, voxels: voxels, score: options.searchScore,
                    foldCount: splits.count)
                for j in 0..<voxels {
                    part.scores[alphaIndex * voxels + j] +=
                        share.offsets[j] - share.weights[j] * squaredErrors[j]
                }
                if options.scoresHeldOut {
                    for i in 0..<samples * voxels { errors[i] = test[i] - errors[i] }
                    pooled.add(responses: test, predictions: errors, samples: samples)
                }
            }
        }
        return pooled
    }
}

/// The sum of squares of each column.
private func columnSquares<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, columns: Int
) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    var squares = sums
    sumColumns(source, rows: rows, columns: columns, sums: &sums, squares: &squares)
    return squares
}

extension BatchScores {
    /// Takes an alpha for the voxels for which it is better than those before, with the scores of its predictions.
    fileprivate mutating func choose(
        _ alphaIndex: Int, _ alpha: Double, units: [Double], best: inout [Double], sums: ScoreSums
    ) {
        let (r2s, rs) = r2.isEmpty ? ([], []) : (sums.r2, sums.r)
        let slope = tieSlope(alpha)
        for j in best.indices {
            let score = scores[alphaIndex * best.count + j] + slope * units[columns.lowerBound + j]
            guard score > best[j] else { continue }
            best[j] = score
            alphaIndices[j] = Int32(alphaIndex)
            if !r2.isEmpty { (r2[j], r[j]) = (r2s[j], rs[j]) }
        }
    }
}

extension Matrix {
    /// `I - shift 11ᵀ - self`.
    fileprivate func subtracted(fromIdentityLess shift: Double) -> Matrix {
        var result = self
        let order = rows
        result.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            for i in 0..<order {
                let line = base + i * order
                for j in 0..<order { line[j] = Element(-shift) - line[j] }
                line[i] += 1
            }
        }
        return result
    }
}
