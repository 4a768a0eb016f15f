/// Which layers to use, by name, by number or by pattern.
///
/// `*` stands for any characters. Names are those of `ModelLayer`, long or short. A pattern that fits whole layers leaves
/// out the parts of blocks that it fits too: `blocks.*` is every block, `blocks.*.attn` the attention of each.
///
/// ```swift
/// try model.features(of: sentences, layers: .all)               // the embeddings, every block, the heads
/// try model.features(of: sentences, layers: .blocks(2...4))     // block 2, block 3 and block 4
/// try model.features(of: sentences, layers: .last)
/// try model.features(of: sentences, layers: "layer 3")
/// try model.features(of: sentences, layers: ["embeddings", "encoder.layer.*"])
/// ```
public struct LayerSelection: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    private enum Choice: Sendable {
        case all
        case last
        case everyBlock
        case blocks(ClosedRange<Int>)
        case pattern(String)
    }

    private let choices: [Choice]

    /// Every layer.
    public static let all = LayerSelection(choices: [.all])
    /// The last layer alone.
    public static let last = LayerSelection(choices: [.last])
    /// The output of every block.
    public static let everyBlock = LayerSelection(choices: [.everyBlock])
    /// The paper's 14 features of an image: every block, the projection, and the projection normalized.
    public static let paperImage = LayerSelection(
        choices: [.everyBlock, .pattern("projection"), .pattern("embedding")])
    /// The paper's 12 features of a text: every block.
    public static let paperText = everyBlock
    /// The blocks of a range, all of which must be there; the first is 0.
    public static func blocks(_ range: ClosedRange<Int>) -> LayerSelection {
        LayerSelection(choices: [.blocks(range)])
    }
    /// The layers of the given names or patterns.
    public static func named(_ patterns: [String]) -> LayerSelection {
        LayerSelection(choices: patterns.map { .pattern($0) })
    }

    private init(choices: [Choice]) { self.choices = choices }
    public init(stringLiteral value: String) { self = .named([value]) }
    /// The layers of an array literal.
    ///
    /// - Parameter elements: the names of the layers; patterns such as `layer *` are allowed.
    public init(arrayLiteral elements: String...) { self = .named(elements) }

    /// The layers of `layers` that are wanted, in their order; throws if a choice fits none.
    func resolve(_ layers: [ModelLayer], model: String) throws -> [ModelLayer] {
        guard !choices.isEmpty else {
            throw FoundationModelError.input(
                "no layer is chosen; those of \(model) are \(known(layers).joined(separator: ", "))")
        }
        var wanted = Set<String>()
        for choice in choices {
            let fitting = layers.filter { matches($0, choice, last: layers.last { !$0.isPart }) }
            let whole = fitting.filter { !$0.isPart }
            let found = whole.isEmpty ? fitting : whole
            guard !found.isEmpty, hasAll(choice, layers) else {
                let name = description(choice)
                throw FoundationModelError.unknownLayer(
                    name, model: model, known: known(layers),
                    near: nearNames(to: name, among: layers.flatMap { [$0.shortName, $0.name] }))
            }
            wanted.formUnion(found.map(\.name))
        }
        return layers.filter { wanted.contains($0.name) }
    }

    /// Whether every block of a range is there; of one that is partly there the rest would be missed later.
    private func hasAll(_ choice: Choice, _ layers: [ModelLayer]) -> Bool {
        guard case .blocks(let range) = choice else { return true }
        return Set(layers.compactMap(\.block)).isSuperset(of: range)
    }

    /// The names of whole layers, and of the parts of the first block.
    private func known(_ layers: [ModelLayer]) -> [String] {
        let parts = layers.filter(\.isPart).map(\.shortName)
        return layers.filter { !$0.isPart }.map(\.shortName) + parts.prefix(2)
    }

    private func matches(_ layer: ModelLayer, _ choice: Choice, last: ModelLayer?) -> Bool {
        switch choice {
        case .all: true
        case .last: layer == last
        case .everyBlock: layer.block != nil
        case .blocks(let range): layer.block.map(range.contains) ?? false
        case .pattern(let pattern): fits(layer.name, pattern) || fits(layer.shortName, pattern)
        }
    }

    private func description(_ choice: Choice) -> String {
        switch choice {
        case .all, .last: "*"
        case .everyBlock: "block *"
        case .blocks(let range): "block \(range.lowerBound) to \(range.upperBound)"
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
