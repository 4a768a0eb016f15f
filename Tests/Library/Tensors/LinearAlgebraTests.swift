import Foundation
import Tensors
import Testing

/// Products and factorisations against their definitions, which need no reference implementation.
@Suite struct LinearAlgebraTests {
    /// Numbers in -1 ..< 1 that are the same in every run.
    static func random<E: Scalar>(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<E> {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return Matrix(
            rows: rows, columns: columns,
            elements: (0..<rows * columns).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return E(Double(state >> 11) / Double(1 << 52) - 1)
            })
    }

    static func largestDifference<E: Scalar>(_ a: Matrix<E>, _ b: Matrix<E>) -> Double {
        zip(a.elements, b.elements).map { abs(Double($0) - Double($1)) }.max() ?? 0
    }

    /// The product by its definition, in double precision.
    static func product<E: Scalar>(_ a: Matrix<E>, _ b: Matrix<E>) -> Matrix<E> {
        Matrix(
            (0..<a.rows).map { i in
                (0..<b.columns).map { j in
                    E((0..<a.columns).reduce(0.0) { $0 + Double(a[i, $1]) * Double(b[$1, j]) })
                }
            })
    }

    /// The tolerance of a sum of `k` products of numbers below 1: a few units in the last place of `k`.
    static func tolerance<E: Scalar>(_: E.Type, _ k: Int) -> Double { 4 * Double(E.ulpOfOne) * Double(k) }

