/// A layer whose features can be taken.
public struct ModelLayer: Sendable, Equatable {
    /// The name that the checkpoint's library gives it (`encoder.layer.3`).
    public let name: String
    /// The short name (`layer 3`), with the same number.
    public let shortName: String
    /// The numbers of a feature vector.
    public let width: Int
    /// How many blocks have run when it is there: 0 for the embeddings.
    public let place: Int
}

/// Which layers are wanted, by name, by number or by pattern.
///
/// `*` stands for any characters. Names are those of `ModelLayer`, long or short.
///
/// ```swift
/// .all                       // the embeddings and every block
/// .blocks(2...4)             // layer 2, layer 3 and layer 4
/// .last
/// "layer 3"
/// ["embeddings", "encoder.layer.*"]
/// ```
public struct LayerSelection: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    private enum Choice: Sendable {
        case all
        case last
        case blocks(ClosedRange<Int>)
        case pattern(String)
    }

    private let choices: [Choice]

    /// Every layer.
    public static let all = LayerSelection(choices: [.all])
    /// The last layer alone.
    public static let last = LayerSelection(choices: [.last])
    /// The blocks of a range; the first is 0.
    public static func blocks(_ range: ClosedRange<Int>) -> LayerSelection {
        LayerSelection(choices: [.blocks(range)])
    }
    /// The layers of the given names or patterns.
    public static func named(_ patterns: [String]) -> LayerSelection {
        LayerSelection(choices: patterns.map { .pattern($0) })
    }

    private init(choices: [Choice]) { self.choices = choices }
    public init(stringLiteral value: String) { self = .named([value]) }
    public init(arrayLiteral elements: String...) { self = .named(elements) }

    /// The layers of `layers` that are wanted, in their order; throws where a choice fits none.
    func resolve(_ layers: [ModelLayer], model: String) throws -> [ModelLayer] {
        var wanted = Set<String>()
        for choice in choices {
            let found = layers.filter { matches($0, choice, last: layers.last) }
            guard !found.isEmpty else {
                throw FoundationModelError.unknownLayer(
                    description(choice), model: model, known: layers.map(\.shortName))
            }
            wanted.formUnion(found.map(\.name))
        }
        return layers.filter { wanted.contains($0.name) }
    }

    private func matches(_ layer: ModelLayer, _ choice: Choice, last: ModelLayer?) -> Bool {
        switch choice {
        case .all: true
        case .last: layer == last
        case .blocks(let range): layer.place > 0 && range.contains(layer.place - 1)
        case .pattern(let pattern): fits(layer.name, pattern) || fits(layer.shortName, pattern)
        }
    }

    private func description(_ choice: Choice) -> String {
        switch choice {
        case .all, .last: "*"
        case .blocks(let range): "layer \(range.lowerBound) to \(range.upperBound)"
        case .pattern(let pattern): pattern
        }
    }
}

/// Whether a name is spelled as a pattern says, in which `*` stands for any characters.
private func fits(_ name: String, _ pattern: String) -> Bool {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return name == pattern }
    guard name.hasPrefix(first), name.hasSuffix(last), name.count >= first.count + last.count else {
        return false
    }
    var rest = name.dropFirst(first.count).dropLast(last.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
        guard let range = rest.firstRange(of: piece) else { return false }
        rest = rest[range.upperBound...]
    }
    return true
}
