import Foundation
import Tensors

extension KernelRidge {
    /// How similar two samples are, for ridge regression in the space of samples.
    public enum Kernel: Sendable, Equatable {
        /// The inner product of the features.
        case linear
        /// `(gamma <x, y> + offset)^degree`; without a `gamma`, 1 / features.
        case polynomial(degree: Int = 3, gamma: Double? = nil, offset: Double = 1)
        /// `exp(-gamma |x - y|²)`; without a `gamma`, 1 / features.
        case rbf(gamma: Double? = nil)
        /// The features are the kernel itself: samples x training samples.
        case precomputed

        /// Refuses parameters that make no kernel, and a precomputed kernel that is not square or not symmetric.
        func check<Element: Scalar>(_ features: Matrix<Element>) throws {
            switch self {
            case .linear:
                return
            case .polynomial(let degree, let gamma, let offset):
                // Each element takes as many products.
                try checkParameter(
                    "the degree of the polynomial kernel", degree, expected: "1 to 10,000",
                    (1...10_000).contains(degree))
                try checkParameter(
                    "the offset of the polynomial kernel", offset, expected: "0 or more, and finite",
                    offset >= 0 && offset.isFinite)
                try Kernel.check(gamma, of: "the polynomial kernel")
            case .rbf(let gamma):
                try Kernel.check(gamma, of: "the RBF kernel")
            case .precomputed:
                guard features.columns == features.rows else {
                    throw EncodingError.columnCount(
                        what: "precomputed kernels", count: features.columns, expected: features.rows)
                }
                if let (row, column) = features.firstAsymmetry {
                    throw EncodingError.parameter(
                        name: "the precomputed kernel of samples \(row) and \(column)",
                        value: "\(features[row, column]) one way and \(features[column, row]) the other",
                        expected: "the same both ways")
                }
            }
        }

        private static func check(_ gamma: Double?, of kernel: String) throws {
            guard let gamma else { return }
            try checkParameter(
                "the gamma of \(kernel)", gamma, expected: "above 0 and finite", gamma > 0 && gamma.isFinite)
        }

        /// The kernel of every sample of `left` with every sample of `right`.
        func matrix<Element: Scalar>(_ left: Matrix<Element>, _ right: Matrix<Element>) -> Matrix<Element> {
            if self == .precomputed { return left }
            var (left, right) = (left, right)
            if case .rbf = self {
                // Distances do not depend on where the features lie, but their digits do.
                let means = ColumnStatistics(right).means
                left.center(by: means)
                right.center(by: means)
            }
            var products = multiply(left, right, transposed: true)
            let scale = 1 / Double(max(left.columns, 1))
            switch self {
            case .linear, .precomputed:
                break
            case .polynomial(let degree, let gamma, let offset):
                products.withEach { base, count in
                    raise(base, count: count, gamma: gamma ?? scale, offset: offset, degree: degree)
                }
            case .rbf(let gamma):
                let (a, b) = (left.squaredLengths, right.squaredLengths)
                products.withEach { base, _ in
                    exponentiate(base, rows: a, columns: b, gamma: gamma ?? scale)
                }
            }
            return products
        }
    }
}

extension Matrix {
    /// The row and column of an element at which a square matrix differs from its transpose by more than rounding of
    /// its largest element.
    fileprivate var firstAsymmetry: (row: Int, column: Int)? {
        withUnsafeBufferPointer { elements in
            let limit = elements.reduce(0) { Swift.max($0, Swift.abs($1)) } * Element.ulpOfOne.squareRoot()
            for i in 0..<rows {
                for j in 0..<i {
                    let difference = elements[i * columns + j] - elements[j * columns + i]
                    if !(Swift.abs(difference) <= limit) { return (i, j) }
                }
            }
            return nil
        }
    }

    fileprivate var squaredLengths: [Double] {
        (0..<rows).map { row in self.row(row).reduce(0) { $0 + Double($1) * Double($1) } }
    }

    fileprivate mutating func withEach(_ body: (UnsafeMutablePointer<Element>, Int) -> Void) {
        withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base, $0.count) } }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func raise<Element: Scalar>(
    _ base: UnsafeMutablePointer<Element>, count: Int, gamma: Double, offset: Double, degree: Int
) {
    parallelFor(count, grain: 65_536) { range in
        for i in range {
            let value = Double(base[i]) * gamma + offset
            var power = 1.0
            for _ in 0..<degree { power *= value }
            base[i] = Element(power)
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func exponentiate<Element: Scalar>(
    _ base: UnsafeMutablePointer<Element>, rows: [Double], columns: [Double], gamma: Double
) {
    parallelFor(rows.count, grain: max(1, 4096 / max(columns.count, 1))) { range in
        for i in range {
            let line = base + i * columns.count
            for j in columns.indices {
                let distance = rows[i] + columns[j] - 2 * Double(line[j])
                // Rounding may leave the distance of a sample from itself below 0; a NaN stays one.
                line[j] = Element(exp(-gamma * (distance < 0 ? 0 : distance)))
            }
        }
    }
}
