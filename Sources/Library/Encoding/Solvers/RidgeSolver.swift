import Display
import Tensors

/// A ridge model as far as it can be computed without responses: it then fits any number of voxels, in any batches.
struct RidgeSolver<Element: Scalar> {
    private let options: RidgeOptions
    /// What was subtracted from each feature; 0 without an intercept.
    private let featureMeans: [Double]
    private let samples: Int
    /// How many weights a voxel has.
    private let weights: Int
    private let search: Search
    private let refit: RidgeSVD<Element>
    /// What each direction's targets are multiplied by to give weights: directions x alphas.
    private let refitFactors: Matrix<Element>
    /// The features whose products with the responses are used, samples x features.
    private let features: Matrix<Element>?

    /// How the alphas of the grid are scored.
    private enum Search {
        /// In each fold by itself; empty if there is nothing to score.
        case byFold([any FoldScorer<Element>])
        /// In all folds from the decomposition of all samples.
        case leaveBlockOut(LeaveBlockOut<Element>)
    }

    /// Decomposes the features of every fold, several folds at once, or of all samples alone if `leavesBlocksOut`.
    ///
    /// Throws `CancellationError` if the task is canceled, and `LinearAlgebraError`.
    @_specialize(where Element == Float, Working == Float)
    @_specialize(where Element == Float, Working == Double)
    @_specialize(where Element == Double, Working == Double)
    init<Working: Scalar>(
        _ form: GramForm<Working>, featureMeans: [Double], options: RidgeOptions, splits: [Fold],
        leavesBlocksOut: Bool = false
    ) throws {
        (self.options, self.featureMeans) = (options, featureMeans)
        (samples, weights) = (form.samples, form.weights)
        let alphas = options.alphas.values
        // One alpha without held-out scores needs no folds.
        let folds = !leavesBlocksOut && (alphas.count > 1 || options.scoresHeldOut) ? splits : []
        let all = Fold(train: Array(0..<form.samples), test: [])
        let refitForm = form.forRefit
        let plan = ScoringPlan<Element>(form, options: options, splits: splits)
        var refit: RidgeSVD<Element>?
        let scorers = try parallelMap(folds.count + 1) { index, _, interruption in
            // The refit is the largest, so it comes first.
            guard index > 0 else {
                refit = try refitForm.svd(
                    of: all, smallestAlpha: alphas.first ?? 1, forRefit: true, fromResponses: leavesBlocksOut,
                    interruption: interruption, as: Element.self)
                try interruption.check()
                return (any FoldScorer<Element>)?.none
            }
            let scorer = try plan.scorer(of: folds[index - 1], in: form, interruption: interruption)
            try interruption.check()
            return scorer
        }.compactMap { $0 }
        guard let refit else { throw CancellationError() }
        self.refit = refit
        refitFactors = refit.weightFactors(alphas: alphas)
        search =
            leavesBlocksOut
            ? .leaveBlockOut(LeaveBlockOut(refit, splits: splits, options: options)) : .byFold(scorers)
        let usesProducts = refit.usesProducts || scorers.contains(where: \.usesProducts)
        features = usesProducts ? refitForm.productFeatures?.converted(to: Element.self) : nil
    }

