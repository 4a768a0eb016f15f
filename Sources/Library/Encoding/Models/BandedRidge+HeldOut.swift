import Synchronization
import Tensors

extension BandedRidge {
    /// The split scores of test samples under a model that is fitted to others and not kept, for more voxels than have
    /// room for their weights in memory.
    ///
    /// Features and responses are centered on the means of the samples of the fit, once: a model without an intercept does
    /// not center them again in its folds.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels; the scores of a voxel that holds a NaN are NaN.
    ///   - test: bands and responses of the samples that are scored.
    ///   - countsOffset: whether `joint.r2` counts that the means of the fit are not those of the test samples.
    ///
    /// Throws what `fit` throws.
    package func splitScores<Element: Scalar>(
        fittedTo bands: [Matrix<Element>], _ responses: Matrix<Element>,
        of test: (bands: [Matrix<Element>], responses: Matrix<Element>), countsOffset: Bool
    ) throws -> SplitScores {
        _ = try options.folds.splits(samples: responses.rows)
        try check(bands, responses: responses)
        if let units = ColumnStatistics(ofResponses: responses).unitsOfTinyColumns(of: Element.self) {
            // Shares of scores have no unit.
            let factors = units.map { 1 / $0 }
            return try splitScores(
                fittedTo: bands, responses.scalingColumns(by: factors),
                of: (test.bands, test.responses.scalingColumns(by: factors)), countsOffset: countsOffset)
        }
        let means = bands.map { ColumnStatistics($0).means }
        let train = zip(bands, means).map { $0.centered(by: $1) }
        let centered = (bands: zip(test.bands, means).map { $0.centered(by: $1) }, responses: test.responses)
        let gammas = try scalings(bands: bands.count)
        let splits = try options.splits(samples: responses.rows, runs: nil, candidates: gammas.count)
        return try isDouble(train, gammas: gammas, splits: splits)
            ? splitScores(
                train.map { $0.converted(to: Double.self) }, original: train, gammas: gammas, to: responses,
                of: centered, countsOffset: countsOffset, splits: splits)
            : splitScores(
                train, original: train, gammas: gammas, to: responses, of: centered,
                countsOffset: countsOffset, splits: splits)
    }

    private func splitScores<Element: Scalar, Working: Scalar>(
        _ bands: [Matrix<Working>], original: [Matrix<Element>], gammas: [[Double]],
        to responses: Matrix<Element>, of test: (bands: [Matrix<Element>], responses: Matrix<Element>),
        countsOffset: Bool, splits: [Fold]
    ) throws -> SplitScores {
        let statistics = ColumnStatistics(ofResponses: responses)
        let solver = try solver(
            bands, original: original, gammas: gammas, to: responses, statistics, means: statistics.means,
            splits: splits)
        let solution = try solver.solve(refinement: refinement)
        let missing = [Double](repeating: .nan, count: responses.columns)
        let shares = [[Double]](repeating: missing, count: bands.count)
        let scores = Mutex((r2: shares, r: shares, offsets: missing))
        try solver.refit(solution) { voxels, weights in
            var start = 0
            let parts = test.bands.map { band in
                defer { start += band.columns }
                return multiply(band, weights.rows(start..<start + band.columns))
            }
            let found = try SplitScores(
                parts: parts, responses: test.responses.columns(at: voxels),
                constants: countsOffset ? voxels.map { statistics.means[$0] } : nil)
            scores.withLock { scores in
                for (column, voxel) in voxels.enumerated() {
                    for band in parts.indices {
                        scores.r2[band][voxel] = found.r2[band][column]
                        scores.r[band][voxel] = found.r[band][column]
                    }
                    scores.offsets[voxel] = found.offsetR2[column]
                }
            }
        }
        return scores.withLock { SplitScores(r2: $0.r2, r: $0.r, offsetR2: $0.offsets) }
    }
}
