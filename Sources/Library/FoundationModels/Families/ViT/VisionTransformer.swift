import Tensors

/// A vision transformer of any size: ViT, DeiT, DINOv2, the image half of CLIP.
struct VisionTransformer: ImageNetwork {
    /// How a library names what is inside.
    struct Names: Sendable {
        /// The states before the first block.
        var embeddings: String
        /// A block, its number as `{}`.
        var block: String
        /// What the attention of a block adds.
        var attention: String
        /// What the feed-forward part of a block adds, if the library has it as a module.
        var feedForward: String?
        /// The normalized states after the last block, if the file calls their norm otherwise.
        var norm: String?
        /// What parts add if it is scaled first.
        var scaledAttention = ""
        var scaledFeedForward = ""

        /// The names of a network whose blocks scale what they add.
        var scaled: Names {
            var names = self
            names.attention = scaledAttention
            names.feedForward = scaledFeedForward
            return names
        }
    }

    let family: String
    let configuration: TransformerConfiguration
    let embedding: PatchEmbedding
    let blocks: [TransformerBlock]
    let head: VisionHead
    let names: Names
    let layers: [ModelLayer]
    /// Where each block's layers begin.
    private let blockIndices: [Int]

    init(
        family: String, configuration: TransformerConfiguration, embedding: PatchEmbedding,
        blocks: [TransformerBlock], head: VisionHead, names: Names
    ) {
        self.family = family
        self.configuration = configuration
        self.embedding = embedding
        self.blocks = blocks
        self.head = head
        self.names = names
        let shape = LayerShape.tokens(embedding.tokens, width: configuration.width)
        var layers = [ModelLayer(name: names.embeddings, shortName: "embeddings", shape: shape, index: 0)]
        var blockIndices: [Int] = []
        for block in blocks.indices {
            blockIndices.append(layers.count)
            func add(_ name: String, _ shortName: String, isPart: Bool) {
                layers.append(
                    ModelLayer(
                        name: name.replacing("{}", with: String(block)), shortName: shortName, shape: shape,
                        index: layers.count, block: block, isPart: isPart))
            }
            add(names.attention, "block \(block) attention", isPart: true)
            if let name = names.feedForward { add(name, "block \(block) feed-forward", isPart: true) }
            add(names.block, "block \(block)", isPart: false)
        }
        layers += head.layers(
            tokens: embedding.tokens, width: configuration.width, layerIndex: layers.count)
        self.layers = layers
        self.blockIndices = blockIndices
    }

    var defaultPooling: Pooling { embedding.special.rows > 0 ? .cls : .mean }
    var imageSize: ImageSize { embedding.imageSize }
    /// About 1,600 rows, from which on products run at the processor's peak.
    var batchSize: Int { max(1, (1600 + embedding.tokens / 2) / embedding.tokens) }
    var parameterCount: Int {
        embedding.parameterCount + blocks.reduce(0) { $0 + $1.parameterCount } + head.parameterCount
    }

    var precision: Precision { configuration.precision }

    func with(precision: Precision) -> any ImageNetwork {
        var configuration = configuration
        configuration.precision = precision
        return VisionTransformer(
            family: family, configuration: configuration, embedding: embedding, blocks: blocks, head: head,
            names: names)
    }

    /// The same network for images of another size: its positions are interpolated as its library does.
    func resized(to size: ImageSize) throws -> any ImageNetwork {
        let patch = embedding.patchSize
        let sides = 1...ImageSize.largestSide
        guard sides.contains(size.height), sides.contains(size.width), size.height % patch == 0,
            size.width % patch == 0
        else {
            throw FoundationModelError.input(
                "the height and width of an image for \(family) should be multiples of \(patch) up to "
                    + "\(ImageSize.largestSide) pixels; \(size) was asked for")
        }
        var embedding = embedding
        embedding.positions = embedding.positions.resampled(
            rows: size.height / patch, columns: size.width / patch)
        return VisionTransformer(
            family: family, configuration: configuration, embedding: embedding, blocks: blocks, head: head,
            names: names)
    }

    func run(
        _ images: Tensor<Float>, wanted: Set<Int>, _ body: (_ layerIndex: Int, LayerStates) throws -> Void
    ) throws {
        let count = images.shape[0]
        let (tokens, width) = (embedding.tokens, configuration.width)
        guard count > 0, let last = wanted.max() else { return }
        let workspace = try EncoderWorkspace(rows: count * tokens, configuration, inputs: embedding.inputs)
        let offsets = (0...count).map { $0 * tokens }
        func states(_ base: UnsafePointer<Float>) -> LayerStates {
            LayerStates(
                base: base, positions: tokens, width: width, specialPositions: embedding.special.rows)
        }
        embedding.apply(images, workspace)
        if wanted.contains(0) { try body(0, states(workspace.hidden)) }
        // The head sees the class token alone, so the last block need not make the other tokens.
        let isHeadAlone = head.needsClassTokenAlone(wanted, layerIndex: headIndex) && blocks.count > 0
        for (block, first) in zip(blocks, blockIndices) where first <= last {
            try Task.checkCancellation()
            let end = first + layersOfBlock - 1
            if isHeadAlone, end == headIndex - 1, !wanted.contains(where: { (first...end).contains($0) }) {
                block.run(configuration, onlyRows: Array(offsets.dropLast()), offsets: offsets, workspace)
                return try head.run(
                    images: count, tokens: 1, specials: 1, width: width, layerIndex: headIndex,
                    wanted: wanted,
                    workspace, body)
            }
            var observed: Set<TransformerBlock.Part> = wanted.contains(first) ? [.attention] : []
            if layersOfBlock == 3, wanted.contains(first + 1) { observed.insert(.feedForward) }
            try block.run(configuration, offsets: offsets, workspace, observed: observed) { part, added in
                try body(part == .attention ? first : first + 1, states(added))
            }
            if wanted.contains(end) { try body(end, states(workspace.hidden)) }
        }
        try head.run(
            images: count, tokens: tokens, specials: embedding.special.rows, width: width,
            layerIndex: headIndex,
            wanted: wanted, workspace, body)
    }

    /// How many layers a block has: its parts and its output.
    private var layersOfBlock: Int { names.feedForward == nil ? 2 : 3 }
    /// Where the head's layers begin.
    private var headIndex: Int { 1 + blocks.count * layersOfBlock }
}
