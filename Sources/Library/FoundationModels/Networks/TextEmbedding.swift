import Tensors

/// The first state of a text's tokens: the sum of embeddings, normalized if the architecture requires it.
struct TextEmbedding: Sendable {
    /// vocabulary x width.
    let tokens: Matrix<Float>
    /// positions x width.
    let positions: Matrix<Float>
    /// Token types x width; a text by itself has the first type.
    let types: Matrix<Float>?
    let norm: LayerNorm?
    /// The row of `positions` for the first token (2 in RoBERTa, which counts from its padding's id).
    var firstPosition: Int
    /// The id of a token that takes no position: it has the row of its own number (RoBERTa's padding, if a text holds it).
    var unplaced: Int32?

    /// The most tokens that a text may have.
    var maximumLength: Int { positions.rows - firstPosition }

    var parameterCount: Int {
        tokens.count + positions.count + (types?.count ?? 0) + (norm?.parameterCount ?? 0)
    }

    /// Writes the state of packed sequences, rows x width; every id must be below the vocabulary's rows.
    func apply(_ sequences: [ArraySlice<Int32>], into output: UnsafeMutablePointer<Float>) {
        let width = tokens.columns
        let type = types?.row(0)
        var row = 0
        tokens.withUnsafeBufferPointer { tokens in
            positions.withUnsafeBufferPointer { positions in
                guard let tokens = tokens.baseAddress, let positions = positions.baseAddress else { return }
                for sequence in sequences {
                    var position = firstPosition
                    for id in sequence {
                        let token = tokens + Int(id) * width
                        let place = positions + (id == unplaced ? Int(id) : position) * width
                        if id != unplaced { position += 1 }
                        let state = output + row * width
                        for column in 0..<width { state[column] = token[column] + place[column] }
                        row += 1
                    }
                }
            }
        }
        if let type { Kernels.addBias(output, type, rows: row, columns: width) }
        norm?.apply(output, into: output, rows: row)
    }
}
