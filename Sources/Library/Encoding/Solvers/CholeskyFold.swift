import Tensors

/// One fold of a kernel, made ready to predict its test samples with a few strengths straight from the responses.
///
/// `K_test (K_train + alpha)⁻¹` for each strength of an `AlphaInterpolation`: no decomposition, and `2 q test train` operations a
/// voxel for q strengths, where the way through the directions takes `2 (train + test + directions) directions`.
struct CholeskyFold<Element: Scalar> {
    let fold: Fold
    let basis: AlphaInterpolation
    /// Training samples x (strengths x test samples).
    let operators: Matrix<Element>

    /// Solves one fold; throws `LinearAlgebraError` where the kernel is not positive to the precision.
    init<Working: Scalar>(
        kernel: Matrix<Working>, fold: Fold, centred: Bool, alphas: [Double], basis: AlphaInterpolation,
        interruption: Interruption
    ) throws {
        self.fold = fold
        self.basis = basis
        let (train, test) = trainAndTestKernels(kernel, of: fold, centred: centred)
        let right = test.transposed()
        let (count, width) = (basis.chosen.count, fold.test.count)
        var operators = Matrix<Element>(rows: fold.train.count, columns: count * width)
        for (number, index) in basis.chosen.enumerated() {
            try interruption.check()
            var shifted = train
            shifted.addToDiagonal(alphas[index])
            let solution = LinearAlgebra.solve(
                choleskyFactor: try LinearAlgebra.cholesky(shifted), right)
            operators.set(columnsFrom: number * width, to: solution.converted(to: Element.self))
        }
        self.operators = operators
    }
}

/// A fold's kernels of its training samples, and of its test samples with the training samples.
func trainAndTestKernels<Working: Scalar>(
    _ kernel: Matrix<Working>, of fold: Fold, centred: Bool
) -> (train: Matrix<Working>, test: Matrix<Working>) {
    var train = kernel.block(rows: fold.train, columns: fold.train)
    var test = kernel.block(rows: fold.test, columns: fold.train)
    if centred {
        let means = ColumnStatistics(train).means
        train.centreKernel(trainMeans: means)
        test.centreKernel(trainMeans: means)
    }
    return (train, test)
}

extension Matrix {
    /// Puts the columns of `part`, which has as many rows, in the place of those from `first` on.
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

    /// The largest eigenvalue of a symmetric matrix without negative ones, to a few hundredths: by power iteration.
    var largestEigenvalue: Double {
        guard rows > 0 else { return 0 }
        var vector = (0..<rows).map { Element(1 + Double($0 % 7) / 7) }
        var length = 0.0
        for _ in 0..<30 {
            let next = symmetricProduct(self, vector)
            length = next.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            if !(length > 0) { return 0 }
            vector = next.map { Element(Double($0) / length) }
        }
        return length
    }
}

/// The product of a symmetric matrix and a vector, a row at a time: a product of matrices would copy the matrix first.
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
