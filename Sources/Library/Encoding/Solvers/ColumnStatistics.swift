import Tensors

/// Means and deviations of the columns of a matrix, in double precision.
struct ColumnStatistics {
    /// The mean of each column; NaN if an element is NaN or infinite.
    var means: [Double]
    /// The population standard deviation of each column (the divisor is the number of samples).
    var deviations: [Double]

    /// The columns that hold a NaN or an infinity.
    var notFinite: [Int] { means.indices.filter { !means[$0].isFinite } }

    /// The columns that never change.
    var constant: [Int] {
        means.indices.filter {
            means[$0].isFinite && isConstant(deviation: deviations[$0], mean: means[$0])
        }
    }

    /// The statistics of the given rows of a matrix, in two passes so that a large mean does not cost digits.
    init<Element: Scalar>(_ matrix: Matrix<Element>, rows: Range<Int>) {
        let columns = matrix.columns
        var means = [Double](repeating: 0, count: columns)
        var deviations = means
        matrix.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress, !rows.isEmpty else { return }
            means.withUnsafeMutableBufferPointer { means in
                deviations.withUnsafeMutableBufferPointer { deviations in
                    guard let mean = means.baseAddress, let deviation = deviations.baseAddress else { return }
                    momentsOfColumns(from, rows: rows, columns: columns, means: mean, deviations: deviation)
                }
            }
        }
        self.means = means
        self.deviations = deviations
    }

    init<Element: Scalar>(_ matrix: Matrix<Element>) { self.init(matrix, rows: 0..<matrix.rows) }

    /// The statistics of responses to be fitted: a voxel whose squares would overflow counts as infinite.
    init<Element: Scalar>(ofResponses responses: Matrix<Element>) {
        self.init(responses)
        let limit = Double(Element.greatestFiniteMagnitude).squareRoot() / Double(max(responses.rows, 1))
        for voxel in means.indices where !(abs(means[voxel]) + deviations[voxel] < limit) {
            means[voxel] = .nan
        }
    }

    /// What columns are divided by before a fit: 1, or a power of two near their size if they are so small that their
    /// squares would vanish, and with them all difference between alphas; nil if none is.
    ///
    /// With `inCommon` all columns are divided by the same number, so that their scores can be averaged.
    func unitsOfTinyColumns<Element: Scalar>(of type: Element.Type, inCommon: Bool = false) -> [Double]? {
        let limit = Double(Element.leastNormalMagnitude).squareRoot() * 0x1p20
        var sizes = zip(means, deviations).map { $0.isFinite ? abs($0) + $1 : 0 }
        if inCommon { sizes = Array(repeating: sizes.max() ?? 0, count: sizes.count) }
        guard sizes.contains(where: { $0 > 0 && $0 < limit }) else { return nil }
        // The reciprocal of a still smaller one would not be finite.
        return sizes.map { $0 > 0 && $0 < limit ? max($0.binade, 0x1p-1000) : 1 }
    }

    /// The unit in which search scores are compared, for each column: the variance if scores are squared errors of
    /// columns that vary less than 1, so that ties are broken in the same way whatever the unit of the data.
    func scoreUnits(of score: SearchScore) -> [Double] {
        deviations.map { score == .negativeSquaredError && $0.isFinite ? min(1, $0 * $0) : 1 }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func momentsOfColumns<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Range<Int>, columns: Int, means: UnsafeMutablePointer<Double>,
    deviations: UnsafeMutablePointer<Double>
) {
    let divisor = 1 / Double(rows.count)
    parallelFor(columns, grain: max(1, 200_000 / rows.count)) { range in
        for row in rows {
            let line = source + row * columns
            for j in range { means[j] += Double(line[j]) }
        }
        for j in range { means[j] *= divisor }
        // What a long sum has rounded away is found beside the squares and given back: a constant column would show it
        // as its deviation (of a thousand rows of 0.1, more than ten roundings).
        withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count) { memory in
            memory.initialize(repeating: 0)
            guard let rests = memory.baseAddress else { return }
            let first = range.lowerBound
            for row in rows {
                let line = source + row * columns
                for j in range {
                    let difference = Double(line[j]) - means[j]
                    rests[j - first] += difference
                    deviations[j] += difference * difference
                }
            }
            for j in range {
                let rest = rests[j - first] * divisor
                let variance = deviations[j] * divisor - rest * rest
                means[j] += rest
                // Not `max`, which would make zero of NaN.
                deviations[j] = variance < 0 ? 0 : variance.squareRoot()
            }
        }
    }
}
