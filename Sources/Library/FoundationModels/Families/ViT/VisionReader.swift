import Tensors

/// Takes a vision transformer out of a checkpoint; its sizes are those of the tensors.
struct VisionReader {
    let checkpoint: Checkpoint
    let layout: VisionLayout
    let prefix: String
    private let reader: ParameterReader

    /// `prefix` stands before every name of the layout; names that do not begin as `scope` says are another tower's.
    init(_ checkpoint: Checkpoint, layout: VisionLayout, prefix: String, scope: [String] = []) {
        self.checkpoint = checkpoint
        self.layout = layout
        self.prefix = prefix
        reader = ParameterReader(
            checkpoint,
            layout: CheckpointLayout(
                family: "ViT", names: [:], block: layout.block,
                ignored: ["mask_token", "position_ids"]), prefix: prefix, scope: scope)
    }

    /// The numbers of a token's state.
    var width: Int { patchShape?[layout.spelling == .flax ? 3 : 0] ?? 0 }
    /// How many blocks there are.
    var depth: Int {
        (0..<1000).prefix { shape(inBlock($0, layout.attentionNorm), "scale") != nil }.count
    }
    /// Pixels along each side of a patch.
    var patchSize: Int { patchShape?[layout.spelling == .flax ? 0 : 2] ?? 0 }
    /// The shape of the convolution that makes a token of a patch.
    private var patchShape: [Int]? { shape(layout.patch, "weight").flatMap { $0.count == 4 ? $0 : nil } }
    /// Whether all tokens are normalized before the first block.
    var hasInputNorm: Bool { layout.inputNorm.map { shape($0, "scale") != nil } ?? false }
    /// Whether what a block adds is scaled column by column.
    var hasScales: Bool { layout.attentionScale.map { shape(of: inBlock(0, $0)) != nil } ?? false }
    /// The name of the registers, if the file has some.
    var registers: String? { layout.registers.first { shape(of: $0) != nil } }
    var registerCount: Int { registers.flatMap { shape(of: $0)?.dropLast().last } ?? 0 }

    /// The numbers between the two layers of the feed-forward part, and whether one half of the first gates the other.
    var feedForward: (width: Int, isGated: Bool) {
        let outputs = gate.isEmpty ? rows(of: expansion) : gate.reduce(0) { $0 + rows(of: $1) }
        let weight = shape(inBlock(0, contraction), "weight") ?? []
        let inputs = (layout.spelling == .flax ? weight.first : weight.last) ?? 0
        return (inputs, outputs == 2 * inputs && inputs > 0)
    }
    private func rows(of part: String) -> Int {
        let weight = shape(inBlock(0, part), "weight") ?? []
        return (layout.spelling == .flax ? weight.last : weight.first) ?? 0
    }
    private var gate: [String] { layout.gate.filter { shape(inBlock(0, $0), "weight") != nil } }
    private var expansion: String { present(layout.expansion) }
    private var contraction: String { present(layout.contraction) }
    private func present(_ names: [String]) -> String {
        names.first { shape(inBlock(0, $0), "weight") != nil } ?? names[0]
    }

    /// Whether all tokens must be normalized after the last block: in timm a head may have its own norm, and a network
    /// without a head none.
    private var needsTokenNorm: Bool {
        guard layout.isBiasOptional else { return true }
        return layout.vectorNorm.map { shape($0, "scale") != nil } == true
            ? false : layout.head.map { shape($0, "weight") != nil } ?? false
    }

