internal import CTensorKernels
import Foundation

/// Why a factorization has no result.
public enum LinearAlgebraError: Error, CustomStringConvertible, Equatable {
    /// An element is NaN or infinite.
    case notFinite(operation: String, row: Int, column: Int)
    /// The matrix has as many rows as it should have columns.
    case notSquare(operation: String, rows: Int, columns: Int)
    /// Cholesky's factorization met a pivot that is not positive.
    case notPositiveDefinite(order: Int)
    /// The matrix differs from its transpose at a row and a column.
    case notSymmetric(operation: String, row: Int, column: Int)
    /// The matrix is singular, or so near to it that nothing would be right: its reciprocal condition number is below
    /// the precision of the numbers.
    case singular(operation: String, reciprocalCondition: Double)
    /// The right side has other rows than the matrix.
    case rightSide(operation: String, rows: Int, expected: Int)
    /// There is no memory for the workspace, or LAPACK's 32-bit sizes do not reach that far (an order of 46,000).
    case tooLarge(operation: String, order: Int)
    /// LAPACK's iteration did not converge.
    case notConverged(operation: String, info: Int)

    public var description: String {
        switch self {
        case .notFinite(let operation, let row, let column):
            "\(operation) needs finite numbers; the element at row \(row), column \(column) is NaN or infinite"
        case .notSquare(let operation, let rows, let columns):
            "\(operation) needs a square matrix; this one is \(rows) x \(columns)"
        case .notPositiveDefinite(let order):
            "the matrix is not positive definite: its leading block of order \(order) is not; add to its diagonal"
        case .notSymmetric(let operation, let row, let column):
            "\(operation) needs a symmetric matrix; the elements at row \(row), column \(column) and at row \(column), column \(row) differ"
        case .singular(let operation, let condition):
            "\(operation) needs a matrix that is not singular; the reciprocal condition number of this one is \(condition) (`lstsq` and `pseudoinverse` take it)"
        case .rightSide(let operation, let rows, let expected):
            "\(operation) needs a right side of \(expected) rows; this one has \(rows)"
        case .tooLarge(let operation, let order):
            "\(operation) of order \(order) needs more workspace than there is memory for, or than LAPACK can address"
        case .notConverged(let operation, let info):
            "\(operation) did not converge (LAPACK's info is \(info)); the matrix is badly scaled"
        }
    }
}

extension LinearAlgebra {
    /// The eigenvalues of a symmetric matrix, ascending, and its eigenvectors as columns.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not square or not finite, and `CancellationError` if the task
    /// is cancelled. One triangle is read. Source: LAPACK's `syevd` (divide and conquer).
    public static func eigenSymmetric<Element: Scalar>(
        _ a: Matrix<Element>
    ) throws -> (values: [Element], vectors: Matrix<Element>) {
        let (values, rows) = try eigenSymmetricRows(a)
        return (values, rows.transposed())
    }

    /// The same with the eigenvectors as rows, as LAPACK leaves them; `check` throws if the work should stop.
    public static func eigenSymmetricRows<Element: Scalar>(
        _ a: Matrix<Element>, check goesOn: () throws -> Void = { try Task.checkCancellation() }
    ) throws -> (values: [Element], vectors: Matrix<Element>) {
        let operation = "an eigendecomposition"
        try check(a, operation, square: true)
        guard a.rows > 0 else { return ([], a) }
        var overwritten = a
        var values = [Element](repeating: 0, count: a.rows)
        var failure: (any Error)?
        var info = 0
        let vectors = Matrix<Element>(rows: a.rows, columns: a.rows) { vectors in
            overwritten.withUnsafeMutableBufferPointer { matrix in
                values.withUnsafeMutableBufferPointer { values in
                    guard let matrix = matrix.baseAddress, let values = values.baseAddress,
                        let vectors = vectors.baseAddress
                    else { return }
                    info = Element._eigen(order: a.rows, matrix, values: values, vectors: vectors) {
                        do { try goesOn() } catch { failure = error }
                        return failure != nil
                    }
                }
            }
        }
        if let failure { throw failure }
        _ = try answer(info, operation, order: a.rows)
        return (values, vectors)
    }

