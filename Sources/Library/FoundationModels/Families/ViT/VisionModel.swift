import Foundation

/// A vision transformer in a checkpoint: what its tensors do not tell.
struct VisionModel {
    var layout: VisionLayout
    /// What precedes the layout's names in the file.
    var prefix = ""
    /// How the names of this tower's tensors begin, if the file has others too.
    var scope: [String] = []
    /// What comes before `ViT-B/16` in the family's name.
    var kind = ""
    /// How many heads a block has; nil if its width tells.
    var heads: Int?
    var activation = TransformerConfiguration.Activation.gelu
    var epsilon: Float = 1e-6
    /// Whether query, key and value have biases, if a configuration says it.
    var hasAttentionBias: Bool?
    /// Rows and columns of pixels of the images of training that a configuration names, the likeliest first.
    var grids: [ImageSize] = []
    /// Whether the first of them must be the one.
    var isGridGiven = false
    /// How the vector of the whole image is made, by timm's name, if a configuration says it.
    var pool: String?
    /// Whether all tokens must be normalized before the first block.
    var needsInputNorm = false
    /// Whether a file without the layer on the vector of the whole image is not whole.
    var needsHead = false
    /// What the layer on the vector of the whole image is called for short.
    var headName = "head"
    /// The name of the projection divided by its length, if there is one.
    var embeddingName: String?

    /// The network, and the tensors that it has no use for; throws what does not fit.
    func network(_ checkpoint: Checkpoint) throws -> (network: VisionTransformer, unused: [String]) {
        let reader = VisionReader(checkpoint, layout: layout, prefix: prefix, scope: scope)
        try reader.check(needsInputNorm: needsInputNorm)
        let width = reader.width
        guard let heads = heads ?? TimmArchitecture.heads(width), heads > 0, width % heads == 0 else {
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem:
                    "how many heads share the width \(width) cannot be told; a config.json beside the weights "
                    + "says it (timm's \"model_args\": {\"num_heads\": …})")
        }
        let inner = reader.feedForward
        if inner.isGated, ![.gelu, .silu].contains(activation) {
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem:
                    "the activation \(activation.rawValue) of a gated feed-forward part is not supported; silu is"
            )
        }
        let configuration = TransformerConfiguration(
            width: width, depth: reader.depth, heads: heads, feedForwardWidth: inner.width,
            activation: inner.isGated ? .silu : activation, isGated: inner.isGated, epsilon: epsilon,
            normOrder: .before)
        let embedding = try reader.embedding(
            width: width, grids: grids, isGridGiven: isGridGiven, epsilon: epsilon)
        let blocks = try (0..<configuration.depth).map {
            try reader.block($0, configuration, hasAttentionBias: hasAttentionBias)
        }
        let head = try reader.head(
            width: width, epsilon: epsilon, shortName: headName, embeddingName: embeddingName, pool: pool)
        if needsHead, head.projection == nil {
            throw FoundationModelError.parameters(
                path: checkpoint.path, problems: ["\(layout.head ?? "the projection") is missing"])
        }
        let network = VisionTransformer(
            family: kind + "ViT-\(VisionModel.size(width))/\(reader.patchSize)", configuration: configuration,
            embedding: embedding, blocks: blocks, head: head,
            names: reader.hasScales ? layout.names.scaled : layout.names)
        return (network, try reader.finish())
    }

    /// A tower for the images that the files' configuration describes, or that `standard` fits.
    func tower(_ files: ModelFiles, _ checkpoint: Checkpoint, standard: (ImageSize) -> ImageTransform) throws
        -> ImageTower
    {
        let (network, unused) = try network(checkpoint)
        let (transform, size) = try files.imageTransform(
            standard(network.imageSize), size: network.imageSize)
        // transformers interpolates DINOv2's positions unasked, those of other models only on request.
        if let type = files.modelType, !type.hasPrefix("dinov2"), size != network.imageSize {
            files.notes.add(
                "images are prepared as \(size) pixels and the model was made for \(network.imageSize): its positions "
                    + "are interpolated, as transformers does with interpolate_pos_encoding=True and else refuses"
            )
        }
        return ImageTower(network: try network.resized(to: size), transform: transform, unused: unused)
    }

    /// The letters of the published ViT of that width.
    private static func size(_ width: Int) -> String {
        [192: "Ti", 384: "S", 768: "B", 1024: "L", 1280: "H", 1408: "g", 1536: "g", 1664: "G"][width]
            ?? "\(width)"
    }
}
