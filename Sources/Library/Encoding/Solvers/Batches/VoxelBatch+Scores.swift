import Tensors

extension VoxelBatch {
    /// Adds each alpha's score in a fold, divided by the number of folds, to `scores` (alphas x voxels).
    ///
    /// The batch has been split (a skeleton) or rotated (directions) for the fold.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func addScores(
        of model: FoldModel<Element>, slot: Int, score: SearchScore, folds: Int,
        to scores: UnsafeMutablePointer<Double>
    ) {
        let samples = model.fold.test.count
        sumColumns(test.base, rows: samples, columns: voxels, sums: sums.base, squares: squares.base)
        let terms = errorTerms(samples: samples, score: score, folds: folds)
        switch model {
        case .skeleton(let skeleton):
            addErrorScores(of: skeleton, terms: terms, to: scores)
        case .directions(let directions):
            if let pairs = directions.pairs {
                squaredErrors(of: directions, pairs: pairs, slot: slot)
                addErrorScores(losses.base, terms: terms, to: scores)
            } else {
                addPredictedScores(
                    of: directions, slot: slot, score: score, folds: folds, terms: terms, to: scores)
            }
        }
    }

    /// A fold's share of each voxel's score is `offset - weight * squared error`.
    struct ErrorTerms {
        var offsets: [Double]
        var weights: [Double]
    }

    func errorTerms(samples: Int, score: SearchScore, folds: Int) -> ErrorTerms {
        let share = 1 / Double(folds)
        if score != .r2 {
            return ErrorTerms(
                offsets: Array(repeating: 0, count: voxels),
                weights: Array(repeating: share / Double(samples), count: voxels))
        }
        let totals = (0..<voxels).map { j in
            let total = squares.base[j] - sums.base[j] * sums.base[j] / Double(samples)
            return total <= squares.base[j] * 1e-13 ? 0 : total
        }
        return ErrorTerms(
            offsets: totals.map { $0 == 0 ? 0 : share }, weights: totals.map { $0 == 0 ? 0 : share / $0 })
    }

    /// Adds `offset - weight * (square + loss)` to the scores of every alpha (alphas x voxels).
    private func addErrorScores(
        _ losses: UnsafePointer<Element>, terms: ErrorTerms, to scores: UnsafeMutablePointer<Double>
    ) {
        for alpha in 0..<sizes.alphas {
            let (line, out) = (losses + alpha * voxels, scores + alpha * voxels)
            for j in 0..<voxels {
                // A sum of squares is not below 0, whatever the rounding of its parts.
                out[j] +=
                    terms.offsets[j] - terms.weights[j] * max(0, squares.base[j] + Double(line[j]))
            }
        }
    }

    /// What each alpha adds to the squared test responses to give the squared error, into `losses`.
    private func squaredErrors(of model: FoldSVD<Element>, pairs: ShrinkagePairs<Element>, slot: Int) {
        let count = model.directions.count
        let z = targets[slot].base
        let far = near.base + count * voxels
        multiply(pairs.far, z, into: far)
        for block in pairs.near {
            multiply(
                block.values, z + block.columns.lowerBound * voxels,
                into: near.base + block.rows.lowerBound * voxels)
        }
        multiplyByTargets(z, cross: cross.base, near: near.base, far: far, count: count * voxels)
        multiply(model.pairFactors, near.base, into: losses.base)
    }

    /// The scores of predictions that are made with one alpha after the other.
    private func addPredictedScores(
        of model: FoldSVD<Element>, slot: Int, score: SearchScore, folds: Int, terms: ErrorTerms,
        to scores: UnsafeMutablePointer<Double>
    ) {
        for alpha in 0..<sizes.alphas {
            predict(with: model, choice: Array(repeating: Int32(alpha), count: voxels), slot: slot)
            var fit = ScoreSums(voxels: voxels)
            fit.add(
                responses: test.base, predictions: predictions.base,
                samples: model.directions.fold.test.count)
            for j in 0..<voxels {
                scores[alpha * voxels + j] +=
                    score == .correlation
                    ? fit.searchCorrelation(of: j) / Double(folds)
                    : terms.offsets[j] - fit.squaredError(of: j) * terms.weights[j]
            }
        }
    }

    /// The scores of all alphas from the inner products of a few strengths' predictions.
    private func addErrorScores(
        of model: CholeskyFold<Element>, terms: ErrorTerms, to scores: UnsafeMutablePointer<Double>
    ) {
        let count = model.basis.chosen.count
        multiplyTransposed(model.operators, train.base, into: predictions.base)
        innerProducts(
            predictions.base, count: count, responses: test.base, samples: model.fold.test.count,
            voxels: voxels, into: inner.base)
        var errors = [Double](repeating: 0, count: voxels)
        errors.withUnsafeMutableBufferPointer { errors in
            for alpha in 0..<sizes.alphas {
                let weights = model.basis.weights[alpha]
                for j in 0..<voxels { errors[j] = squares.base[j] }
                for i in 0..<count where weights[i] != 0 {
                    for k in 0...i where weights[k] != 0 {
                        let line = inner.base + (i * (i + 1) / 2 + k) * voxels
                        let factor = weights[i] * weights[k] * (i == k ? 1 : 2)
                        for j in 0..<voxels { errors[j] += factor * line[j] }
                    }
                    let line = inner.base + (count * (count + 1) / 2 + i) * voxels
                    for j in 0..<voxels { errors[j] -= 2 * weights[i] * line[j] }
                }
                let out = scores + alpha * voxels
                for j in 0..<voxels { out[j] += terms.offsets[j] - terms.weights[j] * max(0, errors[j]) }
            }
        }
    }

    /// The test predictions of a fold, each voxel with the alpha of its choice, into `predictions`.
    private func predict(with model: FoldSVD<Element>, choice: [Int32], slot: Int) {
        scaleByChoice(
            targets[slot].base, columns: voxels, factors: model.factors, choice: choice, into: near.base)
        multiply(model.directions.testRows, near.base, into: predictions.base)
    }

    /// Adds a fold's test predictions, each voxel with its own alpha, to `sums`.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func addHeldOut(
        of model: FoldSVD<Element>, slot: Int, choice: [Int32], to sums: inout ScoreSums
    ) {
        let fold = model.directions.fold
        predict(with: model, choice: choice, slot: slot)
        // The training mean goes back on, so that folds with different means are pooled in the responses' own units.
        gatherRows(
            predictions.base, rows: Array(0..<fold.test.count), columns: voxels,
            shift: trainMeans[slot].map { -$0 }, into: near.base)
        gatherRows(responses.base, rows: fold.test, columns: voxels, shift: zeros, into: test.base)
        sums.add(responses: test.base, predictions: near.base, samples: fold.test.count)
    }
}
