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

    /// A part of a block whose result is added to the hidden state.
    enum Part: Hashable, Sendable {
        case attention, feedForward
    }

    /// Runs the block in place on the packed rows of `workspace.hidden`.
    func run(_ configuration: TransformerConfiguration, offsets: [Int], _ workspace: EncoderWorkspace) {
        run(configuration, offsets: offsets, workspace, observed: []) { _, _ in }
    }

    /// The same, if `observe` sees what the parts in `observed` add, rows x width, at the cost of a pass over memory.
    func run(
        _ configuration: TransformerConfiguration, offsets: [Int], _ workspace: EncoderWorkspace,
        observed: Set<Part>, _ observe: (Part, UnsafePointer<Float>) throws -> Void
    ) rethrows {
        let rows = offsets.last ?? 0
        let hidden = workspace.hidden
        switch configuration.normOrder {
        case .after:
            var input = ProductRows.float32(hidden)
            if case .bfloat16(let base) = workspace.rows(workspace.normalized) {
                Kernels.toBFloat16(hidden, into: base, count: rows * configuration.width)
                input = .bfloat16(base)
            }
            try attend(input, configuration, offsets, workspace, observed, observe)
            attentionNorm.apply(inPlace: hidden, and: input, rows: rows)
            try feedForward(input, configuration, rows, workspace, observed, observe)
            feedForwardNorm.apply(hidden, into: hidden, rows: rows)
        case .before:
            let input = workspace.rows(workspace.normalized)
            attentionNorm.apply(hidden, into: input, rows: rows)
            try attend(input, configuration, offsets, workspace, observed, observe)
            feedForwardNorm.apply(hidden, into: input, rows: rows)
            try feedForward(input, configuration, rows, workspace, observed, observe)
        }
    }

    /// Runs the block for one token of each sequence alone, whose states then lie one after the other at the beginning
    /// of `workspace.hidden`; the other tokens are only attended to, which spares most of the products.
    ///
    /// `rows` are those tokens, in the order of the sequences. For a block that normalizes before its parts, and for
    /// tokens that see their whole sequence: any, or the last if attention is causal.
    func run(
        _ configuration: TransformerConfiguration, onlyRows rows: [Int], offsets: [Int],
        _ workspace: EncoderWorkspace
    ) {
        let (width, hidden, projected) = (configuration.width, workspace.hidden, workspace.wide)
        let tokens = offsets.last ?? 0
        let (input, attended) = (workspace.rows(workspace.normalized), workspace.rows(workspace.attended))
        attentionNorm.apply(hidden, into: input, rows: tokens)
        attentionInput.apply(input, into: .float32(projected), rows: tokens)
        // Row i of the result comes from one that is no earlier, so none is overwritten before it has moved.
        let queries = workspace.normalized
        for (place, row) in rows.enumerated() {
            (queries + place * width).update(from: projected + row * 3 * width, count: width)
            (hidden + place * width).update(from: hidden + row * width, count: width)
        }
        Kernels.attention(
            query: AttentionRows(queries, stride: width),
            key: AttentionRows(projected + width, stride: 3 * width),
            value: AttentionRows(projected + 2 * width, stride: 3 * width),
            queryOffsets: Array(0...rows.count), keyOffsets: offsets, heads: configuration.heads,
            headWidth: width / configuration.heads, into: attended, outputStride: width)
        attentionOutput.apply(attended, into: .float32(hidden), rows: rows.count, accumulating: true)
        feedForwardNorm.apply(hidden, into: input, rows: rows.count)
        feedForward(input, configuration, rows.count, workspace, []) { _, _ in }
    }

    /// Adds the attention's result for `input` to the hidden state.
    private func attend(
        _ input: ProductRows, _ configuration: TransformerConfiguration, _ offsets: [Int],
        _ workspace: EncoderWorkspace, _ observed: Set<Part>,
        _ observe: (Part, UnsafePointer<Float>) throws -> Void
    ) rethrows {
        let width = configuration.width
        let rows = offsets.last ?? 0
        let projected = workspace.wide
        let attended = workspace.rows(workspace.attended)
        attentionInput.apply(input, into: .float32(projected), rows: rows)
        Kernels.attention(
            query: AttentionRows(projected, stride: 3 * width),
            key: AttentionRows(projected + width, stride: 3 * width),
            value: AttentionRows(projected + 2 * width, stride: 3 * width), offsets: offsets,
            heads: configuration.heads, headWidth: width / configuration.heads,
            causal: configuration.isCausal, into: attended, outputStride: width)
        try add(attentionOutput, of: attended, .attention, rows, workspace, observed, observe)
    }

    /// Adds the feed-forward part's result for `input` to the hidden state.
    private func feedForward(
        _ input: ProductRows, _ configuration: TransformerConfiguration, _ rows: Int,
        _ workspace: EncoderWorkspace, _ observed: Set<Part>,
        _ observe: (Part, UnsafePointer<Float>) throws -> Void
    ) rethrows {
        var inside = workspace.rows(workspace.wide)
        if configuration.isGated {
            expansion.apply(input, into: .float32(workspace.wide), rows: rows)
            inside = workspace.rows(workspace.gated)
            Kernels.gate(
                configuration.activation.kernel, workspace.wide, into: inside, rows: rows,
                columns: configuration.feedForwardWidth)
        } else {
            expansion.apply(input, into: inside, rows: rows, activation: configuration.activation)
        }
        try add(contraction, of: inside, .feedForward, rows, workspace, observed, observe)
    }

    /// Adds the result of a part's last layer to the hidden state.
    private func add(
        _ layer: Linear, of input: ProductRows, _ part: Part, _ rows: Int,
        _ workspace: EncoderWorkspace, _ observed: Set<Part>,
        _ observe: (Part, UnsafePointer<Float>) throws -> Void
    ) rethrows {
        guard observed.contains(part) else {
            return layer.apply(input, into: .float32(workspace.hidden), rows: rows, accumulating: true)
        }
        // What went into the part is no longer needed.
        layer.apply(input, into: .float32(workspace.normalized), rows: rows)
        try observe(part, workspace.normalized)
        Kernels.addRows(workspace.hidden, workspace.normalized, rows: rows, columns: layer.outputs)
    }
}

