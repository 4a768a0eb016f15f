import Foundation
import Hashing
import Tensors

/// What a pair of image and text is contrasted with.
public enum ContrastiveObjective: Sendable, Equatable {
    /// The other pairs of its batch (CLIP); the loss is the mean of both directions.
    case inBatch
    /// Two queues of keys that slow copies of the towers made of earlier batches (BriVL); the loss is the sum of both
    /// directions. The queues' length is a multiple of the batch.
    case queues(length: Int, momentum: Float = 0.99)
}

/// By what cosines are divided before the softmax.
public enum Temperature: Sendable, Equatable {
    case fixed(Float)
    /// Learned from that start on; never below 0.01, as in CLIP.
    case learned(from: Float = 0.07)
}

/// Trains two towers so that an image and its text meet in a shared space.
///
/// ```swift
/// let trainer = try ContrastiveTrainer(towers, options: TrainingOptions(schedule: TrainingSchedule(steps: 1000)))
/// for (images, texts) in batches { print(try trainer.step(images: images, texts: texts)) }
/// try trainer.state.write(to: "checkpoint.safetensors")
/// ```
///
/// Loss: van den Oord et al. 2018 (InfoNCE), Radford et al. 2021 (CLIP), Huo et al. 2021 (BriVL), He et al. 2020 (MoCo).
public final class ContrastiveTrainer {
    public let model: TwoTowerConfiguration
    public let objective: ContrastiveObjective
    /// Weights, moments and steps.
    public let state: TrainingState
    let image: ImageEncoder
    let text: TextEncoder
    let imageHead: EmbeddingHead
    let textHead: EmbeddingHead
    /// The place of the logarithm of the scale, if it is learned.
    let logScale: Int?
    private let fixedScale: Float
    private var memory: Memory?

    /// A model with random weights; throws `TrainingError` if it or the options are invalid.
    ///
    /// - Parameters:
    ///   - model: the two towers and the space that they share.
    ///   - objective: which pairs are contrasted: those of the batch, or those of two queues.
    ///   - temperature: what similarities are divided by, fixed or learned.
    ///   - options: the optimizer, the schedule and the seed.
    public init(
        _ model: TwoTowerConfiguration, objective: ContrastiveObjective = .inBatch,
        temperature: Temperature = .learned(), options: TrainingOptions
    ) throws {
        self.model = model
        self.objective = objective
        var table = ParameterTable()
        image = try ImageEncoder(model.image, prefix: ModelNames.image, &table)
        text = try TextEncoder(model.text, prefix: ModelNames.text, &table)
        try expect(
            model.embeddingWidth > 0,
            "the shared space needs numbers; embeddingWidth is \(model.embeddingWidth)")
        imageHead = EmbeddingHead(
            linear: table.linear(
                [ModelNames.imageHead], inputs: image.width, outputs: model.embeddingWidth, hasBias: false))
        textHead = EmbeddingHead(
            linear: table.linear(
                [ModelNames.textHead], inputs: text.width, outputs: model.embeddingWidth, hasBias: false))
        let degree: String
        switch temperature {
        case .fixed(let number):
            try expect(number > 0 && number.isFinite, "a temperature is above 0; it is \(number)")
            fixedScale = 1 / number
            degree = "fixed at \(number)"
            logScale = nil
        case .learned(let start):
            try expect(
                start >= 0.01 && start.isFinite,
                "a learned temperature begins at 0.01 or above; it is \(start)")
            fixedScale = 0
            degree = "learned"
            logScale = table.add(["logit_scale"], [], .constant(log(1 / start)))
        }
        state = try TrainingState(
            table, options,
            of: "\(objective), temperature \(degree), embeddings of \(model.embeddingWidth), "
                + "\(model.image.signature), \(model.text.signature)")
        if case .queues(let length, let momentum) = objective {
            try expect(
                (1...1 << 24).contains(length) && (0..<1).contains(momentum),
                "queues have a length from 1 to \(1 << 24) and twins a momentum from 0 to below 1; they are "
                    + "\(length) and \(momentum)"
            )
            state.addTwins()
            for (number, name) in ["queue.images", "queue.texts"].enumerated() {
                state.extras.append(
                    (name, [length, model.embeddingWidth], randomKeys(length, seed: UInt64(number))))
            }
        }
    }

    private func randomKeys(_ count: Int, seed: UInt64) -> Floats {
        let width = model.embeddingWidth
        let keys = state.workspace.floats(count * width)
        var random = SplitMix64(seed: state.options.seed ^ (0x9e37 &+ seed))
        for key in 0..<count {
            var squares: Float = 0
            for column in 0..<width {
                let number = random.normal()
                keys[key * width + column] = number
                squares += number * number
            }
            let factor = 1 / squares.squareRoot()
            for column in 0..<width { keys[key * width + column] *= factor }
        }
        return keys
    }

