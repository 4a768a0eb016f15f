internal import CTensorKernels

/// How two samples are compared.
public enum CorrelationKind: String, Sendable, CaseIterable {
    /// Pearson's r, of the numbers.
    case pearson
    /// Spearman's rho: Pearson's r of the ranks, where equal numbers share the mean of theirs.
    case spearman
}

extension Matrix {
    /// The correlations between the columns: columns x columns, as `numpy.corrcoef(X, rowvar=False)` gives them.
    ///
    /// A constant column, or one with a NaN or numbers whose squares are infinite, correlates NaN.
    public func correlation(_ kind: CorrelationKind = .pearson) -> Matrix {
        // The product of no rows is zero, and a correlation of none is not there.
        guard rows > 0 else { return Matrix(rows: columns, columns: columns, repeating: .nan) }
        let standard = unitColumns(kind)
        var result = multiply(standard, transposed: true, standard).clip(-1, 1)
        for column in 0..<columns where !(result[column, column] as Element).isNaN {
            result[column, column] = 1
        }
        return result
    }

    /// The correlations between the columns of this matrix and those of `other`: columns x columns of `other`.
    ///
    /// Throws `StatisticsError.rows` if the two have other numbers of rows.
    public func correlation(with other: Matrix, _ kind: CorrelationKind = .pearson) throws -> Matrix {
        guard rows == other.rows else { throw StatisticsError.rows(rows, other.rows) }
        guard rows > 0 else { return Matrix(rows: columns, columns: other.columns, repeating: .nan) }
        return multiply(unitColumns(kind), transposed: true, other.unitColumns(kind)).clip(-1, 1)
    }

    /// Each column less its mean, over its deviation (with the divisor rows - `ddof`); a constant column becomes 0.
    ///
    /// `standardized(axis: 1)` does the same with each row. A NaN makes its column NaN.
    public func standardized(axis: Int = 0, ddof: Int = 0) -> Matrix {
        guard count > 0 else { return self }
        // In single precision a mean of 10,000 would be off by half a thousandth.
        let wide = converted(to: Double.self)
        let means = wide.mean(axis: axis)
        let divisors = wide.divisors(axis, ddof: ddof, means, rounding: 1, ofConstant: .infinity)
        return ((wide - means) / divisors).converted(to: Element.self)
    }

    /// Columns of mean 0 and length 1, of one row or more.
    private func unitColumns(_ kind: CorrelationKind) -> Matrix {
        let wide = (kind == .spearman ? ranks(axis: 0) : self).converted(to: Double.self)
        let means = wide.mean(axis: 0)
        // The divisor 1 leaves the sum of the squares.
        let divisors = wide.divisors(
            0, ddof: rows - 1, means, rounding: Double(rows).squareRoot(), ofConstant: .nan)
        return ((wide - means) / divisors).converted(to: Element.self)
    }
}

extension Matrix<Double> {
    /// The deviations along an axis, but `replacement` where all numbers are equal or differ by their rounding alone, or
    /// their squares are beyond the range of the numbers.
    ///
    /// The mean of equal numbers is rounded, the more the more there are, and their deviation is what that leaves.
    fileprivate func divisors(
        _ axis: Int, ddof: Int, _ means: Matrix<Double>, rounding: Double, ofConstant replacement: Double
    ) -> Matrix<Double> {
        let deviations = std(axis: axis, ddof: ddof)
        let (found, centers) = (deviations.elements, means.elements)
        let (least, greatest) = (min(axis: axis).elements, max(axis: axis).elements)
        let divisors = found.indices.map { index -> Double in
            let rounded = Swift.abs(centers[index]) * Double.ulpOfOne * 10 * rounding
            let isConstant = least[index] == greatest[index] || found[index] <= rounded
            // Divided by an infinite one, all would be 0, and so a correlation.
            return isConstant || found[index].isInfinite ? replacement : found[index]
        }
        return Matrix<Double>(rows: deviations.rows, columns: deviations.columns, elements: divisors)
    }
}

