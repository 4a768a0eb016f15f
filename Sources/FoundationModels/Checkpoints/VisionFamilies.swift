import Foundation

extension ModelFamily {
    private static let huggingFaceTypes = ["vit", "dinov2", "dinov2_with_registers"]

    /// ViT and DINOv2 of transformers.
    static let huggingFaceVision = ModelFamily(
        kinds: huggingFaceTypes,
        recognizes: { files in files.modelType.map(huggingFaceTypes.contains) ?? false },
        load: { files in
            guard let file = files.configuration, let type = files.modelType else { return Towers() }
            let checkpoint = try files.checkpoint()
            let isViT = type == "vit"
            let model = try VisionModel(
                huggingFace: checkpoint, try file.read(as: fields(type), notes: files.notes), type)
            return Towers(
                image: try model.tower(files, checkpoint) { size in
                    isViT
                        ? ImageTransform(fit: .stretched, interpolation: .bilinear, normalization: .timm)
                        : ImageTransform(fit: .shorterSide(size.height), normalization: .imageNet)
                })
        })

    private static func fields(_ type: String) -> ConfigurationFields {
        switch type {
        case "vit": .vit
        case "dinov2": .dinov2
        default: .dinov2WithRegisters
        }
    }

    /// timm's ViT with or without a configuration, DINOv2 of its authors, and the augreg files of Google.
    static let vit = ModelFamily(
        kinds: ["timm's ViT", "augreg npz", "DINOv2"],
        recognizes: { files in
            guard files.modelType == nil, files.openCLIP == nil || files.isTimm else { return false }
            return try VisionModel.isPlain(try files.checkpoint())
        },
        load: { files in
            let checkpoint = try files.checkpoint()
            let model = try VisionModel(plain: checkpoint, files)
            return Towers(
                image: try model.tower(files, checkpoint) { size in
                    // timm: the whole image at 384 pixels and more, 90 % of it below; DINOv2 the whole.
                    let isWhole = size.height >= 384 || model.kind == "DINOv2 "
                    return ImageTransform(
                        fit: .cropping(size, fraction: isWhole ? 1 : 0.9),
                        normalization: model.kind == "DINOv2 " ? .imageNet : .timm)
                })
        })
}

extension VisionModel {
    /// A ViT or DINOv2 of transformers, whose names before version 5 are those that are still saved.
    fileprivate init(huggingFace checkpoint: Checkpoint, _ configuration: ModelConfiguration, _ type: String)
        throws
    {
        let isViT = type == "vit"
        var layout: VisionLayout =
            isViT ? .huggingFace : type == "dinov2" ? .dinov2 : .dinov2Registers
        let prefix = try checkpoint.prefix(before: layout.classToken) ?? ""
        if checkpoint.shape(of: prefix + "layers.0.attention.q_proj.weight") != nil
            || checkpoint.shape(of: prefix + "encoder.layer.0.attention.q_proj.weight") != nil
        {
            layout = layout.inVersion5(block: isViT ? "layers.{}" : layout.block)
        }
        self.init(
            layout: layout, prefix: prefix, kind: isViT ? "" : "DINOv2 ",
            heads: try configuration.count("num_attention_heads"),
            activation: try configuration.activation("hidden_act"),
            epsilon: try configuration.epsilon("layer_norm_eps"),
            hasAttentionBias: try configuration.flag("qkv_bias") ?? true)
        try setGrid(configuration)
        try check(configuration, checkpoint)
        let reader = VisionReader(checkpoint, layout: layout, prefix: prefix)
        if isViT {
            try expect(configuration, "intermediate_size", reader.feedForward.width, checkpoint)
        } else {
            try checkFeedForward(configuration, reader)
        }
        if type == "dinov2_with_registers" {
            try expect(configuration, "num_register_tokens", reader.registerCount, checkpoint)
        }
    }

    /// Throws where DINOv2's feed-forward parts are of another kind or width than the configuration says.
    private func checkFeedForward(_ configuration: ModelConfiguration, _ reader: VisionReader) throws {
        let found = reader.feedForward
        let isGated = try configuration.flag("use_swiglu_ffn") ?? false
        let ratio = try configuration.double("mlp_ratio") ?? 4
        var expected = Int(Double(reader.width) * ratio)
        if isGated { expected = (expected * 2 / 3 + 7) / 8 * 8 }
        guard found.isGated == isGated, found.width == expected else {
            throw configuration.problem(
                "\"mlp_ratio\" \(ratio) with \"use_swiglu_ffn\" \(isGated) makes feed-forward parts of \(expected); "
                    + "the tensors have \(found.width), \(found.isGated ? "gated" : "not gated")")
        }
    }

    /// Whether a checkpoint has a ViT of timm's or Google's names.
    fileprivate static func isPlain(_ checkpoint: Checkpoint) throws -> Bool {
        if checkpoint.shape(of: "Transformer/encoderblock_0/LayerNorm_0/scale") != nil { return true }
        if checkpoint.names.contains(where: { $0.hasSuffix("layers.0.blocks.0.attn.qkv.weight") }) {
            return false
        }
        return try checkpoint.prefix(before: "blocks.0.attn.qkv.weight") != nil
    }

