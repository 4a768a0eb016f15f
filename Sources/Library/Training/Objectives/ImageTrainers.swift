import CTrainingKernels
import Tensors

/// The part of a batch that a thread has in training an image tower alone.
private struct ImageParts {
    let images: [ImageEncoder.Memory]
    let capacity: Int

    init(_ encoder: ImageEncoder, count: Int, parts: Int, _ workspace: Workspace) throws {
        try expectMemory(
            encoder.stack.byteCount(sequences: count, longest: encoder.tokens),
            for: "\(count) images at a time")
        capacity = count
        images = (0..<parts).map { _ in
            ImageEncoder.Memory(encoder, images: (count + parts - 1) / parts, workspace)
        }
    }
}

/// Trains an image tower to name what is in an image: each label is there or not.
public final class SupervisedTrainer {
    public let tower: ImageTowerConfiguration
    /// How many labels there are.
    public let labels: Int
    /// Weights, moments and steps.
    public let state: TrainingState
    private let image: ImageEncoder
    private let classifier: LinearLayer
    private var memory: (parts: ImageParts, logits: Floats, workspace: Workspace)?

    /// A tower with random weights; throws `TrainingError` if it or the options are invalid.
    ///
    /// - Parameters:
    ///   - tower: the image tower.
    ///   - labels: how many labels an image can have.
    ///   - options: the optimizer, the schedule and the seed.
    public init(_ tower: ImageTowerConfiguration, labels: Int, options: TrainingOptions) throws {
        try expect(labels > 0, "a classifier needs labels; there are \(labels)")
        self.tower = tower
        self.labels = labels
        var table = ParameterTable()
        image = try ImageEncoder(tower, prefix: ModelNames.image, &table)
        classifier = table.linear(["classifier"], inputs: image.width, outputs: labels)
        state = try TrainingState(table, options, of: "labels \(labels), \(tower.signature)")
    }

    private func memory(for count: Int) throws -> (parts: ImageParts, logits: Floats, workspace: Workspace) {
        if let memory, memory.parts.capacity >= count { return memory }
        memory = nil
        let workspace = Workspace()
        let made = (
            try ImageParts(image, count: count, parts: state.options.parts, workspace),
            workspace.floats(count * labels), workspace
        )
        memory = made
        return made
    }

    /// Takes a step on images and their labels (images x labels, from 0 to 1); returns the mean binary cross-entropy.
    @discardableResult
    public func step(images: ImageBatch, labels targets: [Float]) throws -> Float {
        let loss = try gradients(images: images, labels: targets)
        state.endBatch()
        return loss
    }

    package func gradients(images: ImageBatch, labels targets: [Float]) throws -> Float {
        try images.check(tower)
        try expect(
            targets.count == images.count * labels,
            "\(images.count) images need \(labels) labels each, from 0 to 1; \(targets.count) numbers came")
        if let wrong = targets.firstIndex(where: { !(0...1).contains($0) }) {
            throw TrainingError(
                "labels are from 0 to 1; label \(wrong % labels) of image \(wrong / labels) is \(targets[wrong])"
            )
        }
        let memory = try memory(for: images.count)
        state.beginBatch()
        let pixels = images.side * images.side * 3
        let weight = 1 / Float(targets.count)
        var losses = [Double](repeating: 0, count: state.options.parts)
        losses.withUnsafeMutableBufferPointer { losses in
            let losses = losses.baseAddress
            images.pixels.withUnsafeBufferPointer { bytes in
                targets.withUnsafeBufferPointer { targets in
                    guard let bytes = bytes.baseAddress, let targets = targets.baseAddress else { return }
                    state.forEachPart { part in
                        let rows = state.rows(of: part, count: images.count)
                        guard !rows.isEmpty else { return }
                        let own = memory.parts.images[part]
                        let parameters = state.parameters(of: part)
                        let logits = memory.logits + rows.lowerBound * labels
                        image.forward(
                            bytes + rows.lowerBound * pixels, images: rows.count, own, parameters.weights)
                        classifier.forward(own.pooled, into: logits, rows: rows.count, parameters.weights)
                        losses?[part] = train_binary_cross_entropy(
                            logits, targets + rows.lowerBound * labels, weight, rows.count * labels)
                        classifier.backward(
                            logits, input: own.pooled, into: own.pooledGradient, rows: rows.count, parameters)
                        image.backward(own, parameters)
                    }
                }
            }
        }
        return Float(losses.reduce(0, +) / Double(targets.count))
    }

    /// The labels' logits by the present weights: images x labels.
    public func logits(of images: ImageBatch) throws -> Matrix<Float> {
        try images.check(tower)
        let memory = try memory(for: images.count)
        let pixels = images.side * images.side * 3
        images.pixels.withUnsafeBufferPointer { bytes in
            guard let bytes = bytes.baseAddress else { return }
            state.forEachPart { part in
                let rows = state.rows(of: part, count: images.count)
                guard !rows.isEmpty else { return }
                let own = memory.parts.images[part]
                let weights = UnsafePointer(state.weights)
                image.forward(bytes + rows.lowerBound * pixels, images: rows.count, own, weights)
                classifier.forward(
                    own.pooled, into: memory.logits + rows.lowerBound * labels, rows: rows.count, weights)
            }
        }
        return Matrix(rows: images.count, columns: labels) {
            _ = $0.update(fromContentsOf: UnsafeBufferPointer(start: memory.logits, count: $0.count))
        }
    }
}

