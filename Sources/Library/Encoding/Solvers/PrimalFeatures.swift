import Tensors

/// Features for which the features' Gram matrix is decomposed: fewer features than samples.
struct PrimalFeatures<Working: Scalar> {
    /// Samples x features, centered over all samples if an intercept is fitted.
    let features: Matrix<Working>
    /// `Xᵀ X` over all samples.
    let gram: Matrix<Working>
    /// Whether each fold's training mean is removed.
    let centered: Bool

    init(_ features: Matrix<Working>, centered: Bool) {
        self.features = features
        self.centered = centered
        gram = LinearAlgebra.gram(features)
    }

    private init(scaling original: PrimalFeatures, by factors: [Double]) {
        features = original.features.scalingColumns(by: factors)
        gram = original.gram.scalingColumns(by: factors).scalingRows(by: factors)
        centered = original.centered
    }

    /// The same with each feature multiplied by its own factor.
    func scaled(by factors: [Double]) -> PrimalFeatures { PrimalFeatures(scaling: self, by: factors) }

    /// The decomposition of one fold; with `fromResponses` all targets are computed from the responses.
    func svd<Element: Scalar>(
        of fold: Fold, smallestAlpha: Double, forRefit: Bool, fromResponses: Bool = false,
        interruption: Interruption, as type: Element.Type
    ) throws -> RidgeSVD<Element> {
        let isComplement = fold.train.count + fold.test.count == features.rows
        var test = features.rows(at: fold.test)
        var train = isComplement ? nil : features.rows(at: fold.train)
        let means = centered ? trainMeans(test: test, train: train, count: fold.train.count) : nil
        var gram = train.map { LinearAlgebra.gram($0) } ?? downdated(by: test)
        if let means {
            gram.subtractOuterProduct(of: means, times: Double(fold.train.count))
            test.center(by: means)
        }
        let (values, vectors) = try LinearAlgebra.eigenSymmetricRows(gram, check: interruption.check)
        let kept = significantEigenvalues(values)
        let eigenvalues = values[kept].map { Double($0) }
        let loadings = vectors.rows(kept).scalingRows(by: eigenvalues.map { 1 / $0.squareRoot() })
        let plan = RotationPlan(
            smallestAlpha: smallestAlpha, hasProducts: isComplement)
        let count = eigenvalues.count
        // Per voxel: the training samples times the directions, against the rotation of the features' products.
        let directIsCheaper = fromResponses || fold.train.count <= features.columns
        let direct = plan.directCount(eigenvalues: eigenvalues, as: type, directIsCheaper: directIsCheaper)
        if direct > 0 {
            var rows = train ?? features.rows(at: fold.train)
            if let means {
                rows.center(by: means)
            }
            train = rows
        }
        let left = train.map { multiply($0, loadings.rows(0..<direct), transposed: true) }
        let through = loadings.rows(direct..<count)
        let axes = forRefit ? vectors.rows(kept) : nil
        let testRows = multiply(test, loadings, transposed: true)
        return RidgeSVD(
            fold: fold, eigenvalues: eigenvalues,
            left: (left ?? Matrix(rows: fold.train.count, columns: 0)).converted(to: type),
            loadings: through.converted(to: type),
            testRows: testRows.converted(to: type),
            testSums: means == nil ? [] : testRows.columnSums.map { Element($0) },
            axes: axes?.converted(to: type), axesAreFeatures: true)
    }

    /// The mean of the training samples; all samples together have the mean 0.
    private func trainMeans(test: Matrix<Working>, train: Matrix<Working>?, count: Int) -> [Double] {
        if let train { return ColumnStatistics(train).means }
        let all = ColumnStatistics(features).means
        return zip(all, ColumnStatistics(test).means).map { all, test in
            (all * Double(features.rows) - test * Double(features.rows - count)) / Double(count)
        }
    }

    private func downdated(by test: Matrix<Working>) -> Matrix<Working> {
        guard test.rows > 0 else { return gram }
        var result = gram
        let order = gram.rows
        result.withUnsafeMutableBufferPointer { target in
            test.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                LinearAlgebra.gram(
                    order: order, k: test.rows, alpha: -1, a: from, lda: order, transposeA: true, beta: 1,
                    c: to,
                    ldc: order)
            }
        }
        return result
    }
}

extension Matrix {
    /// Subtracts `factor * v vᵀ`.
    mutating func subtractOuterProduct(of vector: [Double], times factor: Double) {
        let order = columns
        withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            subtractOuter(base, vector, factor, order)
        }
    }

    /// The sum of each column.
    var columnSums: [Double] { ColumnStatistics(self).means.map { $0 * Double(rows) } }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func subtractOuter<Element: Scalar>(
    _ base: UnsafeMutablePointer<Element>, _ vector: [Double], _ factor: Double, _ order: Int
) {
    let elements = vector.map { Element($0) }
    elements.withUnsafeBufferPointer { v in
        guard let v = v.baseAddress else { return }
        for i in 0..<order {
            let scale = Element(vector[i] * factor)
            let line = base + i * order
            for j in 0..<order { line[j] -= scale * v[j] }
        }
    }
}
