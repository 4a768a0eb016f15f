import Foundation
import Tensors
import Testing

/// Statistics of matrices and arrays against numpy and scipy: NaN, ties, constants, one row or column, none.
@Suite struct MatrixStatisticsTests {
    typealias Operation<E: Scalar> = (Matrix<E>) throws -> Matrix<E>

    /// An operation of all elements and one along an axis, under the names of the fixture.
    static func kept<E: Scalar>(
        _ name: String, _ all: @escaping (Matrix<E>) throws -> E,
        _ along: @escaping (Matrix<E>, Int) throws -> Matrix<E>
    ) -> [String: Operation<E>] {
        [
            name: { .row([try all($0)]) }, name + " 0": { try along($0, 0) },
            name + " 1": { try along($0, 1) },
        ]
    }

    static func statistics<E: Scalar>(_: E.Type) -> [String: Operation<E>] {
        let groups: [[String: Operation<E>]] = [
            kept("sum", { $0.sum() }, { $0.sum(axis: $1) }),
            kept("mean", { $0.mean() }, { $0.mean(axis: $1) }),
            kept("min", { $0.min() }, { $0.min(axis: $1) }),
            kept("max", { $0.max() }, { $0.max(axis: $1) }),
            kept("median", { $0.median() }, { $0.median(axis: $1) }),
            kept("std", { $0.std() }, { $0.std(axis: $1) }),
            kept("var", { $0.var() }, { $0.var(axis: $1) }),
            kept("std ddof 1", { $0.std(ddof: 1) }, { $0.std(axis: $1, ddof: 1) }),
            kept("var ddof 1", { $0.var(ddof: 1) }, { $0.var(axis: $1, ddof: 1) }),
            kept("quantile 0.1", { try $0.quantile(0.1) }, { try $0.quantile(0.1, axis: $1) }),
            kept("quantile 0.85", { try $0.quantile(0.85) }, { try $0.quantile(0.85, axis: $1) }),
            kept("quantile 1", { try $0.quantile(1) }, { try $0.quantile(1, axis: $1) }),
            kept("nansum", { $0.nansum() }, { $0.nansum(axis: $1) }),
            kept("nanmean", { $0.nanmean() }, { $0.nanmean(axis: $1) }),
            kept("nanmin", { $0.nanmin() }, { $0.nanmin(axis: $1) }),
            kept("nanmax", { $0.nanmax() }, { $0.nanmax(axis: $1) }),
            kept("nanmedian", { $0.nanmedian() }, { $0.nanmedian(axis: $1) }),
            kept("nanstd", { $0.nanstd() }, { $0.nanstd(axis: $1) }),
            kept("nanvar ddof 1", { $0.nanvar(ddof: 1) }, { $0.nanvar(axis: $1, ddof: 1) }),
            kept("nanquantile 0.85", { try $0.nanquantile(0.85) }, { try $0.nanquantile(0.85, axis: $1) }),
        ]
        return groups.reduce(into: [:]) { $0.merge($1) { $1 } }
    }

    static func indices<E: Scalar>(_ indices: [[Int]]) -> Matrix<E> {
        Matrix(indices.map { $0.map { E($0) } })
    }

    static func mask<E: Scalar>(_ mask: MatrixMask) -> Matrix<E> {
        Matrix(rows: mask.rows, columns: mask.columns, elements: mask.elements.map { $0 ? 1 : 0 })
    }

    static func order<E: Scalar>(_: E.Type) -> [String: Operation<E>] {
        [
            "argmax": { indices([[$0.argmax().row, $0.argmax().column]]) },
            "argmin": { indices([[$0.argmin().row, $0.argmin().column]]) },
            "argmax 0": { indices([$0.argmax(axis: 0)]) }, "argmax 1": { indices([$0.argmax(axis: 1)]) },
            "argmin 0": { indices([$0.argmin(axis: 0)]) }, "argmin 1": { indices([$0.argmin(axis: 1)]) },
            "argsort 0": { indices($0.argsort(axis: 0)) }, "argsort 1": { indices($0.argsort(axis: 1)) },
            "ranks 0": { $0.ranks(axis: 0) }, "ranks 1": { $0.ranks(axis: 1) },
            "cumsum 0": { $0.cumsum(axis: 0) }, "cumsum 1": { $0.cumsum(axis: 1) },
            "unique": { .row($0.unique()) },
        ]
    }

