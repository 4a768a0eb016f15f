import Display
import Foundation
import Tensors

/// A fitted banded ridge model: for every voxel the scaling of its bands, its alpha and its weights by band.
public struct BandedRidgeFit<Element: Scalar>: Sendable {
    /// The grid of alphas, ascending.
    public let alphas: [Double]
    /// The alpha of each voxel, of the grid or refined; NaN for a voxel that holds a NaN.
    public let bestAlphas: [Double]
    /// The candidates that were tried: each one scaling a band.
    public let candidates: [[Double]]
    /// The number of each voxel's candidate, from which a refinement started.
    public let bestCandidates: [Int]
    /// The best search score of each candidate: candidates x voxels.
    public let searchScores: Matrix<Double>
    /// The search score of each voxel with its scaling and alpha; NaN for a voxel that holds a NaN.
    public let bestSearchScores: [Double]
    /// The scaling of each band: bands x voxels, as himalaya's `exp(deltas_)`: `gamma / alpha`.
    public let scalings: Matrix<Double>
    /// For each band features x voxels.
    public let coefficients: [Matrix<Element>]
    /// What is added to each voxel's prediction; 0 without an intercept.
    public let intercepts: [Element]
    /// The mean of each feature of all bands over the samples of the fit; 0 without an intercept.
    public let featureMeans: [Double]
    /// The voxels that hold a NaN or an infinity: they have NaN for everything.
    public let voxelsWithNaN: [Int]
    /// The voxels that never change: their weights are 0, and scores of them NaN.
    public let constantVoxels: [Int]

    init(
        _ solution: BandedSolution<Element>, task: RidgeTask, gammas: [[Double]], widths: [Int],
        featureMeans: [Double], intercept: Bool, statistics: ColumnStatistics
    ) {
        var weights = solution.weights
        var scores = solution.searchScores
        voxelsWithNaN = statistics.notFinite
        constantVoxels = statistics.constant
        for voxel in voxelsWithNaN {
            for k in 0..<weights.rows { weights[k, voxel] = .nan }
            for candidate in gammas.indices { scores[candidate, voxel] = .nan }
        }
        alphas = task.alphas
        let bestAlphas = zip(solution.alphas, statistics.means).map { $1.isFinite ? $0 : .nan }
        self.bestAlphas = bestAlphas
        bestSearchScores = zip(solution.scores, statistics.means).map { $1.isFinite ? $0 : .nan }
        scalings = Matrix(
            widths.indices.map { band in zip(solution.gammas, bestAlphas).map { $0[band] / $1 } })
        candidates = gammas
        bestCandidates = solution.candidate
        searchScores = scores
        var intercepts = statistics.means.map { $0.isFinite ? (intercept ? $0 : 0) : .nan }
        weights.withUnsafeBufferPointer { weights in
            intercepts.withUnsafeMutableBufferPointer { intercepts in
                guard let weights = weights.baseAddress, let target = intercepts.baseAddress else { return }
                subtractPredictionOfMeans(
                    weights, rows: featureMeans.count, columns: intercepts.count, means: featureMeans,
                    from: target)
            }
        }
        self.intercepts = intercepts.map { Element($0) }
        self.featureMeans = featureMeans
        var start = 0
        coefficients = widths.map { width in
            defer { start += width }
            return weights.rows(start..<start + width)
        }
    }

    /// The part of the prediction that each band makes about its mean over the samples of the fit: samples x voxels.
    ///
    /// With an intercept the parts sum to the prediction less the mean of the responses of the fit.
    /// Throws `EncodingError` where bands or their features are not those that the model was fitted with.
    public func predictByBand(_ bands: [Matrix<Element>]) throws -> [Matrix<Element>] {
        try check(bands)
        return try linearParts(of: bands, weights: .stacked(coefficients), means: featureMeans)
    }

    private func check(_ bands: [Matrix<Element>]) throws {
        guard bands.count == coefficients.count else {
            throw EncodingError.parameter(
                name: "the number of bands", value: "\(bands.count)", expected: "\(coefficients.count)")
        }
        for (number, (band, weights)) in zip(bands, coefficients).enumerated()
        where band.columns != weights.rows {
            throw EncodingError.columnCount(
                what: "features of band \(number)", count: band.columns, expected: weights.rows)
        }
    }

    /// The predicted responses, samples x voxels.
    ///
    /// Throws what `predictByBand` throws.
    public func predict(_ bands: [Matrix<Element>]) throws -> Matrix<Element> {
        try check(bands)
        let parts = zip(bands, coefficients).map { multiply($0, $1) }
        var sum = parts.dropFirst().reduce(into: parts[0]) { $0.add($1, times: 1) }
        let shifts = intercepts.map { -Double($0) }
        sum.standardise(rows: 0..<sum.rows, means: shifts, deviations: shifts.map { _ in 1 })
        return sum
    }

    /// R2 and r of each voxel for data that the model has not seen.
    ///
    /// Throws what `predictByBand` throws.
    public func score(_ bands: [Matrix<Element>], _ responses: Matrix<Element>) throws -> VoxelScores {
        try VoxelScores(predictions: predict(bands), responses: responses)
    }

    /// The share of each band in R2 and r for data that the model has not seen.
    ///
    /// Each band's part is taken about its mean over the samples of the fit, where an intercept was fitted; what the
    /// intercept then adds is `offsetR2`, and `joint` is the same as `score`. Throws what `predictByBand` throws.
    public func splitScores(_ bands: [Matrix<Element>], _ responses: Matrix<Element>) throws -> SplitScores {
        let parts = try predictByBand(bands)
        return try SplitScores(
            parts: parts, responses: responses, constants: constants(of: predict(bands), beside: parts))
    }
}
