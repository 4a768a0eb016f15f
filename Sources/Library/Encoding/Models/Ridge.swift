import Tensors

/// Ridge regression of voxels on features, each voxel with the alpha that predicts it best.
///
/// Minimises `Σ (y - X b - intercept)² + alpha Σ b²`. Every alpha of the grid is scored on held-out folds at little
/// more than the cost of one, in the precision of the data (`Float` or `Double`); samples or features, whichever are
/// fewer, are decomposed. The same alphas, scores and weights as `RidgeCV` and `KernelRidgeCV` of himalaya.
///
/// ```swift
/// let X = try features.delayed(by: [1, 2, 3, 4], runs: runs)
/// let fit = try Ridge(alphas: .logspace(-1, 5, count: 20), folds: .leaveOneRunOut).fit(X, to: Y, runs: runs)
/// fit.scores.r            // one correlation a voxel
/// ```
public struct Ridge: Sendable {
    /// The regularisation strengths to choose from.
    public var alphas: Alphas
    /// Whether each voxel has an alpha of its own, or all share the one with the best mean score.
    public var alphaPerVoxel: Bool
    /// The splits on which the alphas are compared.
    public var folds: Folds
    /// Whether features and responses are centred on the mean of the training samples of each fold.
    ///
    /// himalaya's default is not to; its answers are then right only for data that are centred already.
    public var intercept: Bool
    /// What the alphas are compared by.
    public var searchScore: SearchScore
    /// Whether the held-out predictions are scored too (`RidgeFit.scores`).
    public var scoresHeldOut: Bool
    /// How many bytes the batches of voxels may take, beside the data, the fold's decompositions and the result.
    public var memoryLimit: Int
    /// Whether a long fit shows a progress bar.
    public var showsProgress: Bool

    /// A ridge model, not fitted.
    public init(
        alphas: Alphas = .logspace(0, 6, count: 20), alphaPerVoxel: Bool = true, folds: Folds = .kFold(5),
        intercept: Bool = true, searchScore: SearchScore = .negativeSquaredError, scoresHeldOut: Bool = true,
        memoryLimit: Int = 1 << 29, showsProgress: Bool = true
    ) {
        self.alphas = alphas
        self.alphaPerVoxel = alphaPerVoxel
        self.folds = folds
        self.intercept = intercept
        self.searchScore = searchScore
        self.scoresHeldOut = scoresHeldOut
        self.memoryLimit = memoryLimit
        self.showsProgress = showsProgress
    }

    /// Fits the model to responses.
    ///
    /// - Parameters:
    ///   - features: samples x features; all finite.
    ///   - responses: samples x voxels. A voxel that holds a NaN gets NaN and touches no other.
    ///   - runs: the runs of the samples, where the folds leave runs out.
    ///
    /// An interrupt is noticed between two products of a batch of voxels and within the decompositions, but for the merge
    /// of one that has begun: for 4,000 samples or features about a second in single precision, two in double; an eighth
    /// of that for 2,000.
    ///
    /// Throws `EncodingError` where shapes or parameters do not fit, `CancellationError` where the cell is interrupted.
    public func fit<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> RidgeFit<Element> {
        let splits = try folds.splits(samples: features.rows, runs: runs)
        return try fit(features, to: responses, splits: splits)
    }

    func fit<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, splits: [Fold]
    ) throws -> RidgeFit<Element> {
        try checkFeatures(features, responses: responses)
        return try prepared(features, splits: splits, voxels: responses.columns).fit(responses)
    }
}

/// Refuses features that no model can be fitted to; `band` is their number where there are several bands.
func checkFeatures<Element: Scalar>(
    _ features: Matrix<Element>, responses: Matrix<Element>, band: Int? = nil
) throws {
    let place = band.map { " of band \($0)" } ?? ""
    guard features.rows == responses.rows else {
        throw band == nil
            ? EncodingError.sampleCount(what: "responses", count: responses.rows, expected: features.rows)
            : .sampleCount(what: "features" + place, count: features.rows, expected: responses.rows)
    }
    guard features.columns > 0 else {
        throw EncodingError.parameter(
            name: "the number of features" + place, value: "0", expected: "at least 1")
    }
    try checkFinite(features, band: band)
}

/// Refuses features that are NaN or infinite.
func checkFinite<Element: Scalar>(_ features: Matrix<Element>, band: Int? = nil) throws {
    if let index = features.withUnsafeBufferPointer({ firstNonFinite($0) }) {
        throw EncodingError.featureNotFinite(
            row: index / features.columns, column: index % features.columns, band: band)
    }
}

extension RidgeFit {
    init(
        _ solution: RidgeSolution<Element>, task: RidgeTask, featureMeans: [Double], means: [Double],
        statistics: ColumnStatistics
    ) {
        var solution = solution
        let bad = statistics.notFinite
        for voxel in bad {
            for k in 0..<solution.weights.rows { solution.weights[k, voxel] = .nan }
            for alpha in task.alphas.indices { solution.searchScores[alpha, voxel] = .nan }
            if task.scoresHeldOut { (solution.r2[voxel], solution.r[voxel]) = (.nan, .nan) }
        }
        alphas = task.alphas
        bestAlphas = solution.choice.indices.map {
            means[$0].isFinite ? task.alphas[Int(solution.choice[$0])] : .nan
        }
        searchScores = solution.searchScores
        searchScore = task.score
        coefficients = solution.weights
        voxelsWithNaN = bad
        constantVoxels = statistics.constant
        for voxel in constantVoxels where task.scoresHeldOut {
            (solution.r2[voxel], solution.r[voxel]) = (.nan, .nan)
        }
        scores = VoxelScores(ofEachVoxel: solution.r2, solution.r)
        var intercepts = means
        coefficients.withUnsafeBufferPointer { weights in
            intercepts.withUnsafeMutableBufferPointer { intercepts in
                guard let weights = weights.baseAddress, let target = intercepts.baseAddress else { return }
                subtractPredictionOfMeans(
                    weights, rows: featureMeans.count, columns: intercepts.count, means: featureMeans,
                    from: target)
            }
        }
        self.intercepts = intercepts.map { Element($0) }
        self.featureMeans = featureMeans
    }
}