    static func elementwise<E: Scalar>(_: E.Type) -> [String: Operation<E>] {
        [
            "norm": { .row([$0.norm()]) }, "norm 0": { $0.norm(axis: 0) }, "norm 1": { $0.norm(axis: 1) },
            "transposed": { $0.T }, "diagonal": { .row($0.diagonal) }, "trace": { .row([$0.trace]) },
            "clip": { $0.clip(-0.5, 1) }, "maximum": { $0.maximum(0.25) }, "minimum": { $0.minimum(0.25) },
            "floor": { $0.floor() }, "ceil": { $0.ceil() }, "round": { $0.round() }, "sign": { $0.sign() },
            "abs": { $0.abs() }, "square": { $0.square() },
            "above": { mask($0 .> 0.5) }, "at most": { mask($0 .<= 1) },
            "isnan": { mask($0.isNaN()) }, "isfinite": { mask($0.isFinite()) },
            "mean removed": { $0 - $0.mean(axis: 0) }, "over row sums": { $0 / $0.sum(axis: 1) },
        ]
    }

    static func correlations<E: Scalar>(_: E.Type) -> [String: Operation<E>] {
        func reversedSquares(_ x: Matrix<E>) -> Matrix<E> {
            x.columns(at: (0..<x.columns).reversed()).square()
        }
        return [
            "standardized 0": { $0.standardized() },
            "standardized 1 ddof 1": { $0.standardized(axis: 1, ddof: 1) },
            "pearson": { $0.correlation() }, "spearman": { $0.correlation(.spearman) },
            "pearson with": { try $0.correlation(with: reversedSquares($0)) },
            "spearman with": { try $0.correlation(with: reversedSquares($0), .spearman) },
        ]
    }

    func checkAll<E: Scalar>(_: E.Type) throws {
        let fixture = try MatrixFixture.shared.get()
        let operations = [
            Self.statistics(E.self), Self.order(E.self), Self.elementwise(E.self), Self.correlations(E.self),
        ].reduce(into: [:]) { $0.merge($1) { $1 } }
        #expect(Set(operations.keys) == Set(fixture.results.values.flatMap(\.keys)))
        #expect(fixture.results.count == fixture.matrices.count && fixture.matrices.count == 12)
        for (name, results) in fixture.results {
            let input = try #require(fixture.matrices[name])
            let x = input.matrix(E.self)
            let scale = input.elements.filter(\.isFinite).map { abs($0) }.max() ?? 0
            for (operation, expected) in results {
                let calculate = try #require(operations[operation])
                let found = try calculate(x)
                let isSpread = operation.contains("std") || operation.contains("var")
                let isRatio =
                    operation.contains("standardized") || operation.contains("pearson")
                    || operation.contains("spearman")
                // A spread is of the differences from the mean, and so are what is divided by it and the correlations:
                // of numbers near 10,000 the rounding of a mean in double precision is what they are off by, or that
                // of their squares in single precision.
                let error = roundings(
                    found.elements, expected.elements, scale: isSpread ? 0 : isRatio ? 1 : scale)
                let isOff = name == "offset" && (E.self == Double.self || operation.hasSuffix("with"))
                let limit = isRatio ? (isOff ? 3e4 : 32) : 8.0
                #expect(error <= limit, "\(E.self) \(operation) of \(name): \(error) roundings")
                if !expected.elements.isEmpty, operation != "unique" {
                    #expect(found.rows == expected.rows, "\(operation) of \(name)")
                    #expect(found.columns == expected.columns, "\(operation) of \(name)")
                }
            }
        }
    }

    /// The NaN that 0 / 0 gives has a sign, which was shown: "-nan".
    @Test func whatIsNotThereHasNoSign() {
        #expect("\([1.0].std(ddof: 1)) \([Double.nan].nanmean()) \([Float.nan].nanvar())" == "nan nan nan")
        let one = Matrix<Double>(rows: 1, columns: 1, repeating: 2)
        let none = Matrix<Float>(rows: 2, columns: 1, repeating: .nan)
        #expect("\(one.var(axis: 0, ddof: 1).elements) \(none.nanmean(axis: 0).elements)" == "[nan] [nan]")
    }

    /// numpy: `isinf([[1, inf], [-inf, nan]])`.
    @Test func whereElementsAreInfinite() {
        let x = Matrix<Float>([[1, .infinity], [-.infinity, .nan]])
        #expect(x.isInfinite().elements == [false, true, true, false])
        #expect(Matrix<Double>([[.infinity, -1e308]]).isInfinite().elements == [true, false])
    }

