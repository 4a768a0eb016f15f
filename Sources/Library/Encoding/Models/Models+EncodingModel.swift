import Tensors

extension Ridge: EncodingModel {
    public var showsProgress: Bool {
        get { options.showsProgress }
        set { options.showsProgress = newValue }
    }

    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        let data = try TrainingData(bands: bands, responses: responses, runs: runs, samples: samples)
        var model = self
        model.folds = try data.folds(options.folds)
        // Inside a fold only its test samples are scored.
        if samples != nil { model.scoresHeldOut = false }
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

extension BandedRidge: EncodingModel {
    public var showsProgress: Bool {
        get { options.showsProgress }
        set { options.showsProgress = newValue }
    }

    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        let data = try TrainingData(bands: bands, responses: responses, runs: runs, samples: samples)
        var model = self
        model.folds = try data.folds(options.folds)
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

    /// Fits the model to all bands beside each other, whose columns are those that have groups.
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
    public func predictByBand(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws
        -> [Matrix<Element>]
    {
        try banded.predictByBand(self.bands(of: .joined(bands.map { $0.chosen(samples) })))
    }
}

extension KernelRidge: EncodingModel {
    public var showsProgress: Bool {
        get { options.showsProgress }
        set { options.showsProgress = newValue }
    }

    /// Fits the model to some of the samples; a precomputed kernel must be fitted to all of them.
    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        if kernel == .precomputed, samples != nil {
            throw EncodingError.parameter(
                name: "the kernel of a model that is fitted inside folds", value: "precomputed",
                expected: "computed from features: .linear, .polynomial or .rbf")
        }
        let data = try TrainingData(bands: bands, responses: responses, runs: runs, samples: samples)
        var model = self
        model.folds = try data.folds(options.folds)
        if samples != nil { model.scoresHeldOut = false }
        return try model.fit(data.features, to: data.responses, runs: data.runs)
    }
}

extension KernelRidgeFit: EncodingFit {
    public var heldOutScores: VoxelScores? { scores.count > 0 ? scores : nil }

    public func predict(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> Matrix<Element> {
        try predict(.joined(bands.map { $0.chosen(samples) }))
    }

    /// Throws always: a kernel of all features together has no part for each band.
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
