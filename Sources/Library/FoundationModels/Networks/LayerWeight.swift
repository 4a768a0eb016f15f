import Formats
import Tensors

/// The weight of a linear layer, outputs x inputs.
///
/// What a file has in 16 bits stays so until the layer is packed: widened at loading, a model would take three times the
/// file's size beside its packed copy.
struct LayerWeight: Sendable {
    let rows: Int
    let columns: Int
    private let numbers: Numbers
    /// By what each row is multiplied.
    private let scale: [Float]?

    private enum Numbers: Sendable {
        case floats(Matrix<Float>)
        case halves(HalfNumbers)
    }

    /// A weight in memory.
    init(_ matrix: Matrix<Float>) {
        (rows, columns) = (matrix.rows, matrix.columns)
        numbers = .floats(matrix)
        scale = nil
    }

    /// A weight of rows x columns numbers of 16 bits.
    init(_ halves: HalfNumbers, rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        numbers = .halves(halves)
        scale = nil
    }

    private init(_ weight: LayerWeight, scale: [Float]) {
        (rows, columns, numbers) = (weight.rows, weight.columns, weight.numbers)
        self.scale = scale
    }

    /// The weight with each row multiplied by its own number.
    func scaled(by factors: [Float]) -> LayerWeight { LayerWeight(self, scale: factors) }

    var count: Int { rows * columns }

    /// The numbers where they lie as `Float`, in row-major order; nil if they must be made.
    var floats: Matrix<Float>? {
        if case .floats(let matrix) = numbers, scale == nil { matrix } else { nil }
    }

    /// Writes the numbers as `Float` in row-major order.
    func write(into target: UnsafeMutableBufferPointer<Float>) {
        switch numbers {
        case .floats(let matrix):
            matrix.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0) }
        case .halves(let halves): halves.widen(into: target)
        }
        guard let scale else { return }
        for (row, factor) in scale.enumerated() {
            for index in row * columns..<(row + 1) * columns { target[index] *= factor }
        }
    }
}
