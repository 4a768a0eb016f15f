import CTrainingKernels
import FoundationModels

/// The blocks of a transformer, in the order of ViT (normalization before each part) or of BERT (after it).
struct TransformerStack: Sendable {
    /// The layers of a block.
    struct Block: Sendable {
        let attentionNorm: NormLayer
        let attentionInput: LinearLayer
        let attentionOutput: LinearLayer
        let feedForwardNorm: NormLayer
        let expansion: LinearLayer
        let contraction: LinearLayer
    }

    /// How a library spells the layers of a block.
    struct Names: Sendable {
        let attentionNorm: String
        let attentionInput: [String]
        let attentionOutput: String
        let feedForwardNorm: String
        let expansion: String
        let contraction: String
    }

    let configuration: TransformerConfiguration
    let blocks: [Block]
    /// How many of the first blocks stay as they are; what comes before the blocks stays with them.
    let frozen: Int

    /// `prefix` is the name of a block, its number as `{}`.
    init(
        _ configuration: TransformerConfiguration, prefix: String, names: Names, frozen: Int,
        _ table: inout ParameterTable
    ) throws {
        let width = configuration.width
        try expect(
            width > 0 && configuration.depth > 0 && configuration.heads > 0
                && configuration.feedForwardWidth > 0 && width % max(configuration.heads, 1) == 0,
            "a transformer needs a width, depth and feed-forward width above zero, and heads that share the width "
                + "equally; it has \(width), \(configuration.depth), \(configuration.feedForwardWidth) and "
                + "\(configuration.heads) heads")
        try expect(
            configuration.width <= 1 << 20 && configuration.feedForwardWidth <= 1 << 20
                && configuration.depth <= 1 << 12,
            "a transformer is at most \(1 << 20) wide and \(1 << 12) deep; it has the widths "
                + "\(configuration.width) and \(configuration.feedForwardWidth), and the depth "
                + "\(configuration.depth)")
        try expect(
            !configuration.isGated && !configuration.isCausal && configuration.precision == .float32,
            "transformers are trained in float32, without gated feed-forward parts and causal attention")
        try expect(
            (0...configuration.depth).contains(frozen),
            "\(frozen) of \(configuration.depth) blocks cannot be frozen")
        self.configuration = configuration
        self.frozen = frozen
        blocks = (0..<configuration.depth).map { number in
            let block = prefix.replacing("{}", with: String(number)) + "."
            let isFrozen = number < frozen
            func norm(_ name: String) -> NormLayer {
                table.norm(block + name, width: width, epsilon: configuration.epsilon, isFrozen: isFrozen)
            }
            func linear(_ names: [String], _ inputs: Int, _ outputs: Int) -> LinearLayer {
                table.linear(names.map { block + $0 }, inputs: inputs, outputs: outputs, isFrozen: isFrozen)
            }
            return Block(
                attentionNorm: norm(names.attentionNorm),
                attentionInput: linear(names.attentionInput, width, 3 * width),
                attentionOutput: linear([names.attentionOutput], width, width),
                feedForwardNorm: norm(names.feedForwardNorm),
                expansion: linear([names.expansion], width, configuration.feedForwardWidth),
                contraction: linear([names.contraction], configuration.feedForwardWidth, width))
        }
    }

    /// What a block keeps for the way back.
    struct BlockMemory {
        /// Before: the normalized input. After: the sum that is normalized.
        let attentionNormed: Floats
        let qkv: Floats
        let attended: Floats
        let weights: Floats
        /// The state between the two parts.
        let middle: Floats
        let feedForwardNormed: Floats
        /// What goes into the activation, and what comes out of it.
        let inside: Floats
        let activated: Floats
        let attentionStatistics: NormLayer.Statistics
        let feedForwardStatistics: NormLayer.Statistics
    }

    /// The bytes that packed sequences take at least.
    func byteCount(sequences: Int, longest: Int) -> Double {
        let (width, inside) = (Double(configuration.width), Double(configuration.feedForwardWidth))
        let (depth, heads) = (Double(configuration.depth), Double(configuration.heads))
        let rows = Double(sequences) * Double(longest)
        let states = (8 * depth + 1) * width + 2 * depth * inside
        let weights = depth * heads * Double(longest)
        return rows * (states + weights) * Double(MemoryLayout<Float>.stride)
    }

    /// The states and gradients of packed sequences.
    final class Memory {
        /// The states before the first block and after each block, rows x width.
        let states: [Floats]
        let blocks: [BlockMemory]
        /// Where each sequence begins, and where the last one ends.
        let offsets: UnsafeMutablePointer<Int>
        /// The gradient of a state, rows x width.
        let gradient: Floats
        let narrow: Floats
        let wide: Floats
        let scratch: Floats
        var sequences = 0
        var rows: Int { offsets[sequences] }

