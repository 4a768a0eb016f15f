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
        var expected = try configuration.inner("mlp_ratio", width: reader.width)
        if isGated { expected = (expected * 2 / 3 + 7) / 8 * 8 }
        guard found.isGated == isGated, found.width == expected else {
            throw configuration.problem(
                "\"mlp_ratio\" with \"use_swiglu_ffn\" \(isGated) makes feed-forward parts of \(expected); "
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

    /// The paper's image tower, or its momentum twin, whose encoder's name ends in `_mom`.
    static func paper(_ files: ModelFiles, _ checkpoint: Checkpoint, root: String) throws -> ImageTower {
        let model = VisionModel(
            layout: .paper, prefix: root, scope: [root], headName: "projection", embeddingName: "embedding")
        return try model.tower(files, checkpoint) { size in
            ImageTransform(fit: .shorterSide(size.height), normalization: .paper)
        }
    }
}

extension ModelConfiguration {
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
