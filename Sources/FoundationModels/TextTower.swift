import Display
import Tensors

/// An encoder of text: a tokenizer, embeddings and a stack of blocks.
public struct TextTower: Sendable {
    /// The family (`BERT`, `RoBERTa`, `DistilBERT`).
    public let family: String
    /// Widths, depth, heads.
    public let configuration: TransformerConfiguration
    /// What turns text into token ids.
    public let tokenizer: any Tokenizer
    /// The layers whose features can be taken: the embeddings, then the blocks.
    public let layers: [ModelLayer]
    /// The tensors of the checkpoint that the tower has no use for.
    public let unusedTensors: [String]
    let embedding: TextEmbedding
    let blocks: [TransformerBlock]

    init(
        family: String, configuration: TransformerConfiguration, embedding: TextEmbedding,
        blocks: [TransformerBlock],
        blockNames: [String], tokenizer: any Tokenizer, unused: [String]
    ) {
        self.family = family
        self.configuration = configuration
        self.embedding = embedding
        self.blocks = blocks
        self.tokenizer = tokenizer
        unusedTensors = unused
        let width = configuration.width
        layers =
            [
                ModelLayer(
                    name: "embeddings", shortName: "embeddings", shape: .tokens(nil, width: width), place: 0)
            ]
            + blockNames.enumerated().map { number, name in
                ModelLayer(
                    name: name, shortName: "layer \(number)", shape: .tokens(nil, width: width),
                    place: number + 1, block: number)
            }
    }

    /// The most tokens of a text that are read, special tokens included.
    public var maximumLength: Int { embedding.maximumLength }

    /// How many numbers the tower has.
    public var parameterCount: Int {
        embedding.parameterCount + blocks.reduce(0) { $0 + $1.parameterCount }
    }

    /// The token ids of each text, cut to the tower's maximum length.
    public func tokenIDs(of texts: [String]) -> [[Int32]] {
        texts.map { tokenizer.encode($0, maximumLength: maximumLength) }
    }
}

extension TextTower {
    /// The features of texts in the wanted layers, a row for each text.
    ///
    /// Texts are sorted by length and packed one after the other, so padding costs nothing; `batchTokens` bounds the
    /// memory. Layers after the last wanted one do not run. Throws `FoundationModelError.unknownLayer`, and
    /// `CancellationError` between layers.
    ///
    /// ```swift
    /// let features = try tower.features(of: sentences, layers: "layer *", pooling: .mean)
    /// ```
    public func features(
        of texts: [String], layers selection: LayerSelection = .all, pooling: Pooling = .mean,
        batchTokens: Int = 2048, showsProgress: Bool = true
    ) throws -> FeatureSet {
        guard Pooling.ofTexts.contains(pooling) else {
            throw FoundationModelError.input(
                "texts have different numbers of tokens, so they are pooled by "
                    + Pooling.ofTexts.map(\.rawValue).joined(separator: ", ")
                    + " and not by \(pooling.rawValue)")
        }
        let wanted = try selection.resolve(layers, model: family)
        var results = wanted.map { Matrix<Float>(rows: texts.count, columns: $0.width) }
        var bar = showsProgress ? ProgressBar("features", total: texts.count, unit: "texts") : nil
        try forEachBatch(of: texts, upTo: wanted.last?.place ?? 0, batchTokens: batchTokens) {
            batch, place, states in
            if let index = wanted.firstIndex(where: { $0.place == place }) {
                results[index].withUnsafeMutableBufferPointer { result in
                    guard let base = result.baseAddress else { return }
                    let width = configuration.width
                    for (slot, text) in batch.texts.enumerated() {
                        let tokens = batch.offsets[slot]..<batch.offsets[slot + 1]
                        pooling.apply(
                            states + tokens.lowerBound * width, tokens: tokens.count, width: width,
                            into: base + text * width)
                    }
                }
            }
            if place == wanted.last?.place { bar?.advance(by: batch.texts.count) }
        }
        bar?.finish()
        return FeatureSet(
            model: family, pooling: pooling, stimuli: "texts",
            layers: zip(wanted, results).map { LayerFeatures(layer: $0, matrix: $1) })
    }

    /// The states of all tokens of one text in the wanted layers: tokens x width each.
    public func tokenFeatures(of text: String, layers selection: LayerSelection = .all) throws
        -> [LayerFeatures]
    {
        let wanted = try selection.resolve(layers, model: family)
        var results: [LayerFeatures] = []
        try forEachBatch(of: [text], upTo: wanted.last?.place ?? 0, batchTokens: 1) { batch, place, states in
            guard let layer = wanted.first(where: { $0.place == place }) else { return }
            let matrix = Matrix<Float>(rows: batch.rows, columns: layer.width) { target in
                target.baseAddress?.update(from: states, count: batch.rows * layer.width)
            }
            results.append(LayerFeatures(layer: layer, matrix: matrix))
        }
        return results
    }

    /// Runs packed batches through the blocks; `body` sees the states after the embeddings (place 0) and each block.
    private func forEachBatch(
        of texts: [String], upTo last: Int, batchTokens: Int,
        _ body: (PackedTexts, _ place: Int, UnsafePointer<Float>) throws -> Void
    ) throws {
        try Task.checkCancellation()
        let ids = tokenIDs(of: texts)
        let batches = PackedTexts.pack(ids, batchTokens: batchTokens)
        let workspace = EncoderWorkspace(rows: batches.map(\.rows).max() ?? 0, configuration)
        for batch in batches {
            embedding.apply(batch.texts.map { ids[$0][...] }, into: workspace.hidden)
            try body(batch, 0, workspace.hidden)
            for place in 1..<(last + 1) {
                try Task.checkCancellation()
                blocks[place - 1].run(configuration, offsets: batch.offsets, workspace)
                try body(batch, place, workspace.hidden)
            }
        }
    }
}
