import Foundation
import Tensors

extension ModelFamily {
    /// BriVL 1.0 and BriVL of 2022, whose checkpoints have the same tensors: known by their EfficientNet.
    static let brivl = ModelFamily(
        kinds: ["BriVL"],
        recognizes: { files in
            guard let checkpoint = try? files.checkpoint() else { return false }
            return try BriVLModel.imageRoot(of: "imgencoder", in: checkpoint) != nil
        },
        load: { files in
            var towers = try BriVLModel.towers(files, twin: "")
            if try BriVLModel.imageRoot(of: "imgencoder_mom", in: files.checkpoint()) != nil {
                towers.momentum = { try BriVLModel.towers(files, twin: "_mom") }
            }
            return towers
        })
}

/// The two-tower models of Huo et al. 2021 (BriVL 1.0) and Fei et al. 2022.
///
/// Source: the configurations and model files of BAAI-WuDao/BriVL and neilfei/brivl-nmi.
enum BriVLModel {
    /// The heads of the small transformers, which the tensors do not tell.
    private static let heads = 4
    /// The most tokens of a text.
    private static let maximumLength = 80

    /// The towers, or their momentum twins, whose names end in `_mom`.
    static func towers(_ files: ModelFiles, twin: String) throws -> Towers {
        let checkpoint = try files.checkpoint()
        _ = try isFirst(files)
        return try Towers.halves(
            text: { try text(files, checkpoint, encoder: "textencoder" + twin) },
            image: { try image(files, checkpoint, encoder: "imgencoder" + twin) })
    }

    /// What stands before the names of an image encoder's tensors; nil without one.
    static func imageRoot(of encoder: String, in checkpoint: Checkpoint) throws -> String? {
        try checkpoint.root(of: encoder, holding: "backbone.conv_stem.weight")
    }

    /// The image tower. Version 1.0 has 380 pixels, and boxes that a detector must bring; that of 2022 has 456 pixels and a
    /// grid of 6 x 6. Their tensors are the same, so the architecture must be named.
    ///
    /// Images are resized as Pillow does; `ImageTransform.briVLAsPublished` is what the published scripts did.
    private static func image(_ files: ModelFiles, _ checkpoint: Checkpoint, encoder: String) throws
        -> ImageTower
    {
        guard let root = try imageRoot(of: encoder, in: checkpoint) else {
            throw FoundationModelError.parameters(path: checkpoint.path, problems: ["\(encoder) is missing"])
        }
        let isFirst = try isFirst(files)
        let timm = try TimmConfiguration(files)
        // The backbone is geffnet's tf_efficientnet_b5_ns.
        var backbone = try ConvolutionalModel(
            efficientNet: checkpoint, root + "backbone.", files, timm, isTensorFlow: true)
        backbone.imageSize = try timm.imageSize() ?? ImageSize(isFirst ? 380 : 456)
        // The regions are taken from the last map: what timm has after it is not used.
        backbone.layers.removeAll { ["global_pool", "classifier"].contains($0.name) }
        let (network, unusedInBackbone) = try backbone.network(checkpoint, scope: [root + "backbone."])
        let learnable = root + "learnable."
        let reader = ParameterReader(
            checkpoint, layout: .brivlImage, prefix: learnable, scope: [learnable])
        let width = network.layers.last?.width ?? 0
        let tower = RegionNetwork(
            backbone: network,
            regionLayer: try reader.linear("max_pool.0", outputs: width, inputs: width, isConvolution: true),
            head: try reader.fusionHead(width: width, heads: heads, names: ("imgAtt", "imgFC")),
            boxes: try isFirst ? [.whole] : ImageBox.grid(6))
        return ImageTower(
            network: tower,
            transform: ImageTransform(fit: .stretched, interpolation: .bilinear, normalization: .imageNet),
            unused: unusedInBackbone + (try reader.finish()))
    }

    /// Whether the files are of version 1.0.
    private static func isFirst(_ files: ModelFiles) throws -> Bool {
        switch try files.configuration?.text("architecture")?.lowercased() {
        case "brivl-1.0": return true
        case "brivl-2022": return false
        default:
            throw FoundationModelError.file(
                path: files.location.path,
                problem: "BriVL 1.0 and BriVL of 2022 have the same tensors; say which it is, as "
                    + "FoundationModel.load(…, architecture: \"brivl-1.0\") or \"brivl-2022\", "
                    + "or by \"architecture\" in a config.json beside the weights")
        }
    }

    /// The text tower: a Chinese RoBERTa, which is a BERT, and the same head.
    private static func text(_ files: ModelFiles, _ checkpoint: Checkpoint, encoder: String) throws
        -> TextTower
    {
        guard let root = try PaperModel.textRoot(of: encoder, in: checkpoint) else {
            throw FoundationModelError.parameters(path: checkpoint.path, problems: ["\(encoder) is missing"])
        }
        let backbone = ParameterReader(
            checkpoint, layout: .paperText, prefix: root, scope: [root + "backbone."])
        var parts = try backbone.bert(
            family: "BriVL (BERT)", files, vocabularyOf: "chinese-roberta-wwm-ext", by: "hfl")
        let learnable = root + "learnable."
        let reader = ParameterReader(
            checkpoint, layout: .brivlText, prefix: learnable, scope: [learnable])
        parts.head.fusion = try reader.fusionHead(
            width: parts.configuration.width, heads: heads, names: ("textAtt", "textFC"))
        parts.maximumLength = maximumLength
        parts.unused = try backbone.finish() + reader.finish()
        return TextTower(parts)
    }
}

extension ParameterReader {
    /// BriVL's head, of as many blocks as the checkpoint has.
    fileprivate func fusionHead(width: Int, heads: Int, names: (blocks: String, output: String)) throws
        -> FusionHead
    {
        let depth = (0..<1000).prefix { shape(of: .attentionInput, block: $0) != nil }.count
        let configuration = TransformerConfiguration(
            width: width, depth: depth, heads: heads,
            feedForwardWidth: shape(of: .expansion, block: 0)?.first ?? 2048, activation: .relu, epsilon: 1e-5
        )
        guard width % heads == 0 else {
            throw FoundationModelError.input(
                "\(heads) heads cannot share the width \(width) of a fusion head")
        }
        let hidden = shape(of: .hiddenProjection)?.first ?? 0
        let outputs = shape(of: .projection)?.first ?? 0
        return FusionHead(
            configuration: configuration, blocks: try transformerBlocks(configuration),
            first: try linear([.hiddenProjection], outputs: hidden, inputs: width),
            second: try linear([.projection], outputs: outputs, inputs: hidden), names: names)
    }
}
