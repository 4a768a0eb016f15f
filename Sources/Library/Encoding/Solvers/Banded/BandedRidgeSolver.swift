import Display
import Tensors

/// What a banded fit finds for each voxel.
struct BandedSolution<Element: Scalar> {
    /// The index of the chosen candidate.
    var candidateIndices: [Int]
    /// The scaling of each voxel's bands: the candidate's, or a refined one on the simplex.
    var gammas: [[Double]]
    /// The alpha that goes with it.
    var alphas: [Double]
    /// The score that goes with both.
    var scores: [Double]
    /// The best score of each candidate: candidates x voxels.
    var searchScores: Matrix<Double>
    /// Features of all bands x voxels; empty until the refit.
    var weights: Matrix<Element>
}

/// Searches candidates and alphas for every voxel and refines what was found; `refit` fits that to all samples.
struct BandedRidgeSolver<Element: Scalar, Working: Scalar> {
    let bands: BandedFeatures<Working>
    /// The candidates: each one scaling per band.
    let gammas: [[Double]]
    /// Samples x voxels.
    let responses: Matrix<Element>
    /// What is subtracted from each voxel's responses (0 without an intercept); NaN for a voxel that is not fitted.
    let means: [Double]
    /// The unit in which each voxel's scores are compared.
    let units: [Double]
    let options: RidgeOptions
    let splits: [Fold]

    /// Throws `CancellationError` if the task is canceled, and `LinearAlgebraError`.
    func solve(refinement: BandRefinement) throws -> BandedSolution<Element> {
        var solution = try search()
        if case .gradient(let steps, let tolerance) = refinement {
            try refine(&solution, steps: steps, tolerance: tolerance)
        }
        return solution
    }

    /// The best candidate and alpha of every voxel.
    private func search() throws -> BandedSolution<Element> {
        let (voxels, alphas) = (responses.columns, options.alphas.values)
        var solution = BandedSolution<Element>(
            candidateIndices: Array(repeating: 0, count: voxels),
            gammas: Array(repeating: gammas[0], count: voxels),
            alphas: Array(repeating: alphas[0], count: voxels),
            scores: Array(repeating: -.infinity, count: voxels),
            searchScores: Matrix(rows: gammas.count, columns: voxels),
            weights: Matrix(rows: 0, columns: voxels))
        if let folds = try foldsOfAllCandidates() {
            try takeAll(folds, to: &solution)
            return solution
        }
        var bar = ProgressBar("banded ridge", total: gammas.count, unit: "candidates")
        let features = bands.isPrimal ? bands.features.converted(to: Element.self) : nil
        // As many candidates at a time as there are threads, so that the folds of several are decomposed at once.
        for first in stride(from: 0, to: gammas.count, by: threadCount) {
            let candidates = Array(first..<min(first + threadCount, gammas.count))
            let scorers = try scorers(of: candidates.map { gammas[$0] })
            let parts = try scores(scorers, features: features)
            for (candidate, parts) in zip(candidates, parts) {
                for part in parts { solution.take(part, of: candidate, gammas[candidate], alphas, units) }
            }
            if options.showsProgress { bar.advance(by: candidates.count) }
        }
        if options.showsProgress { bar.finish() }
        return solution
    }

    /// For each of some candidates the scorers of all folds.
    @_specialize(where Element == Float, Working == Float)
    @_specialize(where Element == Float, Working == Double)
    @_specialize(where Element == Double, Working == Double)
    private func scorers(of gammas: [[Double]]) throws -> [[any FoldScorer<Element>]] {
        let candidates = gammas.map { gamma in
            let form = bands.form(gamma)
            return (
                form: form, plan: ScoringPlan<Element>(form, options: options, splits: splits),
                // Products with the responses are those of the features without their scaling.
                productScaling: bands.isPrimal ? bands.factors(gamma) : nil
            )
        }
        let scorers = try parallelMap(gammas.count * splits.count) { index, _, interruption in
            let candidate = candidates[index / splits.count]
            return try candidate.plan.scorer(
                of: splits[index % splits.count], in: candidate.form,
                productScaling: candidate.productScaling, interruption: interruption)
        }
        return gammas.indices.map { Array(scorers[$0 * splits.count..<($0 + 1) * splits.count]) }
    }

    /// For each candidate and batch the best alpha of each voxel.
    private func scores(
        _ scorers: [[any FoldScorer<Element>]], features: Matrix<Element>?
    ) throws -> [[BatchScores]] {
        var layout = VoxelBatch<Element>.Layout(samples: responses.rows, features: features?.columns ?? 0)
        for folds in scorers { layout.fit(folds) }
        let pool = BatchPool(
            voxels: responses.columns, layout: layout, memoryLimit: options.memoryLimit)
        var parts = [[BatchScores]](
            repeating: Array(repeating: BatchScores(), count: scorers.count), count: pool.batches.count)
        try pool.run(into: &parts) { batch, columns, parts, interruption in
            batch.load(responses, voxels: columns, means: means)
            if let features { batch.multiply(features: features) }
            for (candidate, folds) in scorers.enumerated() {
                parts[candidate].columns = columns
                try parts[candidate].search(
                    batch, scorers: folds, options: options, units: units, interruption)
                parts[candidate].scores = []
            }
        }
        return scorers.indices.map { candidate in parts.map { $0[candidate] } }
    }
}

extension BandedSolution {
    /// Takes a candidate for the voxels of a batch for which it is better than those before.
    mutating func take(
        _ part: BatchScores, of candidate: Int, _ gamma: [Double], _ alphas: [Double], _ units: [Double]
    ) {
        for (j, voxel) in part.columns.enumerated() {
            let score = part.best[j]
            searchScores[candidate, voxel] = score
            // himalaya's rule: a later candidate must be better by more than the precision.
            guard score > scores[voxel] + Double(Element.ulpOfOne) * units[voxel] else { continue }
            scores[voxel] = score
            candidateIndices[voxel] = candidate
            gammas[voxel] = gamma
            self.alphas[voxel] = alphas[Int(part.alphaIndices[j])]
        }
    }
}
