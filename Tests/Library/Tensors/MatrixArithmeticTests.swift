import Tensors
import Testing

/// Operators, broadcasting, masks and parts, by their definitions.
@Suite struct MatrixArithmeticTests {
    let x: Matrix<Double> = [[1, 2, 3], [4, 5, 6]]

    /// Of one type, so that `#expect` has little to infer.
    func equal<Value: Equatable>(
        _ found: Value, _ expected: Value, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found == expected, sourceLocation: sourceLocation)
    }

    @Test func operators() {
        let y: Matrix<Double> = [[2, 2, 2], [0.5, 0.5, 0.5]]
        equal(x + y, [[3, 4, 5], [4.5, 5.5, 6.5]])
        equal(x - y, [[-1, 0, 1], [3.5, 4.5, 5.5]])
        equal(x * y, [[2, 4, 6], [2, 2.5, 3]])
        equal(x / y, [[0.5, 1, 1.5], [8, 10, 12]])
        equal(x + 1, [[2, 3, 4], [5, 6, 7]])
        equal(1 + x, x + 1)
        equal(x - 1, [[0, 1, 2], [3, 4, 5]])
        equal(1 - x, -(x - 1))
        equal(2 * x, x + x)
        equal(x * 2, x + x)
        equal(x / 2, 0.5 * x)
        equal(6 / x, [[6, 3, 2], [1.5, 1.2, 1]])
        equal(x ** 2, x * x)
        equal(x .+ y, x + y)
        equal(2 .* x, 2 * x)
        var z = x
        z += y
        z -= y
        z *= 3
        z /= .row([3, 3, 3])
        z += 1
        z -= 1
        z /= 2
        z *= .column([2, 2])
        equal(z, x)
        let t = Tensor<Float>(shape: [2, 1, 3], elements: [1, 2, 3, 4, 5, 6])
        equal((t * 2 - t).elements, t.elements)
        equal((t + Tensor(shape: [2, 1], elements: [10, 20])).shape, [2, 2, 3])
        equal(t.sum(axis: 0).elements, [5, 7, 9])
        equal(t.mean(axis: 2).shape, [2, 1, 1])
        equal(t.max(), 6)
        equal([1.0, 2] .+ [3, 4], [4, 6])
        equal(2 .* [1.0, 2], [2, 4])
        equal([4.0, 9] ./ 2, [2, 4.5])
        equal([1.0, 2] .- [3, 4], [-2, -2])
        equal([1.0, 2] ** 2, [1, 4])
        equal([1.0, 5].clip(2, 3), [2, 3])
    }

    @Test func broadcasting() {
        equal(x - .row([1, 2, 3]), [[0, 0, 0], [3, 3, 3]])
        equal(x - .column([1, 4]), [[0, 1, 2], [0, 1, 2]])
        equal(Matrix.row([1.0, 2]) + .column([10, 20, 30]), [[11, 12], [21, 22], [31, 32]])
        equal((Matrix<Double>(rows: 0, columns: 3) + .row([1, 2, 3])).rows, 0)
        equal(x.maximum(.row([2, 2, 4])), [[2, 2, 4], [4, 5, 6]])
        equal(x.minimum(.column([2, 5])), [[1, 2, 2], [4, 5, 5]])
    }

    /// The memory of an operand is used again only where nobody else sees it.
    @Test func operandsStayAsTheyWere() {
        let before = x.elements
        let copy = x
        var changed = x
        changed += 1
        _ = x.exp()
        _ = -copy
        _ = x + copy
        _ = 1 - x
        let rows = x.rows(0..<1)
        _ = rows * 5
        _ = rows.clip(0, 1)
        var part = x.rows(1..<2)
        part[0, 0] = 99
        part *= 2
        equal(x.elements, before)
        equal(copy.elements, before)
        equal(rows.elements, [1, 2, 3])
    }

    @Test func masks() {
        let mask = (x .> 1) .& (x .< 5)
        equal(mask.elements, [false, true, true, true, false, false])
        equal(mask.trueCount, 3)
        #expect(mask.any())
        #expect(!mask.all())
        equal(mask.any(axis: 0), [true, true, true])
        equal(mask.all(axis: 1), [false, false])
        equal(mask.trueCount(axis: 1), [2, 1])
        equal((.!mask).trueCount, 3)
        #expect((mask .| .!mask).all())
        #expect(!(mask .^ mask).any())
        equal((x .== 2).trueCount, 1)
        equal((x .!= 2).trueCount, 5)
        #expect((x .>= x).all())
        equal((3 .<= x).trueCount, 4)
        equal((x .> .row([0, 2, 9])).elements, [true, false, false, true, true, false])
        equal(x[mask], [2, 3, 4])
        var y = x
        y[mask] = 0
        equal(y, [[1, 0, 0], [0, 5, 6]])
        y[mask] = [7, 8, 9]
        equal(y, [[1, 7, 8], [9, 5, 6]])
        let nan: Matrix<Float> = [[.nan, 1]]
        equal((nan .!= nan).elements, [true, false])
        #expect(!(nan .< 2)[0, 0])
        equal(nan.isNaN().trueCount, 1)
        equal(([1.0, 2, 3] .>= 2), [false, true, true])
        equal(([1.0, 2] .< [2, 1]), [true, false])
        equal(([true, false] .| [false, false]), [true, false])
        equal((.![true]), [false])
    }

    @Test func parts() {
        equal(x[0..<1, 1...], [[2, 3]])
        equal(x[..., 2], [[3], [6]])
        equal(x[1, ...], [[4, 5, 6]])
        equal(x[..<1, ...1], [[1, 2]])
        equal(x[[1, 0, 1], ...], [[4, 5, 6], [1, 2, 3], [4, 5, 6]])
        equal(x[rows: [1]], [[4, 5, 6]])
        equal(x[columns: [2, 0]], [[3, 1], [6, 4]])
        equal(x[rows: [false, true]], [[4, 5, 6]])
        equal(x[[0], [true, false, true]], [[1, 3]])
        equal(x[2..., ...].rows, 0)
        equal(x[0..<0, 1..<1].count, 0)
        let element = x[1, 2]
        equal(element, 6)
        var y = x
        y[0..<2, 1...] = 0
        equal(y, [[1, 0, 0], [4, 0, 0]])
        y[..., 0] = .column([7, 8])
        y[1, ...] = .row([1, 2, 3])
        equal(y, [[7, 0, 0], [1, 2, 3]])
        y[[1, 0], [2, 0]] = [[5, 6], [7, 8]]
        equal(y, [[8, 0, 7], [6, 2, 5]])
        y[rows: [0]] *= 2
        y[0, 0] += 1
        equal(x[0..<2, 1...] * 2 + 1, [[5, 7], [11, 13]])
        equal(y, [[17, 0, 14], [6, 2, 5]])
        y[columns: [1]] = x[columns: [0]]
        equal(y, [[17, 1, 14], [6, 4, 5]])
        y[..., 1] = .all(x[0, 2])
        equal(y.column(1), [3, 3])
        var shared = x
        shared[0..<1, ...] = shared[1..<2, ...]
        equal(shared, [[4, 5, 6], [4, 5, 6]])
        equal(x[0, 0], 1)
    }

    @Test func creation() {
        equal(Matrix<Float>.zeros(1, 2), [[0, 0]])
        equal(Matrix<Float>.ones(2, 1), [[1], [1]])
        equal(Matrix<Float>.identity(2), [[1, 0], [0, 1]])
        equal(Matrix<Double>.diagonal([2, 3]), [[2, 0], [0, 3]])
        equal(x.reshaped(3, 2), [[1, 2], [3, 4], [5, 6]])
        equal(x.flatten(), [1, 2, 3, 4, 5, 6])
        equal(x.T.shape, [3, 2])
        equal(x.map { Float($0) * 2 }, Matrix<Float>([[2, 4, 6], [8, 10, 12]]))
        equal(Matrix.concatenated([x, x]).rows, 4)
        equal(Matrix.concatenated([x, x.columns(0..<1)], axis: 1).row(1), [4, 5, 6, 4])
        equal(x.rows(where: { $0.sum() > 6 }), [[4, 5, 6]])
        equal([Double].linspace(0, 1, count: 1), [0])
        #expect([Double].linspace(0, 1, count: 0).isEmpty)
        equal([Double].arange(3), [0, 1, 2])
        #expect([Double].arange(3, 1).isEmpty)
        // To the last digit, as numpy.arange(1, 1.35, 0.1) prints them.
        equal([Double].arange(1, 1.35, step: 0.1), [1, 1.1, 1.2000000000000002, 1.3000000000000003])
    }

    private func words(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }

    @Test func shapesThatDoNotFitStopWithBoth() async {
        let sum = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Matrix<Float>.ones(2, 3) + Matrix<Float>.ones(3, 2)
        }
        #expect(words(sum).contains("a 2 x 3 matrix and a 3 x 2 matrix cannot be added"))
        // An array of one element is no number: what compares with each element is a number.
        let comparison = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ([1.0, 2, 3] .> [2.0])
        }
        #expect(words(comparison).contains("arrays of 3 and 1 elements cannot be compared"))
        let part = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Matrix<Float>.ones(2, 3)[-1, ...]
        }
        #expect(
            words(part).contains("rows -1 is outside a matrix of 2 rows; indices do not count from the end"))
    }
}
