import Display
import Foundation
import Tensors

/// An encoder of text: a tokenizer, embeddings, a stack of blocks, and in models of two towers a head.
public struct TextTower: Sendable {
    /// The family (`BERT`, `RoBERTa`, `DistilBERT`, `CLIP`).
    public let family: String
    /// Widths, depth, heads.
    public let configuration: TransformerConfiguration
    /// What turns text into token ids.
    public let tokenizer: any Tokenizer
    /// The layers whose features can be taken: the embeddings, the blocks, the head.
    public let layers: [ModelLayer]
    /// The tensors of the checkpoint that the tower has no use for.
    public let unusedTensors: [String]
    /// The most tokens of a text that are read, special tokens included.
    public let maximumLength: Int
    /// How tokens become one vector if the user does not say.
    public var defaultPooling: Pooling
    let parts: Parts
    /// The id with which texts are filled up to the maximum length; then padding is attended to.
    var padding: Int32?

    /// What a tower is made of.
    struct Parts: Sendable {
        var family: String
        var configuration: TransformerConfiguration
        var embedding: TextEmbedding
        var blocks: [TransformerBlock]
        /// The names of the blocks.
        var blockNames: [String]
        var head = TextHead()
        var tokenizer: any Tokenizer
        var unused: [String] = []
        /// Fewer tokens than there are positions, if the model was trained on fewer.
        var maximumLength: Int?
        /// Whether texts are made lower case before the tokenizer sees them.
        var lowercases = false
        var defaultPooling = Pooling.mean
        /// Why there is no pooling that can be taken if the user names none.
        var poolingRefusal: String?
        /// The id of the token that ends a text, if others may follow it; without it the last token does.
        var end: Int32?
    }

    init(_ parts: Parts) {
        self.parts = parts
        family = parts.family
        configuration = parts.configuration
        tokenizer = parts.tokenizer
        unusedTensors = parts.unused
        maximumLength = min(parts.maximumLength ?? .max, parts.embedding.maximumLength)
        defaultPooling = parts.defaultPooling
        let width = parts.configuration.width
        let shape = LayerShape.tokens(nil, width: width)
        layers =
            [ModelLayer(name: "embeddings", shortName: "embeddings", shape: shape, index: 0)]
            + parts.blockNames.enumerated().map { number, name in
                ModelLayer(
                    name: name, shortName: "layer \(number)", shape: shape, index: number + 1, block: number)
            }
            + parts.head.layers(width: width, layerIndex: parts.blocks.count + 1)
    }

    /// How many numbers the tower has.
    public var parameterCount: Int {
        parts.embedding.parameterCount + parts.head.parameterCount
            + parts.blocks.reduce(0) { $0 + $1.parameterCount }
    }

    /// The numbers of the products in its blocks; a projection after the last one is made in `float32`.
    public var precision: Precision { configuration.precision }

    func with(precision: Precision) -> TextTower {
        var parts = parts
        parts.configuration.precision = precision
        var tower = TextTower(parts)
        tower.defaultPooling = defaultPooling
        tower.padding = padding
        return tower
    }

    /// The tower with another maximum length: it reads at most `length` tokens of a text.
    ///
    /// Throws `FoundationModelError.input` if it has fewer positions, or if the length leaves no room for a text.
    public func reading(atMost length: Int) throws -> TextTower {
        let special = tokenizer.specialTokens.opening.count + tokenizer.specialTokens.closing.count
        guard length > special, length <= parts.embedding.maximumLength else {
            throw FoundationModelError.input(
                "a text of \(family) has more than \(special) tokens and at most \(parts.embedding.maximumLength); "
                    + "\(length) were asked for")
        }
        var parts = parts
        parts.maximumLength = length
        var tower = TextTower(parts)
        tower.defaultPooling = defaultPooling
        tower.padding = padding
        return tower
    }

    /// The token ids of each text, cut to the tower's maximum length.
    public func tokenIDs(of texts: [String]) -> [[Int32]] { tokenized(texts).ids }

    /// The token ids of each text, and how many texts were cut to the maximum length.
    func tokenized(_ texts: [String]) -> (ids: [[Int32]], cut: Int) {
        var cut = 0
        let ids = texts.map { text in
            let whole = tokenizer.encode(parts.lowercases ? text.lowercased() : text)
            let ids = tokenizer.specialTokens.shortened(whole, to: maximumLength)
            if ids.count < whole.count { cut += 1 }
            guard let padding else { return ids }
            return ids + Array(repeating: padding, count: max(maximumLength - ids.count, 0))
        }
        return (ids, cut)
    }

    /// Throws if a text has no tokens, which has no features, or one without an embedding.
    func checkTokens(_ ids: [[Int32]], of texts: [String]) throws {
        let known = parts.embedding.tokens.rows
        for (text, tokens) in ids.enumerated() {
            if tokens.isEmpty {
                throw FoundationModelError.input(
                    "text \(text) (\"\(texts[text].prefix(20))\") has no tokens, and so no features; "
                        + "the tokenizer of \(family) puts none before or after a text")
            }
            // Tokens may be added to a tokenizer and not to its model.
            if let id = tokens.first(where: { $0 < 0 || Int($0) >= known }) {
                throw FoundationModelError.input(
                    "text \(text) (\"\(texts[text].prefix(20))\") has the token \(id) "
                        + "(\"\(tokenizer.token(of: id) ?? "?")\"); "
                        + "\(family) has embeddings of \(known) tokens")
            }
        }
    }

    /// The pooling that is taken if the user names none, in words.
    var poolingSummary: String { parts.poolingRefusal ?? defaultPooling.rawValue }

