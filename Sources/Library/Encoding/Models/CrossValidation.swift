import Tensors

/// Predictions of held-out samples: one model for each outer fold.
public struct HeldOutPredictions<Element: Scalar>: Sendable {
    /// The outer folds.
    public let folds: [Fold]
    /// For each fold the predictions of its test samples: test samples x voxels.
    public let parts: [Matrix<Element>]
    /// The responses of all samples: samples x voxels.
    public let responses: Matrix<Element>

    /// The scores within each fold, their mean, and those of all predictions together.
    ///
    /// Throws `EncodingError` if shapes do not fit.
    public func scores() throws -> CrossValidatedScores {
        let scores = try zip(folds, parts).map {
            try VoxelScores(predictions: $1, responses: responses.rows(at: $0.test))
        }
        let pooled = try VoxelScores(
            predictions: .stacked(parts), responses: responses.rows(at: folds.flatMap(\.test)))
        return CrossValidatedScores(folds: scores, pooled: pooled)
    }

    /// The predictions in the order of the samples: samples x voxels; NaN for a sample that is in no test set, and
    /// the prediction of the last fold for a sample that is in several.
    public var inOrder: Matrix<Element> {
        var result = Matrix<Element>(rows: responses.rows, columns: responses.columns, repeating: .nan)
        let columns = responses.columns
        result.withUnsafeMutableBufferPointer { target in
            guard let to = target.baseAddress else { return }
            for (fold, part) in zip(folds, parts) {
                part.withUnsafeBufferPointer { source in
                    guard let from = source.baseAddress else { return }
                    for (row, sample) in fold.test.enumerated() {
                        (to + sample * columns).update(from: from + row * columns, count: columns)
                    }
                }
            }
        }
        return result
    }
}

extension EncodingModel {
    /// Predicts every outer fold's test samples with a model that is fitted to its training samples alone.
    ///
    /// - Parameters:
    ///   - features: samples x features.
    ///   - responses: samples x voxels.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, if steps or folds need them.
    ///
    /// Throws what fitting the model throws.
    public func heldOutPredictions<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> HeldOutPredictions<Element> {
        try heldOutPredictions([features], to: responses, outer: outer, runs: runs)
    }

    /// The same for several bands: for each band samples x features.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, if steps or folds need them.
    public func heldOutPredictions<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> HeldOutPredictions<Element> {
        let folds = try outer.splits(samples: responses.rows, runs: runs)
        let parts = try folds.map { fold in
            try fitted(bands: bands, responses: responses, runs: runs, samples: fold.train)
                .predict(bands: bands, runs: runs, samples: fold.test)
        }
        return HeldOutPredictions(folds: folds, parts: parts, responses: responses)
    }

    /// Scores the model on outer folds, choosing the alphas on folds inside each training set.
    ///
    /// The parameters are those of `heldOutPredictions`. Throws what fitting the model throws.
    ///
    /// - Parameters:
    ///   - features: samples x features.
    ///   - responses: samples x voxels.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, if steps or folds need them.
    public func crossValidatedScores<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> CrossValidatedScores {
        try heldOutPredictions(features, to: responses, outer: outer, runs: runs).scores()
    }

    /// The same for several bands: for each band samples x features.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, if steps or folds need them.
    public func crossValidatedScores<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> CrossValidatedScores {
        try heldOutPredictions(bands, to: responses, outer: outer, runs: runs).scores()
    }

    /// The mean over outer folds of each band's share of R2 and r.
    ///
    /// Parts are taken about their training means and responses about the mean of the test samples; `offsetR2` is
    /// the rest of R2, so that `joint` is the mean of `crossValidatedScores`. The parameters are those of
    /// `heldOutPredictions`. Throws what fitting the model throws, and `EncodingError.folds` if a fold tests a single
    /// sample.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, if steps or folds need them.
    public func crossValidatedSplitScores<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> SplitScores {
        let folds = try outer.splits(samples: responses.rows, runs: runs)
        try checkScored(folds)
        return SplitScores(
            meanOf: try folds.map { fold in
                let fit = try fitted(bands: bands, responses: responses, runs: runs, samples: fold.train)
                let parts = try fit.predictByBand(bands: bands, runs: runs, samples: fold.test)
                let whole = try fit.predict(bands: bands, runs: runs, samples: fold.test)
                return try SplitScores(
                    parts: parts, responses: responses.rows(at: fold.test),
                    constants: constants(of: whole, beside: parts))
            })
    }

    /// How well a model that is fitted to one set of samples predicts another: across modalities, sessions or
    /// subjects.
    ///
    /// ```swift
    /// // Fit responses to films, predict responses to stories, from features that both modalities share.
    /// let across = try ridge.transferScores(
    ///     from: (filmFeatures, filmResponses), to: (storyFeatures, storyResponses), runs: filmRuns)
    /// ```
    ///
    /// - Parameters:
    ///   - source: features and responses to fit to: samples x features, samples x voxels.
    ///   - target: features and responses to predict; the same features and voxels, any number of samples.
    ///   - runs: the runs of the source.
    ///   - targetRuns: the runs of the target.
    ///   - centersOnTarget: whether predictions and responses of the target are centered over its own samples first,
    ///     so that a difference between the means of the two modalities does not count. r never depends on it.
    ///
    /// Throws what fitting the model throws. Source of the analysis: Tang et al. (2023).
    public func transferScores<Element: Scalar>(
        from source: (features: Matrix<Element>, responses: Matrix<Element>),
        to target: (features: Matrix<Element>, responses: Matrix<Element>), runs: Runs? = nil,
        targetRuns: Runs? = nil, centersOnTarget: Bool = false
    ) throws -> VoxelScores {
        guard source.responses.columns == target.responses.columns else {
            throw EncodingError.columnCount(
                what: "responses to predict", count: target.responses.columns,
                expected: source.responses.columns)
        }
        let fit = try fitted(
            bands: [source.features], responses: source.responses, runs: runs, samples: nil)
        var prediction = try fit.predict(bands: [target.features], runs: targetRuns, samples: nil)
        guard centersOnTarget else {
            return try VoxelScores(predictions: prediction, responses: target.responses)
        }
        let centering = StandardScaler(scales: false)
        prediction = try centering.fit(prediction).transform(prediction)
        return try VoxelScores(
            predictions: prediction, responses: centering.fit(target.responses).transform(target.responses))
    }
}

/// Throws `EncodingError.folds` if an outer fold tests a single sample, of which there is neither R2 nor r.
func checkScored(_ outer: [Fold]) throws {
    guard let index = outer.firstIndex(where: { $0.test.count < 2 }) else { return }
    throw EncodingError.folds(
        """
        the outer fold \(index) tests a single sample, within which there is neither R2 nor r, so that there is no \
        mean over folds; take folds of 2 samples or more, or the scores of all predictions together, \
        `crossValidatedScores(…).pooled`
        """)
}

/// The mean over samples of each voxel's prediction less its parts.
func constants<Element: Scalar>(of whole: Matrix<Element>, beside parts: [Matrix<Element>]) -> [Double] {
    parts.reduce(ColumnStatistics(whole).means) { rest, part in
        zip(rest, ColumnStatistics(part).means).map { $0 - $1 }
    }
}
