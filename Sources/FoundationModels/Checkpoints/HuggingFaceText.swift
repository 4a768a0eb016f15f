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
    static let types = ["bert", "distilbert"]

    /// What differs between the families.
    private struct Family {
        var layout: CheckpointLayout
        var transformer: TransformerConfiguration
        var vocabulary: Int
        var positions: Int
        var types: Int
        var firstPosition = 0
    }

    /// The text tower of a folder.
    static func load(_ files: ModelFiles, _ configuration: ModelConfiguration) throws -> TextTower {
        let family = try family(configuration)
        let transformer = family.transformer
        guard transformer.width % transformer.heads == 0 else {
            throw configuration.problem(
                "the width \(transformer.width) is no multiple of the \(transformer.heads) heads")
        }
        let reader = ParameterReader(try files.checkpoint(), layout: family.layout)
        let width = transformer.width
        let epsilon = transformer.epsilon
        let embedding = TextEmbedding(
            tokens: reader.embedding(.tokenEmbedding, rows: family.vocabulary, width: width),
            positions: reader.embedding(.positionEmbedding, rows: family.positions, width: width),
            types: family.types > 0
                ? reader.embedding(.typeEmbedding, rows: family.types, width: width) : nil,
            norm: reader.norm(.embeddingNorm, width: width, epsilon: epsilon),
            firstPosition: family.firstPosition)
        let blocks = (0..<transformer.depth).map { block in
            TransformerBlock(
                attentionInput: reader.linear(
                    [.query, .key, .value], block: block, outputs: width, inputs: width),
                attentionOutput: reader.linear(
                    [.attentionOutput], block: block, outputs: width, inputs: width),
                attentionNorm: reader.norm(.attentionNorm, block: block, width: width, epsilon: epsilon),
                expansion: reader.linear(
                    [.expansion], block: block, outputs: transformer.feedForwardWidth, inputs: width),
                contraction: reader.linear(
                    [.contraction], block: block, outputs: width, inputs: transformer.feedForwardWidth),
                feedForwardNorm: reader.norm(.feedForwardNorm, block: block, width: width, epsilon: epsilon))
        }
        // Present in a bare BertModel; it is no layer whose features are taken, but it is part of the model.
        if reader.has(.pooler) { _ = reader.linear([.pooler], outputs: width, inputs: width) }
        let unused = try reader.finish()
        let tokenizer = try loadTokenizer(files.folder)
        guard tokenizer.vocabularyCount <= family.vocabulary else {
            throw configuration.problem(
                "\"vocab_size\" is \(family.vocabulary), but the tokenizer has \(tokenizer.vocabularyCount) tokens"
            )
        }
        return TextTower(
            family: family.layout.family, configuration: transformer, embedding: embedding, blocks: blocks,
            blockNames: (0..<transformer.depth).map(family.layout.blockName), tokenizer: tokenizer,
            unused: unused)
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
                firstPosition: isRoberta ? (configuration.integer("pad_token_id") ?? 1) + 1 : 0)
        }
    }
}
