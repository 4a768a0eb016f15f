import CTrainingKernels
import Tensors

/// The symmetric contrastive loss (InfoNCE) of a batch of pairs, and its gradients.
final class ContrastiveLoss {
    private let width: Int
    private let pairs: Int
    private let logits: Floats
    private let others: Floats
    private let targets: UnsafeMutablePointer<Int>

    /// Memory for batches of `pairs`, against the batch itself or against `queue` keys.
    init(pairs: Int, width: Int, queue: Int, _ workspace: Workspace) {
        self.width = width
        self.pairs = pairs
        logits = workspace.floats(pairs * max(pairs, queue + 1))
        others = workspace.floats(queue == 0 ? pairs * pairs : 0)
        targets = workspace.integers(pairs)
    }

    /// Embeddings of length 1, pairs x width, and their gradients.
    struct Side {
        let embeddings: Floats
        let gradient: Floats
    }

    /// The mean of both directions' cross-entropies over the batch, and the gradient of the logarithm of the scale.
    func inBatch(_ images: Side, _ texts: Side, count: Int, scale: Float) -> (loss: Double, scale: Double) {
        let weight = 0.5 / Float(count)
        for pair in 0..<count { targets[pair] = pair }
        var inner = 0.0
        var loss = 0.0
        for (query, key, scores) in [(images, texts, logits), (texts, images, others)] {
            LinearAlgebra.gemm(
                m: count, n: count, k: width, alpha: scale, a: query.embeddings, lda: width,
                b: key.embeddings, ldb: width, transposeB: true, c: scores, ldc: count)
            loss += train_cross_entropy(scores, targets, nil, weight, count, count, count, &inner)
        }
        // Both directions change both sides: as queries, and as keys of the other direction.
        for (query, key, own, other) in [(images, texts, logits, others), (texts, images, others, logits)] {
            for (scores, transposed, beta) in [(own, false, Float(0)), (other, true, 1)] {
                LinearAlgebra.gemm(
                    m: count, n: width, k: count, alpha: scale, a: scores, lda: count,
                    transposeA: transposed, b: key.embeddings, ldb: width, beta: beta, c: query.gradient,
                    ldc: width)
            }
        }
        guard isFinite(images, count), isFinite(texts, count) else { return (.nan, .nan) }
        return (loss * 0.5 / Double(count), inner)
    }

    /// Whether embeddings are numbers. BLAS passes over what it multiplies by 0, to which a learned scale can fall, and
    /// the loss of a training that has diverged would look well.
    private func isFinite(_ side: Side, _ count: Int) -> Bool {
        train_sum_squares(side.embeddings, count * width).isFinite
    }

    /// The cross-entropy of one direction, where the key of each query's pair stands against a queue of other keys.
    ///
    /// Keys and queue (`length` x width) have no gradient.
    func againstQueue(
        _ query: Side, keys: Floats, queue: Floats, length: Int, count: Int, scale: Float
    ) -> (loss: Double, scale: Double) {
        let columns = length + 1
        for pair in 0..<count {
            targets[pair] = 0
            var product: Float = 0
            for column in 0..<width {
                product += query.embeddings[pair * width + column] * keys[pair * width + column]
            }
            logits[pair * columns] = scale * product
        }
        LinearAlgebra.gemm(
            m: count, n: length, k: width, alpha: scale, a: query.embeddings, lda: width, b: queue,
            ldb: width,
            transposeB: true, c: logits + 1, ldc: columns)
        var inner = 0.0
        let loss = train_cross_entropy(
            logits, targets, nil, 1 / Float(count), count, columns, columns, &inner)
        LinearAlgebra.gemm(
            m: count, n: width, k: length, alpha: scale, a: logits + 1, lda: columns, b: queue, ldb: width,
            c: query.gradient, ldc: width)
        for pair in 0..<count {
            let slope = scale * logits[pair * columns]
            for column in 0..<width {
                query.gradient[pair * width + column] += slope * keys[pair * width + column]
            }
        }
        guard isFinite(query, count) else { return (.nan, .nan) }
        return (loss / Double(count), inner)
    }

    /// The loss of SimCLR (NT-Xent): row i and row i + count/2 are two views of one image, all other rows are other images.
    func betweenViews(_ views: Side, skip: UnsafeMutablePointer<Int>, count: Int, scale: Float) -> Double {
        for row in 0..<count {
            targets[row] = (row + count / 2) % count
            skip[row] = row
        }
        LinearAlgebra.gemm(
            m: count, n: count, k: width, alpha: scale, a: views.embeddings, lda: width, b: views.embeddings,
            ldb: width, transposeB: true, c: logits, ldc: count)
        var inner = 0.0
        let loss = train_cross_entropy(logits, targets, skip, 1 / Float(count), count, count, count, &inner)
        for (transposed, beta) in [(false, Float(0)), (true, 1)] {
            LinearAlgebra.gemm(
                m: count, n: width, k: count, alpha: scale, a: logits, lda: count, transposeA: transposed,
                b: views.embeddings, ldb: width, beta: beta, c: views.gradient, ldc: width)
        }
        return loss / Double(count)
    }
}
