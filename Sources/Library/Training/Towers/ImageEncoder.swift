import CTrainingKernels
import FoundationModels

/// The image tower without its head: from pixels to one vector per image.
struct ImageEncoder: Sendable {
    let configuration: ImageTowerConfiguration
    let stem: [LinearLayer]
    /// The windows along each side, and the channels, that each convolution sees.
    let sides: [Int]
    let channels: [Int]
    let classToken: Int?
    let positions: Int
    let stack: TransformerStack
    let norm: NormLayer

    var width: Int { configuration.transformer.width }
    var patches: Int { (sides.last ?? 0) * (sides.last ?? 0) }
    var specials: Int { configuration.hasClassToken ? 1 : 0 }
    var tokens: Int { patches + specials }

    private static let names = TransformerStack.Names(
        attentionNorm: "norm1", attentionInput: ["attn.qkv"], attentionOutput: "attn.proj",
        feedForwardNorm: "norm2", expansion: "mlp.fc1", contraction: "mlp.fc2")

    init(_ configuration: ImageTowerConfiguration, prefix: String, _ table: inout ParameterTable) throws {
        self.configuration = configuration
        let width = configuration.transformer.width
        try Self.check(configuration)
        let isFrozen = configuration.frozenBlocks > 0
        var sides = [configuration.imageSize]
        var channels = [3]
        var stem: [LinearLayer] = []
        for (number, convolution) in configuration.stem.enumerated() {
            let isLast = number == configuration.stem.count - 1
            let name = prefix + "patch_embed." + (isLast ? "proj" : "stem.\(number)")
            let inputs = convolution.size * convolution.size * channels[number]
            let weight = table.add(
                [name + ".weight"],
                [convolution.channels, channels[number], convolution.size, convolution.size],
                .normal(deviation: 1 / (3 * Float(inputs)).squareRoot()), decays: true, isFrozen: isFrozen,
                isConvolution: true)
            let bias = table.add([name + ".bias"], [convolution.channels], .zeros, isFrozen: isFrozen)
            stem.append(
                LinearLayer(inputs: inputs, outputs: convolution.channels, weight: weight, bias: bias))
            sides.append(convolution.outputs(of: sides[number]))
            channels.append(convolution.channels)
        }
        (self.stem, self.sides, self.channels) = (stem, sides, channels)
        let patches = sides[sides.count - 1] * sides[sides.count - 1]
        let start = ParameterTable.Start.normal(deviation: 0.02)
        classToken =
            configuration.hasClassToken
            ? table.add([prefix + "cls_token"], [1, 1, width], start, isFrozen: isFrozen) : nil
        positions = table.add(
            [prefix + "pos_embed"], [1, patches + (configuration.hasClassToken ? 1 : 0), width], start,
            isFrozen: isFrozen)
        stack = try TransformerStack(
            configuration.transformer, prefix: prefix + "blocks.{}", names: Self.names,
            frozen: configuration.frozenBlocks, &table)
        norm = table.norm(prefix + "norm", width: width, epsilon: configuration.transformer.epsilon)
    }

