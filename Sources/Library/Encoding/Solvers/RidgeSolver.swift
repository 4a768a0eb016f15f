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
    var choice: [Int32]
    /// The mean score over the folds: alphas x voxels.
    var searchScores: Matrix<Double>
    /// Weights x voxels, of the centred features.
    var weights: Matrix<Element>
    /// R2 and r of the held-out predictions; empty where they were not asked for.
    var r2: [Double]
    var r: [Double]
}

/// A ridge fit prepared as far as it goes without the voxels: it then takes any number of them, in any batches.
struct RidgeSolver<Element: Scalar> {
    let task: RidgeTask
    let samples: Int
    let weights: Int
    private let models: [FoldModel<Element>]
    /// For held-out errors without a decomposition of each fold.
    private let blocks: LeaveBlockOut<Element>?
    private let refit: RidgeSVD<Element>
    private let refitFactors: Matrix<Element>
    private let features: Matrix<Element>?
    private let centred: Bool

    /// Decomposes the features of every fold, several folds at once, or of all samples alone where `inBlocks`.
    ///
    /// Throws `CancellationError` where the task is cancelled, and `LinearAlgebraError`.
    @_specialize(where Element == Float, Working == Float)
    @_specialize(where Element == Float, Working == Double)
    @_specialize(where Element == Double, Working == Double)
    init<Working: Scalar>(_ space: GramForm<Working>, task: RidgeTask, inBlocks: Bool = false) throws {
        self.task = task
        (samples, weights, centred) = (space.samples, space.weights, space.centred)
        // One alpha without held-out scores needs no folds.
        let folds = !inBlocks && (task.alphas.count > 1 || task.scoresHeldOut) ? task.folds : []
        let all = Fold(train: Array(0..<space.samples), test: [])
        let refitSpace = space.forRefit
        let plan = FoldPlan<Element>(space: space, task: task)
        var models = [FoldModel<Element>?](repeating: nil, count: folds.count)
        var refit: RidgeSVD<Element>?
        try models.withUnsafeMutableBufferPointer { models in
            let models = models
            try concurrently(folds.count + 1) { index, _, interruption in
                // The refit is the largest, so it comes first.
                if index == 0 {
                    refit = try refitSpace.directions(
                        of: all, smallestAlpha: task.alphas.first ?? 1, forRefit: true,
                        fromResponses: inBlocks, interruption: interruption, as: Element.self)
                } else {
                    models[index - 1] = try plan.model(
                        of: folds[index - 1], in: space, interruption: interruption)
                }
                try interruption.check()
            }
        }
        guard let refit else { throw CancellationError() }
        self.models = models.compactMap { $0 }
        self.refit = refit
        blocks = inBlocks ? LeaveBlockOut(refit, folds: task.folds, centred: space.centred) : nil
        refitFactors = refit.weightFactors(alphas: task.alphas)
        let needsProducts =
            refit.left.columns < refit.count
            || self.models.contains { model in
                if case .directions(let fold) = model {
                    return fold.directions.left.columns < fold.directions.count
                }
                return false
            }
        features = needsProducts ? refitSpace.productFeatures?.converted(to: Element.self) : nil
    }