    /// Throws if the tensors that tell the sizes are not there, or have no such shape.
    func check(needsInputNorm: Bool) throws {
        var problems: [String] = []
        if patchShape == nil || width == 0 || patchSize == 0 {
            problems.append(
                "\(prefix)\(spelled(layout.patch, "weight")) has the shape "
                    + "\(shape(layout.patch, "weight").map { "\($0)" } ?? "of nothing: it is missing"); "
                    + "the model needs the windows of a convolution")
        }
        let positions = shape(of: layout.positions)
        if positions == nil {
            problems.append(
                "\(prefix)\(layout.positions) is missing; models without learned positions are not supported")
        } else if positions?.last != width || positions?.dropLast().contains(where: { $0 < 1 }) == true {
            problems.append(
                "\(prefix)\(layout.positions) has the shape \(positions ?? []); the model needs [1, tokens, \(width)]"
            )
        }
        if shape(of: layout.classToken)?.reduce(1, *) != width {
            problems.append(
                "\(prefix)\(layout.classToken) "
                    + (shape(of: layout.classToken).map { "has the shape \($0)" } ?? "is missing")
                    + "; the model needs [1, 1, \(width)]")
        }
        let norms = [
            (layout.inputNorm, needsInputNorm), (layout.tokenNorm, needsTokenNorm),
            (layout.vectorNorm, layout.tokenNorm == nil),
        ]
        for (norm, isNeeded) in norms {
            // A norm that may be absent is absent as a whole.
            if let norm, isNeeded || shape(norm, "bias") != nil, shape(norm, "scale") == nil {
                problems.append("\(prefix)\(spelled(norm, "scale")) is missing")
            }
        }
        if let registers, let found = shape(of: registers),
            found.count < 2 || found.last != width || found.reduce(1, *) != registerCount * width
        {
            problems.append(
                "\(prefix)\(registers) has the shape \(found); the model needs [1, registers, \(width)]")
        }
        if depth == 0 {
            problems.append("\(prefix)\(inBlock(0, layout.attentionNorm)) is missing: there are no blocks")
        }
        if feedForward.width == 0 { problems.append("\(prefix)\(inBlock(0, contraction)) is missing") }
        guard problems.isEmpty else {
            throw FoundationModelError.parameters(path: checkpoint.path, problems: problems)
        }
    }

    /// The weights of a block; a file lacks a bias in all blocks or in none.
    func block(_ number: Int, _ configuration: TransformerConfiguration, hasAttentionBias: Bool?) throws
        -> TransformerBlock
    {
        let (width, inner) = (configuration.width, configuration.feedForwardWidth)
        let epsilon = configuration.epsilon
        func name(_ part: String) -> String { inBlock(number, part) }
        func scale(_ part: String?) throws -> [Float]? {
            hasScales ? try part.map { try tensor(name($0), [width]).elements } : nil
        }
        func hasBias(_ part: String) -> Bool {
            !layout.isBiasOptional || shape(inBlock(0, part), "bias") != nil
        }
        let gate = gate
        return TransformerBlock(
            attentionInput: try linear(
                layout.attentionInput.map(name), outputs: 3 * width / layout.attentionInput.count,
                inputs: width, hasBias: hasAttentionBias ?? hasBias(layout.attentionInput[0])),
            attentionOutput: try linear(
                [name(layout.attentionOutput)], outputs: width, inputs: width,
                hasBias: hasBias(layout.attentionOutput), scale: scale(layout.attentionScale)),
            attentionNorm: try norm(name(layout.attentionNorm), width, epsilon),
            expansion: try gate.isEmpty
                ? linear(
                    [name(expansion)], outputs: (configuration.isGated ? 2 : 1) * inner, inputs: width,
                    hasBias: hasBias(expansion))
                : linear(gate.map(name), outputs: inner, inputs: width, hasBias: true),
            contraction: try linear(
                [name(contraction)], outputs: width, inputs: inner, hasBias: hasBias(contraction),
                scale: scale(layout.feedForwardScale)),
            feedForwardNorm: try norm(name(layout.feedForwardNorm), width, epsilon))
    }

