extension VisionModel {
    /// A ViT or DINOv2 of transformers, whose names before version 5 are those that are still saved.
    init(huggingFace checkpoint: Checkpoint, _ configuration: ModelConfiguration, _ type: String)
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

    /// Throws if DINOv2's feed-forward parts are of another kind or width than the configuration says.
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
}
