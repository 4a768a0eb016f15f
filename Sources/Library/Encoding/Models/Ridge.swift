import Tensors

/// Ridge regression of voxels on features, each voxel with the alpha that predicts it best.
///
/// Minimizes `Σ (y - X b - intercept)² + alpha Σ b²`. Every alpha of the grid is scored on held-out folds at little
/// more than the cost of one, in the precision of the data (`Float` or `Double`); samples or features, whichever are
/// fewer, are decomposed. The same alphas, scores and coefficients as `RidgeCV` and `KernelRidgeCV` of himalaya.
///
/// ```swift
/// let X = try features.delayed(by: [1, 2, 3, 4], runs: runs)
/// let fit = try Ridge(alphas: .logspace(-1, 5, count: 20), folds: .leaveOneRunOut).fit(X, to: Y, runs: runs)
/// fit.scores.r            // one correlation per voxel
/// ```
@dynamicMemberLookup
public struct Ridge: Sendable {
    /// Alphas, folds and the other options; each is also a property of the model.
    public var options: RidgeOptions

    /// A ridge model, not fitted.
    ///
    /// - Parameters:
    ///   - alphas: the alphas to choose from.
    ///   - alphaPerVoxel: whether each voxel has its own alpha, or all share the one with the best mean score.
    ///   - folds: the splits on which the alphas are compared.
    ///   - intercept: whether features and responses are centered on the training samples of each fold.
    ///   - searchScore: the score by which the alphas are compared.
    ///   - scoresHeldOut: whether the held-out predictions are scored too (`RidgeFit.scores`).
    ///   - memoryLimit: the memory that batches of voxels may take, beside data, decompositions and result.
    ///   - showsProgress: whether a long fit shows a progress bar.
    public init(
        alphas: Alphas = .logspace(0, 6, count: 20), alphaPerVoxel: Bool = true, folds: Folds = .kFold(5),
        intercept: Bool = true, searchScore: SearchScore = .negativeSquaredError, scoresHeldOut: Bool = true,
        memoryLimit: MemoryLimit = .megabytes(512), showsProgress: Bool = true
    ) {
        options = RidgeOptions(
            alphas: alphas, alphaPerVoxel: alphaPerVoxel, folds: folds, intercept: intercept,
            searchScore: searchScore, scoresHeldOut: scoresHeldOut, memoryLimit: memoryLimit,
            showsProgress: showsProgress)
    }

    /// One of the options.
    public subscript<Value>(dynamicMember option: WritableKeyPath<RidgeOptions, Value>) -> Value {
        get { options[keyPath: option] }
        set { options[keyPath: option] = newValue }
    }

    /// Fits the model to responses.
    ///
    /// - Parameters:
    ///   - features: samples x features; all finite.
    ///   - responses: samples x voxels. The results of a voxel that holds a NaN are NaN; the other voxels are not
    ///     affected.
    ///   - runs: the runs of the samples, if the folds leave runs out.
    ///
    /// An interrupt is noticed between two products of a batch of voxels and within the decompositions, except in the
    /// merge of one that has begun: for 4,000 samples or features about a second in single precision, two in double;
    /// an eighth of that for 2,000.
    ///
    /// Throws `EncodingError` if shapes or parameters do not fit, `CancellationError` if the cell is interrupted.
    public func fit<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> RidgeFit<Element> {
        try checkFeatures(features, responses: responses)
        let splits = try options.splits(samples: features.rows, runs: runs)
        return try solver(features, splits: splits, voxels: responses.columns).fit(responses)
    }

    /// The model as far as it can be computed without responses; `voxels` is their number if they come all at once.
    func solver<Element: Scalar>(
        _ features: Matrix<Element>, splits: [Fold], voxels: Int? = nil
    ) throws -> RidgeSolver<Element> {
        try options.check()
        let largestTrain = splits.map(\.train.count).max() ?? features.rows
        let isDouble = WorkingPrecision.isDouble(
            [features], scalings: [1], order: min(features.columns, largestTrain),
            alphas: options.alphas.values, intercept: options.intercept)
        return isDouble
            ? try solver(features, splits: splits, voxels: voxels, workingIn: Double.self)
            : try solver(features, splits: splits, voxels: voxels, workingIn: Element.self)
    }

    private func solver<Element: Scalar, Working: Scalar>(
        _ features: Matrix<Element>, splits: [Fold], voxels: Int?, workingIn type: Working.Type
    ) throws -> RidgeSolver<Element> {
        let (alphas, intercept) = (options.alphas.values, options.intercept)
        let means =
            intercept ? ColumnStatistics(features).means : [Double](repeating: 0, count: features.columns)
        var centered = features.converted(to: type)
        if intercept { centered.center(by: means) }
        func solver(_ form: GramForm<Working>, leavesBlocksOut: Bool = false) throws -> RidgeSolver<Element> {
            try RidgeSolver(
                form, featureMeans: means, options: options, splits: splits, leavesBlocksOut: leavesBlocksOut)
        }
        if try type == Double.self
            && WorkingPrecision.needsSingularValues(
                [features], scalings: [1], alphas: alphas, centered: intercept)
        {
            return try solver(.singular(SingularFeatures(features: centered, centered: intercept)))
        }
        if let voxels,
            ScoringPlan<Element>.prefersLeaveBlockOut(
                samples: features.rows, features: features.columns, voxels: voxels, options: options,
                splits: splits)
        {
            let form = GramForm(centered, centered: intercept, largestTrain: features.rows)
            if ScoringPlan<Element>.isLeaveBlockOutSafe(
                largestEigenvalue: form.largestEigenvalue, smallestAlpha: alphas.first ?? 1)
            {
                return try solver(form, leavesBlocksOut: true)
            }
        }
        let largestTrain = splits.map(\.train.count).max() ?? features.rows
        return try solver(GramForm(centered, centered: intercept, largestTrain: largestTrain))
    }
}

/// Throws `EncodingError` for features that no model can be fitted to; `band` is their index if there are several
/// bands.
func checkFeatures<Element: Scalar>(
    _ features: Matrix<Element>, responses: Matrix<Element>, band: Int? = nil
) throws {
    let name = band.map { " of band \($0)" } ?? ""
    guard features.rows == responses.rows else {
        throw band == nil
            ? EncodingError.sampleCount(what: "responses", count: responses.rows, expected: features.rows)
            : .sampleCount(what: "features" + name, count: features.rows, expected: responses.rows)
    }
    try checkParameter(
        "the number of features" + name, features.columns, expected: "at least 1", features.columns > 0)
    try checkFinite(features, band: band)
}

/// Throws `EncodingError` for features that are NaN or infinite.
func checkFinite<Element: Scalar>(_ features: Matrix<Element>, band: Int? = nil) throws {
    if let index = features.withUnsafeBufferPointer({ firstNonFinite($0) }) {
        throw EncodingError.featureNotFinite(
            row: index / features.columns, column: index % features.columns, band: band)
    }
}
