import Tensors

/// The principal components of features: the directions of the largest variance.
///
/// ```swift
/// let pca = try PCA(.variance(0.999)).fit(train)
/// let reduced = try pca.transform(test)                  // samples x components
/// Pipeline(PCA(.count(100)), into: Ridge())              // learned again inside each fold
/// ```
///
/// The same components as scikit-learn's `PCA`, signs included.
public struct PCA: PipelineStep, Equatable {
    /// How the components are found.
    public enum Solver: Sendable, Equatable {
        /// Randomized if both sides are above 500 and few components are requested, else exact.
        case automatic
        /// From the singular value decomposition of the centered features.
        case exact
        /// From a random projection, refined by power iterations: for some hundred components of wide features.
        ///
        /// The same random numbers, oversampling and iterations as scikit-learn's `svd_solver="randomized"`.
        case randomized(seed: UInt32)
    }

    /// How many components are kept.
    public var size: PCASize
    /// How the components are found.
    public var solver: Solver

    /// A principal component analysis, not fitted.
    ///
    /// - Parameters:
    ///   - size: how many components are kept, or how much of the variance.
    ///   - solver: how the components are found.
    public init(_ size: PCASize, solver: Solver = .automatic) {
        self.size = size
        self.solver = solver
    }

    /// Learns the components of `features` (samples x features).
    ///
    /// Throws `EncodingError` if a feature is not finite, there are not that many components, or a random projection is
    /// asked for a share of the variance, and `LinearAlgebraError` if the decomposition fails.
    public func fit<Element: Scalar>(_ features: Matrix<Element>) throws -> PCAFit<Element> {
        try checkParameter(
            "the number of samples of a PCA", features.rows, expected: "at least 2", features.rows > 1)
        try checkParameter(
            "the number of features of a PCA", features.columns, expected: "at least 1", features.columns > 0)
        try checkFinite(features)
        if case .randomized = solver, case .variance = size {
            throw EncodingError.parameter(
                name: "the size of a PCA by a random projection", value: "\(size)",
                expected: "a count, such as .count(100); or take the solver .exact or .automatic")
        }
        let statistics = ColumnStatistics(features)
        if let (count, seed) = randomized(rows: features.rows, columns: features.columns) {
            // An impossible count is refused just as the exact solver refuses it.
            _ = try size.count(
                variances: Array(repeating: 1, count: min(features.rows, features.columns)))
            let (values, right) = try randomizedSingularValues(
                of: features.centered(by: statistics.means), count: count, seed: seed)
            return PCAFit(
                statistics: statistics, samples: features.rows, values: values, right: right, size: size)
        }
        let centered = features.converted(to: Double.self).centered(by: statistics.means)
        let (_, values, right) = try LinearAlgebra.svd(centered)
        let kept = try size.count(variances: values.map { $0 * $0 })
        return PCAFit(
            statistics: statistics, samples: features.rows, values: Array(values.prefix(kept)),
            right: right.rows(0..<kept).converted(to: Element.self), size: size)
    }

    public func fitted<Element: Scalar>(to features: Matrix<Element>) throws -> any FittedStep {
        try fit(features)
    }

    /// The count and the seed if the components are to be found by a random projection.
    private func randomized(rows: Int, columns: Int) -> (count: Int, seed: UInt32)? {
        guard case .count(let count) = size else { return nil }
        return switch solver {
        case .exact: nil
        case .randomized(let seed): (count, seed)
        case .automatic:
            min(rows, columns) > 500 && Double(count) < 0.8 * Double(min(rows, columns)) ? (count, 0) : nil
        }
    }
}

/// The principal components that were learned from features.
public struct PCAFit<Element: Scalar>: FittedStep {
    /// The mean of each feature.
    public let means: [Double]
    /// Components x features, orthonormal rows.
    public let components: Matrix<Element>
    /// The variance along each component (divisor: samples - 1), descending.
    public let variances: [Double]
    /// The share of the whole variance along each component.
    public let varianceShares: [Double]

