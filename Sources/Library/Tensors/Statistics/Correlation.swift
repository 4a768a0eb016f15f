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
    /// A constant column, or one with a NaN, correlates NaN.
    public func correlation(_ kind: CorrelationKind = .pearson) -> Matrix {
        let standard = unitColumns(kind)
        var result = multiply(standard, transposed: true, standard).clip(-1, 1)
        for column in 0..<columns where !(result[column, column] as Element).isNaN {
            result[column, column] = 1
        }
        return result
    }

    /// The correlations between the columns of this matrix and those of `other`: columns x columns of `other`.
    ///
    /// Throws `StatisticsError.rows` where the two have other numbers of rows.
    public func correlation(with other: Matrix, _ kind: CorrelationKind = .pearson) throws -> Matrix {
        guard rows == other.rows else { throw StatisticsError.rows(rows, other.rows) }
        return multiply(unitColumns(kind), transposed: true, other.unitColumns(kind)).clip(-1, 1)
    }

    /// Each column less its mean, over its deviation (with the divisor rows - `ddof`); a constant column becomes 0.
    ///
    /// `standardized(axis: 1)` does the same with each row. A NaN makes its column NaN.
    public func standardized(axis: Int = 0, ddof: Int = 0) -> Matrix {
        let means = mean(axis: axis)
        let deviations = std(axis: axis, ddof: ddof)
        let divisors = zip(deviations.elements, means.elements).map { deviation, mean in
            // What is left of a constant column is the rounding of its mean.
            deviation <= Swift.abs(mean) * Element.ulpOfOne * 10 ? Element.infinity : deviation
        }
        return (self - means)
            / Matrix(rows: deviations.rows, columns: deviations.columns, elements: divisors)
    }

    /// Columns of mean 0 and length 1.
    private func unitColumns(_ kind: CorrelationKind) -> Matrix {
        let values = kind == .spearman ? ranks(axis: 0) : self
        let centered = values - values.mean(axis: 0)
        let lengths = (centered * centered).sum(axis: 0).sqrt()
        let means = values.mean(axis: 0)
        let divisors = zip(lengths.elements, means.elements).map { length, mean in
            length <= Swift.abs(mean) * Element.ulpOfOne * 10 ? Element.nan : length
        }
        return centered / .row(divisors)
    }
}

extension Collection where Element: BinaryFloatingPoint {
    /// The correlation with another sample of as many numbers; NaN where one of the two is constant or has a NaN.
    ///
    /// Throws `StatisticsError.counts` where the counts differ.
    public func correlation<Other: Collection<Element>>(
        with other: Other, _ kind: CorrelationKind = .pearson
    ) throws -> Element {
        guard count == other.count else { throw StatisticsError.counts(count, other.count) }
        guard !isEmpty else { return .nan }
        let x = Matrix<Double>.column(doubles)
        let y = Matrix<Double>.column(other.doubles)
        let result: Double = try x.correlation(with: y, kind)[0, 0]
        return Element(result)
    }

    /// The numbers as `Double`, without a call by protocol for each of an array's.
    fileprivate var doubles: [Double] {
        withNumbers(double: { Array($0) }, single: { $0.map(Double.init) })
    }
}
