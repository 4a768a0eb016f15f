import Encoding
import Hashing
import Tensors

/// What is specific to each layer of a model: its leading principal components without those of its neighbors.
struct LayerSources {
    /// For each layer that is wanted, samples x components.
    private let components: [Int: Matrix<Double>]

    init(_ features: [Matrix<Float>], layers: Set<Int>, components count: Int, removed: Int) throws {
        var decompositions: [Int: (left: Matrix<Double>, values: [Double])] = [:]
        func decomposition(_ layer: Int) throws -> (left: Matrix<Double>, values: [Double]) {
            if let known = decompositions[layer] { return known }
            let scaler = StandardScaler(scales: false).fit(features[layer])
            let centered = try scaler.transform(features[layer].converted(to: Double.self))
            let (left, values, _) = try LinearAlgebra.svd(centered)
            decompositions[layer] = (left, values)
            return (left, values)
        }
        var result: [Int: Matrix<Double>] = [:]
        for layer in layers {
            let (left, values) = try decomposition(layer)
            let kept = min(count, values.count)
            var scores = left.columns(0..<kept)
            for row in 0..<scores.rows {
                for column in 0..<kept { scores[row, column] *= values[column] }
            }
            for neighbor in [layer - 1, layer + 1] where features.indices.contains(neighbor) && removed > 0 {
                let other = try decomposition(neighbor).left
                // Leave the layer something of its own if there are few samples.
                let taken = min(removed, other.columns, max(0, (scores.rows - 2) / 4))
                scores = scores.projectedOut(other.columns(0..<taken))
            }
            result[layer] = scores
        }
        components = result
    }

    /// Random mixtures of a layer's components: samples x `count`.
    func mixtures(of layer: Int, count: Int, random: inout SplitMix64) throws -> Matrix<Double> {
        guard let sources = components[layer] else { return Matrix(rows: 0, columns: count) }
        var weights = Matrix<Double>(rows: sources.columns, columns: count)
        for row in 0..<weights.rows {
            for column in 0..<count { weights[row, column] = random.normal() }
        }
        return multiply(sources, weights)
    }
}

extension Matrix where Element == Double {
    /// This matrix without what the orthonormal columns of `basis` explain.
    func projectedOut(_ basis: Matrix<Double>) -> Matrix<Double> {
        self - multiply(basis, multiply(basis, transposed: true, self))
    }
}