    /// Takes the keys of both queues, length x embeddingWidth.
    package func adoptQueues(images: Tensor<Float>, texts: Tensor<Float>) throws {
        for (extra, tensor) in zip(state.extras, [images, texts]) {
            try expect(
                tensor.shape == extra.shape, "a queue has the shape \(extra.shape); \(tensor.shape) came")
            tensor.withUnsafeBufferPointer {
                if let from = $0.baseAddress { extra.numbers.update(from: from, count: $0.count) }
            }
        }
    }

    /// By what cosines are multiplied.
    public var scale: Float { logScale.map { exp(state.weights[$0]) } ?? fixedScale }

    /// What a step of batches of up to `pairs` pairs needs.
    private final class Memory {
        let pairs: Int
        let images: [ImageEncoder.Memory]
        let texts: [TextEncoder.Memory]
        let imageHeads: [EmbeddingHead.Memory]
        let textHeads: [EmbeddingHead.Memory]
        let image: ContrastiveLoss.Side
        let text: ContrastiveLoss.Side
        let imageKeys: Floats
        let textKeys: Floats
        let loss: ContrastiveLoss

        init(_ trainer: ContrastiveTrainer, pairs: Int, _ workspace: Workspace) {
            self.pairs = pairs
            let parts = trainer.state.options.parts
            let most = (pairs + parts - 1) / parts
            let width = trainer.model.embeddingWidth
            images = (0..<parts).map { _ in ImageEncoder.Memory(trainer.image, images: most, workspace) }
            texts = (0..<parts).map { _ in TextEncoder.Memory(trainer.text, texts: most, workspace) }
            imageHeads = (0..<parts).map { _ in
                EmbeddingHead.Memory(trainer.imageHead, rows: most, workspace)
            }
            textHeads = (0..<parts).map { _ in EmbeddingHead.Memory(trainer.textHead, rows: most, workspace) }
            func side() -> ContrastiveLoss.Side {
                ContrastiveLoss.Side(
                    embeddings: workspace.floats(pairs * width), gradient: workspace.floats(pairs * width))
            }
            (image, text) = (side(), side())
            let keys = trainer.state.slow == nil ? 0 : pairs * width
            (imageKeys, textKeys) = (workspace.floats(keys), workspace.floats(keys))
            loss = ContrastiveLoss(
                pairs: pairs, width: width, queue: trainer.state.extras.first?.shape[0] ?? 0, workspace)
        }
    }

    private var workspace: Workspace?

    private func memory(for pairs: Int) throws -> Memory {
        if let memory, memory.pairs >= pairs { return memory }
        memory = nil
        self.workspace = nil
        try expectMemory(
            image.stack.byteCount(sequences: pairs, longest: image.tokens)
                + text.stack.byteCount(sequences: pairs, longest: model.text.positions),
            for: "\(pairs) pairs at a time")
        let workspace = Workspace()
        self.workspace = workspace
        let made = Memory(self, pairs: pairs, workspace)
        memory = made
        return made
    }

    /// The bytes of weights, moments, gradients, and the states of a batch.
    public var byteCount: Int { state.byteCount + (workspace?.byteCount ?? 0) }

    /// Takes a step on pairs, or adds their gradients where several batches make a step; returns the loss.
    ///
    /// Throws `TrainingError` if images and texts are not pairs, or not of the kind that the towers take.
    @discardableResult
    public func step(images: ImageBatch, texts: TokenBatch) throws -> Float {
        let loss = try gradients(images: images, texts: texts)
        state.endBatch()
        if let logScale {
            state.weights[logScale] = min(state.weights[logScale], log(100))
        }
        return loss
    }

    /// Adds the gradients of a batch.
    package func gradients(images: ImageBatch, texts: TokenBatch) throws -> Float {
        try images.check(model.image)
        try texts.check(model.text)
        try expect(
            images.count == texts.count,
            "image i belongs to text i; there are \(images.count) images and \(texts.count) texts")
        let count = images.count
        let memory = try memory(for: count)
        let scale = scale
        state.beginBatch()
        if case .queues(let length, let momentum) = objective {
            try expect(
                length % count == 0,
                "the queues' length must be a multiple of the batch; \(length) is not one of \(count)")
            if state.pending == 0 { state.follow(momentum: momentum) }
            if let slow = state.slow {
                embed(images, texts, memory, UnsafePointer(slow), memory.imageKeys, memory.textKeys)
            }
        }
        embed(
            images, texts, memory, UnsafePointer(state.weights), memory.image.embeddings,
            memory.text.embeddings)
        let (loss, scaleGradient) = lossAndGradients(memory, count: count, scale: scale)
        if let logScale { state.gradients[0][logScale] += Float(scaleGradient) }
        backward(memory, count: count)
        return Float(loss)
    }

