import Tensors

extension Ridge: RidgeModel {
    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        let (model, data) = try prepared(bands, responses, runs, samples)
        return try model.fit(data.features, to: data.responses, runs: data.runs)
    }
}

extension RidgeFit: EncodingFit {
    public var heldOutScores: VoxelScores? { scores.count > 0 ? scores : nil }

    public func predict(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> Matrix<Element> {
        try predict(.joined(bands.map { $0.chosen(samples) }))
    }

    public func predictByBand(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws
        -> [Matrix<Element>]
    {
        try linearParts(of: bands.map { $0.chosen(samples) }, weights: coefficients, means: featureMeans)
    }
}

extension BandedRidge: RidgeModel {
    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        let (model, data) = try prepared(bands, responses, runs, samples)
        return try model.fit(data.bands, to: data.responses, runs: data.runs)
    }
}

extension BandedRidgeFit: EncodingFit {
    public func predict(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> Matrix<Element> {
        try predict(bands.map { $0.chosen(samples) })
    }

    public func predictByBand(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws
        -> [Matrix<Element>]
    {
        try predictByBand(bands.map { $0.chosen(samples) })
    }
}

extension GroupRidge: EncodingModel {
    public var showsProgress: Bool {
        get { banded.showsProgress }
        set { banded.showsProgress = newValue }
    }

    /// Fits the model to all bands side by side, whose columns are those that have groups.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, if folds need them.
    ///   - samples: the indices of the samples that count, from zero; nil for all.
    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        let data = try TrainingData(bands: bands, responses: responses, runs: runs, samples: samples)
        var model = self
        model.banded.folds = try data.folds(banded.options.folds)
        return try model.fit(data.features, to: data.responses, runs: data.runs)
    }
}

extension GroupRidgeFit: EncodingFit {
    public func predict(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> Matrix<Element> {
        try predict(.joined(bands.map { $0.chosen(samples) }))
    }

    /// The part of each group, in the order of `labels`.
    ///
    /// - Parameters:
    ///   - bands: samples x features, side by side.
    ///   - runs: without effect.
    ///   - samples: the indices of the samples that count, from zero; nil for all.
    public func predictByBand(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws
        -> [Matrix<Element>]
    {
        try banded.predictByBand(self.bands(of: .joined(bands.map { $0.chosen(samples) })))
    }
}

extension KernelRidge: RidgeModel {
    /// Fits the model to some of the samples; a precomputed kernel must be fitted to all of them.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, if folds need them.
    ///   - samples: the indices of the samples that count, from zero; nil for all.
    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        if kernel == .precomputed, samples != nil {
            throw EncodingError.parameter(
                name: "the kernel of a model that is fitted inside folds", value: "precomputed",
                expected: "computed from features: .linear, .polynomial or .rbf")
        }
        let (model, data) = try prepared(bands, responses, runs, samples)
        return try model.fit(data.features, to: data.responses, runs: data.runs)
    }
}

extension KernelRidgeFit: EncodingFit {
    public var heldOutScores: VoxelScores? { scores.count > 0 ? scores : nil }

    public func predict(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> Matrix<Element> {
        try predict(.joined(bands.map { $0.chosen(samples) }))
    }

    /// Throws always: a kernel of all features together has no part for each band.
    ///
    /// - Parameters:
    ///   - bands: without effect.
    ///   - runs: without effect.
    ///   - samples: without effect.
    public func predictByBand(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws
        -> [Matrix<Element>]
    {
        throw EncodingError.parameter(
            name: "the model whose prediction is split by band", value: "KernelRidge",
            expected: "linear in its features: Ridge or BandedRidge")
    }
}

/// Each band's part of a linear prediction, `(band - means) * weights`; `means` is empty or as long as all features.
func linearParts<Element: Scalar>(
    of bands: [Matrix<Element>], weights: Matrix<Element>, means: [Double]
) throws -> [Matrix<Element>] {
    let features = bands.reduce(0) { $0 + $1.columns }
    guard features == weights.rows else {
        throw EncodingError.columnCount(what: "features", count: features, expected: weights.rows)
    }
    var start = 0
    return bands.map { band in
        defer { start += band.columns }
        let range = start..<start + band.columns
        return multiply(band.centered(by: Array(means[range])), weights.rows(range))
    }
}
