import Tensors

/// How the states of a text's or an image's tokens, or of a map's places, become one vector.
public enum Pooling: String, Sendable, CaseIterable {
    /// The state of the first token ([CLS], `<s>`, the class token of a vision transformer).
    case cls
    /// The state of the token that ends a text ([SEP], `</s>`, CLIP's `<|endoftext|>`).
    case end
    /// The mean over all tokens, the special ones included, or over all places of a map; padding never counts.
    case mean
    /// The largest value of each column over all tokens or places.
    case max
    /// The mean over the tokens of an image's patches: neither the class token nor registers count.
    case patches
    /// Everything side by side in PyTorch's order: tokens x width, or channels x height x width.
    case flattened

    /// Those that a text can have.
    static let ofTexts: [Pooling] = [.cls, .end, .mean, .max]

    /// The numbers of the vector that a layer of that shape gives.
    func width(of shape: LayerShape) -> Int {
        self == .flattened ? (shape.extents ?? []).reduce(1, *) : shape.width
    }

    /// Throws if a layer cannot be pooled so.
    func check(_ layer: ModelLayer) throws {
        let need: String
        switch (self, layer.shape) {
        case (.cls, .map): need = "a class token"
        case (.end, .map), (.end, .tokens(.some, _)): need = "a token that ends a text"
        case (.patches, .map), (.flattened, .tokens(nil, _)): need = "a fixed number of tokens"
        default: return
        }
        throw FoundationModelError.input(
            "\(layer.shortName) has the shape \(layer.shape) and so not \(need): it cannot be pooled by \(rawValue)"
        )
    }

    /// Writes the vector of `tokens` states, each of `width` numbers.
    func apply(
        _ states: UnsafePointer<Float>, tokens: Int, width: Int, into output: UnsafeMutablePointer<Float>
    ) {
        switch self {
        case .cls: output.update(from: states, count: width)
        case .end: output.update(from: states + (tokens - 1) * width, count: width)
        case .flattened: output.update(from: states, count: tokens * width)
        case .mean, .patches:
            output.update(from: states, count: width)
            for token in 1..<Swift.max(tokens, 1) {
                let state = states + token * width
                for column in 0..<width { output[column] += state[column] }
            }
            let scale = 1 / Float(tokens)
            for column in 0..<width { output[column] *= scale }
        case .max:
            output.update(from: states, count: width)
            for token in 1..<Swift.max(tokens, 1) {
                let state = states + token * width
                for column in 0..<width { output[column] = Swift.max(output[column], state[column]) }
            }
        }
    }

    /// Writes the vector of one image of a batch.
    func apply(_ states: LayerStates, shape: LayerShape, image: Int, into output: UnsafeMutablePointer<Float>)
    {
        let from = states.image(image)
        let (positions, width) = (states.positions, states.width)
        switch (self, states.order, shape) {
        case (.patches, .positionsFirst, _) where states.specialPositions < positions:
            let skipped = states.specialPositions
            apply(from + skipped * width, tokens: positions - skipped, width: width, into: output)
        case (.flattened, .positionsFirst, .map):
            for position in 0..<positions {
                for channel in 0..<width {
                    output[channel * positions + position] = from[position * width + channel]
                }
            }
        case (_, .positionsFirst, _): apply(from, tokens: positions, width: width, into: output)
        case (.flattened, .channelsFirst, _): output.update(from: from, count: states.count)
        case (.max, .channelsFirst, _):
            for channel in 0..<width {
                let map = UnsafeBufferPointer(start: from + channel * positions, count: positions)
                output[channel] = map.max() ?? 0
            }
        case (_, .channelsFirst, _):
            for channel in 0..<width {
                let map = from + channel * positions
                var sum: Float = 0
                for position in 0..<positions { sum += map[position] }
                output[channel] = sum / Float(positions)
            }
        }
    }
}
