import Tensors

/// Ridge regression on several feature spaces at once, each voxel with its own share of regularisation for each.
///
/// The features of band i are scaled by `sqrt(gamma_i)` and stacked; candidates for `gamma` lie on the simplex, and each
/// voxel takes the candidate and the alpha that predict its held-out samples best. The same answers as
/// `MultipleKernelRidgeCV` with linear kernels and `GroupRidgeCV` of himalaya with random search, for the same candidates.
///
/// ```swift
/// let model = BandedRidge(alphas: .logspace(1, 20, count: 20), candidates: .dirichlet(20, seed: 0))
/// let fit = try model.fit([multimodal, unimodal], to: responses)
/// let shares = try fit.splitScores([testMultimodal, testUnimodal], testResponses)
/// ```
///
/// With `refinement: .gradient()` each voxel's scaling then goes on to a minimum of its cross-validated loss.
///
/// Source: Nunez-Elizalde, Huth & Gallant (2019); Dupré la Tour et al. (2022).
public struct BandedRidge: Sendable {
    /// The scalings of the bands that are tried.
    public enum Candidates: Sendable, Equatable {
        /// Samples of Dirichlet distributions of the given concentrations, in turn; the first is all bands alike.
        ///
        /// The same samples as himalaya draws for `random_state = seed`.
        case dirichlet(Int, concentrations: [Double] = [0.1, 1], seed: UInt32)
        /// Given scalings, one list of as many numbers as there are bands each.
        case given([[Double]])
    }

    /// The regularisation strengths to choose from.
    public var alphas: Alphas
    /// The scalings of the bands to choose from.
    public var candidates: Candidates
    /// The splits on which alphas and candidates are compared.
    public var folds: Folds
    /// Whether features and responses are centred on the mean of the training samples of each fold.
    public var intercept: Bool
    /// What alphas and candidates are compared by.
    public var searchScore: SearchScore
    /// What is done to each voxel's scaling after the search.
    public var refinement: BandRefinement
    /// How many bytes the batches of voxels may take.
    public var memoryLimit: Int
    /// Whether a long fit shows a progress bar.
    public var showsProgress: Bool

    /// A banded ridge model, not fitted.
    public init(
        alphas: Alphas = .logspace(0, 6, count: 20), candidates: Candidates = .dirichlet(20, seed: 0),
        folds: Folds = .kFold(5), intercept: Bool = true, searchScore: SearchScore = .negativeSquaredError,
        refinement: BandRefinement = .none, memoryLimit: Int = 1 << 29, showsProgress: Bool = true
    ) {
        self.alphas = alphas
        self.candidates = candidates
        self.folds = folds
        self.intercept = intercept
        self.searchScore = searchScore
        self.refinement = refinement
        self.memoryLimit = memoryLimit
        self.showsProgress = showsProgress
    }

    /// Fits the model to responses.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features; all finite.
    ///   - responses: samples x voxels. A voxel that holds a NaN gets NaN and touches no other.
    ///   - runs: the runs of the samples, where the folds leave runs out.
    ///
    /// Throws `EncodingError` where shapes or parameters do not fit, `CancellationError` where the cell is interrupted.
    public func fit<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> BandedRidgeFit<Element> {
        try fit(bands, to: responses, splits: folds.splits(samples: responses.rows, runs: runs))
    }

