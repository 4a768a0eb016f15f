/// The factors of a square matrix `a`: a lower and an upper triangle, and how rows were exchanged (LAPACK's `getrf`).
///
/// LAPACK sees a row-major matrix as its transpose, so these are the factors of that.
struct LUFactors<Element: Scalar> {
    private var factors: Matrix<Element>
    private var pivots: [Int32]
    /// The reciprocal of an estimate of the condition number; 0 for a singular matrix.
    let reciprocalCondition: Double
    /// Right sides between which a cancellation is looked for.
    private static var sidesAtOnce: Int { 1024 }

    init(_ a: Matrix<Element>, _ operation: String) throws {
        try LinearAlgebra.check(a, operation, square: true)
        applyThreadCount()
        let order = Int32(a.rows)
        var factors = a
        var pivots = [Int32](repeating: 0, count: a.rows)
        var info: Int32 = 0
        var condition: Element = order > 0 ? 0 : 1
        let norm = order > 0 ? a.abs().sum(axis: 1).max() : 0
        try factors.withUnsafeMutableBufferPointer { factors in
            try pivots.withUnsafeMutableBufferPointer { pivots in
                guard let base = factors.baseAddress, let pivots = pivots.baseAddress, order > 0 else {
                    return
                }
                let singular = try LinearAlgebra.stoppable(operation, order: a.rows, takesInfo: true) {
                    Element._lapack.lu(order, base, pivots, $0, $1)
                }
                info = Int32(singular)
                guard info == 0 else { return }
                var work = [Element](repeating: 0, count: 4 * Int(order))
                var integers = [Int32](repeating: 0, count: Int(order))
                Element._lapack.gecon(order, base, order, norm, &condition, &work, &integers, &info)
            }
        }
        self.factors = factors
        self.pivots = pivots
        reciprocalCondition = info == 0 ? Double(condition) : 0
    }

    /// Throws if nothing that is computed with the factors would be right.
    func checkNotSingular(_ operation: String) throws {
        guard reciprocalCondition >= Double(Element.ulpOfOne) / 2 else {
            throw LinearAlgebraError.singular(operation: operation, reciprocalCondition: reciprocalCondition)
        }
    }

    /// The solution of `a X = right`; throws `CancellationError` if the task is cancelled.
    mutating func solve(_ right: Matrix<Element>) throws -> Matrix<Element> {
        guard right.count > 0 else { return right }
        var solution = right.columns == 1 ? right : right.transposed()
        let order = Int32(factors.rows)
        var info: Int32 = 0
        try factors.withUnsafeMutableBufferPointer { factors in
            try pivots.withUnsafeMutableBufferPointer { pivots in
                try solution.withUnsafeMutableBufferPointer { solution in
                    guard let base = factors.baseAddress, let pivots = pivots.baseAddress,
                        let x = solution.baseAddress
                    else { return }
                    for first in stride(from: 0, to: right.columns, by: Self.sidesAtOnce) {
                        if first > 0 { try Task.checkCancellation() }
                        let count = Swift.min(Self.sidesAtOnce, right.columns - first)
                        Element._lapack.getrsTransposed(
                            order, Int32(count), base, order, pivots, x + first * Int(order), order, &info)
                    }
                }
            }
        }
        return right.columns == 1 ? solution : solution.transposed()
    }

    /// The product of the pivots, with the sign of the exchanges.
    ///
    /// Its exponent is kept apart, since the product of some pivots may leave the range of the numbers where that of
    /// all is within.
    var determinant: Element {
        var product: Element = 1
        var exponent: Element.Exponent = 0
        for (i, pivot) in pivots.enumerated() {
            let factor: Element = factors[i, i]
            guard factor.isFinite, factor != 0 else { return factor }
            product *= Element(sign: factor.sign, exponent: 0, significand: factor.significand)
            if Int(pivot) != i + 1 { product = -product }
            exponent += factor.exponent + product.exponent
            product = Element(sign: product.sign, exponent: 0, significand: product.significand)
        }
        return Element(sign: product.sign, exponent: exponent, significand: product.significand)
    }
}
