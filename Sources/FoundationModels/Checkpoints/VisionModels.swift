import Foundation

/// A vision transformer in a checkpoint: what its tensors do not tell.
struct VisionModel {
    var layout: VisionLayout
    /// What stands before the layout's names in the file.
    var prefix = ""
    /// How the names of this tower's tensors begin, where the file has others too.
    var scope: [String] = []
    /// What comes before `ViT-B/16` in the family's name.
    var kind = ""
    /// How many heads a block has; nothing where its width tells.
    var heads: Int?
    var activation = TransformerConfiguration.Activation.gelu
    var epsilon: Float = 1e-6
    /// Pixels along each side of the images of training, where a configuration says it.
    var side: Int?
    /// What the layer on the vector of the whole image is called for short.
    var headName = "head"
    /// The name of the projection divided by its length, where there is one.
    var embeddingName: String?

    /// The network, and the tensors that it has no use for; throws what does not fit.
    func network(_ checkpoint: Checkpoint) throws -> (network: VisionTransformer, unused: [String]) {
        let reader = VisionReader(checkpoint, layout: layout, prefix: prefix, scope: scope)
        let width = reader.width
        let heads = heads ?? VisionModel.heads(width)
        guard width > 0, heads > 0, width % heads == 0 else {
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem:
                    "how many heads share the width \(width) cannot be told; a config.json beside the weights "
                    + "says it (timm's \"model_args\": {\"num_heads\": …})")
        }
        let inner = reader.feedForward
        let configuration = TransformerConfiguration(
            width: width, depth: reader.depth, heads: heads, feedForwardWidth: inner.width,
            activation: inner.isGated ? .silu : activation, isGated: inner.isGated, epsilon: epsilon,
            normOrder: .before)
        let patch = reader.patchSize
        let embedding = try reader.embedding(
            width: width, side: side.map { $0 / max(patch, 1) }, epsilon: epsilon)
        let blocks = (0..<configuration.depth).map { reader.block($0, configuration) }
        let head = reader.head(
            width: width, epsilon: epsilon, shortName: headName, embeddingName: embeddingName)
        let network = VisionTransformer(
            family: kind + "ViT-\(VisionModel.size(width))/\(patch)", configuration: configuration,
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
        return ImageTower(network: try network.resized(to: size), transform: transform, unused: unused)
    }

    /// The heads of the published ViT of that width: 64 numbers each but for the largest.
    private static func heads(_ width: Int) -> Int {
        [1280: 16, 1408: 16, 1664: 16][width] ?? (width % 64 == 0 ? width / 64 : 0)
    }

    /// The letters of the published ViT of that width.
    private static func size(_ width: Int) -> String {
        [192: "Ti", 384: "S", 768: "B", 1024: "L", 1280: "H", 1408: "g", 1536: "g", 1664: "G"][width]
            ?? "\(width)"
    }
}
