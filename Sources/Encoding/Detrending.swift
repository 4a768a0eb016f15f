import Foundation
import Tensors

/// A slow drift of the signal, to be removed from each run.
public enum Drift: Sendable, Equatable {
    /// A polynomial up to the given degree: 0 is the mean, 1 a line, 2 a parabola.
    case polynomial(degree: Int)
    /// All cosines that are slower than `period` (seconds), sampled every `repetitionTime` (seconds).
    case cosine(period: Double, repetitionTime: Double)

    /// Orthonormal columns that span the drift over `samples`: samples x functions, the constant first.
    func basis(samples: Int) throws -> Matrix<Double> {
        switch self {
        case .polynomial(let degree):
            guard degree >= 0 else {
                throw EncodingError.parameter(
                    name: "the degree of the drift", value: "\(degree)", expected: "0 or more")
            }
            return polynomials(degree: min(degree, samples - 1), samples: samples)
        case .cosine(let period, let repetitionTime):
            guard period > 0, repetitionTime > 0 else {
                throw EncodingError.parameter(
                    name: "the period or the repetition time", value: "\(min(period, repetitionTime)) s",
                    expected: "above 0")
            }
            let order = min(Int(2 * Double(samples) * repetitionTime / period), samples - 1)
            return cosines(order: order, samples: samples)
        }
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

extension Matrix {
    /// What is left of each column after its slow drift within each run is fitted and subtracted, mean included.
    ///
    /// ```swift
    /// let clean = try bold.detrended(.polynomial(degree: 2), runs: runs).zScored(runs: runs)
    /// ```
    ///
    /// Throws `EncodingError` where the runs do not have as many samples as the matrix.
    public func detrended(_ drift: Drift = .polynomial(degree: 1), runs: Runs? = nil) throws -> Matrix {
        var parts: [Matrix] = []
        for range in try Runs.ranges(of: runs, samples: rows) {
            let basis = try drift.basis(samples: range.count).converted(to: Element.self)
            // The mean goes first, in double precision: raw signals are 100 times their fluctuation.
            var part = rows(range)
            let means = ColumnStatistics(part).means
            part.standardise(rows: 0..<range.count, means: means, deviations: means.map { _ in 1 })
            let fitted = multiply(basis, multiply(basis, transposed: true, part))
            part.subtract(fitted)
            parts.append(part)
        }
        return .stacked(parts)
    }

    mutating func subtract(_ other: Matrix) {
        withUnsafeMutableBufferPointer { target in
            other.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                subtractElements(from, from: to, count: target.count)
            }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func subtractElements<Element: Scalar>(
    _ source: UnsafePointer<Element>, from target: UnsafeMutablePointer<Element>, count: Int
) {
    for i in 0..<count { target[i] -= source[i] }
}
