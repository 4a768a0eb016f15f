import Foundation

/// A subset of the alphas from which the predictions for the whole grid are interpolated.
///
/// A ridge prediction is a sum over directions with the shrinkage `w / (w + alpha)`, a smooth function of the
/// eigenvalue `w`. Over the actual eigenvalues, the functions of close or very large alphas are nearly
/// combinations of each other: of the 20 alphas 10, …, 10²⁰ of Lu et al. (2022) 6 are enough.
/// Found by Gram and Schmidt's orthogonalization with pivoting (an interpolative decomposition).
struct AlphaInterpolation {
    /// The indices of the alphas whose predictions are computed.
    let chosen: [Int]
    /// The weights of the chosen predictions in that of each alpha: alphas x chosen.
    let weights: [[Double]]

    /// The basis for eigenvalues up to `largest`, with an error of each prediction below `tolerance` of its size.
    init(alphas: [Double], largestEigenvalue largest: Double, tolerance: Double) {
        let smallest = min(alphas.min() ?? 1, largest) * 1e-3
        let grid = (0..<256).map { largest * pow(smallest / largest, Double($0) / 255) }
        // Each alpha's function divided by its largest value, so that errors are relative.
        let scales = alphas.map { largest / (largest + $0) }
        let functions = zip(alphas, scales).map { alpha, scale in grid.map { $0 / ($0 + alpha) / scale } }
        var residuals = functions
        var axes: [[Double]] = []
        var chosen: [Int] = []
        while chosen.count < alphas.count {
            let sizes = residuals.map { $0.reduce(0) { max($0, abs($1)) } }
            let pivot = sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0
            if sizes[pivot] <= tolerance { break }
            chosen.append(pivot)
            // Twice is enough: the second pass removes what rounding left of the earlier axes.
            var axis = residuals[pivot]
            for earlier in axes { axis = less(axis, innerProduct(axis, earlier), earlier) }
            let length = innerProduct(axis, axis).squareRoot()
            axis = axis.map { $0 / length }
            axes.append(axis)
            residuals = residuals.map { less($0, innerProduct($0, axis), axis) }
            residuals[pivot] = residuals[pivot].map { _ in 0 }
        }
        self.chosen = chosen
        // On the axes the chosen functions are triangular: their weights follow from the last to the first.
        let triangle = chosen.map { index in axes.map { innerProduct(functions[index], $0) } }
        weights = alphas.indices.map { index in
            var rest = axes.map { innerProduct(functions[index], $0) }
            var weights = [Double](repeating: 0, count: chosen.count)
            for k in chosen.indices.reversed() {
                weights[k] = rest[k] / triangle[k][k]
                for l in 0...k { rest[l] -= weights[k] * triangle[k][l] }
                weights[k] *= scales[index] / scales[chosen[k]]
            }
            return weights
        }
    }
}

private func less(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] {
    zip(a, b).map { $0 - factor * $1 }
}

private func innerProduct(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
