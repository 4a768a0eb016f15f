import Foundation

/// The text tower of CLIP, in the layouts of transformers and of open_clip.
enum CLIPText {
    /// What either configuration says.
    private struct Description {
        var transformer: TransformerConfiguration
        var vocabulary: Int
        var positions: Int
        var embedding: Int
        var end: Int32?
        /// Whether the projection lies as inputs x outputs.
        var isTransposed: Bool
        var layout: CheckpointLayout
        var names: (norm: String, projection: String)
    }

    /// The tower of `CLIPModel` or `CLIPTextModelWithProjection`; sizes that `config.json` leaves out are those of B/32.
    static func huggingFace(_ files: ModelFiles, _ configuration: ModelConfiguration) throws -> TextTower {
        let text = configuration.section("text_config") ?? configuration
        let description = Description(
            transformer: TransformerConfiguration(
                width: try text.optionalCount("hidden_size") ?? 512,
                depth: try text.optionalCount("num_hidden_layers") ?? 12,
                heads: try text.optionalCount("num_attention_heads") ?? 8,
                feedForwardWidth: try text.optionalCount("intermediate_size") ?? 2048,
                activation: text.text("hidden_act") == nil ? .quickGELU : try text.activation("hidden_act"),
                epsilon: text.number("layer_norm_eps") ?? 1e-5, normOrder: .before, isCausal: true),
            vocabulary: try text.optionalCount("vocab_size") ?? 49408,
            positions: try text.optionalCount("max_position_embeddings") ?? 77,
            embedding: try configuration.optionalCount("projection_dim")
                ?? text.optionalCount("projection_dim") ?? 512,
            // Configurations of before 2023 say 2 and mean the highest id, which the ending token has.
            end: text.integer("eos_token_id").flatMap { $0 == 2 ? nil : Int32(exactly: $0) },
            isTransposed: false, layout: .clipText, names: ("text_model.final_layer_norm", "text_projection"))
        return try load(files, text, description)
    }

    /// The tower of open_clip's `CLIP` or `CustomTextCLIP` as `open_clip_config.json` describes it.
    static func openCLIP(_ files: ModelFiles, _ configuration: ModelConfiguration) throws -> TextTower {
        guard let model = configuration.section("model_cfg"), let text = model.section("text_cfg") else {
            throw configuration.problem("\"model_cfg\" with a \"text_cfg\" is expected")
        }
        if let name = text.text("hf_model_name") {
            throw configuration.problem(
                "a text tower of transformers (\(name)) inside open_clip is not supported")
        }
        for (key, standard) in [("pool_type", "argmax"), ("proj_type", "linear"), ("text_act", "gelu")] {
            if let value = text.text(key), value != standard {
                throw configuration.problem("\"\(key)\" is \"\(value)\"; \"\(standard)\" is supported")
            }
        }
        for key in ["embed_cls", "no_causal_mask", "proj_bias"] where text.flag(key) == true {
            throw configuration.problem("\"\(key)\" of a text tower is not supported")
        }
        let width = try text.optionalCount("width") ?? 512
        let description = Description(
            transformer: TransformerConfiguration(
                width: width, depth: try text.optionalCount("layers") ?? 12,
                heads: try text.optionalCount("heads") ?? 8,
                feedForwardWidth: Int((Float(width) * (text.number("mlp_ratio") ?? 4)).rounded(.down)),
                activation: model.flag("quick_gelu") == true ? .quickGELU : .gelu, epsilon: 1e-5,
                normOrder: .before, isCausal: true),
            vocabulary: try text.optionalCount("vocab_size") ?? 49408,
            positions: try text.optionalCount("context_length") ?? 77,
            embedding: try model.count("embed_dim"), isTransposed: true, layout: .openCLIPText,
            names: ("ln_final", "text_projection"))
        return try load(files, text, description)
    }

    private static func load(
        _ files: ModelFiles, _ configuration: ModelConfiguration, _ description: Description
    ) throws -> TextTower {
        let transformer = description.transformer
        try configuration.check(transformer)
        let layout = description.layout
        let reader = ParameterReader(try files.checkpoint(), layout: layout)
        let (embedding, blocks) = reader.textTransformer(
            transformer, vocabulary: description.vocabulary, positions: description.positions)
        let width = transformer.width
        let head = TextHead(
            norm: (
                reader.norm(.finalNorm, width: width, epsilon: transformer.epsilon), description.names.norm
            ),
            projection: (
                description.isTransposed
                    ? reader.transposedLinear(.projection, outputs: description.embedding, inputs: width)
                    : reader.linear(
                        [.projection], outputs: description.embedding, inputs: width, hasBias: false),
                description.names.projection
            ), pooling: .end)
        let unused = try reader.finish()
        let tokenizer = try loadTokenizer(files.folder)
        try configuration.check(tokenizer, vocabulary: description.vocabulary)
        return TextTower(
            TextTower.Parts(
                family: layout.family, configuration: transformer, embedding: embedding, blocks: blocks,
                blockNames: (0..<transformer.depth).map(layout.blockName), head: head, tokenizer: tokenizer,
                unused: unused, defaultPooling: .end,
                end: description.end ?? Int32(tokenizer.vocabularyCount - 1)))
    }
}
