import Tensors

/// The precision in which kernels and decompositions of single-precision data are computed.
///
/// Squaring the features loses digits: single precision errs by some 5e-10 times the largest eigenvalue over the
/// smallest alpha (measured at 1,900 x 1,520). Double precision, in which a decomposition takes twice the time, is
/// used if that would be above 1e-5, or if the decomposition is so small that it costs nothing.
enum WorkingPrecision {
    /// Whether `order` rows of such data are decomposed in double precision, as those of double-precision data always
    /// are; `largestEigenvalue` is computed only if it decides.
    static func isDouble<Element: Scalar>(
        _ type: Element.Type, order: Int, alphas: [Double], largestEigenvalue: () -> Double
    ) -> Bool {
        guard type != Double.self, order > 512 else { return true }
        let largest = largestEigenvalue()
        // Products of very small features vanish in single precision.
        return largest > 2e4 * (alphas.min() ?? 1) || largest < 1e-30
    }

    /// The same for bands (samples x features) that are scaled before they are decomposed together, each by at most
    /// its number of `scalings`; about their means with an intercept.
    static func isDouble<Element: Scalar>(
        _ bands: [Matrix<Element>], scalings: [Double], order: Int, alphas: [Double], intercept: Bool
    ) -> Bool {
        isDouble(Element.self, order: order, alphas: alphas) {
            // Of bands side by side it is at most the sum.
            zip(bands, scalings).reduce(0) {
                $0 + $1.0.largestSquaredSingularValue(centered: intercept) * $1.1
            }
        }
    }
}

extension WorkingPrecision {
    /// Whether the products of features lose too many digits in double precision too, so that the features
    /// themselves are to be decomposed; about their means if `centered`.
    ///
    /// The limit is where double precision errs as much as single precision does when it is given up. Throws
    /// `EncodingError` if features are too large to be squared.
    static func needsSingularValues<Element: Scalar>(
        _ bands: [Matrix<Element>], scalings: [Double], alphas: [Double], centered: Bool
    ) throws -> Bool {
        // The sum of squares is at least the largest eigenvalue, and costs one look at the features.
        var squares = 0.0
        for (band, scaling) in zip(bands, scalings) {
            let statistics = ColumnStatistics(band)
            for (mean, deviation) in zip(statistics.means, statistics.deviations) {
                let shift = centered ? 0 : mean
                squares += scaling * Double(band.rows) * (deviation * deviation + shift * shift)
            }
        }
        try checkParameter(
            "the sum of the squared features", squares,
            expected: "finite; divide the features by their deviations",
            squares.isFinite)
        let limit = 1e13 * (alphas.min() ?? 1)
        guard squares > limit else { return false }
        return zip(bands, scalings).reduce(0) {
            $0 + $1.0.largestSquaredSingularValue(centered: centered) * $1.1
        } > limit
    }
}

extension Matrix {
    /// The largest eigenvalue of `XᵀX`, of columns about their means if `centered`, to a tenth; infinite if it is
    /// beyond the range of the numbers.
    ///
    /// By power iteration, which reads the matrix twice per round and does not form the product.
    func largestSquaredSingularValue(centered: Bool) -> Double {
        guard rows > 0, columns > 0 else { return 0 }
        let means = centered ? ColumnStatistics(self).means : []
        var vector = (0..<columns).map { 1 + Double($0 % 7) / 7 }
        var length = 0.0
        for _ in 0..<12 {
            let direction = Matrix(rows: columns, columns: 1, elements: vector.map { Element($0) })
            let shift = zip(means, vector).reduce(0) { $0 + $1.0 * $1.1 }
            let scores = multiply(self, direction).elements.map { Double($0) - shift }
            let sum = scores.reduce(0, +)
            var next = multiply(
                self, transposed: true,
                Matrix(rows: rows, columns: 1, elements: scores.map { Element($0) })
            ).elements.map { Double($0) }
            for column in means.indices { next[column] -= means[column] * sum }
            length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length.isFinite else { return .infinity }
            if length == 0 { return 0 }
            vector = next.map { $0 / length }
        }
        return length
    }
}
