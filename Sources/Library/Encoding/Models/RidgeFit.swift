import Tensors

/// A fitted ridge model: for every voxel its alpha, its weights and how well it predicts what it was not fitted to.
public struct RidgeFit<Element: Scalar>: Sendable {
    /// The grid of alphas, ascending.
    public let alphas: [Double]
    /// The alpha of each voxel; NaN for a voxel that holds a NaN.
    public let bestAlphas: [Double]
    /// The mean search score over the folds: alphas x voxels; NaN for a voxel that holds a NaN.
    public let searchScores: Matrix<Double>
    /// The score by which the alphas were chosen.
    public let searchScore: SearchScore
    /// R2 and r of each voxel, of the held-out predictions of all folds together with the voxel's alpha.
    ///
    /// The alpha was chosen on the same folds; `Ridge.crossValidatedScores` chooses it inside outer folds instead.
    /// Empty where the model was told not to compute them.
    public let scores: VoxelScores
    /// Features x voxels.
    public let coefficients: Matrix<Element>
    /// What is added to each voxel's prediction; 0 without an intercept.
    public let intercepts: [Element]
    /// The mean of each feature over the samples of the fit; 0 without an intercept.
    public let featureMeans: [Double]
    /// The voxels that hold a NaN or an infinity: they have NaN for everything.
    public let voxelsWithNaN: [Int]
    /// The voxels that never change: their weights are 0 and their scores NaN.
    public let constantVoxels: [Int]

    /// The search score of each voxel at its alpha.
    public var bestSearchScores: [Double] {
        bestAlphas.indices.map { voxel in
            alphas.firstIndex(of: bestAlphas[voxel]).map { searchScores[$0, voxel] } ?? .nan
        }
    }

    /// The predicted responses (samples x voxels) to `features` (samples x features).
    ///
    /// Throws `EncodingError` where the features are not as many as the model was fitted with.
    public func predict(_ features: Matrix<Element>) throws -> Matrix<Element> {
        guard features.columns == coefficients.rows else {
            throw EncodingError.columnCount(
                what: "features", count: features.columns, expected: coefficients.rows)
        }
        var result = multiply(features, coefficients)
        let shifts = intercepts.map { -Double($0) }
        result.standardise(rows: 0..<result.rows, means: shifts, deviations: shifts.map { _ in 1 })
        return result
    }

    /// R2 and r of each voxel for data that the model has not seen.
    ///
    /// Throws `EncodingError` where shapes do not fit.
    public func score(_ features: Matrix<Element>, _ responses: Matrix<Element>) throws -> VoxelScores {
        try VoxelScores(predictions: predict(features), responses: responses)
    }
}
