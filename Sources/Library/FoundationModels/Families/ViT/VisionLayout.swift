/// How a library spells the parts of a vision transformer: a table of names, no code.
///
/// `weight` and `bias` follow a name in the file, behind a point unless it ends in `_`. Names inside a block follow the
/// block's own.
struct VisionLayout: Sendable {
    /// Whose way of keeping weights it is.
    enum Spelling: Sendable {
        /// `weight` of outputs x inputs, and `bias`.
        case pytorch
        /// `kernel` of inputs x outputs, whose side of heads may be two dimensions, `bias`, and `scale` of a norm.
        case flax
    }

    var spelling = Spelling.pytorch
    var classToken: String
    /// The registers' name, which differs between libraries that are alike in the rest.
    var registers: [String] = []
    var positions: String
    var patch: String
    /// What normalises all tokens before the first block.
    var inputNorm: String?

    /// A block, its number as `{}`.
    var block: String
    var attentionNorm: String
    /// Query, key and value, together or apart.
    var attentionInput: [String]
    var attentionOutput: String
    /// By what the attention's result is multiplied before it is added.
    var attentionScale: String?
    var feedForwardNorm: String
    /// The first and the last layer of the feed-forward part; the names that a gated one has follow the usual ones.
    var expansion: [String]
    var contraction: [String]
    /// Names of the two halves of a gated feed-forward part's first layer, if they are apart.
    var gate: [String] = []
    /// Whether a file may lack the biases of all blocks (timm's `qkv_bias` and `proj_bias`).
    var isBiasOptional = false
    var feedForwardScale: String?

    /// What normalises all tokens after the last block.
    var tokenNorm: String?
    /// What normalises the class token, or the mean over the patches, alone.
    var vectorNorm: String?
    /// The layer on the vector of the whole image.
    var head: String?
    /// Whether that layer is one tensor of inputs x outputs.
    var isHeadTransposed = false
    var hasHeadBias = true
    /// Whether the convolution that makes tokens of patches has a bias, in networks that do not normalise them first.
    var hasPatchBias = true

    /// How the library names what is inside, for those who take features.
    var names: VisionTransformer.Names
    var resampling: PatchPositions.Resampling
}

extension VisionLayout {
    /// timm's `VisionTransformer`; the DINOv2 of its authors has the same names but for the registers.
    static let timm = VisionLayout(
        classToken: "cls_token", registers: ["reg_token", "register_tokens"], positions: "pos_embed",
        patch: "patch_embed.proj", inputNorm: "norm_pre", block: "blocks.{}", attentionNorm: "norm1",
        attentionInput: ["attn.qkv"], attentionOutput: "attn.proj", attentionScale: "ls1.gamma",
        feedForwardNorm: "norm2", expansion: ["mlp.fc1", "mlp.w12"], contraction: ["mlp.fc2", "mlp.w3"],
        isBiasOptional: true, feedForwardScale: "ls2.gamma", tokenNorm: "norm", vectorNorm: "fc_norm",
        head: "head",
        names: VisionTransformer.Names(
            embeddings: "norm_pre", block: "blocks.{}", attention: "blocks.{}.attn",
            feedForward: "blocks.{}.mlp", norm: "norm", scaledAttention: "blocks.{}.ls1",
            scaledFeedForward: "blocks.{}.ls2"),
        resampling: .antialiased)

    /// The `.npz` files of Google's augreg ViT; layers are named as in timm, which reads the files too.
    static let augreg = VisionLayout(
        spelling: .flax, classToken: "cls", positions: "Transformer/posembed_input/pos_embedding",
        patch: "embedding", block: "Transformer/encoderblock_{}", attentionNorm: "LayerNorm_0",
        attentionInput: ["query", "key", "value"].map { "MultiHeadDotProductAttention_1/" + $0 },
        attentionOutput: "MultiHeadDotProductAttention_1/out", feedForwardNorm: "LayerNorm_2",
        expansion: ["MlpBlock_3/Dense_0"], contraction: ["MlpBlock_3/Dense_1"],
        tokenNorm: "Transformer/encoder_norm", head: "head", names: timm.names, resampling: .antialiased)

    /// `ViTModel` and `ViTForImageClassification` of transformers.
    static let huggingFace = VisionLayout(
        classToken: "embeddings.cls_token", positions: "embeddings.position_embeddings",
        patch: "embeddings.patch_embeddings.projection", block: "encoder.layer.{}",
        attentionNorm: "layernorm_before",
        attentionInput: ["query", "key", "value"].map { "attention.attention." + $0 },
        attentionOutput: "attention.output.dense", feedForwardNorm: "layernorm_after",
        expansion: ["intermediate.dense"], contraction: ["output.dense"], tokenNorm: "layernorm",
        names: VisionTransformer.Names(
            embeddings: "embeddings", block: "encoder.layer.{}", attention: "encoder.layer.{}.attention"),
        resampling: .plain)

    /// `Dinov2WithRegistersModel` of transformers.
    static let dinov2Registers: VisionLayout = {
        var layout = dinov2
        layout.registers = ["embeddings.register_tokens"]
        layout.resampling = .antialiased
        return layout
    }()

    /// `Dinov2Model` of transformers.
    static let dinov2: VisionLayout = {
        var layout = huggingFace
        layout.attentionNorm = "norm1"
        layout.attentionScale = "layer_scale1.lambda1"
        layout.feedForwardNorm = "norm2"
        layout.expansion = ["mlp.fc1", "mlp.weights_in"]
        layout.contraction = ["mlp.fc2", "mlp.weights_out"]
        layout.feedForwardScale = "layer_scale2.lambda1"
        layout.names.scaledAttention = "encoder.layer.{}.layer_scale1"
        layout.names.scaledFeedForward = "encoder.layer.{}.layer_scale2"
        return layout
    }()

    /// The names that transformers 5 has in memory, in which `torch.save(model.state_dict())` writes them.
    func inVersion5(block: String) -> VisionLayout {
        var layout = self
        layout.block = block
        layout.attentionInput = ["q_proj", "k_proj", "v_proj"].map { "attention." + $0 }
        layout.attentionOutput = "attention.o_proj"
        layout.expansion = ["mlp.fc1"]
        layout.contraction = ["mlp.fc2", "mlp.down_proj"]
        layout.gate = ["mlp.gate_proj", "mlp.up_proj"]
        return layout
    }

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

    /// The image half of `CLIPModel` of transformers, without `vision_model.` where it stands before most names.
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