    /// Finds alphas, scores and weights of all voxels.
    ///
    /// `responses` is samples x voxels; `means` are what is taken off each voxel first (0 without an intercept; NaN for
    /// a voxel that cannot be fitted); `units` is what its scores are measured in. Throws `CancellationError` where the task is cancelled.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func solve(_ responses: Matrix<Element>, means: [Double], units: [Double]) throws -> RidgeSolution<
        Element
    > {
        let voxels = responses.columns
        var sizes = VoxelBatch<Element>.Sizes(
            models, refit: refit, samples: samples, alphas: task.alphas.count,
            remembers: task.scoresHeldOut, products: features?.columns ?? 0)
        if blocks != nil {
            sizes.predictions = samples
            sizes.test = task.folds.map(\.test.count).max() ?? 0
        }
        let pool = BatchPool(voxels: voxels, sizes: sizes, memoryLimit: task.memoryLimit)
        var progress = ProgressBar("ridge", total: voxels, unit: "voxels")
        let shows = task.showsProgress && pool.batches.count > 8
        var parts = [BatchPart](repeating: BatchPart(), count: pool.batches.count)
        if let blocks {
            try blocks.search(
                responses, means: means, units: units, task: task, pool: pool, parts: &parts)
        } else if !task.alphaPerVoxel {
            try pool.run(into: &parts) { batch, columns, part, interruption in
                part.columns = columns
                batch.load(responses, voxels: columns, means: means)
                if let features { batch.multiply(features: features) }
                try search(batch, &part, units: units, interruption)
            }
            shareAlpha(&parts, means: means, units: units)
        }
        let weights = try Matrix<Element>(rows: weights, columns: voxels) { target in
            guard let target = target.baseAddress else { return }
            try pool.run(into: &parts, progress: shows ? { progress.advance(by: $0) } : nil) {
                batch, columns, part, interruption in
                part.columns = columns
                batch.load(responses, voxels: columns, means: means)
                if let features { batch.multiply(features: features) }
                if blocks == nil {
                    if task.alphaPerVoxel {
                        try search(batch, &part, units: units, interruption)
                    } else if task.scoresHeldOut {
                        for index in models.indices { rotate(batch, index) }
                    }
                    if task.scoresHeldOut { try scoreHeldOut(batch, &part, interruption) }
                }
                try interruption.check()
                guard let axes = refit.axes else { return }
                batch.rotate(into: refit, slot: 0, centred: false)
                batch.refit(
                    axes: axes, factors: refitFactors, slot: 0, choice: part.choice, into: target,
                    width: voxels)
            }
        }
        if shows { progress.finish() }
        return RidgeSolution(
            choice: parts.flatMap(\.choice),
            searchScores: gathered(parts, alphas: task.alphas.count, voxels: voxels), weights: weights,
            r2: parts.flatMap(\.r2), r: parts.flatMap(\.r))
    }

    private func rotate(_ batch: VoxelBatch<Element>, _ index: Int) {
        models[index].rotate(batch, slot: task.scoresHeldOut ? index : 0, centred: centred)
    }

    /// Scores every alpha in every fold, and chooses.
    private func search(
        _ batch: VoxelBatch<Element>, _ part: inout BatchPart, units: [Double], _ interruption: Interruption
    ) throws {
        part.scores = [Double](repeating: 0, count: task.alphas.count * batch.voxels)
        for index in models.indices {
            rotate(batch, index)
            try interruption.check()
            part.scores.withUnsafeMutableBufferPointer { scores in
                guard let scores = scores.baseAddress else { return }
                batch.addScores(
                    of: models[index], slot: task.scoresHeldOut ? index : 0, score: task.score,
                    folds: models.count, to: scores)
            }
            try interruption.check()
        }
        part.choose(alphas: task.alphas, units: units)
    }

    private func scoreHeldOut(
        _ batch: VoxelBatch<Element>, _ part: inout BatchPart, _ interruption: Interruption
    ) throws {
        var sums = ScoreSums(voxels: batch.voxels)
        for (index, model) in models.enumerated() {
            guard case .directions(let fold) = model else { continue }
            try interruption.check()
            batch.addHeldOut(of: fold, slot: index, choice: part.choice, to: &sums)
        }
        (part.r2, part.r) = (sums.r2, sums.r)
    }

    /// One alpha for all voxels: the best mean score over the voxels that can be fitted.
    private func shareAlpha(_ parts: inout [BatchPart], means: [Double], units: [Double]) {
        let scores = gathered(parts, alphas: task.alphas.count, voxels: means.count)
        let usable = means.indices.filter { means[$0].isFinite }
        let unit = usable.reduce(0) { $0 + units[$1] } / Double(max(usable.count, 1))
        let average = task.alphas.indices.map { alpha in
            usable.reduce(0) { $0 + scores[alpha, $1] } / Double(max(usable.count, 1))
                + tieSlope(task.alphas[alpha]) * unit
        }
        let best = average.indices.max { average[$0] < average[$1] } ?? 0
        for index in parts.indices {
            parts[index].choice = Array(repeating: Int32(best), count: parts[index].columns.count)
        }
    }
}

extension FoldModel {
    /// Brings a batch into what the fold's scores are made of.
    func rotate(_ batch: VoxelBatch<Element>, slot: Int, centred: Bool) {
        switch self {
        case .directions(let model): batch.rotate(into: model.directions, slot: slot, centred: centred)
        case .skeleton(let model): batch.split(model.fold, slot: slot, centred: centred, needsTrain: true)
        }
    }
}

/// Refuses a limit in which no batch of voxels has room.
func checkMemoryLimit(_ bytes: Int) throws {
    try checkParameter("memoryLimit", "\(bytes) bytes", expected: "above 0", bytes > 0)
}

/// himalaya's slope over the alphas, so slight that it only decides between equal scores.
func tieSlope(_ alpha: Double) -> Double { 1e-10 * log(alpha) }