    /// What comes after the last block; the projection's short name is `shortName`, `pool` timm's name of how the vector
    /// of the whole image is made.
    func head(width: Int, epsilon: Float, shortName: String, embeddingName: String?, pool: String?) throws
        -> VisionHead
    {
        var head = try vectors(
            width: width, epsilon: epsilon, shortName: shortName, embeddingName: embeddingName)
        guard let pool, head.vectorNorm != nil || head.projection != nil else { return head }
        switch pool {
        case "token": head.pool = .classToken
        case "avg": head.pool = .patchMean
        default:
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem:
                    "the \"global_pool\" \"\(pool)\" of a head is not supported; \"token\" and \"avg\" are")
        }
        return head
    }

    private func vectors(width: Int, epsilon: Float, shortName: String, embeddingName: String?) throws
        -> VisionHead
    {
        var head = VisionHead()
        if let name = layout.tokenNorm, shape(name, "scale") != nil {
            head.tokenNorm = (try norm(name, width, epsilon), layout.names.norm ?? name)
        }
        if let name = layout.vectorNorm, shape(name, "scale") != nil {
            head.vectorNorm = (try norm(name, width, epsilon), name)
            // timm normalizes the vector alone if it is the mean over the patches.
            if layout.tokenNorm != nil { head.pool = .patchMean }
        }
        guard let name = layout.head else { return head }
        let projection: Linear
        if layout.isHeadTransposed, let outputs = shape(of: name)?.last {
            let weight = try tensor(name, [width, outputs]).matrix.transposed()
            projection = Linear([(LayerWeight(weight), nil)])
        } else if let shape = shape(name, "weight"),
            let outputs = layout.spelling == .flax ? shape.last : shape.first
        {
            projection = try linear(
                [name], outputs: outputs, inputs: width, hasBias: layout.hasHeadBias)
        } else {
            return head
        }
        head.projection = (projection, name, shortName)
        head.embeddingName = embeddingName
        return head
    }

    /// Throws what did not fit; returns the tensors that the tower has no use for.
    func finish() throws -> [String] { try reader.finish() }

    private func inBlock(_ number: Int, _ part: String) -> String {
        layout.block.replacing("{}", with: String(number)) + (layout.spelling == .flax ? "/" : ".") + part
    }

    func shape(of name: String) -> [Int]? { checkpoint.shape(of: prefix + name) }
    func shape(_ name: String, _ kind: String) -> [Int]? { shape(of: spelled(name, kind)) }

    /// The name of a layer's `weight`, `bias` or `scale` (the weight of a norm) in the file.
    func spelled(_ name: String, _ kind: String) -> String {
        switch layout.spelling {
        case .flax: "\(name)/\(kind == "weight" ? "kernel" : kind)"
        case .pytorch:
            name + (name.hasSuffix("_") ? "" : ".") + (kind == "scale" ? "weight" : kind)
        }
    }

    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor<Float> {
        try reader.tensor(name, shape: shape)
    }

    func norm(_ name: String, _ width: Int, _ epsilon: Float) throws -> LayerNorm {
        func vector(_ kind: String) throws -> Matrix<Float> {
            try tensor(spelled(name, kind), [width]).reshaped(to: [1, width]).matrix
        }
        return LayerNorm(gamma: try vector("scale"), beta: try vector("bias"), epsilon: epsilon)
    }

    /// A linear layer of the parts of that name, each of `outputs` x `inputs`, the results multiplied by `scale`.
    func linear(_ names: [String], outputs: Int, inputs: Int, hasBias: Bool, scale: [Float]? = nil) throws
        -> Linear
    {
        Linear(
            try names.map { name in
                let bias = spelled(name, "bias")
                let biasShape = shape(of: bias)
                var parts = (
                    weight: try weight(name, outputs: outputs, inputs: inputs),
                    bias: hasBias
                        ? try tensor(bias, biasShape?.reduce(1, *) == outputs ? biasShape ?? [] : [outputs])
                            .reshaped(to: [1, outputs]).matrix : nil
                )
                if let scale {
                    parts.weight = parts.weight.scaled(by: scale)
                    parts.bias = parts.bias.map { bias in
                        Matrix(rows: 1, columns: outputs, elements: zip(bias.elements, scale).map { $0 * $1 })
                    }
                }
                return parts
            })
    }

    /// A weight as outputs x inputs.
    private func weight(_ name: String, outputs: Int, inputs: Int) throws -> LayerWeight {
        let name = spelled(name, "weight")
        let found = shape(of: name) ?? []
        let isConvolution = found.count == 4
        let side = patchSize
        switch layout.spelling {
        case .pytorch:
            return try reader.weight(
                name, shape: isConvolution ? [outputs, 3, side, side] : [outputs, inputs], columns: inputs)
        case .flax where isConvolution:
            // Rows, columns, channels, outputs; a patch here is channels, rows, columns.
            let kernel = try tensor(name, [side, side, 3, outputs])
            let matrix = Matrix<Float>(rows: outputs, columns: inputs) { target in
                kernel.withUnsafeBufferPointer { source in
                    for place in 0..<side * side {
                        for channel in 0..<3 {
                            for output in 0..<outputs {
                                target[output * inputs + channel * side * side + place] =
                                    source[(place * 3 + channel) * outputs + output]
                            }
                        }
                    }
                }
            }
            return LayerWeight(matrix)
        case .flax:
            let isFitting = found.reduce(1, *) == inputs * outputs
            let kernel = try tensor(name, isFitting ? found : [inputs, outputs])
            return LayerWeight(kernel.reshaped(to: [inputs, outputs]).matrix.transposed())
        }
    }
}
