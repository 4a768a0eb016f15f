import Display
import Tensors

/// Features for which the samples' kernel is decomposed: more features than samples, or a kernel that is not linear.
struct KernelFeatures<Working: Scalar> {
    /// Samples x samples.
    let kernel: Matrix<Working>
    /// The features of a linear kernel, samples x features, for weights of features; without them weights are of
    /// samples.
    let features: Matrix<Working>?
    /// Whether the training features' mean is removed, in the space that the kernel spans.
    let centered: Bool
    /// Whether the kernel was given, so that it may have negative eigenvalues.
    var isPrecomputed = false

    /// The decomposition of one fold; all targets are computed from the responses.
    func svd<Element: Scalar>(
        of fold: Fold, forRefit: Bool, interruption: Interruption, as type: Element.Type
    ) throws -> RidgeSVD<Element> {
        let (train, test) = trainAndTestKernels(kernel, of: fold, centered: centered)
        let (values, vectors) = try LinearAlgebra.eigenSymmetricRows(train, check: interruption.check)
        // A kernel of all samples without negative eigenvalues has none in any fold.
        if isPrecomputed, forRefit { try checkDefinite(values) }
        let kept = significantEigenvalues(values)
        let eigenvalues = values[kept].map { Double($0) }
        let directions = vectors.rows(kept)
        let scaled = directions.scalingRows(by: eigenvalues.map { 1 / $0 })
        return RidgeSVD(
            fold: fold, eigenvalues: eigenvalues, left: directions.transposed().converted(to: type),
            loadings: Matrix(rows: 0, columns: 0),
            testRows: multiply(test, scaled, transposed: true).converted(to: type), testSums: [],
            axes: forRefit ? axes(directions, eigenvalues: eigenvalues, as: type) : nil,
            axesAreFeatures: features != nil)
    }

    /// Throws `EncodingError` for eigenvalues (ascending) that are negative by more than the rounding of a kernel
    /// that was computed in single precision.
    private func checkDefinite(_ eigenvalues: [Working]) throws {
        guard let least = eigenvalues.first, let largest = eigenvalues.last else { return }
        let limit = Double(max(largest, -least)) * (Working.self == Float.self ? 1e-5 : 1e-6)
        try checkParameter(
            "the precomputed kernel\(centered ? ", centered," : "")",
            "indefinite: its eigenvalues go from \(Number.short(Double(least))) to \(Number.short(Double(largest)))",
            expected:
                "one without negative eigenvalues; for instance add \(Number.short(-Double(least))) to its diagonal",
            Double(least) >= -limit)
    }

    /// `Vᵀ = Uᵀ X / s` if there are features, else `Uᵀ`.
    ///
    /// In the precision of the result: rounding is that of the features, and each weight divides it by `s² + alpha`.
    private func axes<Element: Scalar>(
        _ directions: Matrix<Working>, eigenvalues: [Double], as type: Element.Type
    ) -> Matrix<Element> {
        let directions = directions.converted(to: type)
        guard let features else { return directions }
        return multiply(directions, features.converted(to: type))
            .scalingRows(by: eigenvalues.map { 1 / $0.squareRoot() })
    }
}

extension Matrix {
    /// The elements at the given rows and columns.
    func block(rows chosen: [Int], columns wanted: [Int]) -> Matrix {
        Matrix(rows: chosen.count, columns: wanted.count) { target in
            withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                copyBlock(from, width: columns, rows: chosen, columns: wanted, into: to)
            }
        }
    }

    /// Centers a kernel of any samples (rows) with the training samples (columns), given the means over the training
    /// samples of the training kernel's columns.
    mutating func centerKernel(trainMeans: [Double]) {
        let (rows, columns) = (rows, columns)
        let grand = trainMeans.reduce(0, +) / Double(Swift.max(trainMeans.count, 1))
        withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            centerKernelRows(base, rows: rows, columns: columns, means: trainMeans, grand: grand)
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func copyBlock<Element: Scalar>(
    _ source: UnsafePointer<Element>, width: Int, rows: [Int], columns: [Int],
    into target: UnsafeMutablePointer<Element>
) {
    columns.withUnsafeBufferPointer { columns in
        for (position, row) in rows.enumerated() {
            let line = source + row * width
            let out = target + position * columns.count
            for j in 0..<columns.count { out[j] = line[columns[j]] }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func centerKernelRows<Element: Scalar>(
    _ base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, means: [Double], grand: Double
) {
    means.withUnsafeBufferPointer { means in
        for row in 0..<rows {
            let line = base + row * columns
            var sum = 0.0
            for j in 0..<columns { sum += Double(line[j]) }
            let shift = grand - sum / Double(columns)
            for j in 0..<columns { line[j] = Element(Double(line[j]) - means[j] + shift) }
        }
    }
}
