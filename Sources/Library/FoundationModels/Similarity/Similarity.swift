import Tensors

extension Matrix<Float> {
    /// The cosine of the angle between each row of this matrix and each row of another: rows x other's rows.
    ///
    /// A row of zeros has the cosine 0 with everything. Throws `FoundationModelError.input` if the columns differ.
    ///
    /// ```swift
    /// let similarity = try imageEmbeddings.cosineSimilarity(to: textEmbeddings)    // images x texts
    /// ```
    public func cosineSimilarity(to other: Matrix<Float>) throws -> Matrix<Float> {
        guard columns == other.columns else {
            throw FoundationModelError.input(
                "rows of \(columns) numbers cannot be compared with rows of \(other.columns)")
        }
        try Task.checkCancellation()
        return multiply(normalizedRows(), other.normalizedRows(), transposed: true)
    }

    /// The matrix with each row divided by its length; rows of zeros stay as they are.
    public func normalizedRows() -> Matrix<Float> {
        var result = self
        result.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<rows {
                let values = base + row * columns
                var sum: Float = 0
                for column in 0..<columns { sum += values[column] * values[column] }
                if sum.isNormal {
                    let scale = 1 / sum.squareRoot()
                    for column in 0..<columns { values[column] *= scale }
                    continue
                }
                // The squares of very small and very large numbers fit into a Double alone.
                var squares = 0.0
                for column in 0..<columns { squares += Double(values[column]) * Double(values[column]) }
                guard squares > 0 else { continue }
                let scale = 1 / squares.squareRoot()
                for column in 0..<columns { values[column] = Float(Double(values[column]) * scale) }
            }
        }
        return result
    }

    /// The first row that has a NaN or an infinite number; nil if all are finite.
    var firstRowOfNonFinite: Int? {
        withUnsafeBufferPointer { numbers in numbers.firstIndex { !$0.isFinite } }.map { $0 / columns }
    }
}
