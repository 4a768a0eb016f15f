/// Statistics of a `Matrix` or a `Tensor`, of all elements or along one dimension.
///
/// ```swift
/// X.mean()                       // a number
/// X.mean(axis: 0)                // 1 x columns: the mean of each column
/// X - X.mean(axis: 1)            // each row less its mean: the result keeps its dimension, and so broadcasts
/// X.std(axis: 0, ddof: 1)        // the divisor is n - ddof; by default n, as in numpy
/// try X.quantile(0.9, axis: 0)
/// X.nanmean(axis: 0)             // of the elements that are not NaN
/// X.mean(axis: 0).elements       // as an array
/// ```
///
/// The results are numpy's (with `keepdims`): a NaN makes a result NaN, the mean of no elements is NaN and their sum 0.
/// The smallest and the largest of no elements stop the cell. Sums are made in double precision,
/// pairwise where the numbers lie side by side.
extension ElementwiseArithmetic {
    /// The sum.
    public func sum() -> Element { reduced(.sum, skipsNaN: false) }
    /// The sum, along a dimension, whose extent becomes 1.
    public func sum(axis: Int) -> Self { reduced(.sum, axis, skipsNaN: false) }
    /// The mean.
    public func mean() -> Element { reduced(.mean, skipsNaN: false) }
    /// The mean, along a dimension, whose extent becomes 1.
    public func mean(axis: Int) -> Self { reduced(.mean, axis, skipsNaN: false) }
    /// The standard deviation, with the divisor n - `ddof`.
    public func std(ddof: Int = 0) -> Element { reduced(.deviation(ddof: checked(ddof)), skipsNaN: false) }
    /// The standard deviation, with the divisor n - `ddof`, along a dimension, whose extent becomes 1.
    public func std(axis: Int, ddof: Int = 0) -> Self {
        reduced(.deviation(ddof: checked(ddof)), axis, skipsNaN: false)
    }
    /// The variance, with the divisor n - `ddof`.
    public func `var`(ddof: Int = 0) -> Element { reduced(.variance(ddof: checked(ddof)), skipsNaN: false) }
    /// The variance, with the divisor n - `ddof`, along a dimension, whose extent becomes 1.
    public func `var`(axis: Int, ddof: Int = 0) -> Self {
        reduced(.variance(ddof: checked(ddof)), axis, skipsNaN: false)
    }
    /// The smallest element.
    public func min() -> Element { reduced(.least, skipsNaN: false) }
    /// The smallest element, along a dimension, whose extent becomes 1.
    public func min(axis: Int) -> Self { reduced(.least, axis, skipsNaN: false) }
    /// The largest element.
    public func max() -> Element { reduced(.greatest, skipsNaN: false) }
    /// The largest element, along a dimension, whose extent becomes 1.
    public func max(axis: Int) -> Self { reduced(.greatest, axis, skipsNaN: false) }
    /// The median.
    public func median() -> Element { reduced(.median, skipsNaN: false) }
    /// The median, along a dimension, whose extent becomes 1.
    public func median(axis: Int) -> Self { reduced(.median, axis, skipsNaN: false) }
    /// The value below which a share (0 to 1) of the elements lies, by linear interpolation.
    ///
    /// Throws `StatisticsError.share` if the share is not between 0 and 1.
    public func quantile(_ share: Double) throws -> Element {
        reduced(.quantile(try checked(share: share)), skipsNaN: false)
    }
    /// The same along a dimension, whose extent becomes 1.
    public func quantile(_ share: Double, axis: Int) throws -> Self {
        reduced(.quantile(try checked(share: share)), axis, skipsNaN: false)
    }

