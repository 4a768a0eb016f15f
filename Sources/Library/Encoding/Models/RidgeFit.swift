import Tensors

/// A fitted ridge model: for every voxel its alpha, its coefficients and how well it predicts held-out samples.
public struct RidgeFit<Element: Scalar>: Sendable {
    /// The grid of alphas, ascending.
    public let alphas: [Double]
    /// The alpha of each voxel; NaN for a voxel that holds a NaN.
    public let bestAlphas: [Double]
    /// The mean search score over the folds: alphas x voxels; NaN for a voxel that holds a NaN.
    ///
    /// All are NaN if there was nothing to search: a single alpha, without held-out scores.
    public let searchScores: Matrix<Double>
    /// The score by which the alphas were chosen.
    public let searchScore: SearchScore
    /// R2 and r of each voxel, of the held-out predictions of all folds together with the voxel's alpha.
    ///
    /// The alpha was chosen on the same folds; `crossValidatedScores` chooses it inside outer folds instead. Empty if
    /// the model was told not to compute them.
    public let scores: VoxelScores
    /// Features x voxels.
    public let coefficients: Matrix<Element>
    /// The constant of each voxel's prediction; 0 without an intercept.
    public let intercepts: [Element]
    /// The mean of each feature over the samples of the fit; 0 without an intercept.
    public let featureMeans: [Double]
    /// What is predicted where all features are at their means; 0 without an intercept.
    let means: [Double]
    /// The voxels that hold a NaN or an infinity: all their results are NaN.
    public let voxelsWithNaN: [Int]
    /// The voxels that never change: their coefficients are 0 and their scores NaN.
    public let constantVoxels: [Int]

    /// The fit of all batches; `means` are what was subtracted from the responses, and `coefficients` those of
    /// centered features.
    init(
        options: RidgeOptions, parts: [BatchScores], coefficients: Matrix<Element>, featureMeans: [Double],
        means: [Double], statistics: ColumnStatistics
    ) {
        let alphas = options.alphas.values
        var coefficients = coefficients
        var searchScores = parts.joined(alphas: alphas.count, voxels: means.count)
        var (r2, r) = (parts.flatMap(\.r2), parts.flatMap(\.r))
        voxelsWithNaN = statistics.notFinite
        constantVoxels = statistics.constant
        for voxel in voxelsWithNaN {
            for k in 0..<coefficients.rows { coefficients[k, voxel] = .nan }
            for alpha in alphas.indices { searchScores[alpha, voxel] = .nan }
        }
        if options.scoresHeldOut {
            for voxel in voxelsWithNaN + constantVoxels { (r2[voxel], r[voxel]) = (.nan, .nan) }
        }
        self.alphas = alphas
        bestAlphas = zip(parts.flatMap(\.alphaIndices), means).map { index, mean in
            mean.isFinite ? alphas[Int(index)] : .nan
        }
        self.searchScores = searchScores
        searchScore = options.searchScore
        scores = VoxelScores(ofEachVoxel: r2, r)
        intercepts = coefficients.intercepts(means: means, featureMeans: featureMeans)
        self.coefficients = coefficients
        self.featureMeans = featureMeans
        self.means = means
    }

    /// The fit to responses that had been divided by `units`, one for each voxel.
    init(_ fit: RidgeFit, times units: [Double]) {
        alphas = fit.alphas
        bestAlphas = fit.bestAlphas
        searchScore = fit.searchScore
        searchScores = fit.searchScores.scores(fit.searchScore, times: units)
        scores = fit.scores
        coefficients = fit.coefficients.scalingColumns(by: units)
        intercepts = zip(fit.intercepts, units).map { Element(Double($0) * $1) }
        featureMeans = fit.featureMeans
        means = zip(fit.means, units).map { $0 * $1 }
        voxelsWithNaN = fit.voxelsWithNaN
        constantVoxels = fit.constantVoxels
    }

    /// The search score of each voxel at its alpha.
    public var bestSearchScores: [Double] {
        bestAlphas.indices.map { voxel in
            alphas.firstIndex(of: bestAlphas[voxel]).map { searchScores[$0, voxel] } ?? .nan
        }
    }

    /// The predicted responses (samples x voxels) to `features` (samples x features).
    ///
    /// Throws `EncodingError` if the number of features is not that of the fit.
    public func predict(_ features: Matrix<Element>) throws -> Matrix<Element> {
        guard features.columns == coefficients.rows else {
            throw EncodingError.columnCount(
                what: "features", count: features.columns, expected: coefficients.rows)
        }
        // About their means: features far from 0 would lose the digits that they and the intercept have in common.
        return multiply(features.centered(by: featureMeans), coefficients).addingToColumns(means)
    }

    /// R2 and r of each voxel for data that the model has not seen.
    ///
    /// Throws `EncodingError` if shapes do not fit.
    public func score(_ features: Matrix<Element>, to responses: Matrix<Element>) throws -> VoxelScores {
        try VoxelScores(predictions: predict(features), responses: responses)
    }
}

extension Matrix<Double> {
    /// Search scores (candidates x voxels) of responses that had been divided by `units`.
    func scores(_ score: SearchScore, times units: [Double]) -> Matrix<Double> {
        score == .negativeSquaredError ? scalingColumns(by: units.map { $0 * $0 }) : self
    }
}

extension Matrix {
    /// The intercepts of coefficients of centered features (features x voxels): `means - coefficientsᵀ featureMeans`.
    func intercepts(means: [Double], featureMeans: [Double]) -> [Element] {
        var intercepts = means
        withUnsafeBufferPointer { coefficients in
            intercepts.withUnsafeMutableBufferPointer { intercepts in
                guard let coefficients = coefficients.baseAddress, let target = intercepts.baseAddress else {
                    return
                }
                subtractPredictionOfMeans(
                    coefficients, rows: featureMeans.count, columns: intercepts.count, means: featureMeans,
                    from: target)
            }
        }
        return intercepts.map { Element($0) }
    }
}