    /// A matrix without elements stopped the cell, while an array gives NaN.
    @Test func noNumbersBesideNaNHaveNoExtremes() {
        let nothing = Matrix<Double>(rows: 0, columns: 0)
        #expect(nothing.nanmax().isNaN && nothing.nanmin().isNaN && [Double]().nanmax().isNaN)
        let noRows = Matrix<Float>(rows: 0, columns: 2)
        #expect(noRows.nanmax(axis: 0).elements.count { $0.isNaN } == 2)
        #expect(Matrix<Float>(rows: 2, columns: 0).nanmin(axis: 1).elements.count { $0.isNaN } == 2)
    }

    @Test func numpyInSinglePrecision() throws { try checkAll(Float.self) }

    @Test func numpyInDoublePrecision() throws { try checkAll(Double.self) }

    /// Arrays, slices and other collections have the statistics of a matrix of one row.
    @Test func arrays() throws {
        let fixture = try MatrixFixture.shared.get()
        for (name, input) in fixture.matrices where !input.elements.isEmpty {
            let x = input.matrix(Double.self)
            let v = x.elements
            func same(_ a: Double, _ b: Double) -> Bool { a == b || (a.isNaN && b.isNaN) }
            #expect(same(v.sum(), x.sum()) && same(v.mean(), x.mean()), "\(name)")
            #expect(
                same(v.std(ddof: 1), x.std(ddof: 1)) && same(v.var(), x.var()) && same(v.median(), x.median())
            )
            #expect(
                same(v.nansum(), x.nansum()) && same(v.nanmean(), x.nanmean()) && same(v.nanstd(), x.nanstd())
            )
            #expect(same(v.nanvar(), x.nanvar()) && same(v.nanmedian(), x.nanmedian()))
            #expect(same(v.nanmin(), x.nanmin()) && same(v.nanmax(), x.nanmax()))
            #expect(same(try v.quantile(0.3), try x.quantile(0.3)))
            #expect(same(try v.nanquantile(0.3), try x.nanquantile(0.3)))
            #expect(v.argmax() == x.argmax().row * x.columns + x.argmax().column)
            #expect(v.argmin() == x.argmin().row * x.columns + x.argmin().column)
            #expect([v.argsort()] == Matrix.row(v).argsort(axis: 1))
            #expect(roundings(v.cumsum(), Matrix.row(v).cumsum(axis: 1).elements) == 0)
            #expect(roundings(v[...].ranks(), Matrix.row(v).ranks(axis: 1).elements) == 0)
            #expect(same(Array(v.reversed()).norm(), x.norm()) || roundings([v.norm()], [x.norm()]) < 4)
        }
        let none: [Double] = []
        #expect(none.sum() == 0 && none.mean().isNaN && none.std().isNaN && none.median().isNaN)
        #expect(
            none.argsort().isEmpty && none.cumsum().isEmpty && none.ranks().isEmpty && none.unique().isEmpty)
        #expect([3.0, 1, 2][1...].mean() == 1.5 && [Float16(1), 2].mean() == 1.5)
        #expect([2, 1, 2, 3].unique() == [1, 2, 3] && ["b", "a", "b"].unique() == ["a", "b"])
        #expect([true, false].any() && ![true, false].all() && [true, true, false].trueCount == 2)
        #expect([10.0, 20, 30][where: [10.0, 20, 30] .> 15] == [20, 30])
        let r = try [1.0, 2, 3, 4].correlation(with: [1, 4, 9, 16])
        #expect(abs(r - 0.98437403) < 1e-8)
        #expect(abs(try [1.0, 2, 3, 4].correlation(with: [1, 4, 9, 16], .spearman) - 1) < 1e-15)
        #expect(try [1.0, 2].correlation(with: [5, 5]).isNaN)
        #expect(throws: StatisticsError.counts(2, 3)) { try [1.0, 2].correlation(with: [1, 2, 3]) }
        let huge = Matrix<Double>([[1e200, 1], [-1e200, 2], [3e200, 4]]).correlation().elements
        #expect(huge[..<3].allSatisfy(\.isNaN) && huge[3] == 1)
        #expect(throws: StatisticsError.share(1.5)) { try [1.0, 2].quantile(1.5) }
        #expect(throws: StatisticsError.rows(2, 3)) {
            try Matrix<Float>.ones(2, 2).correlation(with: .ones(3, 2))
        }
    }

    /// Doubles whose upper 32 bits are equal are told apart by the others, in runs of two and of thousands.
    @Test(arguments: [1, 20, 300, 5000])
    func doublesWithEqualUpperHalvesAreOrdered(different: Int) {
        var bits: UInt64 = 1
        let x: [Double] = (0..<9000).map { i in
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let lower = bits >> 33 % UInt64(different)
            let number = Double(bitPattern: (1.5).bitPattern | lower)
            return i % 97 == 0 ? .nan : i % 2 == 0 ? -number : number
        }
        func expected<E: Scalar>(_ x: [E]) -> [Int] {
            x.indices.sorted { i, j in
                if x[i].isNaN || x[j].isNaN { return x[i].isNaN == x[j].isNaN ? i < j : x[j].isNaN }
                return x[i] == x[j] ? i < j : x[i] < x[j]
            }
        }
        #expect(x.argsort() == expected(x))
        #expect(x.map { Float($0) }.argsort() == expected(x.map { Float($0) }))
    }

    /// A constant column has no correlation, and standardized it is zero.
    @Test func constantColumns() {
        let x: Matrix<Float> = [[0.1, 1], [0.1, 2], [0.1, 4]]
        let r = x.correlation()
        #expect(r[0, 0].isNaN && r[0, 1].isNaN && r[1, 1] == 1)
        #expect(x.standardized().column(0) == [0, 0, 0])
        // The mean of a thousand is rounded to another number than theirs.
        let long = Matrix<Double>(rows: 1000, columns: 3) { target in
            for i in target.indices { target[i] = i % 3 == 0 ? 0.1 : i % 3 == 1 ? 98.7 : Double(i % 7) }
        }
        #expect(long.standardized().columns(0..<2) == Matrix(rows: 1000, columns: 2))
        #expect(long.T.standardized(axis: 1).row(1) == [Double](repeating: 0, count: 1000))
        let isNaN = long.correlation().isNaN()
        #expect(isNaN.trueCount == 8 && !isNaN[2, 2])
        #expect(Matrix<Double>(rows: 0, columns: 2).standardized().columns == 2)
    }

    /// Numbers in single precision that are far from zero, as their columns by themselves.
    @Test func correlationsFarFromZero() throws {
        let far = Matrix<Float>(rows: 60, columns: 2) { target in
            for i in 0..<60 {
                target[2 * i] = 1e6 + Float(i % 3)
                target[2 * i + 1] = 2e6 + Float(i * i % 7)
            }
        }
        let expected = try far.column(0).correlation(with: far.column(1))
        let found: Float = far.correlation()[0, 1]
        #expect(abs(found - expected) < 1e-6 && abs(expected) < 0.9)
        let standard = far.standardized()
        let (means, deviations) = (standard.mean(axis: 0).elements, standard.std(axis: 0).elements)
        #expect(abs(means[0]) < 1e-6 && abs(deviations[0] - 1) < 1e-6)
    }

    /// Enough numbers for several threads and partial sums.
    func checkLarge<E: Scalar>(_: E.Type) throws {
        var state = 7
        let x = Matrix<E>(rows: 331, columns: 997) { target in
            for i in target.indices {
                state = (state * 1_103_515_245 + 12345) % (1 << 31)
                target[i] = E(Double(state >> 7) / Double(1 << 23) - 1)
            }
        }
        func sparse(_ x: [E], _ step: Int = 30011) -> [E] {
            stride(from: 0, to: x.count, by: step).map { x[$0] }
        }
        let place = x.argmax()
        let first: Matrix<E> = x.T[0..<1, 0..<1]
        let divisors = x.mean(axis: 0) .+ 3
        let broadcast = (x .* 2) .+ (first ./ divisors)
        let found: [String: [E]] = [
            "sum": [x.sum()], "std": [x.std()], "min": [x.min()], "max": [x.max()], "median": [x.median()],
            "quantile": [try x.quantile(0.123)], "argmax": [E(place.row * x.columns + place.column)],
            "mean 0": sparse(x.mean(axis: 0).elements, 83), "std 1": sparse(x.std(axis: 1).elements, 83),
            "median 0": sparse(x.median(axis: 0).elements, 83),
            "argsort": sparse(x.elements.argsort().map { E($0) }), "exp": sparse(x.exp().elements),
            "combination": sparse(broadcast.elements), "below": [E((x .< 0.25).trueCount)],
            "cumsum 0": sparse(x.cumsum(axis: 0).row(330), 83),
            "spearman": [try x.column(0).correlation(with: x.column(1), .spearman)],
        ]
        let expected = try MatrixFixture.shared.get().large
        #expect(Set(found.keys) == Set(expected.keys))
        for (name, numbers) in found {
            let error = roundings(numbers, try #require(expected[name]).elements, scale: 1)
            #expect(error <= (name.hasPrefix("cumsum") ? 400 : 8), "\(E.self) \(name): \(error) roundings")
        }
    }

    @Test func manyNumbersInSinglePrecision() throws { try checkLarge(Float.self) }

    @Test func manyNumbersInDoublePrecision() throws { try checkLarge(Double.self) }
}
