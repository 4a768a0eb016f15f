import Foundation
import Tensors

// The distributions of numpy's legacy generator beside the uniform and the normal one.
extension NumpyRandom {
    private mutating func exponential() -> Double { -log(1 - uniform()) }

    /// A sample of the gamma distribution of scale 1; throws `EncodingError` if the shape is below 0 or not finite.
    public mutating func gamma(shape: Double) throws -> Double {
        // With such a shape no number would ever be accepted.
        try checkParameter(
            "the shape of a gamma distribution", shape, expected: "0 or more, and finite",
            shape >= 0 && shape.isFinite)
        return drawGamma(shape: shape)
    }

    private mutating func drawGamma(shape: Double) -> Double {
        if shape == 1 { return exponential() }
        if shape == 0 { return 0 }
        return shape < 1 ? smallGamma(shape) : largeGamma(shape)
    }

    private mutating func smallGamma(_ shape: Double) -> Double {
        while true {
            let u = uniform()
            let v = exponential()
            if u <= 1 - shape {
                let x = pow(u, 1 / shape)
                if x <= v { return x }
            } else {
                let y = -log((1 - u) / shape)
                let x = pow(1 - shape + shape * y, 1 / shape)
                if x <= v + y { return x }
            }
        }
    }

    private mutating func largeGamma(_ shape: Double) -> Double {
        let b = shape - 1.0 / 3
        let c = 1 / (9 * b).squareRoot()
        while true {
            var x = 0.0
            var v = 0.0
            repeat {
                x = gaussian()
                v = 1 + c * x
            } while v <= 0
            v = v * v * v
            let u = uniform()
            if u < 1 - 0.0331 * (x * x) * (x * x) { return b * v }
            if log(u) < 0.5 * x * x + b * (1 - v + log(v)) { return b * v }
        }
    }

    /// A sample of the Dirichlet distribution: shares that sum to 1; throws `EncodingError` if a concentration is not
    /// above 0 or not finite.
    public mutating func dirichlet(_ concentrations: [Double]) throws -> [Double] {
        try checkParameter(
            "the list of concentrations", concentrations, expected: "of numbers above 0, all finite",
            concentrations.allSatisfy { $0 > 0 && $0.isFinite })
        return drawDirichlet(concentrations)
    }

    mutating func drawDirichlet(_ concentrations: [Double]) -> [Double] {
        let samples = concentrations.map { drawGamma(shape: $0) }
        let total = samples.reduce(0, +)
        return samples.map { $0 * (1 / total) }
    }
}
