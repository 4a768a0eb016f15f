import Foundation
import Tensors
import Testing

/// Functions, linear algebra and creation against numpy.
@Suite struct MatrixFunctionTests {
    func checkFunctions<E: Scalar>(_: E.Type, within limit: Double) throws {
        let fixture = try MatrixFixture.shared.get()
        let functions: [String: (Matrix<E>) -> Matrix<E>] = [
            "exp": { $0.exp() }, "expm1": { $0.expm1() }, "log": { $0.log() }, "log2": { $0.log2() },
            "log10": { $0.log10() }, "log1p": { $0.log1p() }, "sin": { $0.sin() }, "cos": { $0.cos() },
            "tan": { $0.tan() }, "sinh": { $0.sinh() }, "cosh": { $0.cosh() }, "tanh": { $0.tanh() },
            "asin": { $0.asin() }, "acos": { $0.acos() }, "atan": { $0.atan() }, "sqrt": { $0.sqrt() },
            "cube": { $0 ** 3 }, "rootth": { $0.pow(-0.5) }, "two to the": { 2 ** $0 },
            "square root": { $0.pow(0.5) },
        ]
        #expect(Set(functions.keys) == Set(fixture.functions.keys))
        let points = fixture.points.matrix(E.self)
        for (name, f) in functions {
            let expected = try #require(fixture.functions[name]).elements
            let found = f(points).elements
            for (index, x) in points.elements.enumerated() {
                let error = roundings([found[index]], [expected[index]])
                #expect(error <= limit, "\(E.self) \(name)(\(x)) = \(found[index]), not \(expected[index])")
            }
            // A number is the same wherever it stands, whatever stands beside it.
            for count in [1, 2, 3, 7, 17] {
                let part = f(Matrix.row(Array(points.elements[40..<40 + count]))).elements
                #expect(
                    roundings(part, found[40..<40 + count].map { Double($0) }) <= 1, "\(name) of \(count)")
            }
        }
    }

    @Test func functionsInSinglePrecision() throws { try checkFunctions(Float.self, within: 4) }

    @Test func functionsInDoublePrecision() throws { try checkFunctions(Double.self, within: 4) }

    func checkLinearAlgebra<E: Scalar>(_: E.Type) throws {
        let linear = try MatrixFixture.shared.get().linear
        func given(_ name: String) throws -> Matrix<E> { try #require(linear[name]).matrix(E.self) }
        func near(_ found: [E], _ name: String, _ limit: Double = 60) throws {
            let expected = try #require(linear[name]).elements
            let error = roundings(found, expected, scale: expected.map { abs($0) }.max() ?? 1)
            #expect(error <= limit, "\(E.self) \(name): \(error) roundings")
        }
        let (a, b, spd) = (try given("a"), try given("b"), try given("spd"))
        let (tall, right, deficient) = (try given("tall"), try given("right"), try given("deficient"))
        try near((a • b).elements, "product")
        try near(a.matmul(b).elements, "product")
        try near(a • b.column(0), "vector product")
        try near(a.solve(b).elements, "solve", 200)
        let solution = try #require(linear["solve"]).matrix(Double.self)
        #expect(roundings(try a.solve(b.column(0)), solution.column(0), scale: 1) <= 200)
        try near(a.inverse().elements, "inverse", 200)
        try near([a.det()], "det")
        let (values, vectors) = try spd.eigh()
        try near(values, "eigenvalues")
        #expect(
            roundings(
                (spd • vectors).elements, (vectors * .row(values)).elements.map { Double($0) }, scale: 30)
                < 60)
        try near(spd.cholesky().elements, "cholesky")
        let (u, s, vt) = try tall.svd()
        try near(s, "singular values")
        #expect(roundings(((u * .row(s)) • vt).elements, tall.elements.map { Double($0) }, scale: 3) < 60)
        let (q, r) = try tall.qr()
        try near(r.abs().elements, "r")
        #expect(roundings((q • r).elements, tall.elements.map { Double($0) }, scale: 3) < 60)
        #expect(roundings((q.T • q).elements, Matrix<Double>.identity(5).elements, scale: 1) < 60)
        try near(tall.lstsq(right).solution.elements, "lstsq", 200)
        let (smallest, rank) = try deficient.lstsq(right.rows(0..<6))
        try near(smallest.elements, "lstsq deficient", 200)
        #expect(rank == 2)
        try near([E(deficient.matrixRank())], "rank")
        try near(deficient.pseudoinverse().elements, "pinv", 200)
        try near(Matrix<E>.normal(3, 5, mean: 2, deviation: 0.5, seed: 3).elements, "normal of seed 3", 2)
        try near(Matrix<E>.uniform(3, 5, in: -1..<4, seed: 3).elements, "uniform of seed 3", 2)
        try near(.linspace(E(0.1), E(2.3), count: 7), "linspace", 4)
        try near(.arange(0, 1, step: 0.1), "arange", 8)
        try near(.arange(5, -1, step: -2), "arange down")
    }

    @Test func linearAlgebraInSinglePrecision() throws { try checkLinearAlgebra(Float.self) }

    @Test func linearAlgebraInDoublePrecision() throws { try checkLinearAlgebra(Double.self) }

    /// numpy: `det(diag([1e200, 1e200, -1e-200, 1e-200]))` is -1 within rounding; the product of two is infinite.
    @Test func determinantsOfVeryLargeAndSmallPivots() throws {
        let a = try Matrix<Double>.diagonal([1e200, 1e200, -1e-200, 1e-200]).det()
        #expect(abs(a + 1) < 1e-14)
        #expect(try Matrix<Double>.diagonal([0x1p-600, 0x1p-600, 0x1p600, 0x1p601]).det() == 2)
        #expect(try Matrix<Float>.diagonal([0x1p-80, 0x1p-80, 0x1p85]).det() == 0x1p-75)
        #expect(try Matrix<Double>.diagonal([1e200, 1e200]).det() == .infinity)
        #expect(try Matrix<Double>.diagonal([1e-200, 1e-200]).det() == 0)
        #expect(try Matrix<Double>([[0, 3], [2, 0]]).det() == -6)
    }

    @Test func theUpperBoundIsNotReached() {
        let range = 1..<Float(1).nextUp
        #expect(Matrix<Float>.uniform(20, 20, in: range, seed: 1).elements.allSatisfy(range.contains))
        #expect(Matrix<Float>.uniform(1, 2, in: 3..<3, seed: 1).elements == [3, 3])
    }

    @Test func whatHasNoAnswerIsRefused() throws {
        let singular: Matrix<Double> = [[1, 2], [2, 4]]
        let wide: Matrix<Double> = [[1, 2, 3]]
        #expect(throws: LinearAlgebraError.self) { try singular.solve([1, 2]) }
        #expect(throws: LinearAlgebraError.self) { try singular.inverse() }
        #expect(throws: LinearAlgebraError.self) { try singular.cholesky() }
        #expect(throws: LinearAlgebraError.self) { try Matrix<Double>([[1, 2], [3, 4]]).eigh() }
        #expect(throws: LinearAlgebraError.self) { try wide.inverse() }
        #expect(throws: LinearAlgebraError.self) { try wide.det() }
        #expect(throws: LinearAlgebraError.self) { try Matrix<Double>([[1, .nan], [3, 4]]).solve([1, 2]) }
        #expect(throws: LinearAlgebraError.self) { try Matrix<Double>.identity(2).solve([1, 2, 3]) }
        #expect(throws: LinearAlgebraError.self) { try wide.lstsq(Matrix<Double>.ones(2, 1)) }
        #expect(throws: LinearAlgebraError.self) { try Matrix<Double>([[.infinity]]).svd() }
        #expect(try abs(singular.det()) < 1e-15)
        #expect(try Matrix<Float>.zeros(0, 0).solve(Matrix<Float>.zeros(0, 3)).columns == 3)
        #expect(try Matrix<Float>.zeros(3, 0).qr().q.rows == 3)
        #expect(try Matrix<Float>.zeros(0, 0).eigh().values.isEmpty)
        #expect(try Matrix<Double>.zeros(0, 0).cholesky().rows == 0)
    }

    /// As much memory as the matrix takes, and not rows x rows numbers (80 GB).
    @Test func thePseudoinverseOfATallMatrix() throws {
        let tall = Matrix<Double>.normal(100_000, 2, seed: 1)
        let product = try tall.pseudoinverse() • tall
        let error = (product - Matrix<Double>.identity(2)).abs().max()
        #expect(error < 1e-12)
        let none = try Matrix<Double>(rows: 3, columns: 0).pseudoinverse()
        #expect(none.rows == 0 && none.columns == 3)
    }

    /// Squares that leave the range of the numbers.
    @Test func normsOfVeryLargeAndSmallNumbers() {
        #expect(abs([3e200, 4e200].norm() / 5e200 - 1) < 1e-15)
        #expect(abs([3e-200, 4e-200].norm() / 5e-200 - 1) < 1e-15)
        #expect([Float(3e30), 4e30].norm() == 5e30 && [Double]().norm() == 0)
        #expect([1.0, .infinity].norm() == .infinity && [1.0, .nan].norm().isNaN)
        #expect([1.0, 2, 3] • [4, 5, 6] == 32)
    }
}
