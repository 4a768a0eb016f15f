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
            return .basis(polynomials(degree: degree, samples: samples).converted(to: type))
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
            let smoother = localPolynomials(degree: degree, window: window, samples: samples)
            return .smoother(smoother.converted(to: type))
        }
    }

    /// Each row takes the samples to the value that the polynomial of its window has there: samples x samples.
    private func localPolynomials(degree: Int, window: Int, samples: Int) -> Matrix<Double> {
        let basis = polynomials(degree: degree, samples: window)
        let fits = multiply(basis, basis, transposed: true)
        var result = Matrix<Double>(rows: samples, columns: samples)
        for sample in 0..<samples {
            let start = min(max(sample - window / 2, 0), samples - window)
            for offset in 0..<window { result[sample, start + offset] = fits[sample - start, offset] }
        }
        return result
    }

    /// Polynomials by the three-term recurrence, each made orthogonal to the earlier ones a second time.
    private func polynomials(degree: Int, samples: Int) -> Matrix<Double> {
        let times = (0..<samples).map { samples > 1 ? 2 * Double($0) / Double(samples - 1) - 1 : 0 }
        var columns = [[Double](repeating: 1 / Double(samples).squareRoot(), count: samples)]
        for _ in 0..<max(degree, 0) {
            var next = zip(times, columns[columns.count - 1]).map { $0 * $1 }
            for _ in 0..<2 {
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
    /// Samples x samples.
    case smoother(Matrix<Element>)

    func drift(of part: Matrix<Element>) -> Matrix<Element> {
        switch self {
        case .basis(let basis): multiply(basis, multiply(basis, transposed: true, part))
        case .smoother(let smoother): multiply(smoother, part)
        }
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
    /// Throws `EncodingError` if the runs do not have as many samples as the matrix.
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
