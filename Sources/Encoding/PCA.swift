import Tensors

/// The principal components of features: the directions of the largest variance.
///
/// ```swift
/// let pca = try PCA(.variance(0.999), fittedTo: train)
/// let reduced = try pca.transform(test)                  // samples x components
/// ```
///
/// The same components as scikit-learn's `PCA(svd_solver="full")`, signs included.
public struct PCA<Element: Scalar>: Sendable {
    /// The mean of each feature.
    public let means: [Double]
    /// Components x features, orthonormal rows.
    public let components: Matrix<Element>
    /// The variance along each component (divisor: samples - 1), descending.
    public let variances: [Double]
    /// The share of the whole variance along each component.
    public let varianceShares: [Double]

    /// Learns the components of `features` (samples x features).
    ///
    /// Throws `EncodingError` where a feature is not finite or the size cannot be had, `LinearAlgebraError` where the
    /// decomposition fails.
    public init(_ size: PCASize, fittedTo features: Matrix<Element>) throws {
        guard features.rows > 1, features.columns > 0 else {
            throw EncodingError.sampleCount(what: "features", count: features.rows, expected: 2)
        }
        if let index = features.withUnsafeBufferPointer({ firstNonFinite($0) }) {
            throw EncodingError.featureNotFinite(
                row: index / features.columns, column: index % features.columns)
        }
        means = ColumnStatistics(features).means
        var centred = features.converted(to: Double.self)
        centred.standardise(rows: 0..<centred.rows, means: means, deviations: means.map { _ in 1 })
        let (_, values, right) = try LinearAlgebra.svd(centred)
        let all = values.map { $0 * $0 / Double(features.rows - 1) }
        let total = all.reduce(0, +)
        let kept = try size.count(variances: all)
        variances = Array(all.prefix(kept))
        varianceShares = variances.map { total > 0 ? $0 / total : 0 }
        // scikit-learn's choice of sign: the largest entry of each component is positive.
        let signs = (0..<kept).map { component -> Double in
            let row = right.row(component)
            let largest = row.max { abs($0) < abs($1) } ?? 1
            return largest < 0 ? -1 : 1
        }
        components = right.rows(0..<kept).scalingRows(by: signs).converted(to: Element.self)
    }

    /// Samples x components.
    ///
    /// Throws `EncodingError` where the features are not as many as the components were learnt from.
    public func transform(_ features: Matrix<Element>) throws -> Matrix<Element> {
        guard features.columns == means.count else {
            throw EncodingError.columnCount(what: "features", count: features.columns, expected: means.count)
        }
        var centred = features
        centred.standardise(rows: 0..<centred.rows, means: means, deviations: means.map { _ in 1 })
        return multiply(centred, components, transposed: true)
    }
}

/// How many principal components are kept.
public enum PCASize: Sendable, Equatable {
    /// So many.
    case count(Int)
    /// As few as have together at least this share (0 to 1) of the variance.
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
            var sum = 0.0
            for (index, variance) in variances.enumerated() {
                sum += variance
                if sum > share * total { return index + 1 }
            }
            return variances.count
        }
    }
}