    private static func check(_ configuration: ImageTowerConfiguration) throws {
        try expect(
            configuration.transformer.normOrder == .before,
            "an image tower is a vision transformer, which normalizes before its parts (normOrder: .before)")
        try expect(
            configuration.stem.last?.channels == configuration.transformer.width,
            "the last convolution of the stem must make as many channels as the transformer is wide "
                + "(\(configuration.transformer.width)); it makes \(configuration.stem.last?.channels ?? 0)")
        try expect(
            configuration.pooling == .mean || configuration.hasClassToken,
            "the tower has no class token by which images could be pooled (pooling: .mean, or hasClassToken: true)"
        )
        try expect(
            configuration.mean.count == 3 && configuration.deviation.count == 3
                && configuration.deviation.allSatisfy { $0 > 0 },
            "images are normalized by three means and three deviations above zero")
        var side = configuration.imageSize
        try expect(
            (1...8192).contains(side), "images have from 1 to 8192 pixels along a side; imageSize is \(side)")
        for (number, convolution) in configuration.stem.enumerated() {
            let extents = [convolution.size, convolution.stride, convolution.channels]
            try expect(
                extents.allSatisfy { $0 > 0 && $0 <= 1 << 20 } && convolution.padding >= 0
                    && convolution.padding < convolution.size
                    && side + 2 * convolution.padding >= convolution.size,
                "convolution \(number) of the stem does not fit images of \(side) x \(side): \(convolution)")
            side = convolution.outputs(of: side)
        }
        // The tower is loaded as one of patches as wide as all strides together, which fill the image.
        let covered = configuration.stem.reduce(Double(side)) { $0 * Double($1.stride) }
        try expect(
            covered == Double(configuration.imageSize),
            "the strides of the stem times its \(side) patches along a side must be \(configuration.imageSize) "
                + "pixels; they are \(Int(exactly: covered) ?? 0)")
    }

    /// The memory for up to `images` images.
    final class Memory {
        let capacity: Int
        let pixels: Floats
        /// Of each convolution its windows, what it makes, and that activated.
        let windows: [Floats]
        let made: [Floats]
        let activated: [Floats]
        /// The gradient of a convolution's output, and of its windows.
        let gradients: [Floats]
        let windowGradients: [Floats]
        let stack: TransformerStack.Memory
        let normed: Floats
        let statistics: NormLayer.Statistics
        /// A vector for each image, and its gradient.
        let pooled: Floats
        let pooledGradient: Floats
        let mean: Floats
        let factor: Floats
        var images = 0

        init(_ encoder: ImageEncoder, images: Int, _ workspace: Workspace) {
            capacity = images
            let (sides, channels) = (encoder.sides, encoder.channels)
            pixels = workspace.floats(images * sides[0] * sides[0] * 3)
            let layers = encoder.stem.indices
            func rows(_ layer: Int) -> Int { images * sides[layer + 1] * sides[layer + 1] }
            windows = layers.map { workspace.floats(rows($0) * encoder.stem[$0].inputs) }
            made = layers.map { workspace.floats(rows($0) * channels[$0 + 1]) }
            activated = layers.dropLast().map { workspace.floats(rows($0) * channels[$0 + 1]) }
            gradients = layers.map { workspace.floats(rows($0) * channels[$0 + 1]) }
            windowGradients = layers.map {
                $0 == 0 ? workspace.floats(0) : workspace.floats(rows($0) * encoder.stem[$0].inputs)
            }
            let tokens = encoder.tokens
            stack = TransformerStack.Memory(
                encoder.configuration.transformer, sequences: images, longest: tokens, rows: images * tokens,
                workspace)
            normed = workspace.floats(images * tokens * encoder.width)
            statistics = NormLayer.Statistics(workspace, rows: images * tokens)
            pooled = workspace.floats(images * encoder.width)
            pooledGradient = workspace.floats(images * encoder.width)
            mean = workspace.floats(3)
            factor = workspace.floats(3)
            for channel in 0..<3 {
                mean[channel] = encoder.configuration.mean[channel]
                factor[channel] = 1 / encoder.configuration.deviation[channel]
            }
        }
    }

    /// Writes the vectors of images to `memory.pooled`.
    func forward(
        _ pixels: UnsafePointer<UInt8>, images: Int, _ memory: Memory, _ weights: UnsafePointer<Float>
    ) {
        memory.images = images
        train_pixels(pixels, memory.mean, memory.factor, memory.pixels, images * sides[0] * sides[0])
        var input = memory.pixels
        for (number, layer) in stem.enumerated() {
            let rows = images * sides[number + 1] * sides[number + 1]
            unfold(number, input, images, into: memory.windows[number])
            let isLast = number == stem.count - 1
            layer.forward(
                memory.windows[number], into: memory.made[number], rows: rows, weights, addsBias: isLast)
            if isLast { break }
            train_activate(
                train_gelu_tanh, memory.made[number], weights + (layer.bias ?? 0), memory.activated[number],
                rows, layer.outputs)
            input = memory.activated[number]
        }
        embed(images, memory, weights)
        stack.forward(memory.stack, weights)
        let states = memory.stack.states[stack.blocks.count]
        norm.forward(states, into: memory.normed, rows: images * tokens, weights, memory.statistics)
        for image in 0..<images {
            pool(memory.normed + image * tokens * width, into: memory.pooled + image * width)
        }
    }