    func fit<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, splits: [Fold]
    ) throws -> BandedRidgeFit<Element> {
        guard !bands.isEmpty else {
            throw EncodingError.parameter(name: "the number of bands", value: "0", expected: "at least 1")
        }
        for (number, band) in bands.enumerated() {
            try checkFeatures(band, responses: responses, band: number)
        }
        let gammas = try scalings(bands: bands.count)
        let features = bands.reduce(0) { $0 + $1.columns }
        let largestTrain = splits.map(\.train.count).max() ?? responses.rows
        let isDouble = WorkingPrecision.isDouble(
            bands, scalings: largestScalings(gammas),
            order: min(features, largestTrain), alphas: try alphas.checked(), intercept: intercept)
        return isDouble
            ? try fit(bands, gammas: gammas, to: responses, splits: splits, workingIn: Double.self)
            : try fit(bands, gammas: gammas, to: responses, splits: splits, workingIn: Element.self)
    }

    private func fit<Element: Scalar, Working: Scalar>(
        _ bands: [Matrix<Element>], gammas: [[Double]], to responses: Matrix<Element>, splits: [Fold],
        workingIn type: Working.Type
    ) throws -> BandedRidgeFit<Element> {
        try checkMemoryLimit(memoryLimit)
        try checkRefinement()
        let means = bands.map {
            intercept ? ColumnStatistics($0).means : Array(repeating: 0, count: $0.columns)
        }
        let centred = zip(bands, means).map { band, means in
            var result = band.converted(to: type)
            result.standardise(rows: 0..<result.rows, means: means, deviations: means.map { _ in 1 })
            return result
        }
        let statistics = ColumnStatistics(ofResponses: responses)
        let task = RidgeTask(
            alphas: try alphas.checked(), folds: splits, score: searchScore, alphaPerVoxel: true,
            scoresHeldOut: false,
            memoryLimit: memoryLimit, showsProgress: showsProgress)
        let needsSingularValues =
            try type == Double.self
            && WorkingPrecision.needsSingularValues(
                bands, scalings: largestScalings(gammas), alphas: task.alphas, centred: intercept)
        if needsSingularValues, refinement != .none {
            throw EncodingError.parameter(
                name: "the refinement of bands whose products lose too many digits at so small an alpha",
                value: "\(refinement)",
                expected: ".none; or divide the features by their deviations, or take larger alphas")
        }
        let spaces = BandedFeatures(
            centred, centred: intercept, largestTrain: splits.map(\.train.count).max() ?? responses.rows,
            needsSingularValues: needsSingularValues)
        let solution = try solveBandedRidge(
            spaces, gammas: gammas, responses: responses,
            means: statistics.means.map { $0.isFinite ? (intercept ? $0 : 0) : .nan },
            units: statistics.scoreUnits(of: searchScore), task: task,
            refinement: refinement)
        return BandedRidgeFit(
            solution, task: task, gammas: gammas, widths: bands.map(\.columns),
            featureMeans: means.flatMap { $0 },
            intercept: intercept, statistics: statistics)
    }

    /// The largest scaling of each band among the candidates.
    private func largestScalings(_ gammas: [[Double]]) -> [Double] {
        gammas[0].indices.map { band in gammas.map { $0[band] }.max() ?? 1 }
    }

    private func checkRefinement() throws {
        guard case .gradient(let steps, let tolerance) = refinement else { return }
        try checkParameter("the steps of the refinement", steps, expected: "1 or more", steps > 0)
        try checkParameter(
            "the tolerance of the refinement", tolerance, expected: "0 or more, and finite",
            tolerance >= 0 && tolerance.isFinite)
        guard searchScore != .correlation else {
            throw EncodingError.parameter(
                name: "the search score of a banded ridge that is refined", value: "correlation",
                expected: "a squared error: .negativeSquaredError or .r2")
        }
    }

    /// The candidates, checked: not below 0, not all 0, one number a band.
    func scalings(bands: Int) throws -> [[Double]] {
        switch candidates {
        case .given(let given):
            guard !given.isEmpty else {
                throw EncodingError.parameter(
                    name: "the list of candidates", value: "empty", expected: "one or more")
            }
            for gamma in given
            where gamma.count != bands || gamma.contains(where: { !($0 >= 0 && $0.isFinite) })
                || gamma.allSatisfy({ $0 == 0 })
            {
                throw EncodingError.parameter(
                    name: "a candidate", value: "\(gamma)",
                    expected: "\(bands) finite numbers of 0 or more, not all 0")
            }
            return given
        case .dirichlet(let count, let concentrations, let seed):
            var samples = try dirichletSamples(
                count, bands: bands, concentrations: concentrations, seed: seed)
            samples[0] = Array(repeating: 1 / Double(bands), count: bands)
            return samples
        }
    }
}

/// Points on the simplex, as himalaya's `generate_dirichlet_samples` draws them for the same seed.
///
/// The concentrations take turns: 0.1 puts most of the weight on one band, 1 is uniform over the simplex, and an
/// infinite one gives all bands the same. Throws `EncodingError` where there is no sample, band or concentration, or a
/// concentration is not above 0.
public func dirichletSamples(
    _ count: Int, bands: Int, concentrations: [Double] = [0.1, 1], seed: UInt32
) throws -> [[Double]] {
    try checkParameter("the number of Dirichlet samples", count, expected: "1 or more", count > 0)
    try checkParameter("the number of bands", bands, expected: "1 or more", bands > 0)
    try checkParameter(
        "the list of concentrations", concentrations, expected: "one number or more, each above 0",
        !concentrations.isEmpty && concentrations.allSatisfy { $0 > 0 })
    var random = NumpyRandom(seed: seed)
    let each = (count - 1) / concentrations.count + 1
    let groups = concentrations.map { concentration in
        (0..<each).map { _ in
            concentration.isInfinite
                ? [Double](repeating: 1 / Double(bands), count: bands)
                : random.drawDirichlet([Double](repeating: concentration, count: bands))
        }
    }
    return Array((0..<each).flatMap { index in groups.map { $0[index] } }.prefix(count))
}
