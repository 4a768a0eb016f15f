import CTrainingKernels
import Hashing
import Tensors

/// Trains a text tower to name words that were hidden (BERT, Devlin et al. 2019).
public final class MaskedLanguageTrainer {
    /// Which tokens are hidden, and how: of the chosen ones 80 % become `mask`, 10 % another token, 10 % stay.
    public struct Masking: Sendable, Equatable {
        /// The id of [MASK].
        public var mask: Int32
        /// The tokens from here on may be chosen, and put in place of others; those before are special.
        public var firstWord: Int32
        /// The share of words that are chosen.
        public var share: Double

        /// Which tokens are hidden.
        ///
        /// - Parameters:
        ///   - mask: the id of [MASK].
        ///   - firstWord: the first token that is no special one.
        ///   - share: the share of words that are chosen.
        public init(mask: Int32, firstWord: Int32, share: Double = 0.2) {
            self.mask = mask
            self.firstWord = firstWord
            self.share = share
        }
    }

    public let tower: TextTowerConfiguration
    public let masking: Masking
    /// Weights, moments and steps.
    public let state: TrainingState
    private let text: TextEncoder
    private let transform: LinearLayer
    private let transformNorm: NormLayer
    private let bias: Int
    private var memory: Memory?
    /// Batches so far, from which masks are drawn.
    private var batches: UInt64 { UInt64(state.step * state.options.accumulation + state.pending) }

    /// A tower with random weights; throws `TrainingError` if it or the options are invalid.
    ///
    /// - Parameters:
    ///   - tower: the text tower.
    ///   - masking: which tokens are hidden.
    ///   - options: the optimizer, the schedule and the seed.
    public init(_ tower: TextTowerConfiguration, masking: Masking, options: TrainingOptions) throws {
        try expect(
            (1...Int(Int32.max)).contains(tower.vocabulary),
            "a text tower needs tokens, up to \(Int32.max); it has \(tower.vocabulary)")
        try expect(
            (0..<Int32(tower.vocabulary)).contains(masking.mask)
                && (0..<Int32(tower.vocabulary)).contains(masking.firstWord) && masking.share > 0
                && masking.share < 1,
            "masking needs the ids of [MASK] and of the first word below \(tower.vocabulary), and a share between 0 "
                + "and 1; it is \(masking)")
        self.tower = tower
        self.masking = masking
        var table = ParameterTable()
        text = try TextEncoder(tower, prefix: ModelNames.text, &table)
        let head = "textencoder.backbone.cls.predictions."
        transform = table.linear([head + "transform.dense"], inputs: text.width, outputs: text.width)
        transformNorm = table.norm(
            head + "transform.LayerNorm", width: text.width, epsilon: tower.transformer.epsilon)
        bias = table.add([head + "bias"], [tower.vocabulary], .zeros)
        state = try TrainingState(
            table, options,
            of: "hidden \(masking.share) from word \(masking.firstWord) as \(masking.mask), "
                + tower.signature)
    }

    /// The memory of the head, for as many rows as there are tokens.
    private final class Part {
        let texts: TextEncoder.Memory
        let chosen: Floats
        let inside: Floats
        let activated: Floats
        let normed: Floats
        let statistics: NormLayer.Statistics
        let logits: Floats
        let gradient: Floats
        let rows: UnsafeMutablePointer<Int>
        let targets: UnsafeMutablePointer<Int>

        init(_ encoder: TextEncoder, texts count: Int, _ workspace: Workspace) {
            texts = TextEncoder.Memory(encoder, texts: count, workspace)
            let room = count * encoder.configuration.positions
            func floats() -> Floats { workspace.floats(room * encoder.width) }
            (chosen, inside, activated, normed, gradient) = (floats(), floats(), floats(), floats(), floats())
            statistics = NormLayer.Statistics(workspace, rows: room)
            logits = workspace.floats(room * encoder.configuration.vocabulary)
            (rows, targets) = (workspace.integers(room), workspace.integers(room))
        }
    }

    private final class Memory {
        let parts: [Part]
        let capacity: Int
        let workspace = Workspace()

        init(_ encoder: TextEncoder, texts: Int, parts count: Int) {
            capacity = texts
            let workspace = workspace
            parts = (0..<count).map { _ in Part(encoder, texts: (texts + count - 1) / count, workspace) }
        }
    }

    /// Hides some words of the texts and takes a step on them; returns the mean cross-entropy of the hidden words.
    ///
    /// Which words are hidden depends on the seed and the number of the batch alone.
    @discardableResult
    public func step(texts: TokenBatch) throws -> Float {
        try texts.check(tower)
        let (masked, targets) = masked(texts)
        return try step(masked: masked, targets: targets)
    }

    /// Takes a step on texts whose hidden tokens `targets` names; -1 stands for all others.
    package func step(masked: TokenBatch, targets: [Int32]) throws -> Float {
        let loss = try gradients(masked: masked, targets: targets)
        state.endBatch()
        return loss
    }