    private func embed(
        _ images: ImageBatch, _ texts: TokenBatch, _ memory: Memory, _ weights: UnsafePointer<Float>,
        _ imageTarget: Floats, _ textTarget: Floats
    ) {
        let width = model.embeddingWidth
        let pixels = images.side * images.side * 3
        images.pixels.withUnsafeBufferPointer { bytes in
            guard let bytes = bytes.baseAddress else { return }
            state.forEachPart { part in
                let rows = state.rows(of: part, count: images.count)
                guard !rows.isEmpty else { return }
                let (ownImages, ownTexts) = (memory.images[part], memory.texts[part])
                image.forward(bytes + rows.lowerBound * pixels, images: rows.count, ownImages, weights)
                imageHead.forward(
                    ownImages.pooled, into: imageTarget + rows.lowerBound * width, rows: rows.count,
                    memory.imageHeads[part], weights)
                text.forward(texts, rows, ownTexts, weights)
                text.pool(ownTexts)
                textHead.forward(
                    ownTexts.pooled, into: textTarget + rows.lowerBound * width, rows: rows.count,
                    memory.textHeads[part], weights)
            }
        }
    }

    private func lossAndGradients(_ memory: Memory, count: Int, scale: Float) -> (loss: Double, scale: Double)
    {
        guard case .queues(let length, _) = objective else {
            return memory.loss.inBatch(memory.image, memory.text, count: count, scale: scale)
        }
        let (imageQueue, textQueue) = (state.extras[0].numbers, state.extras[1].numbers)
        let toTexts = memory.loss.againstQueue(
            memory.image, keys: memory.textKeys, queue: textQueue, length: length, count: count, scale: scale)
        let toImages = memory.loss.againstQueue(
            memory.text, keys: memory.imageKeys, queue: imageQueue, length: length, count: count, scale: scale
        )
        let width = model.embeddingWidth
        for key in 0..<count {
            // After batches of another size, one may reach beyond the end of the queues: it continues at their
            // beginning.
            let place = (state.queuePosition + key) % length * width
            (imageQueue + place).update(from: memory.imageKeys + key * width, count: width)
            (textQueue + place).update(from: memory.textKeys + key * width, count: width)
        }
        state.queuePosition = (state.queuePosition + count) % length
        return (toTexts.loss + toImages.loss, toTexts.scale + toImages.scale)
    }

    private func backward(_ memory: Memory, count: Int) {
        let width = model.embeddingWidth
        state.forEachPart { part in
            let rows = state.rows(of: part, count: count)
            guard !rows.isEmpty else { return }
            let parameters = state.parameters(of: part)
            let begin = rows.lowerBound * width
            let (ownImages, ownTexts) = (memory.images[part], memory.texts[part])
            imageHead.backward(
                memory.image.gradient + begin, embeddings: memory.image.embeddings + begin,
                vectors: ownImages.pooled, into: ownImages.pooledGradient, rows: rows.count,
                memory.imageHeads[part], parameters)
            image.backward(ownImages, parameters)
            textHead.backward(
                memory.text.gradient + begin, embeddings: memory.text.embeddings + begin,
                vectors: ownTexts.pooled, into: ownTexts.pooledGradient, rows: rows.count,
                memory.textHeads[part], parameters)
            text.backwardFromPooled(ownTexts, parameters)
        }
    }

    /// The embeddings of pairs by the present weights, each pairs x embeddingWidth, of length 1.
    public func embeddings(images: ImageBatch, texts: TokenBatch) throws -> (
        images: Matrix<Float>, texts: Matrix<Float>
    ) {
        try images.check(model.image)
        try texts.check(model.text)
        try expect(
            images.count == texts.count,
            "image i belongs to text i; there are \(images.count) images and \(texts.count) texts")
        let memory = try memory(for: images.count)
        embed(
            images, texts, memory, UnsafePointer(state.weights), memory.image.embeddings,
            memory.text.embeddings)
        func matrix(_ numbers: Floats) -> Matrix<Float> {
            Matrix(rows: images.count, columns: model.embeddingWidth) {
                _ = $0.update(fromContentsOf: UnsafeBufferPointer(start: numbers, count: $0.count))
            }
        }
        return (matrix(memory.image.embeddings), matrix(memory.text.embeddings))
    }
}

/// The names of the two towers' tensors, which are those of the paper's checkpoint.
enum ModelNames {
    static let image = "imgencoder.backbone_vit."
    static let text = "textencoder.backbone.bert."
    static let imageHead = "imgencoder.learnable.imgFC_vit_0.fc"
    static let textHead = "textencoder.learnable.textFC.fc"
}
