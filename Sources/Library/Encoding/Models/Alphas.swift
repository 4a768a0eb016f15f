import Foundation

/// The alphas, or regularization strengths, that a fit tries.
///
/// ```swift
/// let grid: Alphas = .logspace(1, 20, count: 20)   // 10, 100, … 10²⁰
/// let one: Alphas = 10
/// let few: Alphas = [1, 10, 100]
/// ```
public struct Alphas: Sendable, Equatable {
    /// The alphas, ascending, each once.
    public let values: [Double]

    /// A grid of the given alphas, in any order.
    ///
    /// - Parameter values: positive numbers.
    public init(_ values: [Double]) {
        self.values = Set(values).sorted()
    }

    /// `count` alphas from 10 to the power of `first` to 10 to the power of `last`, as `numpy.logspace` gives them.
    ///
    /// An empty grid is refused when a model is fitted.
    ///
    /// - Parameters:
    ///   - first: the exponent of the first alpha, to base 10.
    ///   - last: the exponent of the last.
    ///   - count: how many alphas there are.
    public static func logspace(_ first: Double, _ last: Double, count: Int) -> Alphas {
        guard count > 1 else { return Alphas(count == 1 ? [pow(10, first)] : []) }
        let step = (last - first) / Double(count - 1)
        return Alphas((0..<count).map { pow(10, $0 == count - 1 ? last : first + Double($0) * step) })
    }

    /// Throws `EncodingError` unless there is at least one alpha and each is above 0 and finite.
    func check() throws {
        try checkParameter("the grid of alphas", "empty", expected: "one alpha or more", !values.isEmpty)
        if let bad = values.first(where: { !($0 > 0 && $0.isFinite) }) {
            throw EncodingError.parameter(name: "an alpha", value: "\(bad)", expected: "above 0 and finite")
        }
    }
}

extension Alphas: ExpressibleByArrayLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// A grid of the alphas of an array literal.
    ///
    /// - Parameter elements: the alphas: positive numbers.
    public init(arrayLiteral elements: Double...) { self.init(elements) }
    public init(floatLiteral value: Double) { self.init([value]) }
    public init(integerLiteral value: Int) { self.init([Double(value)]) }
}

/// The score by which the best alpha is chosen, averaged over the folds.
public enum SearchScore: Sendable, Equatable {
    /// Minus the mean squared error: himalaya's default (`l2_neg_loss`).
    case negativeSquaredError
    /// The coefficient of determination of each fold; 0 if the voxel is constant in the fold.
    case r2
    /// Pearson's correlation in each fold; 0 if the voxel or its prediction is constant in the fold.
    case correlation
}