    /// The texts with some words hidden, and what stood there, -1 elsewhere; a word at least is hidden.
    func masked(_ texts: TokenBatch) -> (TokenBatch, targets: [Int32]) {
        var random = SplitMix64(seed: state.options.seed &+ (batches &+ 1) &* 0xd134_2543_de82_ef95)
        var result = texts
        var targets = [Int32](repeating: -1, count: texts.ids.count)
        let words = texts.ids.indices.filter { texts.ids[$0] >= masking.firstWord }
        func hide(_ token: Int) {
            targets[token] = texts.ids[token]
            switch random.unit() {
            case ..<0.8: result.ids[token] = masking.mask
            case ..<0.9:
                result.ids[token] = Int32.random(
                    in: masking.firstWord..<Int32(tower.vocabulary), using: &random)
            default: break
            }
        }
        for token in words where random.unit() < masking.share { hide(token) }
        if targets.allSatisfy({ $0 < 0 }), let word = words.randomElement(using: &random) { hide(word) }
        return (result, targets)
    }

    package func gradients(masked: TokenBatch, targets: [Int32]) throws -> Float {
        try masked.check(tower)
        let hidden = targets.count { $0 >= 0 }
        try expect(
            targets.count == masked.ids.count && hidden > 0,
            "texts need a hidden word at least; \(hidden) of \(masked.ids.count) tokens are hidden")
        let memory: Memory
        if let own = self.memory, own.capacity >= masked.count {
            memory = own
        } else {
            self.memory = nil
            let tokens = Double(masked.count) * Double(tower.positions)
            try expectMemory(
                text.stack.byteCount(sequences: masked.count, longest: tower.positions)
                    + tokens * Double(tower.vocabulary) * Double(MemoryLayout<Float>.stride),
                for: "\(masked.count) texts at a time")
            memory = Memory(text, texts: masked.count, parts: state.options.parts)
            self.memory = memory
        }
        state.beginBatch()
        let weight = 1 / Float(hidden)
        var losses = [Double](repeating: 0, count: state.options.parts)
        losses.withUnsafeMutableBufferPointer { losses in
            let losses = losses.baseAddress
            state.forEachPart { part in
                let texts = state.rows(of: part, count: masked.count)
                guard !texts.isEmpty else { return }
                losses?[part] = gradients(
                    masked, texts, targets, memory.parts[part], weight, state.parameters(of: part))
            }
        }
        return Float(losses.reduce(0, +) / Double(hidden))
    }

    /// The sum of the losses of some texts.
    private func gradients(
        _ batch: TokenBatch, _ range: Range<Int>, _ targets: [Int32], _ part: Part, _ weight: Float,
        _ parameters: Parameters
    ) -> Double {
        let (width, words, weights) = (text.width, tower.vocabulary, parameters.weights)
        text.forward(batch, range, part.texts, weights)
        let first = batch.offsets[range.lowerBound]
        var count = 0
        for row in 0..<part.texts.stack.rows where targets[first + row] >= 0 {
            (part.chosen + count * width).update(from: part.texts.output + row * width, count: width)
            part.rows[count] = row
            part.targets[count] = Int(targets[first + row])
            count += 1
        }
        part.texts.stack.gradient.update(repeating: 0, count: part.texts.stack.rows * width)
        guard count > 0 else { return 0 }
        transform.forward(part.chosen, into: part.inside, rows: count, weights, addsBias: false)
        train_activate(
            train_gelu, part.inside, weights + (transform.bias ?? 0), part.activated, count, width)
        transformNorm.forward(part.activated, into: part.normed, rows: count, weights, part.statistics)
        // The decoder is the table of the words itself.
        LinearAlgebra.gemm(
            m: count, n: words, k: width, a: part.normed, lda: width, b: weights + text.words, ldb: width,
            transposeB: true, c: part.logits, ldc: words)
        train_add_bias(part.logits, weights + bias, count, words)
        var inner = 0.0
        let loss = train_cross_entropy(
            part.logits, part.targets, nil, weight, count, words, words, &inner)
        train_bias_gradient(part.logits, parameters.gradients + bias, count, words)
        LinearAlgebra.gemm(
            m: words, n: width, k: count, a: part.logits, lda: words, transposeA: true, b: part.normed,
            ldb: width, beta: 1, c: parameters.gradients + text.words, ldc: width)
        LinearAlgebra.gemm(
            m: count, n: width, k: words, a: part.logits, lda: words, b: weights + text.words, ldb: width,
            c: part.gradient, ldc: width)
        transformNorm.backward(
            part.gradient, input: part.activated, into: part.gradient, rows: count, parameters,
            part.statistics)
        train_activate_backward(train_gelu, part.inside, part.gradient, count * width)
        transform.backward(
            part.gradient, input: part.chosen, into: part.normed, rows: count, parameters)
        for index in 0..<count {
            (part.texts.stack.gradient + part.rows[index] * width).update(
                from: part.normed + index * width, count: width)
        }
        text.backward(part.texts, parameters)
        return loss
    }
}
