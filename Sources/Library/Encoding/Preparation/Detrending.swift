import Foundation
import Tensors

/// A slow drift of the signal, to be removed from each run.
public enum Drift: Sendable, Equatable {
    /// A polynomial up to the given degree: 0 is the mean, 1 a line, 2 a parabola.
    case polynomial(degree: Int)
    /// All cosines that are slower than `period` (seconds), sampled every `repetitionTime` (seconds).
    case cosine(period: Double, repetitionTime: Double)
    /// The smooth curve of Savitzky and Golay: at each sample the polynomial that fits the `window` samples (odd)
    /// around it best; at the ends of a run, that of its first and last window.
    ///
    /// About 240 s with degree 3 is usual. The same curve as that of `scipy.signal.savgol_filter`.
    case savitzkyGolay(window: Int, degree: Int = 3)

    /// The projection of `samples` samples onto their drift.
    func projection<Element: Scalar>(samples: Int, as type: Element.Type) throws -> DriftProjection<Element> {
        switch self {
        case .polynomial(let degree):
            try checkParameter(
                "the degree of the drift", degree,
                expected:
                    "0 or more, and below \(samples - 1) for something to be left of \(samples) samples",
                degree >= 0 && degree < samples - 1)
            return .basis(try polynomials(degree: degree, samples: samples).converted(to: type))
        case .cosine(let period, let repetitionTime):
            for (name, time) in [
                ("the period of the drift", period), ("the repetition time", repetitionTime),
            ] {
                try checkParameter(
                    name, "\(time) s", expected: "above 0 s and finite", time > 0 && time.isFinite)
            }
            let order = 2 * Double(samples) * repetitionTime / period
            try checkParameter(
                "the period of the drift", "\(period) s",
                expected: "longer than two samples of \(repetitionTime) s, for something to be left of a run",
                order < Double(samples - 1))
            return .basis(cosines(order: Int(order), samples: samples).converted(to: type))
        case .savitzkyGolay(let window, let degree):
            guard window % 2 == 1, window > 0, window <= samples else {
                throw EncodingError.parameter(
                    name: "the window of the drift", value: "\(window) samples",
                    expected: "odd and at most \(samples), the samples of the shortest run")
            }
            guard degree >= 0, degree < window else {
                throw EncodingError.parameter(
                    name: "the degree of the drift", value: "\(degree)", expected: "0 to \(window - 1)")
            }
            return .smoother(LocalPolynomials(try polynomials(degree: degree, samples: window)))
        }
    }

    /// Polynomials by the three-term recurrence, each made orthogonal to the earlier ones a second time.
    ///
    /// The work grows with the square of the degree: minutes for thousands. Throws `CancellationError`.
    private func polynomials(degree: Int, samples: Int) throws -> Matrix<Double> {
        let times = (0..<samples).map { samples > 1 ? 2 * Double($0) / Double(samples - 1) - 1 : 0 }
        var columns = [[Double](repeating: 1 / Double(samples).squareRoot(), count: samples)]
        for _ in 0..<max(degree, 0) {
            var next = zip(times, columns[columns.count - 1]).map { $0 * $1 }
            for _ in 0..<2 {
                try Task.checkCancellation()
                for column in columns {
                    let share = zip(next, column).reduce(0) { $0 + $1.0 * $1.1 }
                    for i in next.indices { next[i] -= share * column[i] }
                }
            }
            let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
            columns.append(next.map { $0 / length })
        }
        return Matrix(columns).transposed()
    }

    private func cosines(order: Int, samples: Int) -> Matrix<Double> {
        Matrix(
            (0..<samples).map { sample in
                (0...order).map { k in
                    let scale = (Double(k == 0 ? 1 : 2) / Double(samples)).squareRoot()
                    return scale * cos(.pi / Double(samples) * (Double(sample) + 0.5) * Double(k))
                }
            })
    }
}

/// The projection of the samples of a run onto their drift.
enum DriftProjection<Element: Scalar> {
    /// Orthonormal columns that span the drift: samples x functions.
    case basis(Matrix<Element>)
    /// Polynomials of the windows around the samples.
    case smoother(LocalPolynomials<Element>)

    func drift(of part: Matrix<Element>) -> Matrix<Element> {
        switch self {
        case .basis(let basis): multiply(basis, multiply(basis, transposed: true, part))
        case .smoother(let smoother): smoother.values(of: part)
        }
    }
}

/// The polynomials that fit windows of samples best, one around each sample.
struct LocalPolynomials<Element: Scalar> {
    /// Orthonormal polynomials over a window: its samples x functions.
    private let basis: Matrix<Element>
    /// What each sample of a window adds to the value of the polynomial in its middle.
    private let weights: [Element]

    init(_ basis: Matrix<Double>) {
        self.basis = basis.converted(to: Element.self)
        let middle = Matrix([basis.row(basis.rows / 2)])
        weights = multiply(middle, basis, transposed: true).converted(to: Element.self).elements
    }

    /// The value at each sample of the polynomial of its window; at the ends, of the first and the last window.
    ///
    /// - Parameter part: samples x voxels, at least as many samples as the window has.
    func values(of part: Matrix<Element>) -> Matrix<Element> {
        let window = basis.rows
        let half = window / 2
        // A product of matrices for some rows at a time: one for all would be samples x samples.
        let whole = part.rows - window + 1
        let block = min(whole, max(32, min(window, 256)))
        let sliding = slidingWeights(block)
        var values: [Matrix<Element>] = []
        if half > 0 { values.append(ends(of: part.rows(0..<window), at: 0..<half)) }
        for start in stride(from: 0, to: whole, by: block) {
            let count = min(block, whole - start)
            let rows = part.rows(start..<start + count + window - 1)
            values.append(multiply(count == block ? sliding : slidingWeights(count), rows))
        }
        if half > 0 {
            values.append(ends(of: part.rows(part.rows - window..<part.rows), at: window - half..<window))
        }
        return .stacked(values)
    }

    /// The weights of the windows of so many consecutive samples.
    private func slidingWeights(_ count: Int) -> Matrix<Element> {
        var matrix = Matrix<Element>(rows: count, columns: count + weights.count - 1)
        for row in 0..<count {
            for (offset, weight) in weights.enumerated() { matrix[row, row + offset] = weight }
        }
        return matrix
    }

    /// The values of a window's polynomial at some of its samples.
    private func ends(of samples: Matrix<Element>, at rows: Range<Int>) -> Matrix<Element> {
        multiply(basis.rows(rows), multiply(basis, transposed: true, samples))
    }
}

extension Matrix {
    /// Each column less its slow drift within each run, mean included.
    ///
    /// ```swift
    /// let responses = try bold.voxelsByTime(mask: mask)            // time points x voxels
    /// let clean = try responses.detrended(.polynomial(degree: 2), runs: runs).zScored(runs: runs)
    /// ```
    ///
    /// Throws `EncodingError` if the runs do not have as many samples as the matrix or a parameter of the drift is out of
    /// range, and `CancellationError` if the cell is interrupted.
    public func detrended(_ drift: Drift = .polynomial(degree: 1), runs: Runs? = nil) throws -> Matrix {
        var parts: [Matrix] = []
        for range in try Runs.ranges(of: runs, samples: rows) {
            let projection = try drift.projection(samples: range.count, as: Element.self)
            // The mean goes first, in double precision: raw signals are 100 times their fluctuation.
            var part = rows(range)
            let means = ColumnStatistics(part).means
            part.center(by: means)
            part -= projection.drift(of: part)
            parts.append(part)
        }
        return .stacked(parts)
    }
}
