import Foundation
import Tensors

/// Cleans one run.
struct RunCleaning {
    private let cleaning: SignalCleaning
    private let samples: Int
    private let kept: [Int]?
    private let butterworth: Butterworth?
    /// What bridges samples that are left out, before a filter: samples from the first to the last kept one x kept ones.
    private let bridge: Matrix<Double>?

    init(_ cleaning: SignalCleaning, samples: Int, kept: [Int]?) throws {
        self.cleaning = cleaning
        self.samples = samples
        self.kept = kept.flatMap { $0.count == samples ? nil : $0 }
        guard case .butterworth(let high, let low, let order, let time)? = cleaning.filter,
            high != nil || low != nil
        else {
            butterworth = nil
            bridge = nil
            return
        }
        let filter = Butterworth(highPass: high, lowPass: low, order: order, repetitionTime: time)
        // Beyond the outermost kept samples a spline would run away, so the run is filtered between them.
        let first = self.kept?.first ?? 0
        let length = (self.kept?.last ?? samples - 1) - first + 1
        try checkParameter(
            "the number of samples of a run", length,
            expected: "more than \(filter.padding), by which the filter extends it at each end",
            length > filter.padding)
        butterworth = filter
        bridge = try self.kept.map { kept in
            try CubicSpline.interpolation(from: kept.map { $0 - first }, samples: length)
        }
    }

    func clean<Element: Scalar>(
        _ signals: Matrix<Element>, confounds given: Matrix<Double>?
    ) throws -> Matrix<Element> {
        var confounds = given
        if case .cosine? = cleaning.filter, let filter = cleaning.filter {
            let cosines = filter.cosines(samples: samples)
            confounds = confounds?.beside(cosines) ?? cosines
        }
        var signals = signals
        // A spline or a censoring comes before anything is learned.
        if let kept { signals = signals.rows(at: kept) }
        // What never changes is nothing but rounding once it is cleaned.
        let constant = cleaning.scale == .zScore ? ColumnStatistics(signals).constant : []
        if let kept {
            confounds = confounds?.rows(at: kept)
            if let bridge {
                signals = multiply(bridge.converted(to: Element.self), signals)
                confounds = confounds.map { multiply(bridge, $0) }
            }
        }
        let means = cleaning.scale == .percentChange ? ColumnStatistics(signals).means : []
        prepare(&signals)
        if var columns = confounds {
            prepare(&columns)
            confounds = columns
        }
        if let kept, let first = kept.first, butterworth != nil {
            let inner = kept.map { $0 - first }
            signals = signals.rows(at: inner)
            confounds = confounds?.rows(at: inner)
        }
        if let confounds {
            let basis = orthonormalBasis(standardized(confounds))
            // A mean is left over, and with it a line: what else is left would be rounding, which z-scores blow up.
            let most = confounds.rows - (cleaning.detrends ? 2 : 1)
            try checkParameter(
                "the number of independent confounds of a run, with the filter's cosines,", basis.columns,
                expected: "below \(most), for something to be left of \(confounds.rows) samples",
                basis.columns == 0 || basis.columns < most)
            if basis.columns > 0 { remove(basis.converted(to: Element.self), from: &signals) }
        }
        try scale(&signals, means: means, constant: constant)
        return signals
    }

    /// Removes a line and filters, a block of columns at a time in double precision.
    private func prepare<Element: Scalar>(_ signals: inout Matrix<Element>) {
        guard cleaning.detrends || butterworth != nil else { return }
        let (rows, columns) = (signals.rows, signals.columns)
        guard rows > 1, columns > 0 else { return }
        let padding = butterworth?.padding ?? 0
        let block = 64
        let detrends = cleaning.detrends
        let filter = butterworth
        signals.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            parallelFor((columns + block - 1) / block, grain: 1) { blocks in
                withUnsafeTemporaryAllocation(of: Double.self, capacity: (rows + 2 * padding) * block) {
                    memory in
                    guard let work = memory.baseAddress else { return }
                    for index in blocks {
                        let first = index * block
                        let width = min(block, columns - first)
                        let inner = work + padding * width
                        widen(base + first, stride: columns, into: inner, rows: rows, width: width)
                        if detrends { removeLine(inner, rows: rows, width: width) }
                        filter?.apply(work, rows: rows, width: width)
                        narrow(inner, into: base + first, stride: columns, rows: rows, width: width)
                    }
                }
            }
        }
    }

    /// Each confound with mean 0 and deviation 1; a constant one stays, with mean 0.
    private func standardized(_ confounds: Matrix<Double>) -> Matrix<Double> {
        let statistics = ColumnStatistics(confounds)
        let correction = (Double(confounds.rows) / Double(max(1, confounds.rows - 1))).squareRoot()
        var result = confounds
        result.standardize(
            rows: 0..<confounds.rows, means: statistics.means,
            deviations: statistics.deviations.map { $0 * correction < .ulpOfOne ? 1 : $0 * correction })
        return result
    }

    private func remove<Element: Scalar>(_ basis: Matrix<Element>, from signals: inout Matrix<Element>) {
        let shares = multiply(basis, transposed: true, signals)
        let (rows, columns, rank) = (signals.rows, signals.columns, basis.columns)
        signals.withUnsafeMutableBufferPointer { target in
            basis.withUnsafeBufferPointer { basis in
                shares.withUnsafeBufferPointer { shares in
                    guard let c = target.baseAddress, let a = basis.baseAddress, let b = shares.baseAddress
                    else { return }
                    LinearAlgebra.gemm(
                        m: rows, n: columns, k: rank, alpha: -1, a: a, lda: rank, b: b, ldb: max(columns, 1),
                        beta: 1, c: c, ldc: max(columns, 1))
                }
            }
        }
    }

    private func scale<Element: Scalar>(
        _ signals: inout Matrix<Element>, means original: [Double], constant: [Int]
    ) throws {
        guard cleaning.scale != .none, signals.rows > 1 else { return }
        if cleaning.scale == .zScore {
            let statistics = ColumnStatistics(signals)
            let correction = (Double(signals.rows) / Double(signals.rows - 1)).squareRoot()
            var deviations = statistics.deviations.map { $0 * correction < .ulpOfOne ? 1 : $0 * correction }
            for voxel in constant { deviations[voxel] = .infinity }
            signals.standardize(rows: 0..<signals.rows, means: statistics.means, deviations: deviations)
            return
        }
        // What was removed as mean is what the percentages are of.
        let left = ColumnStatistics(signals).means
        // A voxel that holds a NaN has no mean, and says nothing of the others.
        let known = left.indices.filter { left[$0].isFinite && original[$0].isFinite }
        let size = { (means: [Double]) -> Double in known.reduce(0) { $0 + abs(means[$1]) } }
        let isRemoved = size(left) / size(original) < 0.1
        let means = zip(left, original).map { isRemoved ? $0 + $1 : $0 }
        signals.standardize(
            rows: 0..<signals.rows, means: left,
            deviations: means.map { abs($0) < .ulpOfOne ? .infinity : abs($0) / 100 })
    }
}

