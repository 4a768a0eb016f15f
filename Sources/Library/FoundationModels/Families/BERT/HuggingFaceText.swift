import Foundation

extension ModelFamily {
    /// The text encoders of transformers.
    static let huggingFaceText = ModelFamily(
        kinds: HuggingFaceText.types,
        recognizes: { $0.modelType.map(HuggingFaceText.types.contains) ?? false },
        load: { files in
            guard let configuration = files.configuration else { return Towers() }
            return Towers(text: try HuggingFaceText.load(files, configuration))
        },
        companions: [
            (
                "embeddings.word_embeddings.weight",
                "BERT, RoBERTa or DistilBERT, which need the config.json of transformers"
            )
        ])
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

    /// The text tower of a folder; of sentence-transformers with its pooling and its longest text.
    static func load(_ files: ModelFiles, _ configuration: ModelConfiguration) throws -> TextTower {
        let family = try family(configuration, files.notes)
        let transformer = family.transformer
        try configuration.check(transformer)
        let reader = try ParameterReader(try files.checkpoint(), layout: family.layout)
        var (embedding, blocks) = try reader.textTransformer(
            transformer, vocabulary: family.vocabulary, positions: family.positions, types: family.types)
        embedding.firstPosition = family.firstPosition
        embedding.unplaced = family.unplaced
        guard embedding.maximumLength > 0 else {
            throw configuration.problem(
                "\"max_position_embeddings\" is \(family.positions), of which none is left behind the padding's"
            )
        }
        let width = transformer.width
        // Present in a bare BertModel; it is not a layer whose features are taken, but it is part of the model.
        if reader.has(.pooler) { _ = try reader.linear([.pooler], outputs: width, inputs: width) }
        let unused = try reader.finish()
        let tokenizer = try TokenizerFolder(files.folder, files.notes)
        try configuration.check(
            tokenizer.tokenizer, vocabulary: family.vocabulary, positions: embedding.maximumLength)
        let modules = try SentenceModules(files)
        var head = TextHead()
        head.sentence = try modules.head(width: width, files.notes)
        return TextTower(
            TextTower.Parts(
                family: family.layout.family, configuration: transformer, embedding: embedding,
                blocks: blocks, blockNames: (0..<transformer.depth).map(family.layout.blockName), head: head,
                tokenizer: tokenizer.tokenizer, unused: unused,
                maximumLength: modules.maximumLength ?? tokenizer.maximumLength,
                lowercases: modules.lowercases, defaultPooling: modules.pooling ?? .mean,
                poolingRefusal: modules.refusal))
    }

    private static func family(_ file: ModelConfiguration, _ notes: LoadingNotes) throws -> Family {
        let type = try file.text("model_type")
        if type == "distilbert" {
            let configuration = try file.read(as: .distilBERT, notes: notes)
            return Family(
                layout: .distilBERT,
                transformer: TransformerConfiguration(
                    width: try configuration.count("dim"), depth: try configuration.count("n_layers"),
                    heads: try configuration.count("n_heads"),
                    feedForwardWidth: try configuration.count("hidden_dim"),
                    activation: try configuration.activation("activation")),
                vocabulary: try configuration.count("vocab_size"),
                positions: try configuration.count("max_position_embeddings"), types: 0)
        }
        let isRoberta = type == "roberta"
        let configuration = try file.read(as: isRoberta ? .roberta : .bert, notes: notes)
        let padding = isRoberta ? try configuration.padding() : nil
        return Family(
            layout: isRoberta ? .roberta : .bert,
            transformer: TransformerConfiguration(
                width: try configuration.count("hidden_size"),
                depth: try configuration.count("num_hidden_layers"),
                heads: try configuration.count("num_attention_heads"),
                feedForwardWidth: try configuration.count("intermediate_size"),
                activation: try configuration.activation("hidden_act"),
                epsilon: try configuration.epsilon("layer_norm_eps"),
                isCausal: try configuration.flag("is_decoder") ?? false),
            vocabulary: try configuration.count("vocab_size"),
            positions: try configuration.count("max_position_embeddings"),
            types: try configuration.count("type_vocab_size"),
            firstPosition: padding.map { $0 + 1 } ?? 0, unplaced: padding.map(Int32.init))
    }
}

extension ModelConfiguration {
    /// What layer normalization adds to the variance.
    func epsilon(_ key: String) throws -> Float {
        guard let epsilon = try number(key) else { throw problem("\"\(key)\" is missing") }
        guard epsilon >= 0 else { throw problem("\"\(key)\" must not be negative; it is \(epsilon)") }
        return epsilon
    }

    /// The padding's id, from which RoBERTa counts positions.
    fileprivate func padding() throws -> Int {
        guard let id = try integer("pad_token_id"), id >= 0, id < 1_000_000 else {
            throw problem(
                "\"pad_token_id\" must be a whole number from 0, since positions are counted from it")
        }
        return id
    }
}
