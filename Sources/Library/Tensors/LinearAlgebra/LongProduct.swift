import Foundation

/// A product that takes so long that an interrupt cannot wait for its end: it is computed by blocks of rows, and between two
/// of them the cell is left if the user interrupted it.
enum LongProduct {
    /// Operations of a block: a tenth of a second on two cores that others use, too.
    private static let operationsAtOnce = 5e9

    /// The runner's function that leaves the calling thread's cell; nil in a program of its own.
    private static let leaveIfInterrupted = dlsym(nil, "gyrus_runner_leave_if_interrupted").map {
        unsafeBitCast($0, to: (@convention(c) () -> Void).self)
    }

    /// The product; nil if it is not long, or nobody can interrupt it.
    static func multiply<Element: Scalar>(_ a: Matrix<Element>, _ b: Matrix<Element>) -> Matrix<Element>? {
        let operationsOfRow = 2 * Double(a.columns) * Double(b.columns)
        guard operationsOfRow * Double(a.rows) > 2 * operationsAtOnce, let leaveIfInterrupted else {
            return nil
        }
        var product = Matrix<Element>(rows: a.rows, columns: b.columns)
        let height = max(64, Int(operationsAtOnce / operationsOfRow))
        for first in stride(from: 0, to: a.rows, by: height) {
            let rows = first..<min(first + height, a.rows)
            product.withUnsafeMutableBufferPointer { target in
                a.withUnsafeBufferPointer { left in
                    b.withUnsafeBufferPointer { right in
                        guard let to = target.baseAddress, let left = left.baseAddress,
                            let right = right.baseAddress
                        else { return }
                        LinearAlgebra.gemm(
                            m: rows.count, n: b.columns, k: a.columns, a: left + first * a.columns,
                            lda: a.columns,
                            transposeA: false, b: right, ldb: b.columns, transposeB: false,
                            c: to + first * b.columns, ldc: b.columns)
                    }
                }
            }
            guard Task.isCancelled else { continue }
            // What is left gives nothing back.
            product = Matrix(rows: 0, columns: 0)
            leaveIfInterrupted()
            return nil
        }
        return product
    }
}