    func checkProducts<E: Scalar>(_ type: E.Type) {
        for (m, k, n) in [(1, 1, 1), (3, 5, 2), (50, 64, 33), (197, 70, 130), (1, 300, 1)] {
            let a: Matrix<E> = Self.random(m, k, seed: 1)
            let b: Matrix<E> = Self.random(k, n, seed: 2)
            let expected = Self.product(a, b)
            let results = [
                multiply(a, b), multiply(a.transposed(), transposed: true, b),
                multiply(a, b.transposed(), transposed: true),
                multiply(a.transposed(), transposed: true, b.transposed(), transposed: true),
            ]
            for result in results {
                #expect(Self.largestDifference(result, expected) <= Self.tolerance(type, k))
            }
        }
        #expect(
            multiply(Matrix<E>(rows: 2, columns: 0), Matrix<E>(rows: 0, columns: 3))
                == Matrix(rows: 2, columns: 3))
    }

    @Test func productsFollowTheDefinition() {
        checkProducts(Float.self)
        checkProducts(Double.self)
    }

    @Test func alphaBetaAndStridesReachBLAS() {
        let a: [Double] = [1, 2, 99, 3, 4, 99]
        let b: [Double] = [5, 6, 7, 8]
        var c: [Double] = [1, 1, -1, 1, 1, -1]
        LinearAlgebra.gemm(
            m: 2, n: 2, k: 2, alpha: 2, a: a, lda: 3, b: b, ldb: 2, beta: 10, c: &c, ldc: 3)
        #expect(c == [48, 54, -1, 96, 110, -1])
    }

    func checkGram<E: Scalar>(_ type: E.Type) {
        let a: Matrix<E> = Self.random(70, 45, seed: 3)
        let features = LinearAlgebra.gram(a)
        let samples = LinearAlgebra.gram(a, ofRows: true)
        #expect(Self.largestDifference(features, Self.product(a.transposed(), a)) <= Self.tolerance(type, 70))
        #expect(Self.largestDifference(samples, Self.product(a, a.transposed())) <= Self.tolerance(type, 45))
        #expect(features == features.transposed())
    }

    @Test func gramIsTheSymmetricProduct() {
        checkGram(Float.self)
        checkGram(Double.self)
    }

    /// Eigenvectors of a matrix of the given order and size: backward stable, so within a small multiple of the norm
    /// (the largest eigenvalue) times the precision.
    func checkEigen<E: Scalar>(_ type: E.Type, order n: Int, size: E = 1) throws {
        let gram = LinearAlgebra.gram(Self.random(n + 20, n, seed: 4) as Matrix<E>)
        let matrix = Matrix(rows: n, columns: n, elements: gram.elements.map { $0 * size })
        let (values, vectors) = try LinearAlgebra.eigenSymmetric(matrix)
        #expect(values == values.sorted())
        let scaled = Matrix<E>((0..<n).map { i in (0..<n).map { vectors[i, $0] * (values[$0] / size) } })
        let bound = Double(n) * Double(E.ulpOfOne) * Double(values[n - 1] / size)
        #expect(Self.largestDifference(multiply(gram, vectors), scaled) <= bound)
        let identity = Matrix<E>((0..<n).map { i in (0..<n).map { i == $0 ? 1 : 0 } })
        let orthogonal = LinearAlgebra.gram(vectors)
        #expect(Self.largestDifference(orthogonal, identity) <= Double(n) * Double(E.ulpOfOne))
    }

    /// Orders around the sizes of LAPACK's blocks, and numbers whose squares are out of range.
    @Test(arguments: [1, 2, 31, 32, 33, 60, 128, 129, 130, 300])
    func eigenvectorsDiagonalise(order: Int) throws {
        try checkEigen(Float.self, order: order)
        try checkEigen(Double.self, order: order)
        try checkEigen(Float.self, order: order, size: 1e25)
        try checkEigen(Double.self, order: order, size: 1e-200)
    }

    @Test func anEigendecompositionStopsWhenAsked() throws {
        struct Stop: Error {}
        let gram = LinearAlgebra.gram(Self.random(300, 300, seed: 4) as Matrix<Double>)
        var questions = 0
        _ = try LinearAlgebra.eigenSymmetricRows(gram) { questions += 1 }
        // Between the panels of the reduction, after it, in LAPACK's steps, and between the blocks of the way back.
        #expect(questions > 9 + 1 + 3)
        for last in 1...questions {
            var asked = 0
            #expect(throws: Stop.self) {
                try LinearAlgebra.eigenSymmetricRows(gram) {
                    asked += 1
                    if asked == last { throw Stop() }
                }
            }
            #expect(asked == last)
        }
    }

    static let openBLASChooses =
        ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil
        && (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx2 ") == true

    /// Kernels of 2004 on a processor of today would be six times as slow, and were seen to be wrong.
    @Test(.enabled(if: openBLASChooses, "this processor has no AVX2, or OPENBLAS_CORETYPE names its kernels"))
    func openBLASKnowsTheProcessor() {
        #expect(
            ["Prescott", "Core2", "Nehalem", "Barcelona"].allSatisfy { !blasLibrary.hasSuffix($0) },
            "\(blasLibrary)")
    }

    @Test func knownEigenvalues() throws {
        let known = try LinearAlgebra.eigenSymmetric(Matrix<Double>([[2, 1], [1, 2]]))
        #expect(abs(known.values[0] - 1) < 1e-15 && abs(known.values[1] - 3) < 1e-15)
    }

    func checkSVD<E: Scalar>(_ type: E.Type, _ rows: Int, _ columns: Int) throws {
        let a: Matrix<E> = Self.random(rows, columns, seed: 5)
        let (left, values, right) = try LinearAlgebra.svd(a)
        let rank = min(rows, columns)
        #expect(values == values.sorted(by: >))
        let scaled = Matrix<E>((0..<rows).map { i in (0..<rank).map { left[i, $0] * values[$0] } })
        let bound = 30 * Double(E.ulpOfOne) * Double(values[0])
        #expect(Self.largestDifference(Self.product(scaled, right), a) <= bound)
        let alone = try LinearAlgebra.singularValues(a)
        #expect(zip(values, alone).allSatisfy { abs(Double($0) - Double($1)) <= bound })
    }

    @Test func singularFactorsMultiplyBack() throws {
        try checkSVD(Float.self, 40, 25)
        try checkSVD(Float.self, 25, 40)
        try checkSVD(Double.self, 40, 25)
        try checkSVD(Double.self, 25, 40)
        try checkSVD(Double.self, 1, 7)
    }

    func checkCholesky<E: Scalar>(_ type: E.Type) throws {
        var gram = LinearAlgebra.gram(Self.random(80, 40, seed: 6) as Matrix<E>)
        for i in 0..<40 { gram[i, i] += 1 }
        let factor = try LinearAlgebra.cholesky(gram)
        #expect(factor[0, 1] == 0)
        #expect(
            Self.largestDifference(Self.product(factor, factor.transposed()), gram) <= 1e3
                * Double(E.ulpOfOne))
        let solution: Matrix<E> = Self.random(40, 3, seed: 7)
        let found = LinearAlgebra.solve(choleskyFactor: factor, Self.product(gram, solution))
        // The condition number is below 100 with the added diagonal, so at most about 100 units are lost.
        #expect(Self.largestDifference(found, solution) <= 1e3 * Double(E.ulpOfOne))
    }

    @Test func choleskySolves() throws {
        try checkCholesky(Float.self)
        try checkCholesky(Double.self)
    }

    @Test func whatCannotBeFactoredIsRefused() throws {
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) {
            try LinearAlgebra.cholesky(Matrix<Float>([[1, 2], [2, 1]]))
        }
        #expect(throws: LinearAlgebraError.notFinite(operation: "an eigendecomposition", row: 1, column: 0)) {
            try LinearAlgebra.eigenSymmetric(Matrix<Double>([[1, 2], [.nan, 1]]))
        }
        #expect(throws: LinearAlgebraError.notSquare(operation: "an eigendecomposition", rows: 1, columns: 2))
        {
            try LinearAlgebra.eigenSymmetric(Matrix<Double>([[1, 2]]))
        }
        #expect(throws: (any Error).self) { try LinearAlgebra.svd(Matrix<Float>([[.infinity]])) }
    }

    @Test func everyIndexIsVisitedOnce() {
        for count in [0, 1, 2, 7, 1000] {
            var visits = [UInt8](repeating: 0, count: count)
            visits.withUnsafeMutableBufferPointer { visits in
                parallelFor(count, grain: 3) { range in for i in range { visits[i] += 1 } }
            }
            #expect(visits.allSatisfy { $0 == 1 })
        }
    }

    /// Orders beyond which factors are made by blocks of columns; one of them is no multiple of the block.
    @Test(arguments: [1024, 1500, 2300]) func blockedFactorsMultiplyToTheMatrix(order: Int) throws {
        let a = Matrix<Double>.normal(order, order, seed: 3)
        let x = Matrix<Double>.normal(order, 3, seed: 4)
        let solution = try a.solve(a.matmul(x))
        #expect((solution - x).abs().max() < 1e-8)
        let gram = a.T.matmul(a) + .identity(order)
        let factor = try gram.cholesky()
        #expect((factor.matmul(factor.T) - gram).abs().max() < 1e-9 * Double(order))
        var indefinite = gram
        indefinite[order - 2, order - 2] = -1
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: order - 1)) {
            try indefinite.cholesky()
        }
        var singular = a
        singular[0..<order, (order - 1)..<order] = Matrix(rows: order, columns: 1)
        #expect(throws: LinearAlgebraError.self) { try singular.solve(x) }
    }

    /// LAPACK is left in the middle, and works as before afterwards.
    @Test(arguments: ["svd", "qr", "inverse", "cholesky", "eigh"]) func cancelledFactorizationsStop(
        kind: String
    ) async throws {
        let a = Matrix<Float>.normal(3000, 3000, seed: 1)
        let task = Task.detached {
            let symmetric = kind == "cholesky" || kind == "eigh" ? a.T.matmul(a) : a
            while true {
                switch kind {
                case "svd": _ = try a.svd()
                case "qr": _ = try a.qr()
                case "inverse": _ = try a.inverse()
                case "cholesky": _ = try symmetric.cholesky()
                default: _ = try symmetric.eigh()
                }
            }
        }
        // Not from a task: all threads of tasks may be computing.
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.4) { task.cancel() }
        let error = await #expect(throws: (any Error).self) { try await task.value }
        #expect(error is CancellationError)
        let small = Matrix<Float>.normal(50, 30, seed: 2)
        let (u, s, vt) = try small.svd()
        #expect((u.matmul(.diagonal(s)).matmul(vt) - small).abs().max() < 1e-4)
    }
}
