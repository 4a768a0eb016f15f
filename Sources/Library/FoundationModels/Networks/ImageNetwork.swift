import Tensors

/// What an image tower runs: one architecture with its weights (a vision transformer, a convolutional net).
///
/// A network names its layers in the order of computation, and passes on the states of those that are wanted.
protocol ImageNetwork: Sendable {
    /// The architecture and its size, as a user knows it (`ViT-B/16`).
    var family: String { get }
    /// The layers in the order of computation; `layers[i].index == i`.
    var layers: [ModelLayer] { get }
    /// How a layer becomes one vector if the user does not say.
    var defaultPooling: Pooling { get }
    /// Rows and columns of pixels that an image must have.
    var imageSize: ImageSize { get }
    /// How many images at a time run fast in bounded memory.
    var batchSize: Int { get }
    /// How many numbers the network has.
    var parameterCount: Int { get }
    /// The numbers of its products.
    var precision: Precision { get }

    /// The same network in another precision; throws `FoundationModelError.input` if it has only its own.
    func with(precision: Precision) throws -> any ImageNetwork

    /// The same network for images of another size; throws `FoundationModelError.input` if it cannot be.
    func resized(to size: ImageSize) throws -> any ImageNetwork

    /// Runs a batch of n x 3 x height x width numbers, and calls `body` for each layer whose layerIndex is in `wanted`, in order.
    ///
    /// Nothing after the last wanted layer runs. Calls `Task.checkCancellation()` between blocks.
    func run(
        _ images: Tensor<Float>, wanted: Set<Int>, _ body: (_ layerIndex: Int, LayerStates) throws -> Void
    ) throws
}

extension ImageNetwork {
    var precision: Precision { .float32 }

    func with(precision: Precision) throws -> any ImageNetwork {
        if precision == self.precision { return self }
        throw FoundationModelError.input(
            "\(family) is a convolutional network, which runs in float32 only; \(precision.rawValue) was asked for"
        )
    }

    func resized(to size: ImageSize) throws -> any ImageNetwork {
        if size == imageSize { return self }
        throw FoundationModelError.input(
            "\(family) takes images of \(imageSize) pixels; \(size) was asked for")
    }
}

/// The states of one layer for a batch of images, for as long as the call lasts.
///
/// An image has `positions` (tokens, or layerIndices of a map; 1 for a vector) of `width` numbers (channels).
struct LayerStates {
    /// How the numbers of an image lie.
    enum Order {
        /// positions x width: tokens, vectors, maps whose channels come last.
        case positionsFirst
        /// width x positions: maps whose channels come first.
        case channelsFirst
    }

    let base: UnsafePointer<Float>
    let positions: Int
    let width: Int
    var order = Order.positionsFirst
    /// Numbers from one image to the next, positions x width if nothing lies between.
    var imageStride: Int?
    /// How many positions at the beginning are not part of the image (the class token and the registers of a transformer).
    var specialPositions = 0

    /// The numbers of an image.
    var count: Int { positions * width }

    /// The first number of an image.
    func image(_ index: Int) -> UnsafePointer<Float> { base + index * (imageStride ?? count) }
}

/// Rows and columns of pixels.
public struct ImageSize: Sendable, Equatable, CustomStringConvertible {
    public let height: Int
    public let width: Int

    /// The most pixels along a side of what a network takes, which keeps a wrong size from asking for all memory.
    static let largestSide = 8192

    /// A size in pixels.
    ///
    /// - Parameters:
    ///   - height: in pixels.
    ///   - width: in pixels.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// A square.
    ///
    /// - Parameter side: height and width in pixels.
    public init(_ side: Int) { self.init(height: side, width: side) }

    public var description: String { "\(height) x \(width)" }
}
