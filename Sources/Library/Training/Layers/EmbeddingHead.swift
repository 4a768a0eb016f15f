import CTrainingKernels

/// A linear layer into the shared space, and the division by the length.
struct EmbeddingHead: Sendable {
    let linear: LinearLayer

    final class Memory {
        let projected: Floats
        let factors: Floats
        let gradient: Floats

        init(_ head: EmbeddingHead, rows: Int, _ workspace: Workspace) {
            projected = workspace.floats(rows * head.linear.outputs)
            gradient = workspace.floats(rows * head.linear.outputs)
            factors = workspace.floats(rows)
        }
    }

    func forward(
        _ vectors: Floats, into embeddings: Floats, rows: Int, _ memory: Memory,
        _ weights: UnsafePointer<Float>
    ) {
        linear.forward(vectors, into: memory.projected, rows: rows, weights)
        train_normalize(memory.projected, embeddings, memory.factors, rows, linear.outputs)
    }

    /// Writes the gradient of the vectors from that of the embeddings.
    func backward(
        _ gradient: Floats, embeddings: Floats, vectors: Floats, into target: Floats, rows: Int,
        _ memory: Memory, _ parameters: Parameters
    ) {
        train_normalize_backward(gradient, embeddings, memory.factors, memory.gradient, rows, linear.outputs)
        linear.backward(memory.gradient, input: vectors, into: target, rows: rows, parameters)
    }
}