    /// The thin singular value decomposition `a = left * diag(values) * right`, values descending.
    ///
    /// With r the smaller of rows and columns, `left` is rows x r and `right` is r x columns.
    /// Throws `LinearAlgebraError` if the matrix is not finite, and `CancellationError` if the task is cancelled.
    /// Source: LAPACK's `gesdd`.
    public static func svd<Element: Scalar>(
        _ a: Matrix<Element>
    ) throws -> (left: Matrix<Element>, values: [Element], right: Matrix<Element>) {
        try check(a, "a singular value decomposition")
        let rank = min(a.rows, a.columns)
        guard rank > 0 else {
            return (Matrix(rows: a.rows, columns: 0), [], Matrix(rows: 0, columns: a.columns))
        }
        var values: [Element] = []
        var right = Matrix<Element>(rows: rank, columns: a.columns)
        let left = try Matrix<Element>(rows: a.rows, columns: rank) { left in
            values = try right.withUnsafeMutableBufferPointer { right in
                try gesdd(a, left: left.baseAddress, right: right.baseAddress)
            }
        }
        return (left, values, right)
    }

    /// The singular values of a matrix, descending.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not finite, and `CancellationError` if the task is cancelled.
    /// Source: LAPACK's `gesdd`.
    public static func singularValues<Element: Scalar>(_ a: Matrix<Element>) throws -> [Element] {
        try check(a, "a singular value decomposition")
        return a.count == 0 ? [] : try gesdd(a, left: nil, right: nil)
    }

    /// The lower triangular `L` of `a = L Lᵀ`, for a symmetric positive definite matrix; its lower triangle is read.
    ///
    /// Throws `LinearAlgebraError` if the matrix is not square, not finite, or not positive definite, and
    /// `CancellationError` if the task is cancelled. Source: LAPACK's `potrf`.
    public static func cholesky<Element: Scalar>(_ a: Matrix<Element>) throws -> Matrix<Element> {
        try check(a, "Cholesky's factorisation", square: true)
        var factor = a
        let info = try factor.withUnsafeMutableBufferPointer { matrix -> Int in
            guard a.rows > 0, let base = matrix.baseAddress else { return 0 }
            let info = try stoppable("Cholesky's factorisation", order: a.rows, takesInfo: true) {
                Element._lapack.cholesky(Int32(a.rows), base, $0, $1)
            }
            clearAboveDiagonal(base, order: a.rows)
            return info
        }
        guard info == 0 else { throw LinearAlgebraError.notPositiveDefinite(order: info) }
        return factor
    }

    /// The solution `X` of `L Lᵀ X = right`, for a factor of `cholesky(_:)`.
    public static func solve<Element: Scalar>(
        choleskyFactor factor: Matrix<Element>, _ right: Matrix<Element>
    ) -> Matrix<Element> {
        require(
            factor.rows == factor.columns && factor.rows == right.rows,
            "a Cholesky factor of \(factor.rows) x \(factor.columns) cannot solve for a right side of \(right.rows) rows"
        )
        var solution = right
        guard right.count > 0 else { return right }
        solution.withUnsafeMutableBufferPointer { solution in
            factor.withUnsafeBufferPointer { factor in
                guard let triangle = factor.baseAddress, let x = solution.baseAddress else { return }
                for transposed in [false, true] {
                    Element._trsm(
                        order: right.rows, columns: right.columns, transposed: transposed, triangle, x)
                }
            }
        }
        return solution
    }

    /// Solves `L Lᵀ X = right` in place, where `right` has as many rows as the factor of `cholesky(_:)`, without gaps.
    package static func solve<Element: Scalar>(
        choleskyFactor factor: Matrix<Element>, columns: Int, _ right: UnsafeMutablePointer<Element>
    ) {
        let order = factor.rows
        factor.withUnsafeBufferPointer { factor in
            guard let triangle = factor.baseAddress, columns > 0 else { return }
            for transposed in [false, true] {
                Element._trsm(
                    order: order, columns: columns, transposed: transposed, triangle, right)
            }
        }
    }

