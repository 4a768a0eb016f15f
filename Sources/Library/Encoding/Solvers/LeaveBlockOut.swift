import Tensors

/// Held-out errors of every fold from one decomposition of all samples.
///
/// With `H` the matrix that turns the responses of all samples into their fitted values, the errors of the test samples
/// by a model that is fitted without them are `(I - H_tt)⁻¹ (y - H y)_t`: exact for ridge, with or without an
/// intercept, where a fold learns from all samples that it does not test. With `U` and `w` the directions and the
/// eigenvalues of all samples, `H` is `U diag(w / (w + alpha)) Uᵀ`, and `11ᵀ / n` more with an intercept.
/// Source: Cook & Weisberg (1982) for one sample left out; by blocks the same algebra.
struct LeaveBlockOut<Element: Scalar> {
    private let directions: RidgeSVD<Element>
    private let folds: [Fold]
    private let centred: Bool
    private var samples: Int { directions.left.rows }
    /// Whether nothing is left beside the directions: then `I - H` is `U diag(alpha / (w + alpha)) Uᵀ` without a difference.
    private let isComplete: Bool

    /// `directions` are those of all samples, taken from the responses directly (`left` is `U`).
    init(_ directions: RidgeSVD<Element>, folds: [Fold], centred: Bool) {
        (self.directions, self.folds, self.centred) = (directions, folds, centred)
        isComplete = directions.count == directions.left.rows - (centred ? 1 : 0)
    }

    /// Scores every alpha for every voxel; each part gets scores, choice, and R2 and r where the task wants them.
    func search(
        _ responses: Matrix<Element>, means: [Double], units: [Double], task: RidgeTask,
        pool: BatchPool<Element>, parts: inout [BatchPart]
    ) throws {
        let alphas = task.alphas.count
        let targets = try rotated(responses, means: means, pool: pool, parts: &parts)
        var best = parts.map { [Double](repeating: -.infinity, count: $0.columns.count) }
        for index in parts.indices {
            let voxels = parts[index].columns.count
            parts[index].scores = [Double](repeating: 0, count: alphas * voxels)
            parts[index].choice = [Int32](repeating: 0, count: voxels)
            if task.scoresHeldOut {
                (parts[index].r2, parts[index].r) = (best[index], best[index])
            }
        }
        // The factors of as many alphas at once as there are threads, so that all threads have as much to do.
        var ready: [[Matrix<Element>]] = []
        for (number, alpha) in task.alphas.enumerated() {
            if ready.isEmpty {
                ready = try factors(alphas: Array(task.alphas[number...].prefix(threadCount))).reversed()
            }
            guard let factors = ready.popLast() else { return }
            try best.withUnsafeMutableBufferPointer { best in
                let best = best
                try pool.run(into: &parts) { batch, columns, part, interruption in
                    batch.load(responses, voxels: columns, means: means)
                    let index = columns.lowerBound / max(pool.batches[0].count, 1)
                    residuals(of: targets[index], alpha: alpha, batch: batch)
                    try interruption.check()
                    let sums = score(batch, factors: factors, alpha: number, task: task, part: &part)
                    part.choose(
                        number, alphas: task.alphas, units: units, best: &best[index], sums: sums)
                    try interruption.check()
                }
            }
        }
    }

    /// `Uᵀ Y` of each batch.
    private func rotated(
        _ responses: Matrix<Element>, means: [Double], pool: BatchPool<Element>, parts: inout [BatchPart]
    ) throws -> [ScratchBuffer<Element>] {
        let targets = pool.batches.map { ScratchBuffer<Element>(count: directions.count * $0.count) }
        try pool.run(into: &parts) { batch, columns, part, _ in
            part.columns = columns
            batch.load(responses, voxels: columns, means: means)
            let index = columns.lowerBound / max(pool.batches[0].count, 1)
            batch.multiplyTransposed(directions.left, batch.responses.base, into: targets[index].base)
        }
        return targets
    }

