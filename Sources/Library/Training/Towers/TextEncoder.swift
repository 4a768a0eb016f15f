import CTrainingKernels
import FoundationModels

/// The text tower without its head: from token ids to the states of all tokens, and to one vector a text.
struct TextEncoder: Sendable {
    let configuration: TextTowerConfiguration
    let words: Int
    let positions: Int
    /// What normalizes the embeddings (BERT).
    let embeddingNorm: NormLayer?
    let stack: TransformerStack
    /// What normalizes the last states, if blocks normalize before their parts.
    let norm: NormLayer?

    var width: Int { configuration.transformer.width }

    private static let names = TransformerStack.Names(
        attentionNorm: "attention.output.LayerNorm",
        attentionInput: ["query", "key", "value"].map { "attention.self." + $0 },
        attentionOutput: "attention.output.dense", feedForwardNorm: "output.LayerNorm",
        expansion: "intermediate.dense", contraction: "output.dense")

    init(_ configuration: TextTowerConfiguration, prefix: String, _ table: inout ParameterTable) throws {
        self.configuration = configuration
        try expect(
            configuration.vocabulary > 0 && configuration.positions > 0,
            "a text tower needs tokens and positions; it has \(configuration.vocabulary) and "
                + "\(configuration.positions)")
        let (width, epsilon) = (configuration.transformer.width, configuration.transformer.epsilon)
        let isFrozen = configuration.frozenBlocks > 0
        let start = ParameterTable.Start.normal(deviation: 0.02)
        words = table.add(
            [prefix + "embeddings.word_embeddings.weight"], [configuration.vocabulary, width], start,
            decays: true, isFrozen: isFrozen)
        positions = table.add(
            [prefix + "embeddings.position_embeddings.weight"], [configuration.positions, width], start,
            decays: true, isFrozen: isFrozen)
        let isBefore = configuration.transformer.normOrder == .before
        embeddingNorm =
            isBefore
            ? nil
            : table.norm(prefix + "embeddings.LayerNorm", width: width, epsilon: epsilon, isFrozen: isFrozen)
        stack = try TransformerStack(
            configuration.transformer, prefix: prefix + "encoder.layer.{}", names: Self.names,
            frozen: configuration.frozenBlocks, &table)
        norm = isBefore ? table.norm(prefix + "final_norm", width: width, epsilon: epsilon) : nil
    }

    /// The memory for up to `texts` texts of the tower's length.
    final class Memory {
        let capacity: Int
        let embedded: Floats
        let embeddedStatistics: NormLayer.Statistics
        let stack: TransformerStack.Memory
        let normed: Floats
        let statistics: NormLayer.Statistics
        let pooled: Floats
        let pooledGradient: Floats
        /// The states of all tokens after the last normalization, rows x width.
        let output: Floats
        let ids: UnsafeMutablePointer<Int>

        init(_ encoder: TextEncoder, texts: Int, _ workspace: Workspace) {
            capacity = texts
            let (width, longest) = (encoder.width, encoder.configuration.positions)
            let rows = texts * longest
            embedded = workspace.floats(rows * width)
            embeddedStatistics = NormLayer.Statistics(workspace, rows: rows)
            stack = TransformerStack.Memory(
                encoder.configuration.transformer, sequences: texts, longest: longest, rows: rows, workspace)
            normed = workspace.floats(encoder.norm == nil ? 0 : rows * width)
            statistics = NormLayer.Statistics(workspace, rows: rows)
            pooled = workspace.floats(texts * width)
            pooledGradient = workspace.floats(texts * width)
            output = encoder.norm == nil ? stack.states[encoder.stack.blocks.count] : normed
            ids = workspace.integers(rows)
        }
    }

    /// Computes the states of texts, those in `range` of the batch.
    func forward(_ batch: TokenBatch, _ range: Range<Int>, _ memory: Memory, _ weights: UnsafePointer<Float>)
    {
        let width = width
        let first = batch.offsets[range.lowerBound]
        memory.stack.sequences = range.count
        for text in 0...range.count {
            memory.stack.offsets[text] = batch.offsets[range.lowerBound + text] - first
        }
        let target = embeddingNorm == nil ? memory.stack.states[0] : memory.embedded
        for text in 0..<range.count {
            let begin = memory.stack.offsets[text]
            let tokens = memory.stack.offsets[text + 1] - begin
            let state = target + begin * width
            state.update(from: weights + positions, count: tokens * width)
            for token in 0..<tokens {
                let id = Int(batch.ids[first + begin + token])
                memory.ids[begin + token] = id
                train_add(state + token * width, weights + words + id * width, width)
            }
        }
        let rows = memory.stack.rows
        embeddingNorm?.forward(
            memory.embedded, into: memory.stack.states[0], rows: rows, weights, memory.embeddedStatistics)
        stack.forward(memory.stack, weights)
        norm?.forward(
            memory.stack.states[stack.blocks.count], into: memory.normed, rows: rows, weights,
            memory.statistics)
    }

    /// Writes the vectors of the texts to `memory.pooled`.
    func pool(_ memory: Memory) {
        let width = width
        for text in 0..<memory.stack.sequences {
            let begin = memory.stack.offsets[text]
            let tokens = memory.stack.offsets[text + 1] - begin
            let vector = memory.pooled + text * width
            guard configuration.pooling == .mean else {
                vector.update(from: memory.output + begin * width, count: width)
                continue
            }
            vector.update(repeating: 0, count: width)
            train_bias_gradient(memory.output + begin * width, vector, tokens, width)
            let share = 1 / Float(tokens)
            for column in 0..<width { vector[column] *= share }
        }
    }

    /// Adds the gradients of the parameters from `memory.pooledGradient`.
    func backwardFromPooled(_ memory: Memory, _ parameters: Parameters) {
        let width = width
        memory.stack.gradient.update(repeating: 0, count: memory.stack.rows * width)
        for text in 0..<memory.stack.sequences {
            let begin = memory.stack.offsets[text]
            let tokens = memory.stack.offsets[text + 1] - begin
            let from = memory.pooledGradient + text * width
            let to = memory.stack.gradient + begin * width
            guard configuration.pooling == .mean else {
                to.update(from: from, count: width)
                continue
            }
            let share = 1 / Float(tokens)
            for column in 0..<width { from[column] *= share }
            for token in 0..<tokens { (to + token * width).update(from: from, count: width) }
        }
        backward(memory, parameters)
    }

    /// The same from `memory.stack.gradient`, the gradient of `memory.output`.
    func backward(_ memory: Memory, _ parameters: Parameters) {
        let (rows, width) = (memory.stack.rows, width)
        let gradient = memory.stack.gradient
        norm?.backward(
            gradient, input: memory.stack.states[stack.blocks.count], into: gradient, rows: rows, parameters,
            memory.statistics)
        stack.backward(memory.stack, parameters)
        guard stack.frozen == 0 else { return }
        embeddingNorm?.backward(
            gradient, input: memory.embedded, into: gradient, rows: rows, parameters,
            memory.embeddedStatistics)
        for text in 0..<memory.stack.sequences {
            let begin = memory.stack.offsets[text]
            let tokens = memory.stack.offsets[text + 1] - begin
            train_add(parameters.gradients + positions, gradient + begin * width, tokens * width)
        }
        for row in 0..<rows {
            train_add(parameters.gradients + words + memory.ids[row] * width, gradient + row * width, width)
        }
    }
}
