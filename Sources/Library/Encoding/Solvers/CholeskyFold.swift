import Tensors

/// A fold of a kernel whose test samples are predicted with a few alphas straight from the responses; the scores of
/// all alphas are interpolated (`AlphaInterpolation`).
///
/// `K_test (K_train + alpha)⁻¹` for each of these alphas: no decomposition, and `2 q test train` operations per
/// voxel for q alphas, whereas the way through the directions takes `2 (train + test + directions) directions`.
struct CholeskyFold<Element: Scalar>: FoldScorer {
    let fold: Fold
    private let interpolation: AlphaInterpolation
    /// Training samples x (alphas x test samples).
    private let operators: Matrix<Element>
    private let options: RidgeOptions
    private let foldCount: Int

    let directions = 0
    let usesProducts = false

    /// Solves one fold; throws `LinearAlgebraError` if the kernel is not positive to the precision.
    init<Working: Scalar>(
        _ kernel: Matrix<Working>, fold: Fold, options: RidgeOptions, foldCount: Int,
        interpolation: AlphaInterpolation, interruption: Interruption
    ) throws {
        (self.fold, self.options, self.foldCount) = (fold, options, foldCount)
        self.interpolation = interpolation
        let (train, test) = trainAndTestKernels(kernel, of: fold, centered: options.intercept)
        let right = test.transposed()
        let (count, width) = (interpolation.chosen.count, fold.test.count)
        var operators = Matrix<Element>(rows: fold.train.count, columns: count * width)
        for (index, alphaIndex) in interpolation.chosen.enumerated() {
            try interruption.check()
            var shifted = train
            shifted.addToDiagonal(options.alphas.values[alphaIndex])
            let solution = LinearAlgebra.solve(
                choleskyFactor: try LinearAlgebra.cholesky(shifted), right)
            operators.set(columnsFrom: index * width, to: solution.converted(to: Element.self))
        }
        self.operators = operators
    }

    /// How many inner products a voxel needs: of each prediction with the others, and with the responses.
    private var innerProductCount: Int { interpolation.chosen.count * (interpolation.chosen.count + 3) / 2 }

    var scratchBytes: Int {
        (fold.test.count + fold.train.count + operators.columns) * MemoryLayout<Element>.stride
            + innerProductCount * MemoryLayout<Double>.stride
    }

    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func addScores(
        of batch: VoxelBatch<Element>, foldIndex: Int, to scores: UnsafeMutablePointer<Double>
    ) {
        batch.scratch.scope {
            let voxels = batch.voxels
            let means = options.intercept ? batch.trainMeans(of: fold) : batch.zeros
            let test = batch.rows(fold.test, less: means)
            let train = batch.rows(fold.train, less: means)
            let share = FoldShare(
                ofTest: test, samples: fold.test.count, voxels: voxels, score: options.searchScore,
                foldCount: foldCount)
            let predictions = batch.scratch.take(operators.columns * voxels, of: Element.self)
            batch.multiplyTransposed(operators, train, into: predictions)
            let products = batch.scratch.take(innerProductCount * voxels, of: Double.self)
            innerProducts(
                predictions, count: interpolation.chosen.count, responses: test, samples: fold.test.count,
                voxels: voxels, into: products)
            addErrors(products, voxels: voxels, share: share, to: scores)
        }
    }

    /// The scores of all alphas from the inner products of the chosen alphas' predictions.
    private func addErrors(
        _ products: UnsafePointer<Double>, voxels: Int, share: FoldShare,
        to scores: UnsafeMutablePointer<Double>
    ) {
        let count = interpolation.chosen.count
        var errors = [Double](repeating: 0, count: voxels)
        errors.withUnsafeMutableBufferPointer { errors in
            for (alphaIndex, weights) in interpolation.weights.enumerated() {
                for j in 0..<voxels { errors[j] = share.squares[j] }
                for i in 0..<count where weights[i] != 0 {
                    for k in 0...i where weights[k] != 0 {
                        let line = products + (i * (i + 1) / 2 + k) * voxels
                        let factor = weights[i] * weights[k] * (i == k ? 1 : 2)
                        for j in 0..<voxels { errors[j] += factor * line[j] }
                    }
                    let line = products + (count * (count + 1) / 2 + i) * voxels
                    for j in 0..<voxels { errors[j] -= 2 * weights[i] * line[j] }
                }
                let out = scores + alphaIndex * voxels
                for j in 0..<voxels { out[j] += share.offsets[j] - share.weights[j] * max(0, errors[j]) }
            }
        }
    }
}

/// A fold's kernels of its training samples, and of its test samples with the training samples.
func trainAndTestKernels<Working: Scalar>(
    _ kernel: Matrix<Working>, of fold: Fold, centered: Bool
) -> (train: Matrix<Working>, test: Matrix<Working>) {
    var train = kernel.block(rows: fold.train, columns: fold.train)
    var test = kernel.block(rows: fold.test, columns: fold.train)
    if centered {
        let means = ColumnStatistics(train).means
        train.centerKernel(trainMeans: means)
        test.centerKernel(trainMeans: means)
    }
    return (train, test)
}

extension Matrix {
    /// Replaces the columns from `first` on by those of `part`, which has as many rows.
    fileprivate mutating func set(columnsFrom first: Int, to part: Matrix) {
        let (width, count) = (columns, part.columns)
        withUnsafeMutableBufferPointer { target in
            part.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                for row in 0..<part.rows {
                    (to + row * width + first).update(from: from + row * count, count: count)
                }
            }
        }
    }

    /// Adds a number to each element of the diagonal.
    mutating func addToDiagonal(_ number: Double) {
        let (width, order) = (columns, Swift.min(rows, columns))
        withUnsafeMutableBufferPointer { target in
            for i in 0..<order { target[i * width + i] += Element(number) }
        }
    }

    /// The largest eigenvalue of a symmetric matrix without negative eigenvalues, to a few hundredths, by power
    /// iteration; infinite if it is beyond the range of the numbers.
    var largestEigenvalue: Double {
        guard rows > 0 else { return 0 }
        var vector = (0..<rows).map { Element(1 + Double($0 % 7) / 7) }
        var length = 0.0
        for _ in 0..<30 {
            let next = symmetricProduct(self, vector)
            length = next.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            guard length.isFinite else { return .infinity }
            if length == 0 { return 0 }
            vector = next.map { Element(Double($0) / length) }
        }
        return length
    }
}

/// The product of a symmetric matrix and a vector, a row at a time: a product of matrices would copy the matrix
/// first.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func symmetricProduct<Element: Scalar>(_ matrix: Matrix<Element>, _ vector: [Element]) -> [Element] {
    let order = matrix.rows
    return [Element](unsafeUninitializedCapacity: order) { result, count in
        count = order
        result.initialize(repeating: 0)
        matrix.withUnsafeBufferPointer { matrix in
            guard let base = matrix.baseAddress, let sum = result.baseAddress else { return }
            for i in 0..<order {
                let (row, factor) = (base + i * order, vector[i])
                for j in 0..<order { sum[j] += factor * row[j] }
            }
        }
    }
}
