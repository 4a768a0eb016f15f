import Tensors

/// What BriVL does with the regions of an image and with the tokens of a text: vectors of length one, a small
/// transformer over them, their mean, and two linear layers into the space that both modalities share.
struct FusionHead: Sendable {
    let configuration: TransformerConfiguration
    let blocks: [TransformerBlock]
    let first: Linear
    let second: Linear
    /// What its layers are called: the transformer (`imgAtt`) and the linear layers (`imgFC`).
    let names: (blocks: String, output: String)

    var parameterCount: Int {
        blocks.reduce(first.parameterCount + second.parameterCount) { $0 + $1.parameterCount }
    }

    /// Its layers, the first at `layerIndex`: every block, the output, and the output with the length one.
    func layers(tokens: Int?, layerIndex: Int, block: Int) -> [ModelLayer] {
        let vector = LayerShape.vector(second.outputs)
        let output = layerIndex + blocks.count
        return blocks.indices.map { number in
            ModelLayer(
                name: "\(names.blocks).layers.\(number)", shortName: "fusion \(number)",
                shape: .tokens(tokens, width: configuration.width), index: layerIndex + number,
                block: block + number)
        } + [
            ModelLayer(name: names.output, shortName: "projection", shape: vector, index: output),
            ModelLayer(name: "embedding", shortName: "embedding", shape: vector, index: output + 1),
        ]
    }

    /// Runs on rows x width numbers, in which those of an item (an image, a text) begin at its offset.
    ///
    /// `body` sees the number of the layer among those of the head, and its states: of every row, from the output on of
    /// every item. Nothing runs after layer `last`.
    func run(
        _ rows: UnsafePointer<Float>, offsets: [Int], last: Int,
        _ body: (_ layer: Int, UnsafePointer<Float>) throws -> Void
    ) throws {
        let count = offsets.last ?? 0
        let width = configuration.width
        let items = offsets.count - 1
        let workspace = try EncoderWorkspace(rows: max(count, items), configuration)
        workspace.hidden.update(from: rows, count: count * width)
        Kernels.normalize(workspace.hidden, rows: count, columns: width)
        for (number, block) in blocks.enumerated() where number <= last {
            try Task.checkCancellation()
            block.run(configuration, offsets: offsets, workspace)
            try body(number, workspace.hidden)
        }
        guard last >= blocks.count else { return }
        for item in 0..<items {
            Pooling.mean.apply(
                workspace.hidden + offsets[item] * width, tokens: offsets[item + 1] - offsets[item],
                width: width,
                into: workspace.normalized + item * width)
        }
        let inside = UnsafeMutablePointer<Float>.allocate(capacity: max(items * first.outputs, 1))
        let output = UnsafeMutablePointer<Float>.allocate(capacity: max(items * second.outputs, 1))
        defer {
            inside.deallocate()
            output.deallocate()
        }
        first.apply(workspace.normalized, into: inside, rows: items, activation: .relu)
        second.apply(inside, into: output, rows: items)
        try body(blocks.count, output)
        guard last > blocks.count else { return }
        Kernels.normalize(output, rows: items, columns: second.outputs)
        try body(blocks.count + 1, output)
    }
}