    private static func gesdd<Element: Scalar>(
        _ a: Matrix<Element>, left: UnsafeMutablePointer<Element>?, right: UnsafeMutablePointer<Element>?
    ) throws -> [Element] {
        applyThreadCount()
        var overwritten = a
        var values = [Element](repeating: 0, count: min(a.rows, a.columns))
        _ = try overwritten.withUnsafeMutableBufferPointer { matrix in
            try values.withUnsafeMutableBufferPointer { values in
                // A row-major matrix is its transpose to LAPACK, so the two factors change places.
                try stoppable("a singular value decomposition", order: max(a.rows, a.columns)) {
                    stop, context in
                    Element._lapack.svd(
                        Int32(a.columns), Int32(a.rows), matrix.baseAddress, values.baseAddress, right, left,
                        stop,
                        context)
                }
            }
        }
        return values
    }

    /// Calls LAPACK so that it ends when the task is cancelled, and throws for what it says; returns a positive `info`
    /// if `takesInfo`.
    static func stoppable(
        _ operation: String, order: Int, takesInfo: Bool = false,
        _ body: (kernel_stop, UnsafeMutableRawPointer) -> Int32
    ) throws -> Int {
        try answer(
            Int(withStop({ Task.isCancelled }) { body($0, $1) }), operation, order: order,
            takesInfo: takesInfo)
    }

    /// What LAPACK's `info` says, as an error; returns a positive one if `takesInfo`.
    private static func answer(_ info: Int, _ operation: String, order: Int, takesInfo: Bool = false) throws
        -> Int
    {
        switch info {
        case kernel_stopped: throw CancellationError()
        case kernel_no_memory, kernel_too_large:
            throw LinearAlgebraError.tooLarge(operation: operation, order: order)
        case 0: return 0
        default:
            guard takesInfo && info > 0 else {
                throw LinearAlgebraError.notConverged(operation: operation, info: info)
            }
            return info
        }
    }

    /// Refuses what LAPACK would answer with nonsense or not at all.
    static func check<Element: Scalar>(
        _ a: Matrix<Element>, _ operation: String, square: Bool = false
    ) throws {
        if square && a.rows != a.columns {
            throw LinearAlgebraError.notSquare(operation: operation, rows: a.rows, columns: a.columns)
        }
        if let index = a.withUnsafeBufferPointer({ firstNonFinite($0) }) {
            throw LinearAlgebraError.notFinite(
                operation: operation, row: index / a.columns, column: index % a.columns)
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func clearAboveDiagonal<Element: Scalar>(_ matrix: UnsafeMutablePointer<Element>, order: Int) {
    for i in 0..<order {
        let row = matrix + i * order
        for j in i + 1..<max(order, i + 1) { row[j] = 0 }
    }
}

/// Where the first NaN or infinity is.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
package func firstNonFinite<Element: Scalar>(_ elements: UnsafeBufferPointer<Element>) -> Int? {
    guard let base = elements.baseAddress else { return nil }
    // A finite number times zero is zero, so the sum is zero exactly if all are finite: no branch a number.
    var sum: Element = 0
    for i in 0..<elements.count { sum += base[i] * 0 }
    if sum == 0 { return nil }
    return elements.firstIndex { !$0.isFinite }
}

/// Hands a Swift closure to a C function that asks now and then whether to stop.
func withStop<Result>(
    _ stop: () -> Bool, _ body: (kernel_stop, UnsafeMutableRawPointer) -> Result
) -> Result {
    withoutActuallyEscaping(stop) { stop in
        var stop = stop
        return withUnsafeMutablePointer(to: &stop) { pointer in
            body(
                { context in
                    context?.assumingMemoryBound(to: (() -> Bool).self).pointee() == true ? 1 : 0
                }, UnsafeMutableRawPointer(pointer))
        }
    }
}
