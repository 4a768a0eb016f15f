/// How timm, Google and transformers spell the parts of ViT and DINOv2.
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
}
