/// How transformers and open_clip spell the parts of CLIP's image tower.
extension VisionLayout {
    /// `CLIPVisionModel` of transformers 5, whose names do not begin with `vision_model.`.
    static let clipAlone: VisionLayout = {
        func short(_ name: String) -> String { name.replacing("vision_model.", with: "") }
        var layout = clip
        layout.classToken = short(layout.classToken)
        layout.positions = short(layout.positions)
        layout.patch = short(layout.patch)
        layout.inputNorm = layout.inputNorm.map(short)
        layout.block = short(layout.block)
        layout.vectorNorm = layout.vectorNorm.map(short)
        layout.names = VisionTransformer.Names(
            embeddings: short(layout.names.embeddings), block: short(layout.names.block),
            attention: short(layout.names.attention), feedForward: layout.names.feedForward.map(short))
        return layout
    }()

    /// The image half of `CLIPModel` of transformers, without `vision_model.` if that precedes most names.
    static let clip = VisionLayout(
        classToken: "vision_model.embeddings.class_embedding",
        positions: "vision_model.embeddings.position_embedding.weight",
        patch: "vision_model.embeddings.patch_embedding", inputNorm: "vision_model.pre_layrnorm",
        block: "vision_model.encoder.layers.{}", attentionNorm: "layer_norm1",
        attentionInput: ["q_proj", "k_proj", "v_proj"].map { "self_attn." + $0 },
        attentionOutput: "self_attn.out_proj", feedForwardNorm: "layer_norm2", expansion: ["mlp.fc1"],
        contraction: ["mlp.fc2"], vectorNorm: "vision_model.post_layernorm", head: "visual_projection",
        hasHeadBias: false, hasPatchBias: false,
        names: VisionTransformer.Names(
            embeddings: "vision_model.pre_layrnorm", block: "vision_model.encoder.layers.{}",
            attention: "vision_model.encoder.layers.{}.self_attn",
            feedForward: "vision_model.encoder.layers.{}.mlp"),
        resampling: .plain)

    /// The image half of open_clip's `CLIP`, and of OpenAI's own.
    static let openCLIP = VisionLayout(
        classToken: "visual.class_embedding", positions: "visual.positional_embedding", patch: "visual.conv1",
        inputNorm: "visual.ln_pre", block: "visual.transformer.resblocks.{}", attentionNorm: "ln_1",
        attentionInput: ["attn.in_proj_"], attentionOutput: "attn.out_proj", attentionScale: "ls_1.gamma",
        feedForwardNorm: "ln_2", expansion: ["mlp.c_fc"], contraction: ["mlp.c_proj"],
        feedForwardScale: "ls_2.gamma", vectorNorm: "visual.ln_post", head: "visual.proj",
        isHeadTransposed: true, hasPatchBias: false,
        names: VisionTransformer.Names(
            embeddings: "visual.ln_pre", block: "visual.transformer.resblocks.{}",
            attention: "visual.transformer.resblocks.{}.attn",
            feedForward: "visual.transformer.resblocks.{}.mlp",
            scaledAttention: "visual.transformer.resblocks.{}.ls_1",
            scaledFeedForward: "visual.transformer.resblocks.{}.ls_2"),
        resampling: .antialiased)
}
