import Display
import Foundation
import Tensors

/// A fitted banded ridge model: for every voxel the scaling of its bands, its alpha and its coefficients by band.
public struct BandedRidgeFit<Element: Scalar>: Sendable {
    /// The grid of alphas, ascending.
    public let alphas: [Double]
    /// The alpha of each voxel, of the grid or refined; NaN for a voxel that holds a NaN.
    public let bestAlphas: [Double]
    /// The candidates that were tried: one scaling per band each.
    public let candidates: [[Double]]
    /// The index of each voxel's candidate, from which a refinement started.
    public let bestCandidates: [Int]
    /// The best search score of each candidate: candidates x voxels.
    public let searchScores: Matrix<Double>
    /// The search score of each voxel with its scaling and alpha; NaN for a voxel that holds a NaN.
    public let bestSearchScores: [Double]
    /// The scaling of each band: bands x voxels, as himalaya's `exp(deltas_)`: `gamma / alpha`.
    public let scalings: Matrix<Double>
    /// For each band features x voxels.
    public let coefficients: [Matrix<Element>]
    /// The constant of each voxel's prediction; 0 without an intercept.
    public let intercepts: [Element]
    /// The mean of each feature of all bands over the samples of the fit; 0 without an intercept.
    public let featureMeans: [Double]
    /// What is predicted where all features are at their means; 0 without an intercept.
    private let means: [Double]
    /// The voxels that hold a NaN or an infinity: all their results are NaN.
    public let voxelsWithNaN: [Int]
    /// The voxels that never change: their coefficients are 0 and their scores NaN.
    public let constantVoxels: [Int]

    init(
        _ solution: BandedSolution<Element>, model: BandedRidge, gammas: [[Double]], widths: [Int],
        featureMeans: [Double], statistics: ColumnStatistics
    ) {
        var weights = solution.weights
        var scores = solution.searchScores
        voxelsWithNaN = statistics.notFinite
        constantVoxels = statistics.constant
        for voxel in voxelsWithNaN {
            for k in 0..<weights.rows { weights[k, voxel] = .nan }
            for candidate in gammas.indices { scores[candidate, voxel] = .nan }
        }
        alphas = model.alphas.values
        let bestAlphas = zip(solution.alphas, statistics.means).map { $1.isFinite ? $0 : .nan }
        self.bestAlphas = bestAlphas
        bestSearchScores = zip(solution.scores, statistics.means).map { $1.isFinite ? $0 : .nan }
        scalings = Matrix(
            widths.indices.map { band in zip(solution.gammas, bestAlphas).map { $0[band] / $1 } })
        candidates = gammas
        bestCandidates = solution.candidateIndices
        searchScores = scores
        let means = statistics.means.map { $0.isFinite ? (model.intercept ? $0 : 0) : .nan }
        intercepts = weights.intercepts(means: means, featureMeans: featureMeans)
        self.featureMeans = featureMeans
        self.means = means
        var start = 0
        coefficients = widths.map { width in
            defer { start += width }
            return weights.rows(start..<start + width)
        }
    }

    /// The fit to responses that had been divided by `units`, one for each voxel, by a model with this search score.
    init(_ fit: BandedRidgeFit, times units: [Double], searchScore: SearchScore) {
        alphas = fit.alphas
        bestAlphas = fit.bestAlphas
        candidates = fit.candidates
        bestCandidates = fit.bestCandidates
        searchScores = fit.searchScores.scores(searchScore, times: units)
        bestSearchScores = Matrix<Double>.row(fit.bestSearchScores).scores(searchScore, times: units).elements
        scalings = fit.scalings
        coefficients = fit.coefficients.map { $0.scalingColumns(by: units) }
        intercepts = zip(fit.intercepts, units).map { Element(Double($0) * $1) }
        featureMeans = fit.featureMeans
        means = zip(fit.means, units).map { $0 * $1 }
        voxelsWithNaN = fit.voxelsWithNaN
        constantVoxels = fit.constantVoxels
    }

    /// The part of each band in the prediction, about its mean over the samples of the fit: samples x voxels.
    ///
    /// With an intercept the parts sum to the prediction less the mean of the responses of the fit.
    /// Throws `EncodingError` if bands or their features are not those that the model was fitted with.
    public func predictByBand(_ bands: [Matrix<Element>]) throws -> [Matrix<Element>] {
        try check(bands)
        return try linearParts(of: bands, weights: .stacked(coefficients), means: featureMeans)
    }

    private func check(_ bands: [Matrix<Element>]) throws {
        guard bands.count == coefficients.count else {
            throw EncodingError.parameter(
                name: "the number of bands", value: "\(bands.count)", expected: "\(coefficients.count)")
        }
        for (index, (band, weights)) in zip(bands, coefficients).enumerated()
        where band.columns != weights.rows {
            throw EncodingError.columnCount(
                what: "features of band \(index)", count: band.columns, expected: weights.rows)
        }
    }

    /// The predicted responses, samples x voxels.
    ///
    /// Throws what `predictByBand` throws.
    public func predict(_ bands: [Matrix<Element>]) throws -> Matrix<Element> {
        try check(bands)
        // About their means, as in `RidgeFit.predict`.
        var start = 0
        let parts = zip(bands, coefficients).map { band, weights in
            defer { start += band.columns }
            return multiply(band.centered(by: Array(featureMeans[start..<start + band.columns])), weights)
        }
        return parts.dropFirst().reduce(into: parts[0]) { $0 += $1 }.addingToColumns(means)
    }

    /// R2 and r of each voxel for data that the model has not seen.
    ///
    /// Throws what `predictByBand` throws.
    public func score(_ bands: [Matrix<Element>], to responses: Matrix<Element>) throws -> VoxelScores {
        try VoxelScores(predictions: predict(bands), responses: responses)
    }

    /// The share of each band in R2 and r for data that the model has not seen.
    ///
    /// Each band's part is taken about its mean over the samples of the fit, if an intercept is fitted; what the
    /// intercept then adds is `offsetR2`, and `joint` is the same as `score`. Throws what `predictByBand` throws.
    public func splitScores(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>
    ) throws -> SplitScores {
        let parts = try predictByBand(bands)
        return try SplitScores(
            parts: parts, responses: responses, constants: constants(of: predict(bands), beside: parts))
    }
}
