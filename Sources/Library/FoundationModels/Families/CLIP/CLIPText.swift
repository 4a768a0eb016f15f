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
        /// Whether a file without the projection is not whole.
        var needsProjection: Bool
        var layout: CheckpointLayout
        var names: (norm: String, projection: String)
    }

    /// The tower of `CLIPModel`, `CLIPTextModel` or `CLIPTextModelWithProjection`.
    static func huggingFace(_ files: ModelFiles, _ clip: CLIPConfiguration, _ section: ModelConfiguration)
        throws
        -> TextTower?
    {
        let checkpoint = try files.checkpoint()
        let isAlone = try checkpoint.prefix(before: "text_model.embeddings.token_embedding.weight") == nil
        if isAlone, clip.vision != nil {
            if clip.needsProjection { throw section.problem("the text tower's tensors are missing") }
            return nil
        }
        let text = try section.read(as: .clipText, notes: files.notes)
        let classes = try text.texts("architectures")
        let end = try text.integer("eos_token_id")
        let description = Description(
            transformer: TransformerConfiguration(
                width: try text.count("hidden_size"), depth: try text.count("num_hidden_layers"),
                heads: try text.count("num_attention_heads"),
                feedForwardWidth: try text.count("intermediate_size"),
                activation: try text.activation("hidden_act"), epsilon: try text.epsilon("layer_norm_eps"),
                normOrder: .before, isCausal: true),
            vocabulary: try text.count("vocab_size"), positions: try text.count("max_position_embeddings"),
            embedding: try clip.embedding(text),
            // Configurations of before 2023 say 2 and mean the highest id, which the ending token has.
            end: end.flatMap { $0 == 2 ? nil : Int32(exactly: $0) }, isTransposed: false,
            needsProjection: clip.needsProjection || classes.contains("CLIPTextModelWithProjection"),
            layout: isAlone ? .clipTextAlone : .clipText,
            names: (isAlone ? "final_layer_norm" : "text_model.final_layer_norm", "text_projection"))
        return try load(files, text, description)
    }

    /// The tower of open_clip's `CLIP` or `CustomTextCLIP` as `open_clip_config.json` describes it.
    static func openCLIP(_ files: ModelFiles, _ clip: OpenCLIPConfiguration) throws -> TextTower {
        let text = try clip.tower("text_cfg", as: .openCLIPText)
        let width = try text.count("width")
        let description = Description(
            transformer: TransformerConfiguration(
                width: width, depth: try text.count("layers"), heads: try text.count("heads"),
                feedForwardWidth: try text.inner("mlp_ratio", width: width),
                activation: try clip.activation(text), epsilon: try clip.epsilon(text), normOrder: .before,
                isCausal: true),
            vocabulary: try text.count("vocab_size"), positions: try text.count("context_length"),
            embedding: try clip.model.count("embed_dim"), isTransposed: true, needsProjection: true,
            layout: .openCLIPText, names: ("ln_final", "text_projection"))
        return try load(files, text, description)
    }

    private static func load(
        _ files: ModelFiles, _ configuration: ModelConfiguration, _ description: Description
    ) throws -> TextTower {
        let transformer = description.transformer
        try configuration.check(transformer)
        let layout = description.layout
        let reader = try ParameterReader(try files.checkpoint(), layout: layout)
        let (embedding, blocks) = try reader.textTransformer(
            transformer, vocabulary: description.vocabulary, positions: description.positions)
        let width = transformer.width
        var head = TextHead(
            norm: (
                try reader.norm(.finalNorm, width: width, epsilon: transformer.epsilon),
                description.names.norm
            ), pooling: .end)
        if description.needsProjection || reader.has(.projection) {
            head.projection = (
                try description.isTransposed
                    ? reader.transposedLinear(.projection, outputs: description.embedding, inputs: width)
                    : reader.linear(
                        [.projection], outputs: description.embedding, inputs: width, hasBias: false),
                description.names.projection
            )
        }
        let unused = try reader.finish()
        let tokenizer = try TokenizerFolder(files.folder, files.notes)
        let vocabulary = description.vocabulary
        try configuration.check(
            tokenizer.tokenizer, vocabulary: vocabulary, positions: embedding.maximumLength)
        // The token with the highest id is the one that ends a text, if the configuration names none.
        let end = description.end ?? Int32(tokenizer.tokenizer.vocabularyCount - 1)
        guard tokenizer.tokenizer.specialTokens.closing.contains(end) else {
            throw configuration.problem(
                "the token \(end) should end a text, but the tokenizer ends texts with "
                    + tokenizer.tokenizer.specialTokens.closing.map(String.init).joined(separator: ", "))
        }
        return TextTower(
            TextTower.Parts(
                family: layout.family, configuration: transformer, embedding: embedding, blocks: blocks,
                blockNames: (0..<transformer.depth).map(layout.blockName), head: head,
                tokenizer: tokenizer.tokenizer, unused: unused, maximumLength: tokenizer.maximumLength,
                defaultPooling: .end, end: end))
    }
}