        init(
            _ configuration: TransformerConfiguration, sequences: Int, longest: Int, rows: Int,
            _ workspace: Workspace
        ) {
            let (width, inside) = (configuration.width, configuration.feedForwardWidth)
            let room = sequences * configuration.heads * train_attention_room(longest)
            func floats(_ width: Int) -> Floats { workspace.floats(rows * width) }
            states = (0...configuration.depth).map { _ in floats(width) }
            blocks = (0..<configuration.depth).map { _ in
                BlockMemory(
                    attentionNormed: floats(width), qkv: floats(3 * width), attended: floats(width),
                    weights: workspace.floats(room), middle: floats(width), feedForwardNormed: floats(width),
                    inside: floats(inside), activated: floats(inside),
                    attentionStatistics: NormLayer.Statistics(workspace, rows: rows),
                    feedForwardStatistics: NormLayer.Statistics(workspace, rows: rows))
            }
            offsets = workspace.integers(sequences + 1)
            gradient = floats(width)
            narrow = floats(width)
            wide = floats(max(3 * width, inside))
            scratch = workspace.floats(
                train_attention_scratch(longest, configuration.width / configuration.heads))
        }
    }

    /// Computes the states from `states[0]`.
    func forward(_ memory: Memory, _ weights: UnsafePointer<Float>) {
        let (rows, width) = (memory.rows, configuration.width)
        for (number, block) in blocks.enumerated() {
            let kept = memory.blocks[number]
            let (input, output) = (memory.states[number], memory.states[number + 1])
            let isBefore = configuration.normOrder == .before
            var attentionInput = input
            if isBefore {
                block.attentionNorm.forward(
                    input, into: kept.attentionNormed, rows: rows, weights, kept.attentionStatistics)
                attentionInput = kept.attentionNormed
            }
            block.attentionInput.forward(attentionInput, into: kept.qkv, rows: rows, weights)
            train_attention(
                kept.qkv, memory.offsets, memory.sequences, configuration.heads, width, kept.weights,
                kept.attended, memory.scratch)
            let sum = isBefore ? kept.middle : kept.attentionNormed
            sum.update(from: input, count: rows * width)
            block.attentionOutput.forward(
                kept.attended, into: sum, rows: rows, weights, accumulating: true)
            var feedForwardInput = kept.middle
            if isBefore {
                block.feedForwardNorm.forward(
                    kept.middle, into: kept.feedForwardNormed, rows: rows, weights, kept.feedForwardStatistics
                )
                feedForwardInput = kept.feedForwardNormed
            } else {
                block.attentionNorm.forward(
                    sum, into: kept.middle, rows: rows, weights, kept.attentionStatistics)
            }
            block.expansion.forward(
                feedForwardInput, into: kept.inside, rows: rows, weights, addsBias: false)
            train_activate(
                configuration.activation.kind, kept.inside, weights + (block.expansion.bias ?? 0),
                kept.activated, rows, configuration.feedForwardWidth)
            let result = isBefore ? output : kept.feedForwardNormed
            result.update(from: kept.middle, count: rows * width)
            block.contraction.forward(
                kept.activated, into: result, rows: rows, weights, accumulating: true)
            if !isBefore {
                block.feedForwardNorm.forward(
                    result, into: output, rows: rows, weights, kept.feedForwardStatistics)
            }
        }
    }

    /// Takes `memory.gradient` from the last state back to the first one that is trained; adds the parameters' gradients.
    func backward(_ memory: Memory, _ parameters: Parameters) {
        let rows = memory.rows
        let (gradient, narrow, wide) = (memory.gradient, memory.narrow, memory.wide)
        let isBefore = configuration.normOrder == .before
        for number in (frozen..<blocks.count).reversed() {
            let (block, kept) = (blocks[number], memory.blocks[number])
            let input = memory.states[number]
            if !isBefore {
                block.feedForwardNorm.backward(
                    gradient, input: kept.feedForwardNormed, into: gradient, rows: rows, parameters,
                    kept.feedForwardStatistics)
            }
            block.contraction.backward(gradient, input: kept.activated, into: wide, rows: rows, parameters)
            train_activate_backward(
                configuration.activation.kind, kept.inside, wide, rows * configuration.feedForwardWidth)
            block.expansion.backward(
                wide, input: isBefore ? kept.feedForwardNormed : kept.middle,
                into: isBefore ? narrow : gradient, rows: rows, parameters, accumulating: !isBefore)
            if isBefore {
                block.feedForwardNorm.backward(
                    narrow, input: kept.middle, into: gradient, rows: rows, parameters,
                    kept.feedForwardStatistics, accumulating: true)
            } else {
                block.attentionNorm.backward(
                    gradient, input: kept.attentionNormed, into: gradient, rows: rows, parameters,
                    kept.attentionStatistics)
            }
            block.attentionOutput.backward(
                gradient, input: kept.attended, into: narrow, rows: rows, parameters)
            train_attention_backward(
                kept.qkv, memory.offsets, memory.sequences, configuration.heads, configuration.width,
                kept.weights, narrow, wide, memory.scratch)
            block.attentionInput.backward(
                wide, input: isBefore ? kept.attentionNormed : input, into: isBefore ? narrow : gradient,
                rows: rows, parameters, accumulating: !isBefore)
            if isBefore {
                block.attentionNorm.backward(
                    narrow, input: input, into: gradient, rows: rows, parameters, kept.attentionStatistics,
                    accumulating: true)
            }
        }
    }
}

extension TransformerConfiguration.Activation {
    var kind: train_activation {
        switch self {
        case .gelu: train_gelu
        case .geluTanh: train_gelu_tanh
        case .quickGELU: train_quick_gelu
        case .silu: train_silu
        case .relu: train_relu
        }
    }
}
