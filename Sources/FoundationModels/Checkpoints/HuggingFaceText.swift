import Foundation

extension ModelFamily {
    /// The text encoders of transformers.
    static let huggingFaceText = ModelFamily(
        kinds: HuggingFaceText.types,
        recognizes: { $0.configuration?.text("model_type").map(HuggingFaceText.types.contains) ?? false },
        load: { files in
            guard let configuration = files.configuration else { return Towers() }
            return Towers(text: try HuggingFaceText.load(files, configuration))
        })
}

/// The text encoders of transformers: what their `config.json` says, and the names of their tensors.
enum HuggingFaceText {
    /// The model types that `load` takes.
    static let types = ["bert", "roberta", "distilbert"]

    /// What differs between the families.
    private struct Family {
        var layout: CheckpointLayout
        var transformer: TransformerConfiguration
        var vocabulary: Int
        var positions: Int
        var types: Int
        var firstPosition = 0
        var unplaced: Int32?
    }

    /// The text tower of a folder.
    static func load(_ files: ModelFiles, _ configuration: ModelConfiguration) throws -> TextTower {
        let family = try family(configuration)
        let transformer = family.transformer
        try configuration.check(transformer)
        let reader = ParameterReader(try files.checkpoint(), layout: family.layout)
        var (embedding, blocks) = reader.textTransformer(
            transformer, vocabulary: family.vocabulary, positions: family.positions, types: family.types)
        embedding.firstPosition = family.firstPosition
        embedding.unplaced = family.unplaced
        let width = transformer.width
        // Present in a bare BertModel; it is no layer whose features are taken, but it is part of the model.
        if reader.has(.pooler) { _ = reader.linear([.pooler], outputs: width, inputs: width) }
        let unused = try reader.finish()
        let tokenizer = try loadTokenizer(files.folder)
        try configuration.check(tokenizer, vocabulary: family.vocabulary)
        return TextTower(
            TextTower.Parts(
                family: family.layout.family, configuration: transformer, embedding: embedding,
                blocks: blocks, blockNames: (0..<transformer.depth).map(family.layout.blockName),
                tokenizer: tokenizer, unused: unused))
    }

    private static func family(_ configuration: ModelConfiguration) throws -> Family {
        switch configuration.text("model_type") {
        case "distilbert":
            return Family(
                layout: .distilBERT,
                transformer: TransformerConfiguration(
                    width: try configuration.count("dim"), depth: try configuration.count("n_layers"),
                    heads: try configuration.count("n_heads"),
                    feedForwardWidth: try configuration.count("hidden_dim"),
                    activation: try configuration.activation("activation")),
                vocabulary: try configuration.count("vocab_size"),
                positions: try configuration.count("max_position_embeddings"), types: 0)
        case let type:
            if let kind = configuration.text("position_embedding_type"), kind != "absolute" {
                throw configuration.problem(
                    "the position embedding \"\(kind)\" is not supported; \"absolute\" is")
            }
            let isRoberta = type == "roberta"
            let padding = configuration.integer("pad_token_id") ?? 1
            return Family(
                layout: isRoberta ? .roberta : .bert,
                transformer: TransformerConfiguration(
                    width: try configuration.count("hidden_size"),
                    depth: try configuration.count("num_hidden_layers"),
                    heads: try configuration.count("num_attention_heads"),
                    feedForwardWidth: try configuration.count("intermediate_size"),
                    activation: try configuration.activation("hidden_act"),
                    epsilon: configuration.number("layer_norm_eps") ?? 1e-12,
                    isCausal: configuration.flag("is_decoder") ?? false),
                vocabulary: try configuration.count("vocab_size"),
                positions: try configuration.count("max_position_embeddings"),
                types: try configuration.count("type_vocab_size"),
                firstPosition: isRoberta ? padding + 1 : 0, unplaced: isRoberta ? Int32(padding) : nil)
        }
    }
}
