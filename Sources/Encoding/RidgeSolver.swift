import Display
import Tensors

/// What a ridge fit is asked to do, beside the data.
struct RidgeTask {
    var alphas: [Double]
    var folds: [Fold]
    var score: SearchScore
    var alphaPerVoxel: Bool
    var scoresHeldOut: Bool
    var memoryLimit: Int
    var showsProgress: Bool
}

/// What a ridge fit finds for each voxel.
struct RidgeSolution<Element: Scalar> {
    /// The index of the chosen alpha.
    var choice: [Int]
    /// The mean score over the folds: alphas x voxels.
    var searchScores: Matrix<Double>
    /// Weights x voxels, of the centred features.
    var weights: Matrix<Element>
    /// R2 and r of the held-out predictions; empty where they were not asked for.
    var r2: [Double]
    var r: [Double]
}

/// Solves ridge regression for all voxels: the search over alphas, the held-out scores and the refit.
///
/// `responses` is samples x voxels; `means` are what is taken off each voxel first (0 without an intercept; NaN for
/// a voxel that cannot be fitted). Throws `CancellationError` where the task is cancelled, and `LinearAlgebraError`.
func solveRidge<Element: Scalar, Working: Scalar>(
    _ space: FeatureSpace<Working>, responses: Matrix<Element>, means: [Double], task: RidgeTask
) throws -> RidgeSolution<Element> {
    var bar = ProgressBar("ridge: directions", total: task.folds.count + 1, unit: "folds")
    let isSlow = min(space.weights, space.samples) > 1000 && task.showsProgress
    let smallest = task.alphas.first ?? 1
    var models: [FoldModel<Element>] = []
    // One alpha without held-out scores needs no folds.
    let folds = task.alphas.count > 1 || task.scoresHeldOut ? task.folds : []
    for fold in folds {
        try Task.checkCancellation()
        let directions = try space.directions(of: fold, smallestAlpha: smallest, as: Element.self)
        try Task.checkCancellation()
        models.append(
            FoldModel(directions, alphas: task.alphas, score: task.score, workingIn: Working.self))
        if isSlow { bar.advance() }
    }
    try Task.checkCancellation()
    let all = Fold(train: Array(0..<space.samples), test: [])
    let refit = try space.directions(of: all, smallestAlpha: smallest, forRefit: true, as: Element.self)
    if isSlow { bar.finish() }

    let voxels = responses.columns
    var run = RidgeRun(
        space: space, models: models, refit: refit, task: task, responses: responses, means: means)
    let batches = run.batches(of: Array(0..<voxels))
    var progress = ProgressBar("ridge", total: voxels, unit: "voxels")
    let shows = task.showsProgress && batches.count > 1
    if task.alphaPerVoxel {
        for batch in batches {
            try run.load(batch)
            try run.search(batch)
            try run.finish(batch)
            if shows { progress.advance(by: batch.count) }
        }
    } else {
        for batch in batches {
            try run.load(batch)
            try run.search(batch)
        }
        run.shareAlpha()
        for batch in batches {
            try run.load(batch)
            for index in models.indices { try run.rotate(index) }
            try run.finish(batch)
            if shows { progress.advance(by: batch.count) }
        }
    }
    if shows { progress.finish() }
    return run.solution
}
