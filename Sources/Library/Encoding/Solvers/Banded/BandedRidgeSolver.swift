import Display
import Tensors

/// What a banded fit finds for each voxel.
struct BandedSolution<Element: Scalar> {
    /// The index of the chosen candidate.
    var candidate: [Int]
    /// The scaling of each voxel's bands: the candidate's, or a refined one on the simplex.
    var gammas: [[Double]]
    /// The alpha that goes with it.
    var alphas: [Double]
    /// The score that goes with both.
    var scores: [Double]
    /// The best score of each candidate: candidates x voxels.
    var searchScores: Matrix<Double>
    /// Features of all bands x voxels.
    var weights: Matrix<Element>
}

/// Searches candidates and alphas for every voxel, refines what was found, and refits to all samples.
func solveBandedRidge<Element: Scalar, Working: Scalar>(
    _ spaces: BandedFeatures<Working>, gammas: [[Double]], responses: Matrix<Element>, means: [Double],
    units: [Double], task: RidgeTask, refinement: BandRefinement
) throws -> BandedSolution<Element> {
    var solution = try searchBands(
        spaces, gammas: gammas, responses: responses, means: means, units: units, task: task)
    if case .gradient(let steps, let tolerance) = refinement {
        try refineBands(
            &solution, spaces, responses: responses, means: means, task: task, steps: steps,
            tolerance: tolerance)
    }
    solution.weights = try refitBands(spaces, responses: responses, means: means, solution: solution)
    return solution
}

/// The best candidate and alpha of every voxel.
private func searchBands<Element: Scalar, Working: Scalar>(
    _ spaces: BandedFeatures<Working>, gammas: [[Double]], responses: Matrix<Element>, means: [Double],
    units: [Double], task: RidgeTask
) throws -> BandedSolution<Element> {
    let voxels = responses.columns
    var solution = BandedSolution<Element>(
        candidate: Array(repeating: 0, count: voxels), gammas: Array(repeating: gammas[0], count: voxels),
        alphas: Array(repeating: task.alphas[0], count: voxels),
        scores: Array(repeating: -.infinity, count: voxels),
        searchScores: Matrix(rows: gammas.count, columns: voxels), weights: Matrix(rows: 0, columns: voxels))
    var bar = ProgressBar("banded ridge", total: gammas.count, unit: "candidates")
    let features = spaces.isPrimal ? spaces.features.converted(to: Element.self) : nil
    // As many candidates at a time as there are threads, so that the folds of several are decomposed at once.
    let width = threadCount
    for first in stride(from: 0, to: gammas.count, by: width) {
        let group = Array(first..<min(first + width, gammas.count))
        let models = try models(of: group.map { gammas[$0] }, spaces: spaces, task: task, as: Element.self)
        let parts = try scoreBands(
            models, features: features, responses: responses, means: means, units: units, task: task,
            centred: spaces.centred)
        for (number, parts) in zip(group, parts) {
            for part in parts {
                for (j, voxel) in part.columns.enumerated() {
                    let choice = Int(part.choice[j])
                    let score =
                        part.scores[choice * part.columns.count + j]
                        + tieSlope(task.alphas[choice]) * units[voxel]
                    solution.searchScores[number, voxel] = score
                    // himalaya's rule: a later candidate must be better by more than the precision.
                    if score > solution.scores[voxel] + Double(Element.ulpOfOne) * units[voxel] {
                        solution.scores[voxel] = score
                        solution.candidate[voxel] = number
                        solution.gammas[voxel] = gammas[number]
                        solution.alphas[voxel] = task.alphas[choice]
                    }
                }
            }
        }
        if task.showsProgress { bar.advance(by: group.count) }
    }
    if task.showsProgress { bar.finish() }
    return solution
}

/// The models of all folds for each of some candidates.
@_specialize(where Element == Float, Working == Float)
@_specialize(where Element == Float, Working == Double)
@_specialize(where Element == Double, Working == Double)
private func models<Element: Scalar, Working: Scalar>(
    of gammas: [[Double]], spaces: BandedFeatures<Working>, task: RidgeTask, as type: Element.Type
) throws -> [[FoldModel<Element>]] {
    let candidates = gammas.map { gamma in
        let space = spaces.space(gamma)
        return (
            space: space, plan: FoldPlan<Element>(space: space, task: task), factors: spaces.factors(gamma)
        )
    }
    let folds = task.folds.count
    var models = [FoldModel<Element>?](repeating: nil, count: gammas.count * folds)
    try models.withUnsafeMutableBufferPointer { models in
        let models = models
        try concurrently(gammas.count * folds) { index, _, interruption in
            let candidate = candidates[index / folds]
            let model = try candidate.plan.model(
                of: task.folds[index % folds], in: candidate.space, interruption: interruption)
            // The products of the features with the responses are those of the features without their scaling.
            models[index] = spaces.isPrimal ? model.takingProducts(scaledBy: candidate.factors) : model
        }
    }
    return gammas.indices.map { candidate in
        models[candidate * folds..<(candidate + 1) * folds].compactMap { $0 }
    }
}

/// For each candidate and batch the scores of every alpha and the best alpha of each voxel.
private func scoreBands<Element: Scalar>(
    _ models: [[FoldModel<Element>]], features: Matrix<Element>?, responses: Matrix<Element>,
    means: [Double], units: [Double], task: RidgeTask, centred: Bool
) throws -> [[BatchPart]] {
    let sizes = VoxelBatch<Element>.Sizes(
        models.flatMap { $0 }, refit: nil, samples: responses.rows, alphas: task.alphas.count,
        remembers: false, products: features?.columns ?? 0)
    let pool = BatchPool(voxels: responses.columns, sizes: sizes, memoryLimit: task.memoryLimit)
    var parts = [[BatchPart]](
        repeating: Array(repeating: BatchPart(), count: models.count), count: pool.batches.count)
    try pool.run(into: &parts) { batch, columns, parts, interruption in
        batch.load(responses, voxels: columns, means: means)
        if let features { batch.multiply(features: features) }
        for (number, folds) in models.enumerated() {
            parts[number].columns = columns
            parts[number].scores = [Double](repeating: 0, count: task.alphas.count * batch.voxels)
            for model in folds {
                try interruption.check()
                model.rotate(batch, slot: 0, centred: centred)
                parts[number].scores.withUnsafeMutableBufferPointer { scores in
                    guard let scores = scores.baseAddress else { return }
                    batch.addScores(
                        of: model, slot: 0, score: task.score, folds: folds.count, to: scores)
                }
            }
            parts[number].choose(alphas: task.alphas, units: units)
        }
    }
    return models.indices.map { number in parts.map { $0[number] } }
}

extension FoldModel {
    /// The same model for products `Xᵀ Y` of features that are not scaled.
    fileprivate func takingProducts(scaledBy factors: [Double]) -> FoldModel {
        guard case .directions(var model) = self, model.directions.loadings.rows > 0 else { return self }
        model.directions.loadings = model.directions.loadings.scalingColumns(by: factors)
        return .directions(model)
    }
}