/// The columns of an orthonormal basis of what the columns of a matrix span: samples x rank.
///
/// Columns that others explain to a ten-billionth of their size count as spanned. Source: Gram-Schmidt with pivots, each
/// column made orthogonal twice.
func orthonormalBasis(_ matrix: Matrix<Double>) -> Matrix<Double> {
    var columns = (0..<matrix.columns).map { column in (0..<matrix.rows).map { matrix[$0, column] } }
    func norm(_ column: [Double]) -> Double { column.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let sizes = columns.map(norm)
    // In order: columns of one size are usual here, and a set would give another first one each time.
    var left = Array(columns.indices)
    var basis: [[Double]] = []
    while basis.count < matrix.rows, let next = left.max(by: { norm(columns[$0]) < norm(columns[$1]) }) {
        let length = norm(columns[next])
        guard length > 1e-10 * max(sizes[next], .leastNormalMagnitude), length > 2.3e-14 else { break }
        left.removeAll { $0 == next }
        var column = columns[next].map { $0 / length }
        for earlier in basis {
            let share = zip(column, earlier).reduce(0) { $0 + $1.0 * $1.1 }
            for i in column.indices { column[i] -= share * earlier[i] }
        }
        let again = norm(column)
        column = column.map { $0 / again }
        basis.append(column)
        for other in left {
            let share = zip(column, columns[other]).reduce(0) { $0 + $1.0 * $1.1 }
            for i in column.indices { columns[other][i] -= share * column[i] }
        }
        left = left.filter { norm(columns[$0]) > 1e-10 * sizes[$0] }
    }
    return Matrix(rows: matrix.rows, columns: basis.count) { target in
        for (index, column) in basis.enumerated() {
            for row in 0..<matrix.rows { target[row * basis.count + index] = column[row] }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func widen<Element: Scalar>(
    _ source: UnsafePointer<Element>, stride: Int, into target: UnsafeMutablePointer<Double>, rows: Int,
    width: Int
) {
    for row in 0..<rows {
        let from = source + row * stride
        let to = target + row * width
        for j in 0..<width { to[j] = Double(from[j]) }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func narrow<Element: Scalar>(
    _ source: UnsafePointer<Double>, into target: UnsafeMutablePointer<Element>, stride: Int, rows: Int,
    width: Int
) {
    for row in 0..<rows {
        let from = source + row * width
        let to = target + row * stride
        for j in 0..<width { to[j] = Element(from[j]) }
    }
}

/// Subtracts each column's mean and the line that fits it best.
private func removeLine(_ work: UnsafeMutablePointer<Double>, rows: Int, width: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * width) { memory in
        guard let sums = memory.baseAddress else { return }
        let slopes = sums + width
        memory.initialize(repeating: 0)
        let middle = Double(rows - 1) / 2
        var square = 0.0
        for row in 0..<rows {
            let time = Double(row) - middle
            square += time * time
            let line = work + row * width
            for j in 0..<width {
                sums[j] += line[j]
                slopes[j] += time * line[j]
            }
        }
        for j in 0..<width {
            sums[j] /= Double(rows)
            slopes[j] /= square
        }
        for row in 0..<rows {
            let time = Double(row) - middle
            let line = work + row * width
            for j in 0..<width { line[j] -= sums[j] + time * slopes[j] }
        }
    }
}
