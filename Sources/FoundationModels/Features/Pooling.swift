import Tensors

/// How the states of a text's or an image's tokens become one vector.
public enum Pooling: String, Sendable, CaseIterable {
    /// The state of the first token ([CLS], `<s>`).
    case cls
    /// The mean over all tokens, the special ones included; padding never counts.
    case mean
    /// The largest value of each column over all tokens.
    case max

    /// Writes the vector of `tokens` states, each of `width` numbers.
    func apply(
        _ states: UnsafePointer<Float>, tokens: Int, width: Int, into output: UnsafeMutablePointer<Float>
    ) {
        output.update(from: states, count: width)
        switch self {
        case .cls: break
        case .mean:
            for token in 1..<Swift.max(tokens, 1) {
                let state = states + token * width
                for column in 0..<width { output[column] += state[column] }
            }
            let scale = 1 / Float(tokens)
            for column in 0..<width { output[column] *= scale }
        case .max:
            for token in 1..<Swift.max(tokens, 1) {
                let state = states + token * width
                for column in 0..<width { output[column] = Swift.max(output[column], state[column]) }
            }
        }
    }
}