/// Trains an image tower to know two views of one image from those of others (SimCLR, Chen et al. 2020).
public final class ViewsTrainer {
    public let tower: ImageTowerConfiguration
    /// By what cosines are divided before the softmax.
    public let temperature: Float
    /// Weights, moments and steps.
    public let state: TrainingState
    private let image: ImageEncoder
    private let head: EmbeddingHead
    private var memory: Memory?

    /// A tower with random weights; throws `TrainingError` if it or the options are invalid.
    ///
    /// - Parameters:
    ///   - tower: the image tower.
    ///   - embeddingWidth: the numbers by which views are compared.
    ///   - temperature: what their similarities are divided by.
    ///   - options: the optimizer, the schedule and the seed.
    public init(
        _ tower: ImageTowerConfiguration, embeddingWidth: Int, temperature: Float = 0.15,
        options: TrainingOptions
    ) throws {
        try expect(
            embeddingWidth > 0 && temperature > 0,
            "views are compared by numbers, at a temperature above 0; they are \(embeddingWidth) and \(temperature)"
        )
        self.tower = tower
        self.temperature = temperature
        var table = ParameterTable()
        image = try ImageEncoder(tower, prefix: ModelNames.image, &table)
        head = EmbeddingHead(
            linear: table.linear(
                ["views_head"], inputs: image.width, outputs: embeddingWidth, hasBias: false))
        state = try TrainingState(
            table, options,
            of: "views at \(temperature), embeddings of \(embeddingWidth), \(tower.signature)")
    }

    private final class Memory {
        let parts: ImageParts
        let heads: [EmbeddingHead.Memory]
        let views: ContrastiveLoss.Side
        let loss: ContrastiveLoss
        let skip: UnsafeMutablePointer<Int>
        let workspace = Workspace()

        init(_ encoder: ImageEncoder, _ head: EmbeddingHead, count: Int, parts: Int) throws {
            self.parts = try ImageParts(encoder, count: count, parts: parts, workspace)
            let (workspace, width) = (workspace, head.linear.outputs)
            heads = (0..<parts).map { _ in
                EmbeddingHead.Memory(head, rows: (count + parts - 1) / parts, workspace)
            }
            views = ContrastiveLoss.Side(
                embeddings: workspace.floats(count * width), gradient: workspace.floats(count * width))
            loss = ContrastiveLoss(pairs: count, width: width, queue: 0, workspace)
            skip = workspace.integers(count)
        }
    }

    /// Takes a step; image i of the second half is another view of image i of the first. Returns the loss.
    @discardableResult
    public func step(views: ImageBatch) throws -> Float {
        let loss = try gradients(views: views)
        state.endBatch()
        return loss
    }

    package func gradients(views: ImageBatch) throws -> Float {
        try views.check(tower)
        try expect(
            views.count % 2 == 0 && views.count >= 4,
            "two views of at least two images are needed; \(views.count) came")
        let (count, width) = (views.count, head.linear.outputs)
        var memory: Memory
        if let own = self.memory, own.parts.capacity >= count {
            memory = own
        } else {
            self.memory = nil
            memory = try Memory(image, head, count: count, parts: state.options.parts)
            self.memory = memory
        }
        state.beginBatch()
        let pixels = views.side * views.side * 3
        views.pixels.withUnsafeBufferPointer { bytes in
            guard let bytes = bytes.baseAddress else { return }
            state.forEachPart { part in
                let rows = state.rows(of: part, count: count)
                guard !rows.isEmpty else { return }
                let weights = UnsafePointer(state.weights)
                let own = memory.parts.images[part]
                image.forward(bytes + rows.lowerBound * pixels, images: rows.count, own, weights)
                head.forward(
                    own.pooled, into: memory.views.embeddings + rows.lowerBound * width, rows: rows.count,
                    memory.heads[part], weights)
            }
        }
        let loss = memory.loss.betweenViews(
            memory.views, skip: memory.skip, count: count, scale: 1 / temperature)
        state.forEachPart { part in
            let rows = state.rows(of: part, count: count)
            guard !rows.isEmpty else { return }
            let own = memory.parts.images[part]
            let parameters = state.parameters(of: part)
            let begin = rows.lowerBound * width
            head.backward(
                memory.views.gradient + begin, embeddings: memory.views.embeddings + begin,
                vectors: own.pooled, into: own.pooledGradient, rows: rows.count, memory.heads[part],
                parameters)
            image.backward(own, parameters)
        }
        return Float(loss)
    }
}
