import Foundation
import Tensors

/// The state of one fit while it goes through the voxels.
struct RidgeRun<Element: Scalar> {
    var solution: RidgeSolution<Element>
    let models: [FoldModel<Element>]
    /// The directions of all samples; absent where only a search is wanted.
    let refit: PrincipalDirections<Element>?
    let refitFactors: Matrix<Element>?
    let products: Matrix<Element>?
    let task: RidgeTask
    let responses: Matrix<Element>
    let means: [Double]
    let centred: Bool
    let capacity: Int
    let memory: VoxelBatch<Element>

    init<Working: Scalar>(
        space: FeatureSpace<Working>, models: [FoldModel<Element>], refit: PrincipalDirections<Element>?,
        task: RidgeTask, responses: Matrix<Element>, means: [Double]
    ) {
        (self.models, self.refit, self.task, self.responses, self.means) = (
            models, refit, task, responses, means
        )
        centred = space.centred
        let needsProducts = (models.map(\.directions) + [refit].compactMap { $0 }).contains {
            $0.left.columns < $0.count
        }
        products = needsProducts ? space.productFeatures?.converted(to: Element.self) : nil
        refitFactors = refit?.weightFactors(alphas: task.alphas)
        let sizes = VoxelBatch<Element>.Sizes(
            samples: space.samples, train: space.samples,
            test: models.map(\.directions.fold.test.count).max() ?? 0,
            directions: max(refit?.count ?? 0, models.map(\.directions.count).max() ?? 0),
            folds: models.count,
            alphas: task.alphas.count, products: products?.columns ?? 0)
        let bytes = (sizes.perVoxel + space.weights) * MemoryLayout<Element>.stride
        capacity = max(1, min(responses.columns, 1024, task.memoryLimit / max(bytes, 1)))
        memory = VoxelBatch(capacity: capacity, sizes: sizes)
        let voxels = responses.columns
        solution = RidgeSolution(
            choice: Array(repeating: 0, count: voxels),
            searchScores: Matrix(rows: task.alphas.count, columns: voxels),
            weights: Matrix(rows: refit == nil ? 0 : space.weights, columns: voxels), r2: [], r: [])
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
        guard let refit, let axes = refit.axes, let refitFactors else { return }
        try Task.checkCancellation()
        memory.rotate(into: refit, index: models.count, features: products, centred: false)
        memory.refit(
            axes: axes, factors: refitFactors, choice: choice, voxels: batch, into: &solution.weights)
    }
}

/// himalaya's slope over the alphas, so slight that it only decides between equal scores.
func tieSlope(_ alpha: Double) -> Double { 1e-10 * log(alpha) }