    init(statistics: ColumnStatistics, samples: Int, values: [Double], right: Matrix<Element>, size: PCASize)
    {
        means = statistics.means
        let divisor = Double(samples - 1)
        variances = values.map { $0 * $0 / divisor }
        let total = statistics.deviations.reduce(0) { $0 + $1 * $1 } * Double(samples) / divisor
        varianceShares = variances.map { total > 0 ? $0 / total : 0 }
        // scikit-learn's choice of sign: the largest entry of each component is positive.
        let signs = (0..<right.rows).map { component -> Double in
            let largest = right.row(component).max { abs($0) < abs($1) } ?? 1
            return largest < 0 ? -1 : 1
        }
        components = right.scalingRows(by: signs)
    }

    /// Samples x components.
    ///
    /// Throws `EncodingError` if the number of features is not that of the fit.
    public func transform<Number: Scalar>(_ features: Matrix<Number>, runs: Runs? = nil) throws -> Matrix<
        Number
    > {
        guard features.columns == means.count else {
            throw EncodingError.columnCount(what: "features", count: features.columns, expected: means.count)
        }
        return multiply(features.centered(by: means), components.converted(to: Number.self), transposed: true)
    }
}

/// The largest singular values of a matrix and their right singular vectors (count x columns), by a random
/// projection.
///
/// Source: Halko, Martinsson & Tropp (2011), as `randomized_svd` of scikit-learn does it: 10 more directions than are
/// asked for, 7 power iterations for less than a tenth of all directions and 4 for more.
private func randomizedSingularValues<Element: Scalar>(
    of matrix: Matrix<Element>, count: Int, seed: UInt32
) throws -> (values: [Double], right: Matrix<Element>) {
    // The projection goes through the shorter side.
    let isWide = matrix.rows < matrix.columns
    let short = min(matrix.rows, matrix.columns)
    let width = min(count + 10, short)
    var random = NumpyRandom(seed: seed)
    var basis = Matrix<Element>(rows: short, columns: width) { target in
        for index in target.indices { target[index] = Element(random.gaussian()) }
    }
    func onward() throws -> Matrix<Element> {  // long x width
        try Task.checkCancellation()
        return try LinearAlgebra.svd(multiply(matrix, transposed: isWide, basis)).left
    }
    for _ in 0..<(Double(count) < 0.1 * Double(short) ? 7 : 4) {
        basis = try LinearAlgebra.svd(multiply(matrix, transposed: !isWide, onward())).left
    }
    let range = try onward()
    if isWide {  // matrix = (matrix range) rangeᵀ
        let (_, values, right) = try LinearAlgebra.svd(multiply(matrix, range))
        return (
            values.prefix(count).map { Double($0) },
            multiply(right.rows(0..<count), transposed: false, range, transposed: true)
        )
    }
    let (_, values, right) = try LinearAlgebra.svd(multiply(range, transposed: true, matrix))
    return (values.prefix(count).map { Double($0) }, right.rows(0..<count))
}

/// How many principal components are kept.
public enum PCASize: Sendable, Equatable {
    /// This many.
    case count(Int)
    /// The fewest that have at least this share (0 to 1) of the variance together.
    case variance(Double)

    func count(variances: [Double]) throws -> Int {
        switch self {
        case .count(let count):
            guard count > 0, count <= variances.count else {
                throw EncodingError.parameter(
                    name: "the number of components", value: "\(count)", expected: "1 to \(variances.count)")
            }
            return count
        case .variance(let share):
            guard share > 0, share <= 1 else {
                throw EncodingError.parameter(
                    name: "the share of the variance", value: "\(share)", expected: "above 0, at most 1")
            }
            let total = variances.reduce(0, +)
            try checkParameter(
                "the variance of the features", total, expected: "above 0 if a share of it is asked for",
                total > 0)
            var sum = 0.0
            for (index, variance) in variances.enumerated() {
                sum += variance
                if sum > share * total { return index + 1 }
            }
            return variances.count
        }
    }
}
