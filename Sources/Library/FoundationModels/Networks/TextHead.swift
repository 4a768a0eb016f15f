import Tensors

/// What a text tower does with the states of its last block: a last normalization, and a vector for the whole text.
struct TextHead: Sendable {
    /// The normalization of all tokens, and the name under which it is found.
    var norm: (layer: LayerNorm, name: String)?
    /// The linear layer on the token that stands for the text, and its name.
    var projection: (layer: Linear, name: String)?
    /// The token that stands for the text, or the mean over all of them.
    var pooling = Pooling.cls
    /// What BriVL has instead of the two.
    var fusion: FusionHead?
    /// What sentence-transformers has after the encoder.
    var sentence: SentenceHead?

    var parameterCount: Int {
        (norm?.layer.parameterCount ?? 0) + (projection?.layer.parameterCount ?? 0)
            + (fusion?.parameterCount ?? 0) + (sentence?.parameterCount ?? 0)
    }

    /// The layers of the head, the first of them at `layerIndex`.
    func layers(width: Int, layerIndex: Int) -> [ModelLayer] {
        if let sentence { return sentence.layers(width: width, layerIndex: layerIndex) }
        if let fusion { return fusion.layers(tokens: nil, layerIndex: layerIndex, block: layerIndex - 1) }
        var layers: [ModelLayer] = []
        if let norm {
            layers.append(
                ModelLayer(
                    name: norm.name, shortName: "final norm", shape: .tokens(nil, width: width),
                    index: layerIndex)
            )
        }
        if let projection {
            let shape = LayerShape.vector(projection.layer.outputs)
            let layerIndex = layerIndex + layers.count
            layers.append(
                ModelLayer(name: projection.name, shortName: "projection", shape: shape, index: layerIndex))
            layers.append(
                ModelLayer(name: "text_embeds", shortName: "embedding", shape: shape, index: layerIndex + 1))
        }
        return layers
    }

    /// Whether what is wanted of the last block and the head, whose first layer is at `layerIndex`, is made of the tokens that
    /// end the texts alone.
    func needsEndAlone(_ wanted: Set<Int>, layerIndex: Int) -> Bool {
        guard projection != nil, pooling == .end, let last = wanted.max() else { return false }
        let vectors = layerIndex + (norm == nil ? 0 : 1)
        return last >= vectors && !wanted.contains { (layerIndex - 1..<vectors).contains($0) }
    }

    /// Computes the layers of the head, in order, from the packed states of `workspace.hidden`.
    ///
    /// `ends` is the row of the token that ends each text. `body` sees the number of the layer among the head's.
    func run(
        _ batch: PackedTexts, ends: [Int], width: Int, _ workspace: EncoderWorkspace,
        _ body: (_ layer: Int, UnsafePointer<Float>) throws -> Void
    ) throws {
        if let sentence {
            return try sentence.run(batch, ends: ends, width: width, workspace.hidden, body)
        }
        var states = UnsafePointer(workspace.hidden)
        if let norm {
            norm.layer.apply(workspace.hidden, into: workspace.normalized, rows: batch.rows)
            states = UnsafePointer(workspace.normalized)
            try body(0, states)
        }
        guard let projection else { return }
        let texts = batch.texts.count
        for text in 0..<texts {
            let tokens = batch.offsets[text]..<batch.offsets[text + 1]
            let row = pooling == .end ? ends[text] : tokens.lowerBound
            let way = pooling == .mean ? Pooling.mean : .cls
            way.apply(
                states + row * width, tokens: tokens.count, width: width,
                into: workspace.attended + text * width)
        }
        let outputs = projection.layer.outputs
        let vectors = UnsafeMutablePointer<Float>.allocate(capacity: max(texts * outputs, 1))
        defer { vectors.deallocate() }
        projection.layer.apply(workspace.attended, into: vectors, rows: texts)
        let first = norm == nil ? 0 : 1
        try body(first, vectors)
        Kernels.normalize(vectors, rows: texts, columns: outputs)
        try body(first + 1, vectors)
    }
}
