import Display
import Foundation
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

/// The state of one fit while it goes through the voxels.
private struct RidgeRun<Element: Scalar> {
    var solution: RidgeSolution<Element>
    let models: [FoldModel<Element>]
    let refit: PrincipalDirections<Element>
    let refitFactors: Matrix<Element>
    let products: Matrix<Element>?
    let task: RidgeTask
    let responses: Matrix<Element>
    let means: [Double]
    let centred: Bool
    let capacity: Int
    let memory: VoxelBatch<Element>

    init<Working: Scalar>(
        space: FeatureSpace<Working>, models: [FoldModel<Element>], refit: PrincipalDirections<Element>,
        task: RidgeTask, responses: Matrix<Element>, means: [Double]
    ) {
        (self.models, self.refit, self.task, self.responses, self.means) = (
            models, refit, task, responses, means
        )
        centred = space.centred
        let needsProducts = (models.map(\.directions) + [refit]).contains { $0.left.columns < $0.count }
        products = needsProducts ? space.productFeatures?.converted(to: Element.self) : nil
        refitFactors = refit.weightFactors(alphas: task.alphas)
        let sizes = VoxelBatch<Element>.Sizes(
            samples: space.samples, train: space.samples,
            test: models.map(\.directions.fold.test.count).max() ?? 0,
            directions: max(refit.count, models.map(\.directions.count).max() ?? 0), folds: models.count,
            alphas: task.alphas.count, products: products?.columns ?? 0)
        let bytes = (sizes.perVoxel + space.weights) * MemoryLayout<Element>.stride
        capacity = max(1, min(responses.columns, 1024, task.memoryLimit / max(bytes, 1)))
        memory = VoxelBatch(capacity: capacity, sizes: sizes)
        let voxels = responses.columns
        solution = RidgeSolution(
            choice: Array(repeating: 0, count: voxels),
            searchScores: Matrix(rows: task.alphas.count, columns: voxels),
            weights: Matrix(rows: space.weights, columns: voxels), r2: [], r: [])
        if task.scoresHeldOut {
            solution.r2 = Array(repeating: .nan, count: voxels)
            solution.r = solution.r2
        }
    }

    func batches(of voxels: [Int]) -> [[Int]] {
        stride(from: 0, to: voxels.count, by: capacity).map {
            Array(voxels[$0..<min($0 + capacity, voxels.count)])
        }
    }

    func load(_ batch: [Int]) throws {
        try Task.checkCancellation()
        memory.load(responses, voxels: batch, means: batch.map { means[$0] })
        if let products { memory.multiply(features: products) }
    }

    func rotate(_ index: Int) throws {
        try Task.checkCancellation()
        memory.rotate(into: models[index].directions, index: index, features: products, centred: centred)
    }

    /// Scores every alpha in every fold, and chooses.
    mutating func search(_ batch: [Int]) throws {
        let alphas = task.alphas.count
        var scores = [Double](repeating: 0, count: alphas * batch.count)
        for index in models.indices {
            try rotate(index)
            try Task.checkCancellation()
            scores.withUnsafeMutableBufferPointer { scores in
                guard let scores = scores.baseAddress else { return }
                memory.addScores(of: models[index], index: index, score: task.score, to: scores)
            }
        }
        for (position, voxel) in batch.enumerated() {
            var best = -Double.infinity
            for alpha in 0..<alphas {
                let score = scores[alpha * batch.count + position]
                solution.searchScores[alpha, voxel] = score
                // As in himalaya: a slope so slight that it decides between equal scores alone, for the larger alpha.
                let inclined = score + tieSlope(task.alphas[alpha])
                if inclined > best { (best, solution.choice[voxel]) = (inclined, alpha) }
            }
        }
    }

    /// One alpha for all voxels: the best mean score over the voxels that can be fitted.
    mutating func shareAlpha() {
        let usable = means.indices.filter { means[$0].isFinite }
        let scores = task.alphas.indices.map { alpha in
            usable.reduce(0) { $0 + solution.searchScores[alpha, $1] } / Double(max(usable.count, 1))
                + tieSlope(task.alphas[alpha])
        }
        let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        solution.choice = Array(repeating: best, count: means.count)
    }

    /// Scores the held-out predictions of the chosen alphas, and refits to all samples.
    mutating func finish(_ batch: [Int]) throws {
        let choice = batch.map { solution.choice[$0] }
        if task.scoresHeldOut {
            var sums = ScoreSums(voxels: batch.count)
            for index in models.indices {
                try Task.checkCancellation()
                memory.addHeldOut(of: models[index], index: index, choice: choice, to: &sums)
            }
            let (r2, r) = (sums.r2, sums.r)
            for (position, voxel) in batch.enumerated() {
                (solution.r2[voxel], solution.r[voxel]) = (r2[position], r[position])
            }
        }
        try Task.checkCancellation()
        memory.rotate(into: refit, index: models.count, features: products, centred: false)
        memory.refit(
            axes: refit.axes ?? Matrix(rows: 0, columns: 0), factors: refitFactors, choice: choice,
            voxels: batch,
            into: &solution.weights)
    }
}

private func tieSlope(_ alpha: Double) -> Double { 1e-10 * log(alpha) }
