/// Statistics of arrays and other collections of floating-point numbers.
///
/// ```swift
/// let r = fit.scores.r
/// r.mean(); r.std(ddof: 1); r.median(); try r.quantile(0.95)
/// r.nanmean()                        // of those that are not NaN
/// r.argmax(); r.argsort()            // indices
/// try r.correlation(with: scores.r)  // Pearson's r; or .spearman
/// r .+ scores.r; 2 .* r              // element by element: `+` between arrays joins them
/// ```
///
/// The results are numpy's: a NaN makes a result NaN (but not in Swift's own `min()` and `max()`, which take no notice
/// of it; `nanmin()` and `nanmax()` pass over it), and the mean of no numbers is NaN.
extension Collection where Element: BinaryFloatingPoint {
    /// The sum.
    public func sum() -> Element { reduced(.sum, skipsNaN: false) }
    /// The mean.
    public func mean() -> Element { reduced(.mean, skipsNaN: false) }
    /// The standard deviation, with the divisor n - `ddof`.
    public func std(ddof: Int = 0) -> Element {
        reduced(.deviation(ddof: checked(ddof)), skipsNaN: false)
    }
    /// The variance, with the divisor n - `ddof`.
    public func `var`(ddof: Int = 0) -> Element {
        reduced(.variance(ddof: checked(ddof)), skipsNaN: false)
    }
    /// The median.
    public func median() -> Element { reduced(.median, skipsNaN: false) }
    /// The sum of the numbers that are not NaN.
    public func nansum() -> Element { reduced(.sum, skipsNaN: true) }
    /// The mean of the numbers that are not NaN.
    public func nanmean() -> Element { reduced(.mean, skipsNaN: true) }
    /// The standard deviation of the numbers that are not NaN, with the divisor n - `ddof`.
    public func nanstd(ddof: Int = 0) -> Element {
        reduced(.deviation(ddof: checked(ddof)), skipsNaN: true)
    }
    /// The variance of the numbers that are not NaN, with the divisor n - `ddof`.
    public func nanvar(ddof: Int = 0) -> Element {
        reduced(.variance(ddof: checked(ddof)), skipsNaN: true)
    }
    /// The median of the numbers that are not NaN.
    public func nanmedian() -> Element { reduced(.median, skipsNaN: true) }
    /// The smallest number that is not NaN; NaN if missing.
    public func nanmin() -> Element { reduced(.least, skipsNaN: true) }
    /// The largest number that is not NaN; NaN if missing.
    public func nanmax() -> Element { reduced(.greatest, skipsNaN: true) }

    /// The value below which a share (0 to 1) of the numbers lies, by linear interpolation.
    ///
    /// Throws `StatisticsError.share` if the share is not between 0 and 1.
    public func quantile(_ share: Double) throws -> Element {
        reduced(.quantile(try checked(share: share)), skipsNaN: false)
    }

    /// The value below which a share (0 to 1) of the numbers that are not NaN lies, by linear interpolation.
    ///
    /// Throws `StatisticsError.share` if the share is not between 0 and 1.
    public func nanquantile(_ share: Double) throws -> Element {
        reduced(.quantile(try checked(share: share)), skipsNaN: true)
    }

    private func reduced(_ statistic: Statistic, skipsNaN: Bool) -> Element {
        if isEmpty {
            switch statistic {
            case .sum: return 0
            default: return .nan
            }
        }
        let reduction = Reduction(statistic: statistic, skipsNaN: skipsNaN)
        return withNumbers(double: { Element(reduction.of($0)) }, single: { Element(reduction.of($0)) })
    }

    /// Calls one of the two with the numbers: in their own precision, or as `Double` if that is another.
    func withNumbers<R>(
        double: (UnsafeBufferPointer<Double>) throws -> R, single: (UnsafeBufferPointer<Float>) throws -> R
    ) rethrows -> R {
        let result = try withContiguousStorageIfAvailable { numbers -> R? in
            let raw = UnsafeRawBufferPointer(numbers)
            if Element.self == Double.self { return try double(raw.assumingMemoryBound(to: Double.self)) }
            if Element.self == Float.self { return try single(raw.assumingMemoryBound(to: Float.self)) }
            return nil
        }
        if let result = result ?? nil { return result }
        return try map { Double($0) }.withUnsafeBufferPointer { try double($0) }
    }
}