    /// Fits the model to responses: samples x voxels.
    ///
    /// Throws `CancellationError` if the task is canceled.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func fit(_ responses: Matrix<Element>) throws -> RidgeFit<Element> {
        let statistics = ColumnStatistics(ofResponses: responses)
        if let units = statistics.unitsOfTinyColumns(of: Element.self, inCommon: !options.alphaPerVoxel) {
            let divided = responses.scalingColumns(by: units.map { 1 / $0 })
            return RidgeFit(try fit(divided), times: units)
        }
        let means = statistics.means.map { $0.isFinite ? (options.intercept ? $0 : 0) : .nan }
        let units = statistics.scoreUnits(of: options.searchScore)
        let pool = BatchPool(
            voxels: responses.columns, layout: layout, memoryLimit: options.memoryLimit)
        var parts = [BatchScores](repeating: BatchScores(), count: pool.batches.count)
        if case .leaveBlockOut(let blocks) = search {
            try blocks.search(responses, means: means, units: units, pool: pool, parts: &parts)
        } else if !options.alphaPerVoxel {
            try pool.run(into: &parts) { batch, columns, part, interruption in
                load(responses, columns, means: means, into: batch, &part)
                try chooseAlphas(batch, &part, units: units, interruption)
            }
            shareAlpha(&parts, means: means, units: units)
        }
        let weights = try weights(of: responses, means: means, units: units, pool: pool, parts: &parts)
        return RidgeFit(
            options: options, parts: parts, coefficients: weights, featureMeans: featureMeans, means: means,
            statistics: statistics)
    }

    /// The memory of a batch.
    private var layout: VoxelBatch<Element>.Layout {
        var layout = VoxelBatch<Element>.Layout(samples: samples, features: features?.columns ?? 0)
        layout.scratchBytes = (3 * refit.count + refit.trainRows) * MemoryLayout<Element>.stride
        switch search {
        case .byFold(let scorers):
            layout.fit(scorers)
            layout.keptFolds = options.scoresHeldOut ? max(scorers.count, 1) : 1
        case .leaveBlockOut(let blocks):
            layout.scratchBytes = max(layout.scratchBytes, blocks.scratchBytes)
        }
        return layout
    }

    /// Finds what is not found yet of every batch, and refits to all samples: weights x voxels.
    private func weights(
        of responses: Matrix<Element>, means: [Double], units: [Double], pool: BatchPool<Element>,
        parts: inout [BatchScores]
    ) throws -> Matrix<Element> {
        let voxels = responses.columns
        var progress = ProgressBar("ridge", total: voxels, unit: "voxels")
        let shows = options.showsProgress && pool.batches.count > 8
        let weights = try Matrix<Element>(rows: weights, columns: voxels) { target in
            guard let target = target.baseAddress else { return }
            try pool.run(into: &parts, progress: shows ? { progress.advance(by: $0) } : nil) {
                batch, columns, part, interruption in
                load(responses, columns, means: means, into: batch, &part)
                if case .byFold(let scorers) = search {
                    if options.alphaPerVoxel { try chooseAlphas(batch, &part, units: units, interruption) }
                    if options.scoresHeldOut { try scoreHeldOut(scorers, batch, &part, interruption) }
                }
                try interruption.check()
                refit(
                    batch, alphaIndices: part.alphaIndices, into: target + columns.lowerBound, width: voxels)
            }
        }
        if shows { progress.finish() }
        return weights
    }

    private func load(
        _ responses: Matrix<Element>, _ columns: Range<Int>, means: [Double], into batch: VoxelBatch<Element>,
        _ part: inout BatchScores
    ) {
        part.columns = columns
        batch.load(responses, voxels: columns, means: means)
        if let features { batch.multiply(features: features) }
    }

    /// Scores every alpha in every fold, and chooses each voxel's.
    private func chooseAlphas(
        _ batch: VoxelBatch<Element>, _ part: inout BatchScores, units: [Double], _ interruption: Interruption
    ) throws {
        guard case .byFold(let scorers) = search else { return }
        try part.search(batch, scorers: scorers, options: options, units: units, interruption)
    }

    /// Scores the predictions of the test samples of all folds, each voxel with its own alpha.
    private func scoreHeldOut(
        _ scorers: [any FoldScorer<Element>], _ batch: VoxelBatch<Element>, _ part: inout BatchScores,
        _ interruption: Interruption
    ) throws {
        var sums = ScoreSums(voxels: batch.voxels)
        for (index, scorer) in scorers.enumerated() {
            guard let predictor = scorer as? any FoldPredictor<Element> else { continue }
            try interruption.check()
            // A search for one alpha of all voxels was made before, by other batches in this memory.
            if !options.alphaPerVoxel { predictor.computeTargets(of: batch, foldIndex: index) }
            predictor.addHeldOut(of: batch, foldIndex: index, alphaIndices: part.alphaIndices, to: &sums)
        }
        (part.r2, part.r) = (sums.r2, sums.r)
    }

    /// One alpha for all voxels: the best mean score over the voxels that can be fitted.
    private func shareAlpha(_ parts: inout [BatchScores], means: [Double], units: [Double]) {
        let alphas = options.alphas.values
        let scores = parts.joined(alphas: alphas.count, voxels: means.count)
        let usable = means.indices.filter { means[$0].isFinite }
        let unit = usable.reduce(0) { $0 + units[$1] } / Double(max(usable.count, 1))
        let average = alphas.enumerated().map { index, alpha in
            usable.reduce(0) { $0 + scores[index, $1] } / Double(max(usable.count, 1)) + tieSlope(alpha)
                * unit
        }
        let best = average.indices.max { average[$0] < average[$1] } ?? 0
        for index in parts.indices {
            parts[index].alphaIndices = Array(repeating: Int32(best), count: parts[index].columns.count)
        }
    }

    /// Writes the weights of a batch, refitted to all samples with each voxel's alpha, to columns of a matrix that is
    /// `width` wide.
    private func refit(
        _ batch: VoxelBatch<Element>, alphaIndices: [Int32], into weights: UnsafeMutablePointer<Element>,
        width: Int
    ) {
        guard let axes = refit.axes else { return }
        batch.scratch.scope {
            let targets = batch.scratch.take(refit.count * batch.voxels, of: Element.self)
            _ = refit.rotate(batch, test: nil, trainMeans: batch.zeros, into: targets)
            let scaled = batch.scratch.take(refit.count * batch.voxels, of: Element.self)
            scaleByAlpha(
                targets, columns: batch.voxels, factors: refitFactors, alphaIndices: alphaIndices,
                into: scaled)
            axes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                LinearAlgebra.gemm(
                    m: axes.columns, n: batch.voxels, k: axes.rows, a: base, lda: axes.columns,
                    transposeA: true, b: scaled, ldb: batch.voxels, c: weights, ldc: width)
            }
        }
    }
}

extension VoxelBatch.Layout {
    /// Makes room for the steps of the given folds.
    mutating func fit(_ scorers: [any FoldScorer<Element>]) {
        for scorer in scorers {
            directions = max(directions, scorer.directions)
            scratchBytes = max(scratchBytes, scorer.scratchBytes)
        }
    }
}

extension BatchScores {
    /// Scores every alpha in every fold, and chooses each voxel's.
    mutating func search<Element: Scalar>(
        _ batch: VoxelBatch<Element>, scorers: [any FoldScorer<Element>], options: RidgeOptions,
        units: [Double], _ interruption: Interruption
    ) throws {
        // Without folds there is nothing to choose from, and no score: 0 would be a perfect one.
        scores = [Double](
            repeating: scorers.isEmpty ? .nan : 0, count: options.alphas.values.count * batch.voxels)
        for (index, scorer) in scorers.enumerated() {
            try interruption.check()
            scores.withUnsafeMutableBufferPointer { scores in
                guard let scores = scores.baseAddress else { return }
                scorer.addScores(of: batch, foldIndex: index, to: scores)
            }
        }
        choose(alphas: options.alphas.values, units: units)
    }
}
