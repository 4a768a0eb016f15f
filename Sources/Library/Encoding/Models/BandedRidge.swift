import Tensors

/// Ridge regression on several bands of features at once, each voxel with its own regularization of each band.
///
/// The features of band i are scaled by `sqrt(gamma_i)` and stacked; candidates for `gamma` lie on the simplex, and
/// each voxel takes the candidate and the alpha that predict its held-out samples best. The same answers as
/// `MultipleKernelRidgeCV` with linear kernels and `GroupRidgeCV` of himalaya with random search, for the same
/// candidates.
///
/// ```swift
/// let model = BandedRidge(alphas: .logspace(1, 20, count: 20), candidates: .dirichlet(20, seed: 0))
/// let fit = try model.fit([multimodal, unimodal], to: responses)
/// let shares = try fit.splitScores([testMultimodal, testUnimodal], to: testResponses)
/// ```
///
/// With `refinement: .gradient()` each voxel's scaling is then moved to a minimum of its cross-validated loss.
///
/// Source: Nunez-Elizalde, Huth & Gallant (2019); Dupré la Tour et al. (2022).
@dynamicMemberLookup
public struct BandedRidge: Sendable {
    /// The scalings of the bands to try.
    public enum Candidates: Sendable, Equatable {
        /// Samples of Dirichlet distributions of the given concentrations, in turn; the first weighs all bands equally.
        ///
        /// The same samples as himalaya draws for `random_state = seed`.
        case dirichlet(Int, concentrations: [Double] = [0.1, 1], seed: UInt32)
        /// Given scalings, each a list of one number per band.
        case given([[Double]])
    }

    /// Alphas, folds and the other options; each is also a property of the model.
    ///
    /// Each voxel has its own alpha, and held-out predictions are scored by `crossValidatedScores` alone.
    public var options: RidgeOptions
    /// The scalings of the bands to choose from.
    public var candidates: Candidates
    /// What is done to each voxel's scaling after the search.
    public var refinement: BandRefinement

    /// A banded ridge model, not fitted.
    ///
    /// - Parameters:
    ///   - alphas: the alphas to choose from; each voxel has its own.
    ///   - candidates: the scalings of the bands to choose from.
    ///   - folds: the splits on which alphas and candidates are compared.
    ///   - intercept: whether features and responses are centered on the training samples of each fold.
    ///   - searchScore: the score by which alphas and candidates are compared.
    ///   - refinement: what is done to each voxel's scaling after the search.
    ///   - memoryLimit: the memory that batches of voxels may take, beside data, decompositions and result.
    ///   - showsProgress: whether a long fit shows a progress bar.
    public init(
        alphas: Alphas = .logspace(0, 6, count: 20), candidates: Candidates = .dirichlet(20, seed: 0),
        folds: Folds = .kFold(5), intercept: Bool = true, searchScore: SearchScore = .negativeSquaredError,
        refinement: BandRefinement = .none, memoryLimit: MemoryLimit = .megabytes(512),
        showsProgress: Bool = true
    ) {
        options = RidgeOptions(
            alphas: alphas, folds: folds, intercept: intercept, searchScore: searchScore,
            scoresHeldOut: false, memoryLimit: memoryLimit, showsProgress: showsProgress)
        self.candidates = candidates
        self.refinement = refinement
    }

    /// One of the options.
    public subscript<Value>(dynamicMember option: WritableKeyPath<RidgeOptions, Value>) -> Value {
        get { options[keyPath: option] }
        set { options[keyPath: option] = newValue }
    }

    /// Fits the model to responses.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features; all finite.
    ///   - responses: samples x voxels. The results of a voxel that holds a NaN are NaN; the other voxels are not
    ///     affected.
    ///   - runs: the runs of the samples, if the folds leave runs out.
    ///
    /// Throws `EncodingError` if shapes or parameters do not fit, `CancellationError` if the cell is interrupted.
    public func fit<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> BandedRidgeFit<Element> {
        _ = try options.folds.splits(samples: responses.rows, runs: runs)
        try check(bands, responses: responses)
        let gammas = try scalings(bands: bands.count)
        let splits = try options.splits(samples: responses.rows, runs: runs, candidates: gammas.count)
        if let units = ColumnStatistics(ofResponses: responses).unitsOfTinyColumns(of: Element.self) {
            let divided = responses.scalingColumns(by: units.map { 1 / $0 })
            return BandedRidgeFit(
                try fit(bands, to: divided, runs: runs), times: units, searchScore: options.searchScore)
        }
        return try isDouble(bands, gammas: gammas, splits: splits)
            ? try fit(bands, gammas: gammas, to: responses, splits: splits, workingIn: Double.self)
            : try fit(bands, gammas: gammas, to: responses, splits: splits, workingIn: Element.self)
    }

    func check<Element: Scalar>(_ bands: [Matrix<Element>], responses: Matrix<Element>) throws {
        try checkParameter("the number of bands", bands.count, expected: "at least 1", !bands.isEmpty)
        for (index, band) in bands.enumerated() {
            try checkFeatures(band, responses: responses, band: index)
        }
        try checkOptions()
    }

