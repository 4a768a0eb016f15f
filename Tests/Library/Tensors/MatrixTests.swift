import Tensors
import Testing

@Suite struct MatrixTests {
    let a = Matrix<Float>([[1, 2, 3], [4, 5, 6]])

    @Test func partsAreRight() {
        #expect(a.row(1) == [4, 5, 6])
        #expect(a.column(2) == [3, 6])
        #expect(a.rows(1..<2) == Matrix([[4, 5, 6]]))
        #expect(a.rows(at: [1, 0, 1]) == Matrix([[4, 5, 6], [1, 2, 3], [4, 5, 6]]))
        #expect(a.columns(1..<3) == Matrix([[2, 3], [5, 6]]))
        #expect(a.columns(at: [2, 0]) == Matrix([[3, 1], [6, 4]]))
        #expect(a.transposed() == Matrix([[1, 4], [2, 5], [3, 6]]))
        #expect(a.beside(Matrix([[7], [8]])) == Matrix([[1, 2, 3, 7], [4, 5, 6, 8]]))
        #expect(Matrix.stacked([a, a.rows(0..<1)]).elements == [1, 2, 3, 4, 5, 6, 1, 2, 3])
        #expect(a.converted(to: Double.self) == Matrix<Double>([[1, 2, 3], [4, 5, 6]]))
    }

    @Test func emptyMatricesWork() {
        let none = Matrix<Double>(rows: 0, columns: 3)
        #expect(none.transposed() == Matrix(rows: 3, columns: 0))
        #expect(none.elements.isEmpty)
        #expect(Matrix<Float>(rows: 2, columns: 0).beside(a) == a)
        #expect(Matrix<Float>.stacked([]).count == 0)
    }

    @Test func transposeOfOddSizesIsItsOwnInverse() {
        let matrix = Matrix<Double>(rows: 71, columns: 45, elements: (0..<71 * 45).map(Double.init))
        #expect(matrix.transposed()[44, 70] == matrix[70, 44])
        #expect(matrix.transposed().transposed() == matrix)
    }

    @Test func copiesAreIndependent() {
        var copy = a
        copy[0, 0] = 9
        #expect(a[0, 0] == 1)
        #expect(copy[0, 0] == 9)
    }

    @Test func rowRangesShareMemoryUntilOneIsWritten() {
        var whole = Matrix<Float>(rows: 4, columns: 2, repeating: 1)
        var part = whole.rows(1..<3)
        let shared = part.withUnsafeBufferPointer { part in
            whole.withUnsafeBufferPointer { part.baseAddress == $0.baseAddress.map { $0 + 2 } }
        }
        #expect(shared)
        whole[1, 0] = 5
        #expect(part[0, 0] == 1)
        part[0, 1] = 7
        #expect(whole[1, 1] == 1)
        #expect(part.elements == [1, 7, 1, 1])
    }

    @Test func tensorAndMatrixShareMemory() {
        var tensor = Tensor<Float>(shape: [2, 3, 1], elements: [1, 2, 3, 4, 5, 6])
        #expect(tensor.reshaped(to: [2, 3]).matrix == a)
        #expect(tensor[1, 2, 0] == 6)
        let before = tensor
        tensor[1, 2, 0] = 0
        #expect(before[1, 2, 0] == 6)
        #expect(tensor.elements == [1, 2, 3, 4, 5, 0])
    }

    @Test func shapesThatDoNotFitStopWithAMessage() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Matrix<Float>(rows: 2, columns: 2, elements: [1])
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("a 2 x 2 matrix needs 4 elements; 1 were given"))
    }

    /// More bytes than `Int` counts, and more than the system gives.
    @Test func whatMemoryDoesNotHoldStopsWithAMessage() async {
        func words(_ result: ExitTest.Result?) -> String {
            String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        }
        let beyond = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Matrix<Double>(rows: 1 << 61, columns: 1)
        }
        #expect(words(beyond).contains("a \(1 << 61) x 1 matrix is larger than memory"))
        let elements = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Matrix<Float>(rows: 1 << 40, columns: 1 << 40, elements: [])
        }
        #expect(words(elements).contains("matrix is larger than memory"))
        let tensor = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Double>(shape: [1 << 31, 1 << 30])
        }
        #expect(words(tensor).contains("is larger than memory"))
        let refused = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Matrix<Double>(rows: 1 << 28, columns: 1 << 28)
        }
        #expect(words(refused).contains("there is no memory for \((1 << 59) / 1_000_000) MB"))
    }
}