    /// For each alpha Cholesky's factor of `I - H` over each fold's test samples.
    private func factors(alphas: [Double]) throws -> [[Matrix<Element>]] {
        var factors = [Matrix<Element>?](repeating: nil, count: alphas.count * folds.count)
        try factors.withUnsafeMutableBufferPointer { factors in
            let factors = factors
            try concurrently(factors.count) { index, _, _ in
                let alpha = alphas[index / folds.count]
                let weights = directions.eigenvalues.map { value in
                    ((isComplete ? alpha : value) / (value + alpha)).squareRoot()
                }
                let test = folds[index % folds.count].test
                let rows = directions.left.rows(at: test).scalingColumns(by: weights)
                var matrix = LinearAlgebra.gram(rows, ofRows: true)
                if !isComplete {
                    matrix = matrix.subtracted(fromIdentityLess: centred ? 1 / Double(samples) : 0)
                }
                factors[index] = try LinearAlgebra.cholesky(matrix)
            }
        }
        return alphas.indices.map { alpha in
            factors[alpha * folds.count..<(alpha + 1) * folds.count].compactMap { $0 }
        }
    }

    /// `(I - H) y` of all samples, into the batch's `predictions`.
    private func residuals(of targets: ScratchBuffer<Element>, alpha: Double, batch: VoxelBatch<Element>) {
        let voxels = batch.voxels
        for (k, value) in directions.eigenvalues.enumerated() {
            let factor = Element(isComplete ? alpha / (value + alpha) : -value / (value + alpha))
            let (from, to) = (targets.base + k * voxels, batch.near.base + k * voxels)
            for j in 0..<voxels { to[j] = factor * from[j] }
        }
        if !isComplete {
            batch.predictions.base.update(from: batch.responses.base, count: samples * voxels)
        }
        directions.left.withUnsafeBufferPointer { left in
            guard let left = left.baseAddress else { return }
            LinearAlgebra.gemm(
                m: samples, n: voxels, k: directions.count, a: left, lda: directions.count,
                b: batch.near.base, ldb: voxels, beta: isComplete ? 0 : 1, c: batch.predictions.base,
                ldc: voxels)
        }
    }

    /// Adds one alpha's scores of all folds to the part, and returns the sums of its held-out predictions.
    private func score(
        _ batch: VoxelBatch<Element>, factors: [Matrix<Element>], alpha: Int, task: RidgeTask,
        part: inout BatchPart
    ) -> ScoreSums {
        let voxels = batch.voxels
        var pooled = ScoreSums(voxels: voxels)
        for (fold, factor) in zip(folds, factors) {
            let samples = fold.test.count
            gatherRows(
                batch.predictions.base, rows: fold.test, columns: voxels, shift: batch.zeros,
                into: batch.near.base)
            LinearAlgebra.solve(choleskyFactor: factor, columns: voxels, batch.near.base)
            sumColumns(
                batch.near.base, rows: samples, columns: voxels, sums: batch.sums.base,
                squares: batch.squares.base)
            let errors = (0..<voxels).map { batch.squares.base[$0] }
            gatherRows(
                batch.responses.base, rows: fold.test, columns: voxels, shift: batch.zeros,
                into: batch.test.base)
            sumColumns(
                batch.test.base, rows: samples, columns: voxels, sums: batch.sums.base,
                squares: batch.squares.base)
            let terms = batch.errorTerms(samples: samples, score: task.score, folds: folds.count)
            for j in 0..<voxels {
                part.scores[alpha * voxels + j] += terms.offsets[j] - terms.weights[j] * errors[j]
            }
            if task.scoresHeldOut {
                let (errors, y) = (batch.near.base, batch.test.base)
                for i in 0..<samples * voxels { errors[i] = y[i] - errors[i] }
                pooled.add(responses: y, predictions: errors, samples: samples)
            }
        }
        return pooled
    }
}

extension BatchPart {
    /// Takes alpha `number` for the voxels for which it is better than those before, with the scores of its predictions.
    fileprivate mutating func choose(
        _ number: Int, alphas: [Double], units: [Double], best: inout [Double], sums: ScoreSums
    ) {
        let (r2s, rs) = r2.isEmpty ? ([], []) : (sums.r2, sums.r)
        let slope = tieSlope(alphas[number])
        for j in best.indices {
            let score = scores[number * best.count + j] + slope * units[columns.lowerBound + j]
            guard score > best[j] else { continue }
            best[j] = score
            choice[j] = Int32(number)
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
