import Tensors

/// The weights of one block: attention over the tokens of a sequence, then a feed-forward part for each token.
struct TransformerBlock: Sendable {
    /// Query, key and value of all heads side by side.
    let attentionInput: Linear
    let attentionOutput: Linear
    let attentionNorm: LayerNorm
    let expansion: Linear
    let contraction: Linear
    let feedForwardNorm: LayerNorm

    var parameterCount: Int {
        [attentionInput, attentionOutput, expansion, contraction].reduce(0) { $0 + $1.parameterCount }
            + attentionNorm.parameterCount + feedForwardNorm.parameterCount
    }

    /// Runs the block in place on the packed rows of `workspace.hidden`.
    func run(_ configuration: TransformerConfiguration, offsets: [Int], _ workspace: EncoderWorkspace) {
        let rows = offsets.last ?? 0
        let hidden = workspace.hidden
        switch configuration.normOrder {
        case .after:
            attend(hidden, configuration, offsets, workspace)
            attentionNorm.apply(hidden, into: hidden, rows: rows)
            feedForward(hidden, configuration, rows, workspace)
            feedForwardNorm.apply(hidden, into: hidden, rows: rows)
        case .before:
            attentionNorm.apply(hidden, into: workspace.normalized, rows: rows)
            attend(workspace.normalized, configuration, offsets, workspace)
            feedForwardNorm.apply(hidden, into: workspace.normalized, rows: rows)
            feedForward(workspace.normalized, configuration, rows, workspace)
        }
    }

    /// Adds the attention's result for `input` to the hidden state.
    private func attend(
        _ input: UnsafePointer<Float>, _ configuration: TransformerConfiguration, _ offsets: [Int],
        _ workspace: EncoderWorkspace
    ) {
        let width = configuration.width
        let rows = offsets.last ?? 0
        let projected = workspace.wide
        attentionInput.apply(input, into: projected, rows: rows)
        Kernels.attention(
            query: AttentionRows(projected, stride: 3 * width),
            key: AttentionRows(projected + width, stride: 3 * width),
            value: AttentionRows(projected + 2 * width, stride: 3 * width), offsets: offsets,
            heads: configuration.heads, headWidth: width / configuration.heads,
            causal: configuration.isCausal,
            into: workspace.attended, outputStride: width)
        attentionOutput.apply(workspace.attended, into: workspace.hidden, rows: rows, accumulating: true)
    }

    /// Adds the feed-forward part's result for `input` to the hidden state.
    private func feedForward(
        _ input: UnsafePointer<Float>, _ configuration: TransformerConfiguration, _ rows: Int,
        _ workspace: EncoderWorkspace
    ) {
        expansion.apply(input, into: workspace.wide, rows: rows, activation: configuration.activation)
        contraction.apply(workspace.wide, into: workspace.hidden, rows: rows, accumulating: true)
    }
}

/// The memory in which an encoder runs one packed batch; made once for the largest.
final class EncoderWorkspace {
    /// The state of every token, rows x width.
    let hidden: UnsafeMutablePointer<Float>
    /// The normalised state, rows x width.
    let normalized: UnsafeMutablePointer<Float>
    /// What the heads bring together, rows x width.
    let attended: UnsafeMutablePointer<Float>
    /// Query, key and value, or the inside of the feed-forward part.
    let wide: UnsafeMutablePointer<Float>

    /// Memory for batches of up to `rows` tokens.
    init(rows: Int, _ configuration: TransformerConfiguration) {
        let width = configuration.width
        hidden = .allocate(capacity: max(rows * width, 1))
        normalized = .allocate(capacity: max(rows * width, 1))
        attended = .allocate(capacity: max(rows * width, 1))
        wide = .allocate(capacity: max(rows * max(3 * width, configuration.feedForwardWidth), 1))
    }

    deinit {
        hidden.deallocate()
        normalized.deallocate()
        attended.deallocate()
        wide.deallocate()
    }
}
