import Tensors

/// Banded ridge on one matrix of features whose columns belong to groups, each voxel with its own scaling of each
/// group.
///
/// The same model as `BandedRidge` with bands given as a label for each column instead of as matrices: himalaya's
/// `GroupRidgeCV` with random search.
///
/// ```swift
/// let model = GroupRidge(groups: [0, 0, 0, 1, 1], BandedRidge(candidates: .dirichlet(20, seed: 0)))
/// let fit = try model.fit(features, to: responses)
/// fit.coefficients            // features x voxels, in the order of the columns
/// ```
public struct GroupRidge: Sendable {
    /// The group of each feature; a negative group leaves the feature out, as in himalaya.
    public var groups: [Int]
    /// Alphas, candidates and folds.
    public var banded: BandedRidge

    /// A group ridge model, not fitted.
    ///
    /// - Parameters:
    ///   - groups: the group of each feature; a negative group leaves the feature out.
    ///   - banded: alphas, candidates and folds.
    public init(groups: [Int], _ banded: BandedRidge = BandedRidge()) {
        self.groups = groups
        self.banded = banded
    }

    /// Fits the model to responses.
    ///
    /// - Parameters:
    ///   - features: samples x features, one for each label of `groups`.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, if the folds leave runs out.
    ///
    /// Throws `EncodingError` if the number of groups is not that of the features, and what `BandedRidge.fit` throws.
    public func fit<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> GroupRidgeFit<Element> {
        guard groups.count == features.columns else {
            throw EncodingError.columnCount(
                what: "features", count: features.columns, expected: groups.count)
        }
        let labels = Set(groups.filter { $0 >= 0 }).sorted()
        try checkParameter(
            "the list of groups", groups.isEmpty ? "empty" : "negative for every feature",
            expected: "0 or more for one feature at least", !labels.isEmpty)
        let columns = labels.map { label in groups.indices.filter { groups[$0] == label } }
        let bands = columns.map { features.columns(at: $0) }
        return GroupRidgeFit(
            labels: labels, columns: columns, features: groups.count,
            banded: try banded.fit(bands, to: responses, runs: runs))
    }
}

/// A fitted group ridge model.
public struct GroupRidgeFit<Element: Scalar>: Sendable {
    /// The label of each group, ascending: the order of the bands of `banded`.
    public let labels: [Int]
    /// The columns of each group.
    public let columns: [[Int]]
    /// The fit with each group as a band: scalings, alphas and scores.
    public let banded: BandedRidgeFit<Element>
    private let features: Int

    init(labels: [Int], columns: [[Int]], features: Int, banded: BandedRidgeFit<Element>) {
        (self.labels, self.columns, self.features, self.banded) = (labels, columns, features, banded)
    }

    /// Features x voxels, in the order of the columns that were given; 0 for features that were left out.
    public var coefficients: Matrix<Element> {
        let voxels = banded.intercepts.count
        return Matrix(rows: features, columns: voxels) { target in
            target.update(repeating: 0)
            guard let to = target.baseAddress else { return }
            for (columns, weights) in zip(columns, banded.coefficients) {
                weights.withUnsafeBufferPointer { source in
                    guard let from = source.baseAddress else { return }
                    for (row, column) in columns.enumerated() {
                        (to + column * voxels).update(from: from + row * voxels, count: voxels)
                    }
                }
            }
        }
    }

    /// The columns of each group, as bands.
    ///
    /// Throws `EncodingError` if the number of features is not that of the fit.
    public func bands(of features: Matrix<Element>) throws -> [Matrix<Element>] {
        guard features.columns == self.features else {
            throw EncodingError.columnCount(
                what: "features", count: features.columns, expected: self.features)
        }
        return columns.map { features.columns(at: $0) }
    }

    /// The predicted responses, samples x voxels. Throws what `bands(of:)` throws.
    public func predict(_ features: Matrix<Element>) throws -> Matrix<Element> {
        try banded.predict(bands(of: features))
    }

    /// R2 and r of each voxel for data that the model has not seen. Throws what `bands(of:)` throws.
    public func score(_ features: Matrix<Element>, to responses: Matrix<Element>) throws -> VoxelScores {
        try banded.score(bands(of: features), to: responses)
    }

    /// The share of each group in R2 and r. Throws what `bands(of:)` throws.
    public func splitScores(
        _ features: Matrix<Element>, to responses: Matrix<Element>
    ) throws -> SplitScores {
        try banded.splitScores(bands(of: features), to: responses)
    }
}
