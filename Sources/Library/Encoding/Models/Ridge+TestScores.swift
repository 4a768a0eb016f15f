import Tensors

extension Ridge {
    /// The scores of test samples under a model that is fitted to others and not kept.
    ///
    /// The features are decomposed once and the voxels fitted some thousand at a time, so that weights and predictions of
    /// all voxels are never in memory at once.
    ///
    /// - Parameters:
    ///   - features: samples x features.
    ///   - responses: samples x voxels.
    ///   - test: features and responses of the samples that are scored.
    ///   - standardizesTest: whether test responses are compared in units of their own deviations from their own mean, and
    ///     predictions in those of the samples of the fit, as some scripts do; otherwise both are as they are.
    ///   - voxelsAtOnce: how many voxels are fitted at a time.
    ///   - runs: the runs of the samples of the fit, if the folds leave runs out.
    ///
    /// Throws `EncodingError` if all voxels share an alpha, and what `fit` and `RidgeFit.score` throw.
    package func testScores<Element: Scalar>(
        fittedTo features: Matrix<Element>, _ responses: Matrix<Element>,
        of test: (features: Matrix<Element>, responses: Matrix<Element>), standardizesTest: Bool,
        voxelsAtOnce: Int = 8192, runs: Runs? = nil
    ) throws -> VoxelScores {
        guard options.alphaPerVoxel else {
            throw EncodingError.parameter(
                name: "alphaPerVoxel", value: "false",
                expected: "true where voxels come in batches: one alpha for all needs all of them")
        }
        guard test.responses.columns == responses.columns else {
            throw EncodingError.columnCount(
                what: "voxels of the test responses", count: test.responses.columns,
                expected: responses.columns)
        }
        let splits = try options.splits(samples: features.rows, runs: runs)
        try checkFeatures(features, responses: responses)
        let solver = try solver(features, splits: splits)
        var (r2, r): ([Double], [Double]) = ([], [])
        for start in stride(from: 0, to: responses.columns, by: voxelsAtOnce) {
            try Task.checkCancellation()
            let voxels = start..<min(start + voxelsAtOnce, responses.columns)
            // About zero, so that a prediction that hardly varies is not lost in the rounding of its mean.
            let own = responses.columns(voxels)
            let means = ColumnStatistics(own).means
            let part = own.centered(by: means)
            var predictions = try solver.fit(part).predict(test.features)
            var expected = test.responses.columns(voxels).centered(by: means)
            if standardizesTest {
                predictions.standardize(rows: 0..<predictions.rows, by: ColumnStatistics(part))
                expected = try expected.zScored()
            }
            let scores = try VoxelScores(predictions: predictions, responses: expected)
            r2 += scores.r2
            r += scores.r
        }
        return VoxelScores(ofEachVoxel: r2, r)
    }
}
