import Foundation

extension ModelFamily {
    /// ViT and DINOv2 of transformers.
    static let huggingFaceVision = ModelFamily(
        kinds: ["vit", "dinov2", "dinov2_with_registers"],
        recognizes: { files in
            ["vit", "dinov2", "dinov2_with_registers"].contains(
                files.configuration?.text("model_type") ?? "")
        },
        load: { files in
            guard let configuration = files.configuration else { return Towers() }
            let checkpoint = try files.checkpoint()
            let layouts: [String: VisionLayout] = [
                "vit": .huggingFace, "dinov2": .dinov2, "dinov2_with_registers": .dinov2Registers,
            ]
            guard let type = configuration.text("model_type"), let layout = layouts[type] else {
                return Towers()
            }
            let isViT = type == "vit"
            let roots = isViT ? ["vit.", ""] : ["dinov2.", "dinov2_with_registers.", ""]
            let model = VisionModel(
                layout: layout,
                prefix: roots.first { checkpoint.shape(of: $0 + layout.classToken) != nil } ?? "",
                kind: isViT ? "" : "DINOv2 ", heads: try configuration.count("num_attention_heads"),
                activation: try configuration.activation("hidden_act"),
                epsilon: configuration.number("layer_norm_eps") ?? 1e-12,
                side: try configuration.optionalCount("image_size"))
            try model.check(configuration, checkpoint)
            return Towers(
                image: try model.tower(files, checkpoint) { size in
                    isViT
                        ? ImageTransform(fit: .stretched, interpolation: .bilinear, normalization: .timm)
                        : ImageTransform(fit: .shorterSide(size.height), normalization: .imageNet)
                })
        })

    /// timm's ViT with or without a configuration, DINOv2 of its authors, and the augreg files of Google.
    static let vit = ModelFamily(
        kinds: ["timm's ViT", "augreg npz", "DINOv2"],
        recognizes: { files in
            guard files.configuration?.text("model_type") == nil, files.openCLIP == nil || files.isTimm,
                let checkpoint = try? files.checkpoint()
            else { return false }
            return try VisionModel(plain: checkpoint, files) != nil
        },
        load: { files in
            let checkpoint = try files.checkpoint()
            guard let model = try VisionModel(plain: checkpoint, files) else { return Towers() }
            return Towers(
                image: try model.tower(files, checkpoint) { size in
                    // timm: the whole image at 384 pixels and more, 90 % of it below; DINOv2 the whole.
                    let isWhole = size.height >= 384 || model.kind == "DINOv2 "
                    return ImageTransform(
                        fit: .shorterSide(isWhole ? size.height : Int(Double(size.height) / 0.9)),
                        normalization: model.kind == "DINOv2 " ? .imageNet : .timm)
                })
        })
}

extension VisionModel {
    /// The ViT whose weights a checkpoint has, by their names; nothing where there is none.
    init?(plain checkpoint: Checkpoint, _ files: ModelFiles) throws {
        if checkpoint.shape(of: "Transformer/encoderblock_0/LayerNorm_0/scale") != nil {
            self.init(layout: .augreg)
            return
        }
        guard let prefix = try checkpoint.prefix(before: "blocks.0.attn.qkv.weight"),
            checkpoint.shape(of: prefix + VisionLayout.timm.classToken) != nil
        else { return nil }
        self.init(layout: .timm, prefix: prefix)
        let isScaled = checkpoint.shape(of: prefix + "blocks.0.ls1.gamma") != nil
        if isScaled, checkpoint.shape(of: prefix + "patch_embed.proj.weight")?.last == 14 { kind = "DINOv2 " }
        // timm's ViT that normalise before the first block are those of CLIP.
        if checkpoint.shape(of: prefix + "norm_pre.weight") != nil { epsilon = 1e-5 }
        heads = files.configuration?.section("model_args")?.integer("num_heads")
        if files.configuration?.text("architecture")?.contains("quickgelu") == true {
            activation = .quickGELU
        }
    }

    /// The image half of CLIP as transformers lays it out; nothing where the file has the other half alone.
    static func clip(_ files: ModelFiles, _ configuration: ModelConfiguration) throws -> ImageTower? {
        let checkpoint = try files.checkpoint()
        guard checkpoint.shape(of: VisionLayout.clip.classToken) != nil else { return nil }
        let vision = configuration.section("vision_config") ?? configuration
        let model = VisionModel(
            layout: .clip, scope: ["vision_model.", "visual_projection"], kind: "CLIP ",
            heads: try vision.optionalCount("num_attention_heads") ?? 12,
            activation: vision.text("hidden_act") == nil ? .quickGELU : try vision.activation("hidden_act"),
            epsilon: vision.number("layer_norm_eps") ?? 1e-5, side: try vision.optionalCount("image_size"),
            headName: "projection", embeddingName: "image_embeds")
        try model.check(vision, checkpoint)
        return try model.tower(files, checkpoint) { size in
            ImageTransform(fit: .shorterSide(size.height), normalization: .clip)
        }
    }

    /// The image half of CLIP as open_clip lays it out; nothing where the file has the other half alone.
    static func openCLIP(_ files: ModelFiles, _ configuration: ModelConfiguration) throws -> ImageTower? {
        let checkpoint = try files.checkpoint()
        guard checkpoint.shape(of: VisionLayout.openCLIP.classToken) != nil else { return nil }
        guard let model = configuration.section("model_cfg"), let vision = model.section("vision_cfg") else {
            throw configuration.problem("\"model_cfg\" with a \"vision_cfg\" is expected")
        }
        if let name = vision.text("timm_model_name") {
            throw configuration.problem("an image tower of timm (\(name)) inside open_clip is not supported")
        }
        for key in ["attentional_pool", "final_ln_after_pool", "no_ln_pre"] where vision.flag(key) == true {
            throw configuration.problem("\"\(key)\" of an image tower is not supported")
        }
        if let pool = vision.text("pool_type"), pool != "tok" {
            throw configuration.problem("\"pool_type\" is \"\(pool)\"; \"tok\" is supported")
        }
        let width = try vision.optionalCount("width") ?? 768
        let tower = VisionModel(
            layout: .openCLIP, scope: ["visual."], kind: "CLIP ",
            heads: width / (try vision.optionalCount("head_width") ?? 64),
            activation: model.flag("quick_gelu") == true ? .quickGELU : .gelu, epsilon: 1e-5,
            side: try vision.optionalCount("image_size"), headName: "projection",
            embeddingName: "image_embeds")
        return try tower.tower(files, checkpoint) { size in
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

    /// Throws where the tensors are of another size than the configuration says.
    fileprivate func check(_ configuration: ModelConfiguration, _ checkpoint: Checkpoint) throws {
        let reader = VisionReader(checkpoint, layout: layout, prefix: prefix)
        let sizes = [
            ("hidden_size", reader.width), ("num_hidden_layers", reader.depth),
            ("patch_size", reader.patchSize),
        ]
        for (key, found) in sizes {
            if let expected = try configuration.optionalCount(key), expected != found {
                throw FoundationModelError.parameters(
                    path: checkpoint.path, problems: ["\"\(key)\" is \(expected); the tensors have \(found)"])
            }
        }
    }
}
