import Foundation

/// The image halves of CLIP, in the layouts of transformers and of open_clip.
extension VisionModel {
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
        if vision.isList("layers") {
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
        let inner = try vision.inner("mlp_ratio", width: width)
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
}