    func isDouble<Element: Scalar>(
        _ bands: [Matrix<Element>], gammas: [[Double]], splits: [Fold]
    ) throws -> Bool {
        let features = bands.reduce(0) { $0 + $1.columns }
        let samples = bands.first?.rows ?? 0
        return WorkingPrecision.isDouble(
            bands, scalings: largestScalings(gammas),
            order: min(features, splits.map(\.train.count).max() ?? samples),
            alphas: options.alphas.values, intercept: options.intercept)
    }

    private func fit<Element: Scalar, Working: Scalar>(
        _ bands: [Matrix<Element>], gammas: [[Double]], to responses: Matrix<Element>, splits: [Fold],
        workingIn type: Working.Type
    ) throws -> BandedRidgeFit<Element> {
        let intercept = options.intercept
        let means = bands.map {
            intercept ? ColumnStatistics($0).means : Array(repeating: 0, count: $0.columns)
        }
        let statistics = ColumnStatistics(ofResponses: responses)
        let solver = try solver(
            zip(bands, means).map { $0.converted(to: type).centered(by: $1) }, original: bands,
            gammas: gammas,
            to: responses, statistics, splits: splits)
        var solution = try solver.solve(refinement: refinement)
        solution.weights = try solver.refit(solution)
        return BandedRidgeFit(
            solution, model: self, gammas: gammas, widths: bands.map(\.columns),
            featureMeans: means.flatMap { $0 }, statistics: statistics)
    }

    /// The solver of bands that are centered if there is an intercept.
    func solver<Element: Scalar, Working: Scalar>(
        _ bands: [Matrix<Working>], original: [Matrix<Element>], gammas: [[Double]],
        to responses: Matrix<Element>, _ statistics: ColumnStatistics, means: [Double]? = nil, splits: [Fold]
    ) throws -> BandedRidgeSolver<Element, Working> {
        let intercept = options.intercept
        let needsSingularValues =
            try Working.self == Double.self
            && WorkingPrecision.needsSingularValues(
                original, scalings: largestScalings(gammas), alphas: options.alphas.values,
                centered: intercept)
        if needsSingularValues, refinement != .none {
            throw EncodingError.parameter(
                name: "the refinement of bands whose products lose too many digits at so small an alpha",
                value: "\(refinement)",
                expected: ".none; or divide the features by their deviations, or take larger alphas")
        }
        return BandedRidgeSolver(
            bands: BandedFeatures(
                bands, centered: intercept, largestTrain: splits.map(\.train.count).max() ?? responses.rows,
                needsSingularValues: needsSingularValues),
            gammas: gammas, responses: responses,
            means: means ?? statistics.means.map { $0.isFinite ? (intercept ? $0 : 0) : .nan },
            units: statistics.scoreUnits(of: options.searchScore), options: options, splits: splits)
    }

    /// The largest scaling of each band among the candidates.
    private func largestScalings(_ gammas: [[Double]]) -> [Double] {
        gammas[0].indices.map { band in gammas.map { $0[band] }.max() ?? 1 }
    }

    private func checkOptions() throws {
        try options.check()
        try checkParameter(
            "alphaPerVoxel of a banded ridge", "false",
            expected: "true: each voxel has its own scaling of the bands",
            options.alphaPerVoxel)
        try checkParameter(
            "scoresHeldOut of a banded ridge", "true",
            expected: "false; crossValidatedScores scores held-out samples",
            !options.scoresHeldOut)
        guard case .gradient(let steps, let tolerance) = refinement else { return }
        try checkParameter("the steps of the refinement", steps, expected: "1 or more", steps > 0)
        try checkParameter(
            "the tolerance of the refinement", tolerance, expected: "0 or more, and finite",
            tolerance >= 0 && tolerance.isFinite)
        guard options.searchScore != .correlation else {
            throw EncodingError.parameter(
                name: "the search score of a banded ridge that is refined", value: "correlation",
                expected: "a squared error: .negativeSquaredError or .r2")
        }
    }

    /// The candidates, checked: one number per band, none below 0, not all 0.
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
/// infinite one gives all bands the same. Throws `EncodingError` if there is no sample, band or concentration, there are
/// more than a million samples, or a concentration is not above 0.
package func dirichletSamples(
    _ count: Int, bands: Int, concentrations: [Double] = [0.1, 1], seed: UInt32
) throws -> [[Double]] {
    try checkParameter(
        "the number of Dirichlet samples", count, expected: "1 to 1,000,000", (1...1_000_000).contains(count))
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
    let samples = Array((0..<each).flatMap { index in groups.map { $0[index] } }.prefix(count))
    // Of a tiny concentration all shares may be below the smallest number, and their sum 0.
    try checkParameter(
        "the list of concentrations", concentrations, expected: "large enough for shares above 0",
        samples.allSatisfy { $0.allSatisfy(\.isFinite) })
    return samples
}
