/// How transformers and open_clip spell the parts of CLIP's text tower.
extension CheckpointLayout {
    /// `CLIPTextModel` of transformers 5, whose names do not begin with `text_model.`.
    static let clipTextAlone = CheckpointLayout(
        family: "CLIP", names: clipText.names.mapValues { $0.replacing("text_model.", with: "") },
        block: "encoder.layers.{}", ignored: ["embeddings.position_ids"])

    /// The text half of `CLIPModel` of transformers.
    static let clipText = CheckpointLayout(
        family: "CLIP",
        names: [
            .tokenEmbedding: "text_model.embeddings.token_embedding",
            .positionEmbedding: "text_model.embeddings.position_embedding",
            .query: "text_model.encoder.layers.{}.self_attn.q_proj",
            .key: "text_model.encoder.layers.{}.self_attn.k_proj",
            .value: "text_model.encoder.layers.{}.self_attn.v_proj",
            .attentionOutput: "text_model.encoder.layers.{}.self_attn.out_proj",
            .attentionNorm: "text_model.encoder.layers.{}.layer_norm1",
            .expansion: "text_model.encoder.layers.{}.mlp.fc1",
            .contraction: "text_model.encoder.layers.{}.mlp.fc2",
            .feedForwardNorm: "text_model.encoder.layers.{}.layer_norm2",
            .finalNorm: "text_model.final_layer_norm",
            .projection: "text_projection",
        ], block: "text_model.encoder.layers.{}", ignored: ["embeddings.position_ids"],
        scope: ["text_model.", "text_projection"])

    /// The text half of open_clip's `CLIP`, and of its `CustomTextCLIP`, whose names begin with `text.`.
    static let openCLIPText = CheckpointLayout(
        family: "CLIP",
        names: [
            .tokenEmbedding: "token_embedding",
            .positionEmbedding: "positional_embedding=",
            .attentionInput: "transformer.resblocks.{}.attn.in_proj_",
            .attentionOutput: "transformer.resblocks.{}.attn.out_proj",
            .attentionNorm: "transformer.resblocks.{}.ln_1",
            .expansion: "transformer.resblocks.{}.mlp.c_fc",
            .contraction: "transformer.resblocks.{}.mlp.c_proj",
            .feedForwardNorm: "transformer.resblocks.{}.ln_2",
            .finalNorm: "ln_final",
            .projection: "text_projection=",
        ], block: "transformer.resblocks.{}", ignored: ["attn_mask"],
        scope: [
            "text.", "token_embedding", "positional_embedding", "transformer.", "ln_final", "text_projection",
        ])
}
