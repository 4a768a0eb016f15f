/// Linear algebra of one matrix, over BLAS and LAPACK.
///
/// ```swift
/// let prediction = X • weights                 // the product of matrices, as X.matmul(weights)
/// let b = try (X.T • X + 0.5 * .identity(X.columns)).solve(X.T • Y)
/// let (values, vectors) = try (X.T • X).eigh()
/// ```
///
/// What has no answer throws `LinearAlgebraError`: a matrix that is singular, not square, not finite.
extension Matrix {
    /// The product with `other`, which must have as many rows as this matrix has columns.
    public func matmul(_ other: Matrix) -> Matrix {
        columns == other.rows
            ? LongProduct.multiply(self, other) ?? multiply(self, other) : multiply(self, other)
    }

    /// The product with a vector of as many elements as there are columns.
    public func matmul(_ vector: [Element]) -> [Element] {
        require(
            vector.count == columns,
            "\(_shapeInWords) cannot be multiplied by a vector of \(vector.count) elements")
        guard columns > 0 else { return [Element](repeating: 0, count: rows) }
        applyThreadCount()
        return withUnsafeBufferPointer { matrix in
            vector.withUnsafeBufferPointer { vector in
                [Element](unsafeUninitializedCapacity: rows) { result, count in
                    count = rows
                    guard let a = matrix.baseAddress, let x = vector.baseAddress, let y = result.baseAddress
                    else { return }
                    Element._lapack.gemv(rows, columns, a, x, y)
                }
            }
        }
    }

    /// The product of matrices: `X • W` is `X.matmul(W)`.
    public static func • (left: Matrix, right: Matrix) -> Matrix { left.matmul(right) }

    /// The product of a matrix and a vector.
    public static func • (left: Matrix, right: [Element]) -> [Element] { left.matmul(right) }

    /// The solution `X` of `self X = right`.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not square, not finite or singular to its precision, or if
    /// `right` has other rows. Source: LAPACK's `getrf` and `getrs`.
    public func solve(_ right: Matrix) throws -> Matrix {
        let operation = "the solution of linear equations"
        guard right.rows == rows else {
            throw LinearAlgebraError.rightSide(operation: operation, rows: right.rows, expected: rows)
        }
        var factors = try LUFactors(self, operation)
        try factors.checkNotSingular(operation)
        return try factors.solve(right)
    }

    /// The solution `x` of `self x = right`; throws as the one for matrices does.
    public func solve(_ right: [Element]) throws -> [Element] { try solve(Matrix.column(right)).elements }

    /// The inverse.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not square, not finite or singular to its precision.
    public func inverse() throws -> Matrix {
        let operation = "an inverse"
        var factors = try LUFactors(self, operation)
        try factors.checkNotSingular(operation)
        return try factors.solve(.identity(rows))
    }

    /// The determinant; throws `LinearAlgebraError` if the matrix is not square or not finite.
    public func det() throws -> Element { try LUFactors(self, "a determinant").determinant }

    /// The eigenvalues of a symmetric matrix, ascending, and its eigenvectors as columns.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not square, not finite or not symmetric. Source: `syevd`.
    public func eigh() throws -> (values: [Element], vectors: Matrix) {
        try checkSymmetric("an eigendecomposition (of a symmetric matrix: `eigh`)")
        return try LinearAlgebra.eigenSymmetric(self)
    }

    /// The thin singular value decomposition `self = u * diagonal(s) * vt`, the values descending.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not finite. Source: LAPACK's `gesdd`.
    public func svd() throws -> (u: Matrix, s: [Element], vt: Matrix) {
        let (left, values, right) = try LinearAlgebra.svd(self)
        return (left, values, right)
    }

    /// The lower triangular `L` of `self = L Lᵀ`.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not square, finite, symmetric and positive definite.
    public func cholesky() throws -> Matrix {
        try checkSymmetric("Cholesky's factorisation")
        return try LinearAlgebra.cholesky(self)
    }

    /// The thin factors of `self = q r`: `q` has orthonormal columns and `r` is upper triangular.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not finite. Source: LAPACK's `geqrf` and `orgqr`.
    public func qr() throws -> (q: Matrix, r: Matrix) {
        try LinearAlgebra.check(self, "a QR factorisation")
        let rank = Swift.min(rows, columns)
        guard rank > 0 else { return (Matrix(rows: rows, columns: 0), Matrix(rows: 0, columns: columns)) }
        applyThreadCount()
        let operation = "a QR factorisation"
        var factors = transposed()
        var tau = [Element](repeating: 0, count: rank)
        let (m, n) = (Int32(rows), Int32(columns))
        _ = try factors.withUnsafeMutableBufferPointer { a in
            try LinearAlgebra.stoppable(operation, order: Swift.max(rows, columns)) {
                Element._lapack.qr(m, n, a.baseAddress, &tau, $0, $1)
            }
        }
        var r = factors.transposed().rows(0..<rank)
        for i in 1..<Swift.max(rank, 1) { r[i, 0..<Swift.min(i, columns)] = Matrix(rows: 1, columns: 1) }
        _ = try factors.withUnsafeMutableBufferPointer { a in
            try LinearAlgebra.stoppable(operation, order: Swift.max(rows, columns)) {
                Element._lapack.orthonormal(m, Int32(rank), a.baseAddress, tau, $0, $1)
            }
        }
        return (factors.rows(0..<rank).transposed(), r)
    }

