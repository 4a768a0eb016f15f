import Tensors

/// What a text tower does with the states of its last block: a last normalisation, and a vector for the whole text.
struct TextHead: Sendable {
    /// The normalisation of all tokens, and the name under which it is found.
    var norm: (layer: LayerNorm, name: String)?
    /// The linear layer on the token that stands for the text, and its name.
    var projection: (layer: Linear, name: String)?
    /// The token that stands for the text.
    var pooling = Pooling.cls
    /// What BriVL has instead of the two.
    var fusion: FusionHead?

    var parameterCount: Int {
        (norm?.layer.parameterCount ?? 0) + (projection?.layer.parameterCount ?? 0)
            + (fusion?.parameterCount ?? 0)
    }

    /// The layers of the head, the first of them at `place`.
    func layers(width: Int, place: Int) -> [ModelLayer] {
        if let fusion { return fusion.layers(tokens: nil, place: place, block: place - 1) }
        var layers: [ModelLayer] = []
        if let norm {
            layers.append(
                ModelLayer(
                    name: norm.name, shortName: "final norm", shape: .tokens(nil, width: width), place: place)
            )
        }
        if let projection {
            let shape = LayerShape.vector(projection.layer.outputs)
            let place = place + layers.count
            layers.append(
                ModelLayer(name: projection.name, shortName: "projection", shape: shape, place: place))
            layers.append(
                ModelLayer(name: "text_embeds", shortName: "embedding", shape: shape, place: place + 1))
        }
        return layers
    }

    /// Whether what is wanted of the last block and the head, whose first layer is at `place`, is made of the tokens that
    /// end the texts alone.
    func needsEndAlone(_ wanted: Set<Int>, place: Int) -> Bool {
        guard projection != nil, pooling == .end, let last = wanted.max() else { return false }
        let vectors = place + (norm == nil ? 0 : 1)
        return last >= vectors && !wanted.contains { (place - 1..<vectors).contains($0) }
    }

    /// Computes the layers of the head, in order, from the packed states of `workspace.hidden`.
    ///
    /// `ends` is the row of the token that ends each text. `body` sees the number of the layer among the head's.
    func run(
        _ batch: PackedTexts, ends: [Int], width: Int, _ workspace: EncoderWorkspace,
        _ body: (_ layer: Int, UnsafePointer<Float>) throws -> Void
    ) throws {
        var states = UnsafePointer(workspace.hidden)
        if let norm {
            norm.layer.apply(workspace.hidden, into: workspace.normalized, rows: batch.rows)
            states = UnsafePointer(workspace.normalized)
            try body(0, states)
        }
        guard let projection else { return }
        let texts = batch.texts.count
        for text in 0..<texts {
            let row = pooling == .end ? ends[text] : batch.offsets[text]
            (workspace.attended + text * width).update(from: states + row * width, count: width)
        }
        let outputs = projection.layer.outputs
        let vectors = UnsafeMutablePointer<Float>.allocate(capacity: max(texts * outputs, 1))
        defer { vectors.deallocate() }
        projection.layer.apply(workspace.attended, into: vectors, rows: texts)
        let first = norm == nil ? 0 : 1
        try body(first, vectors)
        for text in 0..<texts { normalize(vectors + text * outputs, count: outputs) }
        try body(first + 1, vectors)
    }

    /// Divides a vector by its length; one that is too short for that (1e-12, as in PyTorch) stays as good as nought.
    private func normalize(_ vector: UnsafeMutablePointer<Float>, count: Int) {
        var sum: Float = 0
        for index in 0..<count { sum += vector[index] * vector[index] }
        let scale = 1 / max(sum.squareRoot(), 1e-12)
        for index in 0..<count { vector[index] *= scale }
    }
}