extension Collection where Element: BinaryFloatingPoint {
    /// The correlation with another sample of as many numbers; NaN where one of the two is constant or has a NaN.
    ///
    /// Throws `StatisticsError.counts` if the counts differ.
    public func correlation<Other: Collection<Element>>(
        with other: Other, _ kind: CorrelationKind = .pearson
    ) throws -> Element {
        guard count == other.count else { throw StatisticsError.counts(count, other.count) }
        let result =
            switch kind {
            case .pearson:
                withNumbers(
                    double: { x in
                        other.withNumbers(double: { pearson(x, $0) }, single: { pearson(x, $0) })
                    },
                    single: { x in
                        other.withNumbers(double: { pearson(x, $0) }, single: { pearson(x, $0) })
                    })
            case .spearman:
                rankNumbers.withUnsafeBufferPointer { x in
                    other.rankNumbers.withUnsafeBufferPointer { pearson(x, $0) }
                }
            }
        return Element(result)
    }

    /// The ranks in double precision: those of more than 16 million numbers are not exact in single precision.
    private var rankNumbers: [Double] {
        withNumbers(
            double: { Order.ranks($0) },
            single: { single in single.map(Double.init).withUnsafeBufferPointer { Order.ranks($0) } })
    }
}

/// Pearson's r of two samples of one count, in double precision; NaN if one of the two is constant.
private func pearson<X: Scalar, Y: Scalar>(_ x: UnsafeBufferPointer<X>, _ y: UnsafeBufferPointer<Y>) -> Double
{
    guard let a = x.baseAddress, let b = y.baseAddress, !x.isEmpty else { return .nan }
    let means = (mean(x), mean(y))
    // Partial sums, so that rounding does not grow with the count.
    var sums = SIMD4<Double>.zero
    for start in stride(from: 0, to: x.count, by: 4096) {
        sums += products(a + start, b + start, Swift.min(4096, x.count - start), means)
    }
    let (xx, yy) = (sums[0], sums[1])
    // What is left of a constant sample is the rounding of its mean, of which a correlation would be made.
    if x.allSatisfy({ $0 == x[0] }) || y.allSatisfy({ $0 == y[0] }) { return .nan }
    let product = xx * yy
    let r = product.isNormal ? sums[2] / product.squareRoot() : sums[2] / xx.squareRoot() / yy.squareRoot()
    return r.isNaN ? r : Swift.min(Swift.max(r, -1), 1)
}

private func mean<Element: Scalar>(_ numbers: UnsafeBufferPointer<Element>) -> Double {
    guard let base = numbers.baseAddress else { return .nan }
    var sum = 0.0
    Element._kernels.sum(Int32(kernel_sum_values), base, numbers.count, 0, &sum)
    return sum / Double(numbers.count)
}

/// The sums of the squares of both samples, less their means, and of their products: xx, yy and xy.
@_specialize(where X == Double, Y == Double)
@_specialize(where X == Float, Y == Float)
private func products<X: Scalar, Y: Scalar>(
    _ x: UnsafePointer<X>, _ y: UnsafePointer<Y>, _ count: Int, _ means: (Double, Double)
) -> SIMD4<Double> {
    var (xx, yy, xy) = (SIMD8<Double>.zero, SIMD8<Double>.zero, SIMD8<Double>.zero)
    var i = 0
    while i + 8 <= count {
        var (a, b) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
        for lane in 0..<8 {
            a[lane] = Double(x[i + lane])
            b[lane] = Double(y[i + lane])
        }
        a -= means.0
        b -= means.1
        xx += a * a
        yy += b * b
        xy += a * b
        i += 8
    }
    var sums = SIMD4(xx.sum(), yy.sum(), xy.sum(), 0)
    while i < count {
        let (a, b) = (Double(x[i]) - means.0, Double(y[i]) - means.1)
        sums += SIMD4(a * a, b * b, a * b, 0)
        i += 1
    }
    return sums
}