    /// The `X` of smallest norm among those that make `self X - right` smallest, and the rank of this matrix.
    ///
    /// Singular values below the largest times max(rows, columns) times the precision count as zero, as in numpy.
    /// Throws `LinearAlgebraError` if a matrix is not finite or `right` has other rows.
    public func lstsq(_ right: Matrix) throws -> (solution: Matrix, rank: Int) {
        let operation = "least squares"
        guard right.rows == rows else {
            throw LinearAlgebraError.rightSide(operation: operation, rows: right.rows, expected: rows)
        }
        try LinearAlgebra.check(right, operation)
        let (u, s, vt) = try svd()
        let inverses = inverted(s)
        let rotated = multiply(u, transposed: true, right)
        let scaled = Matrix._combined(.multiply, rotated, .column(inverses))
        return (multiply(vt, transposed: true, scaled), inverses.count { $0 != 0 })
    }

    /// The Moore-Penrose pseudoinverse; throws `LinearAlgebraError` if the matrix is not finite.
    public func pseudoinverse() throws -> Matrix {
        let (u, s, vt) = try svd()
        // Least squares with an identity would take rows x rows numbers.
        let scaled = Matrix._combined(.multiply, u, .row(inverted(s)))
        return multiply(vt, transposed: true, scaled, transposed: true)
    }

    /// How many singular values count as not zero; throws `LinearAlgebraError` if the matrix is not finite.
    public func matrixRank() throws -> Int {
        inverted(try LinearAlgebra.singularValues(self)).count { $0 != 0 }
    }

    /// The root of the sum of squares of all elements (Frobenius).
    public func norm() -> Element { withUnsafeBufferPointer { euclidean($0) } }

    /// The root of the sum of squares of each column (`axis` 0: 1 x columns) or each row (1: rows x 1).
    public func norm(axis: Int) -> Matrix { (self .* self).sum(axis: axis).sqrt() }

    /// The reciprocals of singular values, zero for those that count as zero.
    private func inverted(_ values: [Element]) -> [Element] {
        let least = (values.first ?? 0) * Element(Swift.max(rows, columns)) * Element.ulpOfOne
        return values.map { $0 > least ? 1 / $0 : 0 }
    }

    private func checkSymmetric(_ operation: String) throws {
        try LinearAlgebra.check(self, operation, square: true)
        guard count > 0 else { return }
        let largest = abs().nanmax()
        let allowed = largest * Element.ulpOfOne * 1000
        let other = transposed()
        try withUnsafeBufferPointer { a in
            try other.withUnsafeBufferPointer { b in
                if let index = firstDifference(a, b, above: allowed) {
                    throw LinearAlgebraError.notSymmetric(
                        operation: operation, row: index / columns, column: index % columns)
                }
            }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func firstDifference<Element: Scalar>(
    _ a: UnsafeBufferPointer<Element>, _ b: UnsafeBufferPointer<Element>, above allowed: Element
) -> Int? {
    for i in 0..<a.count where Swift.abs(a[i] - b[i]) > allowed { return i }
    return nil
}

/// The root of the sum of squares, scaled if that would leave the range of the numbers.
private func euclidean<Element: Scalar>(_ x: UnsafeBufferPointer<Element>) -> Element {
    guard let base = x.baseAddress else { return 0 }
    let squares: Double = withUnsafeTemporaryAllocation(of: Double.self, capacity: 1) { result in
        guard let result = result.baseAddress else { return .nan }
        Element._kernels.sum(1, base, x.count, 0, result)
        return result.pointee
    }
    if squares.isNaN || (squares > 1e-290 && squares.isFinite) { return Element(squares.squareRoot()) }
    let largest = x.reduce(0) { Swift.max($0, Swift.abs($1)) }
    guard largest > 0, largest.isFinite else { return largest }
    return largest * x.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}

extension Array where Element: Scalar {
    /// The sum of the products of two arrays of one count; also `x • y`.
    public func dot(_ other: [Element]) -> Element { (self .* other).sum() }

    /// The sum of the products of two arrays of one count.
    public static func • (left: [Element], right: [Element]) -> Element { left.dot(right) }

    /// The root of the sum of squares.
    public func norm() -> Element { withUnsafeBufferPointer { euclidean($0) } }
}