/// The memory in which an encoder runs one packed batch; made once for the largest.
final class EncoderWorkspace {
    /// The state of every token, rows x width.
    let hidden: UnsafeMutablePointer<Float>
    /// The normalized state, rows x width.
    let normalized: UnsafeMutablePointer<Float>
    /// What the heads bring together, rows x width.
    let attended: UnsafeMutablePointer<Float>
    /// Query, key and value, or the inside of the feed-forward part.
    let wide: UnsafeMutablePointer<Float>
    /// The two halves of a gated feed-forward part multiplied, if it is one.
    let gated: UnsafeMutablePointer<Float>
    private let precision: Precision

    private let memory: LargeMemory

    /// Memory for batches of up to `rows` tokens; `wide` has at least `inputs` numbers for each.
    ///
    /// Throws `FoundationModelError.input` if there is not as much.
    init(rows: Int, _ configuration: TransformerConfiguration, inputs: Int = 0) throws {
        let width = configuration.width
        let feedForwardWidth = configuration.feedForwardWidth
        precision = configuration.precision
        let wideWidth = max(3 * width, (configuration.isGated ? 2 : 1) * feedForwardWidth, inputs)
        let gatedWidth = configuration.isGated ? feedForwardWidth : 0
        // Each part begins at a cache line, which is 16 numbers.
        func room(_ width: Int) -> Int { (rows * width + 15) / 16 * 16 }
        let numbers = 3 * room(width) + room(wideWidth) + room(gatedWidth)
        try checkRoom(
            Double(numbers) * 4, for: "a batch of \(rows) tokens or patches",
            "take fewer at a time (batchTokens of texts, batchSize of images)")
        memory = LargeMemory(numbers: numbers)
        hidden = memory.numbers
        normalized = hidden + room(width)
        attended = normalized + room(width)
        wide = attended + room(width)
        gated = wide + room(wideWidth)
    }

    /// The memory of rows as what the products of blocks take: all of it, or of bfloat16 numbers the first half.
    func rows(_ memory: UnsafeMutablePointer<Float>) -> ProductRows {
        switch precision {
        case .float32: .float32(memory)
        case .bfloat16: .bfloat16(memory)
        }
    }
}
