internal import CTensorKernels
import Foundation

/// Rows of a packed batch in which every token has a query, a key or a value of all heads side by side.
package struct AttentionRows {
    /// The first token's row.
    package let base: UnsafePointer<Float>
    /// Elements from one token to the next (for instance 3 x width where query, key and value are one product).
    package let stride: Int

    package init(_ base: UnsafePointer<Float>, stride: Int) {
        self.base = base
        self.stride = stride
    }
}

/// Rows on their way into a product, in the numbers that it takes: single ones, or bfloat16 ones, of two bytes each.
package enum ProductRows {
    case float32(UnsafeMutablePointer<Float>)
    case bfloat16(UnsafeMutableRawPointer)
}

extension Kernels {
    /// How many query rows one piece of work has: its scores against a few hundred keys stay in the second cache.
    private static let queryBlock = 128

    /// Scaled dot-product attention, `softmax(q kᵀ / sqrt(headWidth)) v`, of sequences packed one after the other.
    ///
    /// Sequence s has the tokens `offsets[s]..<offsets[s + 1]`, so padding costs nothing. The heads of a token lie side
    /// by side, `headWidth` numbers each. A causal token sees itself and the tokens before it.
    /// `output` has a row of heads x headWidth numbers for each token, `outputStride` apart; it may not be an input.
    package static func attention(
        query: AttentionRows, key: AttentionRows, value: AttentionRows, offsets: [Int], heads: Int,
        headWidth: Int,
        scale: Float? = nil, causal: Bool = false, into output: ProductRows, outputStride: Int
    ) {
        attention(
            query: query, key: key, value: value, queryOffsets: offsets, keyOffsets: offsets, heads: heads,
            headWidth: headWidth, scale: scale, causal: causal, into: output, outputStride: outputStride)
    }

    /// The same where the queries are other tokens than the keys and values; the sequences are as many.
    package static func attention(
        query: AttentionRows, key: AttentionRows, value: AttentionRows, queryOffsets: [Int],
        keyOffsets: [Int],
        heads: Int, headWidth: Int, scale: Float? = nil, causal: Bool = false,
        into output: ProductRows, outputStride: Int
    ) {
        require(
            queryOffsets.count == keyOffsets.count,
            "attention has \(queryOffsets.count - 1) sequences of queries and \(keyOffsets.count - 1) of keys"
        )
        var pieces: [AttentionPiece] = []
        var longest = 0
        for s in 0..<max(queryOffsets.count - 1, 0) {
            let queries = queryOffsets[s]..<queryOffsets[s + 1]
            let keys = keyOffsets[s]..<keyOffsets[s + 1]
            guard !keys.isEmpty else { continue }
            longest = max(longest, keys.count)
            for head in 0..<heads {
                for start in stride(from: queries.lowerBound, to: queries.upperBound, by: queryBlock) {
                    let block = start..<min(start + queryBlock, queries.upperBound)
                    pieces.append(
                        AttentionPiece(
                            queries: block, keys: keys, head: head,
                            firstVisible: start - queries.lowerBound + 1))
                }
            }
        }
        let scale = scale ?? 1 / Float(headWidth).squareRoot()
        pieces.withUnsafeBufferPointer { pieces in
            parallelFor(pieces.count, grain: 1) { range in
                let capacity = queryBlock * (longest + headWidth)
                withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { scores in
                    guard let scores = scores.baseAddress else { return }
                    let sums = scores + queryBlock * longest
                    for piece in pieces[range] {
                        let column = piece.head * headWidth
                        let rows = piece.queries.count
                        let keys = piece.keys.count
                        LinearAlgebra.gemm(
                            m: rows, n: keys, k: headWidth,
                            a: query.base + piece.queries.lowerBound * query.stride + column,
                            lda: query.stride,
                            b: key.base + piece.keys.lowerBound * key.stride + column, ldb: key.stride,
                            transposeB: true, c: scores, ldc: keys)
                        kernel_softmax(
                            scores, scale, rows, keys, keys, causal ? piece.firstVisible : keys,
                            causal ? 1 : 0)
                        let values = value.base + piece.keys.lowerBound * value.stride + column
                        let place = piece.queries.lowerBound * outputStride + column
                        switch output {
                        case .float32(let base):
                            LinearAlgebra.gemm(
                                m: rows, n: headWidth, k: keys, a: scores, lda: keys, b: values,
                                ldb: value.stride, c: base + place, ldc: outputStride)
                        case .bfloat16(let base):
                            LinearAlgebra.gemm(
                                m: rows, n: headWidth, k: keys, a: scores, lda: keys, b: values,
                                ldb: value.stride, c: sums, ldc: headWidth)
                            kernel_to_bfloat16(sums, base + 2 * place, rows, headWidth, outputStride)
                        }
                    }
                }
            }
        }
    }
}

/// A block of one sequence's queries in one head, which one thread handles from scores to result.
private struct AttentionPiece {
    let queries: Range<Int>
    let keys: Range<Int>
    let head: Int
    /// How many keys the first query sees where attention is causal.
    let firstVisible: Int
}