    private func unfold(_ number: Int, _ input: Floats, _ images: Int, into windows: Floats) {
        let convolution = configuration.stem[number]
        train_windows(
            input, images, sides[number], channels[number], convolution.size, convolution.stride,
            convolution.padding, sides[number + 1], windows)
    }

    /// The first states: class token and patches, with their positions.
    private func embed(_ images: Int, _ memory: Memory, _ weights: UnsafePointer<Float>) {
        let (width, specials, patches, tokens) = (width, specials, patches, tokens)
        let made = memory.made[stem.count - 1]
        let states = memory.stack.states[0]
        memory.stack.sequences = images
        for image in 0...images { memory.stack.offsets[image] = image * tokens }
        for image in 0..<images {
            let state = states + image * tokens * width
            state.update(from: weights + positions, count: tokens * width)
            if let classToken { train_add(state, weights + classToken, width) }
            train_add(state + specials * width, made + image * patches * width, patches * width)
        }
    }

    private func pool(_ states: Floats, into vector: Floats) {
        guard configuration.pooling == .mean else { return vector.update(from: states, count: width) }
        vector.update(repeating: 0, count: width)
        train_bias_gradient(states + specials * width, vector, patches, width)
        let share = 1 / Float(patches)
        for column in 0..<width { vector[column] *= share }
    }

    /// Adds the gradients of the parameters from `memory.pooledGradient`.
    func backward(_ memory: Memory, _ parameters: Parameters) {
        let (images, width, tokens) = (memory.images, width, tokens)
        let gradient = memory.stack.gradient
        gradient.update(repeating: 0, count: images * tokens * width)
        for image in 0..<images {
            let from = memory.pooledGradient + image * width
            let to = gradient + image * tokens * width
            guard configuration.pooling == .mean else {
                to.update(from: from, count: width)
                continue
            }
            let share = 1 / Float(patches)
            for column in 0..<width { from[column] *= share }
            for token in specials..<tokens { (to + token * width).update(from: from, count: width) }
        }
        norm.backward(
            gradient, input: memory.stack.states[stack.blocks.count], into: gradient, rows: images * tokens,
            parameters, memory.statistics)
        stack.backward(memory.stack, parameters)
        if stack.frozen == 0 { embedBackward(memory, parameters) }
    }

    private func embedBackward(_ memory: Memory, _ parameters: Parameters) {
        let (images, width, tokens) = (memory.images, width, tokens)
        let last = stem.count - 1
        for image in 0..<images {
            let state = memory.stack.gradient + image * tokens * width
            train_add(parameters.gradients + positions, state, tokens * width)
            if let classToken { train_add(parameters.gradients + classToken, state, width) }
            (memory.gradients[last] + image * patches * width).update(
                from: state + specials * width, count: patches * width)
        }
        for number in stem.indices.reversed() {
            let rows = images * sides[number + 1] * sides[number + 1]
            let gradient = memory.gradients[number]
            if number < last {
                train_activate_backward(
                    train_gelu_tanh, memory.made[number], gradient, rows * stem[number].outputs)
            }
            stem[number].backward(
                gradient, input: memory.windows[number],
                into: number == 0 ? nil : memory.windowGradients[number], rows: rows, parameters)
            guard number > 0 else { return }
            let convolution = configuration.stem[number]
            train_windows_backward(
                memory.windowGradients[number], images, sides[number], channels[number], convolution.size,
                convolution.stride, convolution.padding, sides[number + 1], memory.gradients[number - 1])
        }
    }
}
