import Encoding
import Tensors

/// The numbers by which features become responses.
struct SimulatorWeights: Sendable {
    /// The mean and deviation of each feature over the stimuli of the fit.
    let means: [Float]
    let deviations: [Float]
    /// Standardized features x voxels, and what is added; of all runs first, then without each run.
    var coefficients: [Matrix<Float>] = []
    var intercepts: [[Float]] = []
    /// The Cholesky factor of the standardized features' covariance.
    var covarianceFactor = Matrix<Float>(rows: 0, columns: 0)
    /// The distances of the fit's stimuli from the others', ascending.
    var distances: [Float] = []

    mutating func add(_ fit: RidgeFit<Float>) {
        coefficients.append(fit.coefficients)
        intercepts.append(fit.intercepts)
    }

    /// Features less their means, by their deviations.
    func standardized(_ features: Matrix<Float>) -> Matrix<Float> {
        var result = features
        result.standardize(
            rows: 0..<features.rows, means: means.map(Double.init), deviations: deviations.map(Double.init))
        return result
    }

    /// The predicted responses by the weights without a run, or by those of all (nil).
    func predict(_ features: Matrix<Float>, without run: Int? = nil) -> Matrix<Float> {
        let index = run.map { $0 + 1 } ?? 0
        return multiply(features, coefficients[index]).addingToColumns(intercepts[index])
    }

    /// The share of the fit's stimuli that lie nearer to the others than a distance.
    func shareNearer(_ distance: Float) -> Double {
        Double(distances.count { $0 < distance }) / Double(max(distances.count, 1))
    }
}

/// How far features lie from those of a fit: the root of the mean of squares along the axes of their covariance.
enum FeatureDistance {
    /// The Cholesky factor of the covariance of standardized features, a hundredth of it replaced by the identity.
    static func factor(_ features: Matrix<Float>) throws -> Matrix<Float> {
        var covariance = LinearAlgebra.gram(features)
        for row in 0..<covariance.rows {
            for column in 0..<covariance.columns {
                covariance[row, column] *= 0.99 / Float(max(features.rows, 1))
                if row == column { covariance[row, column] += 0.01 }
            }
        }
        return try LinearAlgebra.cholesky(covariance)
    }

    static func distances(_ features: Matrix<Float>, _ factor: Matrix<Float>) -> [Float] {
        let solved = LinearAlgebra.solve(choleskyFactor: factor, features.transposed())
        return (0..<features.rows).map { row in
            var sum: Float = 0
            for column in 0..<features.columns { sum += features[row, column] * solved[column, row] }
            return (max(0, sum) / Float(max(features.columns, 1))).squareRoot()
        }
    }
}
