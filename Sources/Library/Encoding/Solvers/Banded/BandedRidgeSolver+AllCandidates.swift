import Display
import Tensors

extension BandedRidgeSolver {
    /// The folds with the operators of all candidates and alphas; nil if scoring one candidate after the other costs no
    /// more, or there is no kernel.
    ///
    /// | | floating-point operations for each voxel and fold |
    /// | --- | --- |
    /// | one candidate after the other, q alphas of each | about Σ 2 q m n |
    /// | all at once, from r predictions | 2 r m n + r² m + C A r² |
    ///
    /// with n training and m test samples, C candidates and A alphas. Besides, the operators are solved in double precision,
    /// which pays for many voxels: with 400 training samples for more than some 3,000. Only for responses in single
    /// precision: double precision would take more operators, and has not been measured.
    func foldsOfAllCandidates() throws -> [CandidateFold<Element>]? {
        let alphas = options.alphas.values
        let (train, test) = (
            splits.map(\.train.count).max() ?? 0, splits.map(\.test.count).max() ?? 0
        )
        guard Element.self == Float.self, let smallest = alphas.first, alphas.count > 1, gammas.count > 1,
            !bands.kernels.isEmpty, options.searchScore != .correlation,
            responses.columns >= 8 * train,
            responses.columns >= CandidateFold<Element>.leastVoxels * threadCount
        else { return nil }
        let tolerance = 1e-6
        var interpolations: [AlphaInterpolation] = []
        for gamma in gammas {
            let largest = bands.kernel(gamma).largestEigenvalue * 1.05
            // As for a fold that is solved by itself.
            guard largest / smallest < 1e5 else { return nil }
            interpolations.append(
                AlphaInterpolation(alphas: alphas, largestEigenvalue: largest, tolerance: tolerance))
        }
        let product = Double(2 * test * train)
        let separately = interpolations.reduce(0) { sum, interpolation in
            let directions = Double(2 * train * (train + test + train))
            return sum + min(Double(interpolation.chosen.count) * product, directions)
        }
        let limit = (1...train).last { count in
            let count = Double(count)
            let pairs = count * count * Double(test + gammas.count * alphas.count)
            return count * product + pairs < 0.7 * separately
        }
        guard let limit else { return nil }
        let folds = try parallelMap(splits.count) { index, _, interruption in
            try CandidateOperators(
                bands.kernels, gammas: gammas, interpolations: interpolations, fold: splits[index],
                options: options, tolerance: tolerance, limit: limit, interruption: interruption
            ).map {
                CandidateFold<Element>(
                    $0, fold: splits[index], options: options, foldCount: splits.count)
            }
        }.compactMap { $0 }
        guard folds.count == splits.count else { return nil }
        let layout = layout(of: folds)
        let affordable = options.memoryLimit.bytes / (layout.bytesPerVoxel * threadCount)
        return affordable >= CandidateFold<Element>.leastVoxels ? folds : nil
    }

    private func layout(of folds: [CandidateFold<Element>]) -> VoxelBatch<Element>.Layout {
        var layout = VoxelBatch<Element>.Layout(samples: responses.rows)
        layout.fit(folds)
        return layout
    }

    /// Takes for every voxel the best of all candidates and alphas.
    func takeAll(_ folds: [CandidateFold<Element>], to solution: inout BandedSolution<Element>) throws {
        let alphas = options.alphas.values
        var bar = ProgressBar("banded ridge", total: responses.columns, unit: "voxels")
        let pool = BatchPool(
            voxels: responses.columns, layout: layout(of: folds), memoryLimit: options.memoryLimit)
        var parts = [[BatchScores]](repeating: [], count: pool.batches.count)
        try pool.run(into: &parts, progress: options.showsProgress ? { bar.advance(by: $0) } : nil) {
            batch, columns, part, interruption in
            batch.load(responses, voxels: columns, means: means)
            part = try choices(batch, folds, interruption)
        }
        if options.showsProgress { bar.finish() }
        for part in parts {
            for (candidate, gamma) in gammas.enumerated() {
                solution.take(part[candidate], of: candidate, gamma, alphas, units)
            }
        }
    }

    /// For each candidate the best alpha of each voxel of a batch.
    private func choices(
        _ batch: VoxelBatch<Element>, _ folds: [CandidateFold<Element>], _ interruption: Interruption
    ) throws -> [BatchScores] {
        let alphas = options.alphas.values
        let size = alphas.count * batch.voxels
        var scores = [Double](repeating: 0, count: gammas.count * size)
        for (index, fold) in folds.enumerated() {
            try interruption.check()
            scores.withUnsafeMutableBufferPointer { scores in
                guard let scores = scores.baseAddress else { return }
                fold.addScores(of: batch, foldIndex: index, to: scores)
            }
        }
        return gammas.indices.map { candidate in
            var part = BatchScores(columns: batch.columns)
            part.scores = Array(scores[candidate * size..<(candidate + 1) * size])
            part.choose(alphas: alphas, units: units)
            // All alphas of all candidates would take more memory than the responses.
            part.scores = []
            return part
        }
    }
}
