import Foundation
import Tensors

/// One fold of banded ridge: the held-out error of a voxel as a function of the logarithms of its bands' scalings.
///
/// With `e_b = exp(delta_b)` and `K = Σ e_b K_b`, the prediction is `K_test (K + I)⁻¹ y`; with fewer features than
/// samples `X_test (XᵀX + diag(1 / e))⁻¹ Xᵀ y`. Its derivatives follow by differentiating the system that is solved:
/// all of them cost one Cholesky factorization, and solutions for as many right sides as there are bands, and two
/// more.
struct FoldLoss<Working: Scalar> {
    private let widths: [Int]
    private let form: Form

    private enum Form {
        case features(train: Matrix<Working>, test: Matrix<Working>, gram: Matrix<Working>)
        case kernels(train: [Matrix<Working>], test: [Matrix<Working>])
    }

    /// The fold of features, samples x features of all bands.
    init(_ features: Matrix<Working>, widths: [Int], fold: Fold, centered: Bool) {
        let (train, test) = features.trainAndTest(fold, centered: centered)
        self.widths = widths
        form = .features(train: train, test: test, gram: LinearAlgebra.gram(train))
    }

    /// The fold of the bands' kernels, each samples x samples.
    init(kernels: [Matrix<Working>], fold: Fold, centered: Bool) {
        let pairs = kernels.map { trainAndTestKernels($0, of: fold, centered: centered) }
        widths = []
        form = .kernels(train: pairs.map(\.train), test: pairs.map(\.test))
    }

    /// The order of the system that is solved.
    var order: Int {
        switch form {
        case .features(_, _, let gram): gram.rows
        case .kernels(let train, _): train[0].rows
        }
    }

    /// The largest eigenvalue of each band's kernel, to a few hundredths; 1 for a band that is constant.
    var bandSizes: [Double] {
        let matrices =
            switch form {
            case .kernels(let train, _): train
            case .features(_, _, let gram):
                bandColumns.map { gram.block(rows: Array($0), columns: Array($0)) }
            }
        return matrices.map(\.largestEigenvalue).map { $0 > 0 ? $0 : 1 }
    }

    /// The squared error of each voxel's test samples with its derivatives by the logarithms of the scalings.
    ///
    /// `train` and `test` are the responses of voxels that have the same `deltas`; `scratch` holds `order²` numbers.
    /// Throws `LinearAlgebraError` if the system is singular to the precision.
    func squaredErrors(
        deltas: [Double], train: Matrix<Working>, test: Matrix<Working>, scratch: ScratchBuffer<Working>
    ) throws -> [LossModel] {
        switch form {
        case .features(let features, let testFeatures, let gram):
            let products = multiply(features, transposed: true, train)
            return try byFeatures(
                deltas, gram: gram, products: products, testFeatures: testFeatures, test: test, scratch
            ).models()
        case .kernels(let kernels, let testKernels):
            return try byKernels(
                deltas, kernels: kernels, train: train, testKernels: testKernels, test: test, scratch
            ).models()
        }
    }

    private var bandColumns: [Range<Int>] {
        var start = 0
        return widths.map { width in
            defer { start += width }
            return start..<start + width
        }
    }

    private func byFeatures(
        _ deltas: [Double], gram: Matrix<Working>, products: Matrix<Working>, testFeatures: Matrix<Working>,
        test: Matrix<Working>, _ scratch: ScratchBuffer<Working>
    ) throws -> BandErrorTerms<Working> {
        let shifts = zip(deltas, widths).flatMap { Array(repeating: exp(-$0), count: $1) }
        let system = try ShiftedSystem(sumOf: [gram], times: [1], diagonal: shifts, in: scratch)
        let weights = system.solve(products)
        let residuals = Matrix.sum([multiply(testFeatures, weights), test], times: [1, -1])
        let adjoint = system.solve(multiply(testFeatures, transposed: true, residuals))
        let masks = bandColumns.map { columns in
            shifts.indices.map { columns.contains($0) ? shifts[$0] : 0 }
        }
        let changes = masks.map { system.solve(weights.scalingRows(by: $0)) }
        let factors = masks.map { adjoint.scalingRows(by: $0) }
        return BandErrorTerms(
            residuals: residuals, jacobian: changes.map { multiply(testFeatures, $0) }, changes: changes,
            factors: factors, diagonal: factors.map { $0.columnProducts(with: weights).map { -$0 } })
    }

    private func byKernels(
        _ deltas: [Double], kernels: [Matrix<Working>], train: Matrix<Working>,
        testKernels: [Matrix<Working>],
        test: Matrix<Working>, _ scratch: ScratchBuffer<Working>
    ) throws -> BandErrorTerms<Working> {
        let scalings = deltas.map { exp($0) }
        let system = try ShiftedSystem(
            sumOf: kernels, times: scalings, diagonal: Array(repeating: 1, count: train.rows), in: scratch)
        let dual = system.solve(train)
        let parts = zip(testKernels, scalings).map { multiply($0, dual) * Working($1) }
        let residuals = Matrix.sum(parts + [test], times: parts.map { _ in 1 } + [-1])
        let pulls = zip(testKernels, scalings).map {
            multiply($0, transposed: true, residuals) * Working($1)
        }
        let adjoint = system.solve(.sum(pulls, times: pulls.map { _ in 1 }))
        // Both products with a kernel at once, since a product with one column is as slow as its memory.
        let images = zip(kernels, scalings).map { multiply($0, dual.beside(adjoint)) * Working($1) }
        let forces = images.map { $0.columns(0..<dual.columns) }
        let changes = forces.map { system.solve($0) }
        let testKernel = Matrix.sum(testKernels, times: scalings)
        return BandErrorTerms(
            residuals: residuals,
            jacobian: zip(parts, changes).map { .sum([$0, multiply(testKernel, $1)], times: [1, -1]) },
            changes: changes,
            factors: zip(images, pulls).map {
                .sum([$0.columns(dual.columns..<2 * dual.columns), $1], times: [1, -1])
            },
            diagonal: zip(parts, forces).map {
                zip(residuals.columnProducts(with: $0), adjoint.columnProducts(with: $1)).map { $0 - $1 }
            })
    }
}

extension Matrix {
    /// The rows of a fold's training and test samples, less the training samples' means if `centered`.
    func trainAndTest(_ fold: Fold, centered: Bool) -> (train: Matrix, test: Matrix) {
        var (train, test) = (rows(at: fold.train), rows(at: fold.test))
        if centered {
            let means = ColumnStatistics(train).means
            train.center(by: means)
            test.center(by: means)
        }
        return (train, test)
    }
}
