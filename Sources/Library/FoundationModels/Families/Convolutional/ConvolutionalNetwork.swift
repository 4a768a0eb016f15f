import Synchronization
import Tensors

/// A convolutional network with its weights, for images of one size.
struct ConvolutionalNetwork: ImageNetwork {
    let family: String
    let layers: [ModelLayer]
    let imageSize: ImageSize
    let description: [MapLayer]
    let parameters: MapParameters
    /// As many images as keep the largest map in the cache; more of them share what is read of the weights.
    let batchSize: Int
    private let cache = PlanCache()

    /// The network of a list of layers; throws if images of that size are too small for it.
    init(family: String, _ description: [MapLayer], parameters: MapParameters, imageSize: ImageSize) throws {
        self.family = family
        self.description = description
        self.parameters = parameters
        self.imageSize = imageSize
        layers = try Self.layers(description, imageSize)
        let largest = try Self.shape(imageSize).largest(description)
        batchSize = min(32, max(1, Self.batchNumbers / max(largest, 1)))
    }

    /// 32 MB of Float: measured with EfficientNet-b5 (1 image as fast as 4) and Lite0 (4 to 8 faster than 1 or 16).
    private static let batchNumbers = 8 << 20

    var parameterCount: Int { parameters.count }
    var defaultPooling: Pooling { .mean }

    func run(
        _ images: Tensor<Float>, wanted: Set<Int>, _ body: (_ layerIndex: Int, LayerStates) throws -> Void
    ) throws {
        guard images.shape[0] > 0, !wanted.isEmpty else { return }
        applyThreadCount()
        let plan = try cache.plan(images: images.shape[0], wanted: wanted) {
            try MapPlanner.plan(
                description, parameters: parameters, images: images.shape[0], shape: Self.shape(imageSize),
                wanted: wanted)
        }
        defer { cache.give(back: plan) }
        try images.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            try plan.run(base) { layerIndex, shape, numbers in
                try body(
                    layerIndex,
                    LayerStates(
                        base: numbers, positions: shape.pixels, width: shape.channels, order: .channelsFirst))
            }
        }
    }

    private static func shape(_ size: ImageSize) -> MapShape {
        MapShape(channels: 3, height: size.height, width: size.width)
    }

    private static func layers(_ description: [MapLayer], _ size: ImageSize) throws -> [ModelLayer] {
        var shape = shape(size)
        var isVector = false
        var layers: [ModelLayer] = []
        for layer in description {
            shape = try shape.after(layer)
            switch layer.operation {
            case .averageGrid(1), .linear: isVector = true
            case .activation: break
            default: isVector = false
            }
            guard let name = layer.name else { continue }
            layers.append(
                ModelLayer(
                    name: name, shortName: layer.shortName ?? name,
                    shape: isVector
                        ? .vector(shape.channels)
                        : .map(channels: shape.channels, height: shape.height, width: shape.width),
                    index: layers.count, block: layer.block))
        }
        return layers
    }
}

/// The plan of the last batch, for the next one: making one takes as long as running a small network. Its memory, which
/// holds the maps of a batch, stays with it.
private final class PlanCache: Sendable {
    private let plan = Mutex<MapPlan?>(nil)

    /// A plan that nobody else uses until it is returned.
    func plan(images: Int, wanted: Set<Int>, make: () throws -> MapPlan) rethrows -> MapPlan {
        let kept = plan.withLock { kept in
            defer { kept = nil }
            return kept
        }
        if let kept, kept.images == images, kept.wanted == wanted, kept.threads == threadCount { return kept }
        return try make()
    }

    func give(back used: MapPlan) { plan.withLock { $0 = used } }
}