    /// The pooling that the user named, or the tower's own; throws if it has none that texts can have.
    func pooling(_ wanted: Pooling?) throws -> Pooling {
        if wanted == nil, let refusal = parts.poolingRefusal { throw FoundationModelError.input(refusal) }
        let pooling = wanted ?? defaultPooling
        guard Pooling.ofTexts.contains(pooling) else {
            throw FoundationModelError.input(
                "texts have different numbers of tokens, so they are pooled by "
                    + Pooling.ofTexts.map(\.rawValue).joined(separator: ", ")
                    + " and not by \(pooling.rawValue)")
        }
        return pooling
    }

    /// What should be said of texts that were cut; nil if none was.
    func remark(onCut cut: Int, of count: Int) -> String? {
        cut == 0
            ? nil : "\(cut) of \(count) texts \(cut == 1 ? "was" : "were") cut at \(maximumLength) tokens"
    }
}

extension TextTower {
    /// The features of texts in the requested layers, a row for each text.
    ///
    /// Texts are sorted by length and packed one after the other, so padding costs nothing; `batchTokens` bounds the
    /// memory. Layers after the last wanted one do not run. Without `pooling` the tower's own is taken (the mean; of
    /// CLIP the token that ends the text). Throws `FoundationModelError.unknownLayer`, and `CancellationError` between
    /// layers.
    ///
    /// ```swift
    /// let tower = try model.text
    /// let features = try tower.features(of: sentences, layers: "layer *", pooling: .mean)
    /// ```
    ///
    /// - Parameters:
    ///   - texts: the texts, each a row of the result.
    ///   - selection: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - batchTokens: how many tokens run at a time, which bounds the memory.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of texts: [String], layers selection: LayerSelection = .all, pooling: Pooling? = nil,
        batchTokens: Int = 2048, showsProgress: Bool = true
    ) throws -> FeatureSet {
        guard batchTokens > 0 else {
            throw FoundationModelError.input("a batch needs a token at least; batchTokens is \(batchTokens)")
        }
        let pooling = try self.pooling(pooling)
        let wanted = try selection.resolve(layers, model: family)
        try checkRoom(
            4 * Double(texts.count) * Double(wanted.map(\.width).reduce(0, +)),
            for: "the features of \(texts.count) texts", "take fewer layers, or write them to a feature file")
        var results = wanted.map { Matrix<Float>(rows: texts.count, columns: $0.width) }
        var bar = showsProgress ? ProgressBar("features", total: texts.count, unit: "texts") : nil
        let (ids, cut) = tokenized(texts)
        try checkTokens(ids, of: texts)
        try forEachBatch(of: ids, wanted: Set(wanted.map(\.index)), batchTokens: batchTokens) {
            batch, ends, layerIndex, states in
            if let index = wanted.firstIndex(where: { $0.index == layerIndex }) {
                let layer = wanted[index]
                results[index].withUnsafeMutableBufferPointer { result in
                    guard let base = result.baseAddress else { return }
                    pool(
                        states, batch, ends: ends, isVector: layer.isVector, pooling, width: layer.width,
                        into: base)
                }
            }
            if layerIndex == wanted.last?.index { bar?.advance(by: batch.texts.count) }
        }
        bar?.finish()
        return FeatureSet(
            model: family, pooling: pooling, stimuli: "texts", remark: remark(onCut: cut, of: texts.count),
            rowNames: texts, layers: zip(wanted, results).map { LayerFeatures(layer: $0, matrix: $1) })
    }

    /// The states of all tokens of one text in the requested layers: tokens x width each, 1 x width of a vector.
    ///
    /// A text that is cut is mentioned on standard error. Throws as `features` does.
    public func tokenFeatures(of text: String, layers selection: LayerSelection = .all) throws
        -> [LayerFeatures]
    {
        let wanted = try selection.resolve(layers, model: family)
        var results: [LayerFeatures] = []
        let (ids, cut) = tokenized([text])
        try checkTokens(ids, of: [text])
        remark(onCut: cut, of: 1).map(printRemark)
        try forEachBatch(of: ids, wanted: Set(wanted.map(\.index)), batchTokens: 1) {
            batch, _, layerIndex, states in
            guard let layer = wanted.first(where: { $0.index == layerIndex }) else { return }
            let rows = layer.isVector ? 1 : batch.rows
            let matrix = Matrix<Float>(rows: rows, columns: layer.width) { target in
                target.baseAddress?.update(from: states, count: rows * layer.width)
            }
            results.append(LayerFeatures(layer: layer, matrix: matrix))
        }
        return results
    }

    /// Writes the vector of each text of a batch into its row.
    private func pool(
        _ states: UnsafePointer<Float>, _ batch: PackedTexts, ends: [Int], isVector: Bool, _ pooling: Pooling,
        width: Int, into result: UnsafeMutablePointer<Float>
    ) {
        for (item, text) in batch.texts.enumerated() {
            let row = result + text * width
            switch (isVector, pooling) {
            case (true, _): row.update(from: states + item * width, count: width)
            case (false, .end): row.update(from: states + ends[item] * width, count: width)
            default:
                let tokens = batch.offsets[item]..<batch.offsets[item + 1]
                pooling.apply(
                    states + tokens.lowerBound * width, tokens: tokens.count, width: width, into: row)
            }
        }
    }
}

extension ModelLayer {
    /// Whether it has one vector for a stimulus, of which there is nothing to pool.
    var isVector: Bool { if case .vector = shape { true } else { false } }
}

/// Writes a line to standard error, if there is no value whose card could say it.
func printRemark(_ remark: String) { FileHandle.standardError.write(Data((remark + "\n").utf8)) }