    /// The ViT whose weights a checkpoint has, by their names.
    ///
    /// Throws where the tensors do not tell what the model computes.
    fileprivate init(plain checkpoint: Checkpoint, _ files: ModelFiles) throws {
        if checkpoint.shape(of: "Transformer/encoderblock_0/LayerNorm_0/scale") != nil {
            self.init(layout: .augreg)
            return
        }
        let prefix = try checkpoint.prefix(before: "blocks.0.attn.qkv.weight") ?? ""
        func has(_ name: String) -> Bool { checkpoint.shape(of: prefix + name) != nil }
        self.init(layout: .timm, prefix: prefix)
        for (name, kind) in [
            (layout.positions, "relative or rotary positions (BEiT, EVA, DINOv3)"),
            (layout.classToken, "no class token (SigLIP, \"gap\")"),
        ] where !has(name) {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: ["\(prefix)\(name) is missing; vision transformers with \(kind) are not supported"])
        }
        if has("dist_token") {
            throw FoundationModelError.parameters(
                path: checkpoint.path, problems: ["\(prefix)dist_token: distilled DeiT is not supported"])
        }
        let timm = try TimmConfiguration(files)
        let arguments = try timm.arguments(as: .timmVisionTransformer)
        let hasScales = has("blocks.0.ls1.gamma")
        if hasScales, checkpoint.shape(of: prefix + "patch_embed.proj.weight")?.last == 14 {
            kind = "DINOv2 "
        }
        guard let architecture = timm.architecture ?? (has("norm_pre.weight") ? nil : TimmArchitecture("vit"))
        else {
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem: "a ViT of CLIP has GELU or QuickGELU, which the weights do not tell; say which, "
                    + "as FoundationModel.load(…, architecture: \"vit_base_patch16_clip_224\") "
                    + "or \"vit_base_patch16_clip_quickgelu_224\", or by a config.json beside the weights")
        }
        let width = VisionReader(checkpoint, layout: layout, prefix: prefix).width
        heads = try arguments.optionalCount("num_heads") ?? architecture.heads(width)
        // Names that timm does not have, of CLIP's kind.
        epsilon = has("norm_pre.weight") ? 1e-5 : architecture.epsilon
        activation =
            try arguments.has("act_layer") ? arguments.timmActivation("act_layer") : architecture.activation
        if let norm = try arguments.text("norm_layer") {
            guard norm == "layernorm" else {
                throw arguments.problem("\"norm_layer\" is \"\(norm)\"; \"layernorm\" is supported")
            }
            epsilon = 1e-6
        }
        pool = try timm.pool(arguments)
        grids = try [timm.trainedSize(), timm.imageSize()].compactMap { $0 }
        isGridGiven = try timm.trainedSize() != nil
        // The files of DINOv2's authors have a token that timm leaves out.
        if kind == "DINOv2 ", has("mask_token"), timm.architecture == nil, !has("register_tokens") {
            layout.resampling = .offset(0.1)
        }
        if timm.architecture == nil {
            files.notes.add(
                "assumed, since the weights do not tell it: \(heads ?? 0) heads, \(activation.rawValue), "
                    + "normalisation with \(epsilon), as timm's ViT of that width; images as its usual weights take them"
            )
        }
    }

    /// The image half of CLIP as transformers lays it out; nil if the file has the other half alone.
    static func clip(_ files: ModelFiles, _ clip: CLIPConfiguration, _ section: ModelConfiguration) throws
        -> ImageTower?
    {
        let checkpoint = try files.checkpoint()
        let root = try checkpoint.prefix(before: VisionLayout.clip.classToken)
        let alone = root == nil ? try checkpoint.prefix(before: VisionLayout.clipAlone.classToken) : nil
        guard let prefix = root ?? alone else {
            if clip.text == nil || clip.needsProjection {
                throw FoundationModelError.parameters(
                    path: checkpoint.path, problems: ["\(VisionLayout.clip.classToken) is missing"])
            }
            return nil
        }
        let vision = try section.read(as: .clipVision, notes: files.notes)
        var model = VisionModel(
            layout: root == nil ? .clipAlone : .clip, prefix: prefix,
            scope: root == nil ? [prefix] : ["vision_model.", "visual_projection"].map { prefix + $0 },
            kind: "CLIP ", heads: try vision.count("num_attention_heads"),
            activation: try vision.activation("hidden_act"), epsilon: try vision.epsilon("layer_norm_eps"),
            needsInputNorm: true, headName: "projection", embeddingName: "image_embeds")
        model.needsHead =
            try clip.needsProjection
            || vision.texts("architectures").contains("CLIPVisionModelWithProjection")
        try model.setGrid(vision)
        try model.check(vision, checkpoint)
        let reader = VisionReader(checkpoint, layout: model.layout, prefix: prefix)
        try model.expect(vision, "intermediate_size", reader.feedForward.width, checkpoint)
        if let outputs = checkpoint.shape(of: prefix + "visual_projection.weight")?.first,
            case let expected = try clip.embedding(vision), outputs != expected
        {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: ["\"projection_dim\" is \(expected); the tensors have \(outputs)"])
        }
        return try model.tower(files, checkpoint) { size in
            ImageTransform(fit: .shorterSide(size.height), normalization: .clip)
        }
    }

    /// The image half of CLIP as open_clip lays it out.
    static func openCLIP(_ files: ModelFiles, _ clip: OpenCLIPConfiguration) throws -> ImageTower {
        let checkpoint = try files.checkpoint()
        let vision = try clip.tower("vision_cfg", as: .openCLIPVision)
        if vision.isLayerList {
            throw vision.problem(
                "\"layers\" is a list: the ResNet of CLIP is not supported; its vision transformers are")
        }
        let prefix = try checkpoint.prefix(before: VisionLayout.openCLIP.classToken) ?? ""
        let width = try vision.count("width")
        var model = VisionModel(
            layout: .openCLIP, prefix: prefix, scope: [prefix + "visual."], kind: "CLIP ",
            heads: width / (try vision.count("head_width")), activation: try clip.activation(vision),
            epsilon: try clip.epsilon(vision), headName: "projection", embeddingName: "image_embeds")
        model.needsHead = true
        try model.setGrid(vision)
        let reader = VisionReader(checkpoint, layout: .openCLIP, prefix: prefix)
        try model.expect(vision, "width", reader.width, checkpoint)
        try model.expect(vision, "layers", reader.depth, checkpoint)
        let inner = Int(Float(width) * (try vision.number("mlp_ratio") ?? 4))
        let patch = try vision.extent("patch_size")
        guard patch == ImageSize(reader.patchSize), inner == reader.feedForward.width else {
            throw vision.problem(
                "\"patch_size\" and \"mlp_ratio\" make patches of \(patch.map { "\($0)" } ?? "none") and feed-forward parts of "
                    + "\(inner); the tensors have \(ImageSize(reader.patchSize)) and \(reader.feedForward.width)"
            )
        }
        if try vision.flag("no_ln_pre") ?? false == reader.hasInputNorm {
            throw vision.problem("\"no_ln_pre\" is \(reader.hasInputNorm); the tensors say otherwise")
        }
        return try model.tower(files, checkpoint) { size in
            ImageTransform(fit: .shorterSide(size.height), normalization: .clip)
        }
    }

    /// The paper's image tower, or its momentum twin, whose encoder's name ends in `_mom`.
    static func paper(_ files: ModelFiles, _ checkpoint: Checkpoint, root: String) throws -> ImageTower {
        let model = VisionModel(
            layout: .paper, prefix: root, scope: [root], headName: "projection", embeddingName: "embedding")
        return try model.tower(files, checkpoint) { size in
            ImageTransform(fit: .shorterSide(size.height), normalization: .paper)
        }
    }

    /// Takes the size of the images of training from `image_size`.
    private mutating func setGrid(_ configuration: ModelConfiguration) throws {
        guard let size = try configuration.extent("image_size") else {
            throw configuration.problem("\"image_size\" is missing")
        }
        grids = [size]
        isGridGiven = true
    }

    /// Throws where the tensors are of another size than the configuration says.
    private func check(_ configuration: ModelConfiguration, _ checkpoint: Checkpoint) throws {
        let reader = VisionReader(checkpoint, layout: layout, prefix: prefix)
        try expect(configuration, "hidden_size", reader.width, checkpoint)
        try expect(configuration, "num_hidden_layers", reader.depth, checkpoint)
        guard let patch = try configuration.extent("patch_size"), patch.height == patch.width,
            patch.height == reader.patchSize
        else {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: [
                    "\"patch_size\" is \(try configuration.extent("patch_size").map { "\($0)" } ?? "missing"); "
                        + "the tensors have \(ImageSize(reader.patchSize))"
                ])
        }
    }

    private func expect(
        _ configuration: ModelConfiguration, _ key: String, _ found: Int, _ checkpoint: Checkpoint
    )
        throws
    {
        let expected = try configuration.integer(key)
        if expected != found {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: [
                    "\"\(key)\" is \(expected.map(String.init) ?? "missing"); the tensors have \(found)"
                ])
        }
    }
}

extension ModelConfiguration {
    /// Whether open_clip's `layers` are those of a ResNet's stages.
    fileprivate var isLayerList: Bool { isList("layers") }

    /// An activation by timm's name.
    func timmActivation(_ key: String) throws -> TransformerConfiguration.Activation {
        switch try text(key) {
        case "gelu": return .gelu
        case "gelu_tanh": return .geluTanh
        case "quick_gelu": return .quickGELU
        case "relu": return .relu
        case "silu", "swish": return .silu
        case let name: throw problem("the activation \"\(name ?? "null")\" of \"\(key)\" is not supported")
        }
    }
}
