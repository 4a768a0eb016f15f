import Tensors
import Testing

/// Matrices and arrays of so many numbers that several threads, partial sums and vectors work on them, beside loops that
/// have none of these.
@Suite struct ManyNumbersTests {
    private func numbers<E: Scalar>(_ count: Int, seed: UInt32, _: E.Type) -> [E] {
        var random = NumpyRandom(seed: seed)
        return (0..<count).map { _ in E(random.gaussian()) }
    }

    private func checkMask<E: Scalar>(_: E.Type) {
        let x = Matrix<E>(rows: 101, columns: 97, elements: numbers(101 * 97, seed: 1, E.self))
        for limit in [E(-9), -0.5, 0, 1.5, 9] {
            let mask = x .> limit
            let wanted = x.elements.filter { $0 > limit }
            #expect(x[mask] == wanted)
            #expect(x.elements[where: x.elements .> limit] == wanted)
            var doubled = x
            doubled[mask] = wanted.map { 2 * $0 }
            #expect(doubled.elements == x.elements.map { $0 > limit ? 2 * $0 : $0 })
        }
    }

    @Test func selectionByMasks() {
        checkMask(Double.self)
        checkMask(Float.self)
        // The last is wanted; none is; there are none.
        #expect([1.0, 2, 3][where: [false, false, true]] == [3] && [1.0][where: [false]] == [])
        #expect([Double]()[where: []] == [] && ["a", "b"][where: [false, true]] == ["b"])
        #expect(Matrix<Float>.zeros(0, 3)[Matrix<Float>.zeros(0, 3) .> 0] == [])
    }

    @Test(arguments: [(1, 1), (1, 5000), (5000, 1), (257, 1031), (1031, 257), (0, 4), (4, 0)])
    func transposing(rows: Int, columns: Int) {
        let x = Matrix<Double>(rows: rows, columns: columns, elements: (0..<rows * columns).map(Double.init))
        let t = x.T
        #expect(t.rows == columns && t.columns == rows)
        #expect((0..<rows).allSatisfy { x.row($0) == t.column($0) })
    }

    /// Pearson's r by its definition, in one sum.
    private func r(_ x: [Double], _ y: [Double]) -> Double {
        let (a, b) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
        let products = zip(x, y).map { ($0 - a) * ($1 - b) }.reduce(0, +)
        return products
            / (x.map { ($0 - a) * ($0 - a) }.reduce(0, +) * y.map { ($0 - b) * ($0 - b) }.reduce(0, +))
            .squareRoot()
    }

    @Test(arguments: [2, 7, 8, 9, 4095, 4096, 4097, 30_011])
    func correlations(count: Int) throws {
        let x = numbers(count, seed: 2, Double.self)
        let y = zip(x, numbers(count, seed: 3, Double.self)).map { 0.3 * $0 + $1 }
        #expect(abs(try x.correlation(with: y) - r(x, y)) < 1e-12)
        let (u, v) = (x.map(Float.init), y.map(Float.init))
        #expect(abs(Double(try u.correlation(with: v)) - r(u.map(Double.init), v.map(Double.init))) < 1e-7)
        // The rounding of two sums.
        #expect(abs(try x.correlation(with: x) - 1) < 1e-15)
        #expect(abs(try x.correlation(with: x.map { -3 * $0 }) + 1) < 1e-15)
        #expect(abs(try x.correlation(with: y, .spearman) - r(x.ranks(), y.ranks())) < 1e-12)
        // The same by way of a matrix of two columns.
        let both: Double = try Matrix.column(x).correlation(with: .column(y))[0, 0]
        #expect(abs(both - r(x, y)) < 1e-12)
    }

    @Test func correlationsThatThereAreNot() throws {
        let x = numbers(5000, seed: 4, Double.self)
        let constant = [Double](repeating: 0.1, count: 5000)
        #expect(try x.correlation(with: constant).isNaN && constant.correlation(with: x).isNaN)
        var broken = x
        broken[4999] = .nan
        #expect(try x.correlation(with: broken).isNaN && broken.correlation(with: x, .spearman).isNaN)
        #expect(try [Double]().correlation(with: []).isNaN && [1.0].correlation(with: [2]).isNaN)
        let none = Matrix<Double>(rows: 0, columns: 3)
        #expect(none.correlation().isNaN().all() && none.correlation(.spearman).isNaN().all())
        #expect(try none.correlation(with: Matrix(rows: 0, columns: 2)).isNaN().trueCount == 6)
        // Products beyond the largest number and below the smallest.
        let large = x.map { $0 * 1e120 }
        #expect(abs(try large.correlation(with: x.map { $0 * 1e120 }) - 1) < 1e-12)
        #expect(abs(try x.map { $0 * 1e-120 }.correlation(with: x) - 1) < 1e-12)
    }
}
