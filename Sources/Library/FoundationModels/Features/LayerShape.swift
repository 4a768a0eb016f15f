/// The shape of what a layer has for one stimulus.
public enum LayerShape: Sendable, Equatable, CustomStringConvertible {
    /// One vector.
    case vector(Int)
    /// A vector for each token; no number of tokens if it depends on the stimulus.
    case tokens(Int?, width: Int)
    /// A map for each channel.
    case map(channels: Int, height: Int, width: Int)

    /// The numbers of one position: of a vector, of a token, or of a place of the map.
    public var width: Int {
        switch self {
        case .vector(let width), .tokens(_, let width): width
        case .map(let channels, _, _): channels
        }
    }

    /// The extent of each dimension, as PyTorch has it without that of the batch; nil if it depends on the stimulus.
    public var extents: [Int]? {
        switch self {
        case .vector(let width): [width]
        case .tokens(let count, let width): count.map { [$0, width] }
        case .map(let channels, let height, let width): [channels, height, width]
        }
    }

    public var description: String {
        switch self {
        case .vector(let width): "\(width)"
        case .tokens(let count, let width): "\(count.map(String.init) ?? "tokens") x \(width)"
        case .map(let channels, let height, let width): "\(channels) x \(height) x \(width)"
        }
    }
}
