import Tensors

/// What a vision transformer does after its last block: a last normalization, and a vector for the whole image.
struct VisionHead: Sendable {
    /// Which states the vector is made of.
    enum Pool: Sendable {
        case classToken
        case patchMean
    }

    /// The normalization of all tokens, and its name.
    var tokenNorm: (layer: LayerNorm, name: String)?
    var pool = Pool.classToken
    /// The normalization of the vector alone, and its name (CLIP).
    var vectorNorm: (layer: LayerNorm, name: String)?
    /// A linear layer on the vector.
    var projection: (layer: Linear, name: String, shortName: String)?
    /// The name of the projection divided by its length, if the model compares images with texts by it.
    var embeddingName: String?

    var parameterCount: Int {
        (tokenNorm?.layer.parameterCount ?? 0) + (vectorNorm?.layer.parameterCount ?? 0)
            + (projection?.layer.parameterCount ?? 0)
    }

    /// The layers of the head, the first of them at `layerIndex`.
    func layers(tokens: Int, width: Int, layerIndex: Int) -> [ModelLayer] {
        var layers: [ModelLayer] = []
        func add(_ name: String, _ shortName: String, _ shape: LayerShape) {
            layers.append(
                ModelLayer(name: name, shortName: shortName, shape: shape, index: layerIndex + layers.count))
        }
        if let tokenNorm { add(tokenNorm.name, "norm", .tokens(tokens, width: width)) }
        if let vectorNorm { add(vectorNorm.name, "norm", .vector(width)) }
        if let projection {
            add(projection.name, projection.shortName, .vector(projection.layer.outputs))
            if let embeddingName { add(embeddingName, "embedding", .vector(projection.layer.outputs)) }
        }
        return layers
    }

    /// Whether the wanted layers of the head are made of class tokens alone; its first layer is at `layerIndex`.
    func needsClassTokenAlone(_ wanted: Set<Int>, layerIndex: Int) -> Bool {
        guard pool == .classToken, let last = wanted.max(), last >= layerIndex else { return false }
        return tokenNorm == nil || !wanted.contains(layerIndex)
    }

    /// Computes the layers of the head in order from the states of `workspace.hidden`, up to the last one in `wanted`.
    func run(
        images: Int, tokens: Int, specials: Int, width: Int, layerIndex first: Int, wanted: Set<Int>,
        _ workspace: EncoderWorkspace, _ body: (_ layerIndex: Int, LayerStates) throws -> Void
    ) throws {
        var layerIndex = first
        let last = wanted.max() ?? 0
        func hand(_ states: LayerStates) throws {
            if wanted.contains(layerIndex) { try body(layerIndex, states) }
            layerIndex += 1
        }
        var states = UnsafePointer(workspace.hidden)
        if let tokenNorm, last >= layerIndex {
            tokenNorm.layer.apply(workspace.hidden, into: workspace.normalized, rows: images * tokens)
            states = UnsafePointer(workspace.normalized)
            try hand(
                LayerStates(base: states, positions: tokens, width: width, specialPositions: specials))
        }
        guard last >= layerIndex else { return }
        var vectors = workspace.attended
        for image in 0..<images {
            let from = states + image * tokens * width
            switch pool {
            case .classToken: (vectors + image * width).update(from: from, count: width)
            case .patchMean:
                Pooling.mean.apply(
                    from + specials * width, tokens: tokens - specials, width: width,
                    into: vectors + image * width)
            }
        }
        if let vectorNorm {
            vectorNorm.layer.apply(vectors, into: vectors, rows: images)
            try hand(LayerStates(base: vectors, positions: 1, width: width))
        }
        guard let projection, last >= layerIndex else { return }
        let outputs = projection.layer.outputs
        let projected = Matrix<Float>(rows: images, columns: outputs) { target in
            target.baseAddress.map { projection.layer.apply(vectors, into: $0, rows: images) }
        }
        var embedding = projected
        try embedding.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            vectors = base
            try hand(LayerStates(base: vectors, positions: 1, width: outputs))
            guard embeddingName != nil, last >= layerIndex else { return }
            Kernels.normalize(vectors, rows: images, columns: outputs)
            try hand(LayerStates(base: vectors, positions: 1, width: outputs))
        }
    }
}