    /// The sum of the elements that are not NaN.
    public func nansum() -> Element { reduced(.sum, skipsNaN: true) }
    /// The sum of the elements that are not NaN, along a dimension, whose extent becomes 1.
    public func nansum(axis: Int) -> Self { reduced(.sum, axis, skipsNaN: true) }
    /// The mean of the elements that are not NaN.
    public func nanmean() -> Element { reduced(.mean, skipsNaN: true) }
    /// The mean of the elements that are not NaN, along a dimension, whose extent becomes 1.
    public func nanmean(axis: Int) -> Self { reduced(.mean, axis, skipsNaN: true) }
    /// The standard deviation, with the divisor n - `ddof` of the elements that are not NaN.
    public func nanstd(ddof: Int = 0) -> Element { reduced(.deviation(ddof: checked(ddof)), skipsNaN: true) }
    /// The standard deviation, with the divisor n - `ddof` of the elements that are not NaN, along a dimension, whose extent becomes 1.
    public func nanstd(axis: Int, ddof: Int = 0) -> Self {
        reduced(.deviation(ddof: checked(ddof)), axis, skipsNaN: true)
    }
    /// The variance, with the divisor n - `ddof` of the elements that are not NaN.
    public func nanvar(ddof: Int = 0) -> Element { reduced(.variance(ddof: checked(ddof)), skipsNaN: true) }
    /// The variance, with the divisor n - `ddof` of the elements that are not NaN, along a dimension, whose extent becomes 1.
    public func nanvar(axis: Int, ddof: Int = 0) -> Self {
        reduced(.variance(ddof: checked(ddof)), axis, skipsNaN: true)
    }
    /// The smallest element of the elements that are not NaN.
    public func nanmin() -> Element { reduced(.least, skipsNaN: true) }
    /// The smallest element of the elements that are not NaN, along a dimension, whose extent becomes 1.
    public func nanmin(axis: Int) -> Self { reduced(.least, axis, skipsNaN: true) }
    /// The largest element of the elements that are not NaN.
    public func nanmax() -> Element { reduced(.greatest, skipsNaN: true) }
    /// The largest element of the elements that are not NaN, along a dimension, whose extent becomes 1.
    public func nanmax(axis: Int) -> Self { reduced(.greatest, axis, skipsNaN: true) }
    /// The median of the elements that are not NaN.
    public func nanmedian() -> Element { reduced(.median, skipsNaN: true) }
    /// The median of the elements that are not NaN, along a dimension, whose extent becomes 1.
    public func nanmedian(axis: Int) -> Self { reduced(.median, axis, skipsNaN: true) }
    /// The value below which a share (0 to 1) of the elements that are not NaN lies, by linear interpolation.
    ///
    /// Throws `StatisticsError.share` if the share is not between 0 and 1.
    public func nanquantile(_ share: Double) throws -> Element {
        reduced(.quantile(try checked(share: share)), skipsNaN: true)
    }
    /// The same along a dimension, whose extent becomes 1.
    public func nanquantile(_ share: Double, axis: Int) throws -> Self {
        reduced(.quantile(try checked(share: share)), axis, skipsNaN: true)
    }

    private func reduced(_ statistic: Statistic, skipsNaN: Bool) -> Element {
        _withElements { Reduction(statistic: statistic, skipsNaN: skipsNaN).of($0) }
    }

    private func reduced(_ statistic: Statistic, _ axis: Int, skipsNaN: Bool) -> Self {
        let reduction = Reduction(statistic: statistic, skipsNaN: skipsNaN)
        let lanes = Lanes(_extents, axis: axis, in: _shapeInWords)
        return Self._make(lanes.reducedShape) { target in
            _withElements { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                if lanes.inner == 1 {
                    let grain = Swift.max(1, 65_536 / Swift.max(lanes.length, 1))
                    parallelFor(lanes.outer, grain: grain) { part in
                        for index in part {
                            to[index] = reduction.of(
                                UnsafeBufferPointer(start: from + index * lanes.length, count: lanes.length))
                        }
                    }
                } else {
                    for index in 0..<lanes.outer {
                        reduction.columns(
                            of: from + index * lanes.length * lanes.inner, rows: lanes.length,
                            columns: lanes.inner, into: to + index * lanes.inner)
                    }
                }
            }
        }
    }
}

/// Refuses a negative number of degrees of freedom.
func checked(_ ddof: Int) -> Int {
    require(ddof >= 0, "ddof is subtracted from the count and cannot be \(ddof)")
    return ddof
}

/// How the elements along one dimension lie: `outer` blocks of `length` rows of `inner` elements.
struct Lanes {
    let outer: Int, length: Int, inner: Int
    let reducedShape: [Int]

    init(_ shape: [Int], axis: Int, in words: String) {
        require(
            shape.indices.contains(axis),
            shape.count == 2
                ? "a matrix has axis 0 (down the rows: a result a column) and axis 1 (a result a row), not axis \(axis)"
                : "\(words) has no axis \(axis)")
        outer = shape[..<axis].reduce(1, *)
        length = shape[axis]
        inner = shape[(axis + 1)...].reduce(1, *)
        var reduced = shape
        reduced[axis] = 1
        reducedShape = reduced
    }
}

/// Why a statistic cannot be computed.
public enum StatisticsError: Error, CustomStringConvertible, Equatable {
    /// A share that is not between 0 and 1.
    case share(Double)
    /// Two samples that should have as many elements.
    case counts(Int, Int)
    /// Two matrices that should have as many rows.
    case rows(Int, Int)

    public var description: String {
        switch self {
        case .share(let share): "a share of the elements lies between 0 and 1; \(share) does not"
        case .counts(let a, let b):
            "a correlation needs samples of one size; these have \(a) and \(b) elements"
        case .rows(let a, let b):
            "a correlation of columns needs matrices of as many rows; these have \(a) and \(b)"
        }
    }
}

func checked(share: Double) throws -> Double {
    guard share >= 0, share <= 1 else { throw StatisticsError.share(share) }
    return share
}
