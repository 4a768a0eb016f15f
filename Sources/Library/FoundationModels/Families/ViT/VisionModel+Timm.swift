extension VisionModel {
    /// Whether a checkpoint has a ViT of timm's or Google's names.
    static func isPlain(_ checkpoint: Checkpoint) throws -> Bool {
        if checkpoint.shape(of: "Transformer/encoderblock_0/LayerNorm_0/scale") != nil { return true }
        if checkpoint.names.contains(where: { $0.hasSuffix("layers.0.blocks.0.attn.qkv.weight") }) {
            return false
        }
        return try checkpoint.prefix(before: "blocks.0.attn.qkv.weight") != nil
    }

    /// How the names of tensors begin that only networks have which are not plain vision transformers.
    private static let unsupported = [
        ("dist_token", "distilled DeiT"), ("blocks.0.attn.q_bias", "EVA or BEiT"),
        ("blocks.0.attn.proj_l.", "CaiT"),
        ("patch_embed.backbone.", "a hybrid of a convolutional network and ViT"),
        ("attn_pool.", "SigLIP, whose vector is made by attention,"),
    ]

    /// The ViT whose weights a checkpoint has, by their names.
    ///
    /// Throws if the tensors do not tell what the model computes.
    init(plain checkpoint: Checkpoint, _ files: ModelFiles) throws {
        let given = try files.configuration?.text("architecture").map(TimmArchitecture.init)
        try given?.check("a vision transformer", TimmArchitecture.visionTransformers, checkpoint.path)
        if checkpoint.shape(of: "Transformer/encoderblock_0/LayerNorm_0/scale") != nil {
            self.init(layout: .augreg)
            return
        }
        let prefix = try checkpoint.prefix(before: "blocks.0.attn.qkv.weight") ?? ""
        func has(_ name: String) -> Bool { checkpoint.shape(of: prefix + name) != nil }
        self.init(layout: .timm, prefix: prefix)
        for (start, kind) in Self.unsupported {
            guard let name = checkpoint.names.first(where: { $0.hasPrefix(prefix + start) }) else { continue }
            throw FoundationModelError.parameters(
                path: checkpoint.path, problems: ["\(name): \(kind) is not supported"])
        }
        for (name, kind) in [
            (layout.positions, "relative or rotary positions (BEiT, EVA, DINOv3)"),
            (layout.classToken, "no class token (SigLIP, \"gap\")"),
        ] where !has(name) {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: ["\(prefix)\(name) is missing; vision transformers with \(kind) are not supported"])
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
        // Names that timm does not have, of CLIP's kind; an argument changes only what it names.
        let isCLIP = has("norm_pre.weight") && !arguments.has("pre_norm")
        epsilon = isCLIP ? 1e-5 : architecture.epsilon
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
                    + "normalization with \(epsilon), as timm's ViT of that width; images as its usual weights take them"
            )
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
