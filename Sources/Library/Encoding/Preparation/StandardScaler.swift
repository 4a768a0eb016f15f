import Tensors

/// Centers columns and scales them to unit deviation, with statistics learned once and used again.
///
/// ```swift
/// let scaler = StandardScaler().fit(train)
/// let test = try scaler.transform(test)                    // the training data's mean and deviation
/// Pipeline(StandardScaler(scales: false), into: Ridge())   // learned again inside each fold
/// ```
///
/// A constant column is centered and not scaled, as in scikit-learn's `StandardScaler`.
public struct StandardScaler: PipelineStep {
    /// Whether columns are centered.
    public var centers: Bool
    /// Whether columns are divided by their deviation.
    public var scales: Bool
    /// Whether each run is scaled by its own statistics, new runs included, so that nothing is learned from other
    /// samples.
    public var byRun: Bool

    /// A scaler that has learned nothing.
    ///
    /// - Parameters:
    ///   - centers: whether columns are centered.
    ///   - scales: whether columns are divided by their deviation.
    ///   - byRun: whether each run is scaled by its own statistics, new runs included.
    public init(centers: Bool = true, scales: Bool = true, byRun: Bool = false) {
        self.centers = centers
        self.scales = scales
        self.byRun = byRun
    }

    public var usesWholeRuns: Bool { byRun }

    /// Learns the means and deviations of the columns of `matrix` (samples x features).
    public func fit<Element: Scalar>(_ matrix: Matrix<Element>) -> ScalerFit {
        ScalerFit(ColumnStatistics(matrix), scaler: self)
    }

    public func fitted<Element: Scalar>(to features: Matrix<Element>) -> any FittedStep {
        byRun ? ScalerByRun(scaler: self) : fit(features)
    }
}

/// The means and deviations that a `StandardScaler` has learned.
public struct ScalerFit: FittedStep {
    /// What is subtracted from each column.
    public let means: [Double]
    /// What each column is divided by.
    public let deviations: [Double]

    init(_ statistics: ColumnStatistics, scaler: StandardScaler) {
        means = scaler.centers ? statistics.means : statistics.means.map { _ in 0 }
        deviations = zip(statistics.deviations, statistics.means).map { deviation, mean in
            scaler.scales && !isConstant(deviation: deviation, mean: mean) ? deviation : 1
        }
    }

    /// The columns of `matrix`, centered and scaled by what was learned.
    ///
    /// Throws `EncodingError` if the number of columns is not the one learned.
    public func transform<Element: Scalar>(_ matrix: Matrix<Element>, runs: Runs? = nil) throws -> Matrix<
        Element
    > {
        guard matrix.columns == means.count else {
            throw EncodingError.columnCount(
                what: "data to scale", count: matrix.columns, expected: means.count)
        }
        var result = matrix
        result.standardize(rows: 0..<matrix.rows, means: means, deviations: deviations)
        return result
    }
}

/// A scaler that takes each run's own statistics.
private struct ScalerByRun: FittedStep {
    let scaler: StandardScaler

    func transform<Element: Scalar>(_ features: Matrix<Element>, runs: Runs?) throws -> Matrix<Element> {
        var result = features
        for range in try Runs.ranges(of: runs, samples: features.rows) {
            let fit = ScalerFit(ColumnStatistics(features, rows: range), scaler: scaler)
            result.standardize(rows: range, means: fit.means, deviations: fit.deviations)
        }
        return result
    }
}

extension Matrix {
    /// Each column z-scored within each run: mean 0 and deviation 1; a constant column becomes 0.
    ///
    /// The deviation is the population's (divisor: samples), as in numpy. A NaN makes its run's column NaN.
    /// Throws `EncodingError` if the runs do not have as many samples as the matrix.
    public func zScored(runs: Runs? = nil) throws -> Matrix {
        var result = self
        for range in try Runs.ranges(of: runs, samples: rows) {
            result.standardize(rows: range, by: ColumnStatistics(self, rows: range))
        }
        return result
    }

    /// Subtracts means from the columns of some rows and divides by deviations; a constant column becomes zero.
    mutating func standardize(rows: Range<Int>, by statistics: ColumnStatistics) {
        let deviations = zip(statistics.deviations, statistics.means).map { deviation, mean in
            isConstant(deviation: deviation, mean: mean) ? .infinity : deviation
        }
        standardize(rows: rows, means: statistics.means, deviations: deviations)
    }

    /// Each column less its own number.
    func centered(by means: [Double]) -> Matrix {
        var result = self
        result.center(by: means)
        return result
    }

    /// Subtracts a number from each column.
    mutating func center(by means: [Double]) {
        standardize(rows: 0..<rows, means: means, deviations: means.map { _ in 1 })
    }

    /// Each column plus its own number.
    package func addingToColumns<Number: Scalar>(_ numbers: [Number]) -> Matrix {
        centered(by: numbers.map { -Double($0) })
    }

    /// Subtracts the means from the columns of some rows, and divides by the deviations.
    package mutating func standardize(rows: Range<Int>, means: [Double], deviations: [Double]) {
        let columns = columns
        let inverses = deviations.map { 1 / $0 }
        withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            means.withUnsafeBufferPointer { means in
                inverses.withUnsafeBufferPointer { inverses in
                    guard let means = means.baseAddress, let inverses = inverses.baseAddress else { return }
                    standardizeColumns(
                        base + rows.lowerBound * columns, rows: rows.count, columns: columns, means: means,
                        inverses: inverses)
                }
            }
        }
    }
}

/// Whether a deviation is only the rounding of a constant column.
func isConstant(deviation: Double, mean: Double) -> Bool { deviation <= abs(mean) * 1e-14 }

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func standardizeColumns<Element: Scalar>(
    _ base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, means: UnsafePointer<Double>,
    inverses: UnsafePointer<Double>
) {
    parallelFor(rows, grain: max(1, 100_000 / max(columns, 1))) { range in
        for row in range {
            let line = base + row * columns
            for j in 0..<columns { line[j] = Element((Double(line[j]) - means[j]) * inverses[j]) }
        }
    }
}
