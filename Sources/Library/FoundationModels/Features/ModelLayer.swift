/// A layer whose features can be taken.
public struct ModelLayer: Sendable, Equatable {
    /// The name that the checkpoint's library gives it (`encoder.layer.3`, `blocks.9.attn`).
    public let name: String
    /// The short name (`layer 3`, `block 9`), with the same number.
    public let shortName: String
    /// What it has for one stimulus.
    public let shape: LayerShape
    /// Its number in the order of computation; nothing after the last requested layer runs.
    public let index: Int
    /// The number of the block whose output it is.
    public let block: Int?
    /// Whether it is taken only by name, as the part of a block (`blocks.9.attn`) or the embedding of a sentence is;
    /// `.all` and `.blocks` leave it out.
    public let isPart: Bool

    /// The numbers of a feature vector that is pooled over positions.
    public var width: Int { shape.width }

    init(
        name: String, shortName: String, shape: LayerShape, index: Int, block: Int? = nil,
        isPart: Bool = false
    ) {
        self.name = name
        self.shortName = shortName
        self.shape = shape
        self.index = index
        self.block = block
        self.isPart = isPart
    }
}
