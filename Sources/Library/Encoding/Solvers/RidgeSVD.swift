import Tensors

/// The training features of one fold as a thin singular value decomposition, `X = U S Vᵀ`, and the test features in
/// its axes.
///
/// A ridge prediction with alpha is `P diag(g) Uᵀ y`, with `P = X_test V / s` and `g = s² / (s² + alpha)`;
/// everything but `g` serves every alpha. The axes are ascending in `s`.
struct RidgeSVD<Element: Scalar> {
    /// The samples.
    let fold: Fold
    /// `s²`, ascending, without the directions that are nothing but rounding.
    let eigenvalues: [Double]
    /// The first columns of `U`: training samples x (the directions whose targets are computed from the responses).
    let left: Matrix<Element>
    /// The remaining rows of `Vᵀ / s`: directions x features; they turn `Xᵀ Y` into `Uᵀ Y`.
    var loadings: Matrix<Element>
    /// `P`: test samples x directions.
    let testRows: Matrix<Element>
    /// The sums of the columns of `P`; empty if the features are not centered.
    let testSums: [Element]
    /// What weights are made of: directions x weights, with `weightFactors(alpha:)` of each; only for a refit.
    let axes: Matrix<Element>?
    /// Whether `axes` are features (`Vᵀ`) or training samples (`Uᵀ`).
    let axesAreFeatures: Bool

    /// How many directions there are.
    var count: Int { eigenvalues.count }
    /// Whether some directions' targets are computed from `Xᵀ Y` of all samples.
    var usesProducts: Bool { left.columns < count }
    /// How many rows of training responses a rotation needs in scratch memory.
    var trainRows: Int { left.columns > 0 ? fold.train.count : 0 }

    /// What each direction's targets are multiplied by to give weights: directions x alphas.
    ///
    /// `s / (s² + alpha)` for features, `1 / (s² + alpha)` for samples.
    func weightFactors(alphas: [Double]) -> Matrix<Element> {
        Matrix(
            rows: count, columns: alphas.count,
            elements: eigenvalues.flatMap { value in
                alphas.map { Element((axesAreFeatures ? value.squareRoot() : 1) / (value + $0)) }
            })
    }
}

extension RidgeSVD {
    /// Rotates a batch into the axes of the fold: writes the targets `z = Uᵀ y` (directions x voxels), and returns
    /// `cross = Pᵀ y` of the test samples (directions x voxels) in scratch memory.
    ///
    /// `test` are the test responses less `trainMeans`: samples x voxels, nil for a refit, which has none.
    func rotate(
        _ batch: VoxelBatch<Element>, test: UnsafePointer<Element>?, trainMeans: [Element],
        into targets: UnsafeMutablePointer<Element>
    ) -> UnsafeMutablePointer<Element> {
        let cross = batch.scratch.take(count * batch.voxels, of: Element.self)
        if let test { batch.multiplyTransposed(testRows, test, into: cross) }
        let direct = left.columns
        if direct > 0 {
            batch.scratch.scope {
                batch.multiplyTransposed(left, batch.rows(fold.train, less: trainMeans), into: targets)
            }
        }
        guard usesProducts else { return cross }
        // `Vᵀ Xᵀ y / s` of all samples, less the part of the test samples, which is `Pᵀ y`.
        let out = targets + direct * batch.voxels
        batch.multiply(loadings, batch.products, into: out)
        guard test != nil else { return cross }
        let sums = testSums.isEmpty ? [Element](repeating: 0, count: count) : testSums
        sums.withUnsafeBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            subtractCross(
                cross + direct * batch.voxels, rowFactors: sums + direct, columnFactors: trainMeans,
                rows: count - direct, columns: batch.voxels, from: out)
        }
        return cross
    }
}

/// How the targets of a fit are rotated into the axes of a fold.
struct RotationPlan {
    /// The smallest alpha of the grid.
    let smallestAlpha: Double
    /// Whether `Xᵀ Y` of all samples is available, so that a fold's share is computed by subtraction.
    let hasProducts: Bool

    /// The number of the first directions whose targets are computed from the responses.
    ///
    /// `Vᵀ Xᵀ y / s` carries the rounding of the largest direction divided by `s`; if the shrinkage does not
    /// damp it, `Uᵀ y` avoids that loss.
    func directCount<Element: Scalar>(eigenvalues: [Double], as type: Element.Type, directIsCheaper: Bool)
        -> Int
    {
        guard hasProducts, !directIsCheaper, let largest = eigenvalues.last else { return eigenvalues.count }
        let precision = Double(Element.ulpOfOne)
        let worst = eigenvalues.lastIndex { value in
            precision * (largest * value).squareRoot() / (value + smallestAlpha) > precision.squareRoot() / 8
        }
        return worst.map { $0 + 1 } ?? 0
    }
}

/// The eigenvalues that are more than rounding: not those below `count` units of the largest's last place.
func significantEigenvalues<Working: Scalar>(_ values: [Working]) -> Range<Int> {
    guard let largest = values.last, largest > 0 else { return values.count..<values.count }
    let limit =
        Double(largest) * Double(Working.ulpOfOne) * Double(Working.self == Float.self ? 8 : values.count)
    return (values.firstIndex { Double($0) > limit } ?? values.count)..<values.count
}

extension Matrix {
    /// Each row times its own factor.
    func scalingRows(by factors: [Double]) -> Matrix {
        var result = self
        result.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            scaleRows(base, rows: rows, columns: columns, by: factors)
        }
        return result
    }

    /// Each column times its own factor.
    func scalingColumns(by factors: [Double]) -> Matrix {
        var result = self
        result.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            scaleColumns(base, rows: rows, columns: columns, by: factors)
        }
        return result
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func scaleColumns<Element: Scalar>(
    _ base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, by factors: [Double]
) {
    factors.withUnsafeBufferPointer { factors in
        for row in 0..<rows {
            let line = base + row * columns
            for j in 0..<columns { line[j] = Element(Double(line[j]) * factors[j]) }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func scaleRows<Element: Scalar>(
    _ base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, by factors: [Double]
) {
    for row in 0..<rows {
        let factor = Element(factors[row])
        let line = base + row * columns
        for j in 0..<columns { line[j] *= factor }
    }
}
