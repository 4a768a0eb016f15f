import Display
import Formats
import Foundation
import Tensors

/// An encoder of images: what is done to an image first, and a network of named layers.
///
/// ```swift
/// let tower = try FoundationModel.load("vit_base_patch16_224.safetensors").image
/// let features = try tower.features(of: images, layers: "block *", pooling: .cls)
/// try features["block 9"]    // images x 768
/// ```
public struct ImageTower: Sendable {
    /// How an image becomes the numbers that the network takes: size, crop, normalization.
    public var transform: ImageTransform
    /// The tensors of the checkpoint that the tower has no use for.
    public let unusedTensors: [String]
    let network: any ImageNetwork

    init(network: any ImageNetwork, transform: ImageTransform, unused: [String]) {
        self.network = network
        self.transform = transform
        unusedTensors = unused
    }

    /// The architecture and its size (`ViT-B/16`).
    public var family: String { network.family }
    /// The layers whose features can be taken, in the order of computation.
    public var layers: [ModelLayer] { network.layers }
    /// Rows and columns of pixels that the network takes.
    public var imageSize: ImageSize { network.imageSize }
    /// How many numbers the tower has.
    public var parameterCount: Int { network.parameterCount }
    /// The numbers of the products in its blocks; patches and what comes after the last block are made in `float32`.
    public var precision: Precision { network.precision }

    func with(precision: Precision) throws -> ImageTower {
        ImageTower(
            network: try network.with(precision: precision), transform: transform, unused: unusedTensors)
    }
}

extension ImageTower {
    /// The tower for images of another size: a vision transformer's positions are interpolated as its library does.
    ///
    /// Throws `FoundationModelError.input` if the network cannot take the size.
    public func resized(to size: ImageSize) throws -> ImageTower {
        // First, since it refuses sizes by which nothing can be multiplied.
        let network = try network.resized(to: size)
        var transform = transform
        transform.fit = transform.resizedFit(from: imageSize, to: size)
        return ImageTower(network: network, transform: transform, unused: unusedTensors)
    }

    /// The features of images in the requested layers, a row for each image.
    ///
    /// Images are made, transformed and run `batchSize` at a time, which bounds the memory. Layers after the last
    /// wanted one do not run. Without `pooling` the network's own is taken: the class token of a transformer, the mean
    /// over a map. Throws `FoundationModelError.unknownLayer`, what the source throws, and `CancellationError` between
    /// blocks.
    ///
    /// - Parameters:
    ///   - source: the images.
    ///   - selection: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - batchSize: how many images run at a time, which bounds the memory; nil for a size that suits the network.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of source: any ImageSource, layers selection: LayerSelection = .all, pooling: Pooling? = nil,
        batchSize: Int? = nil, showsProgress: Bool = true
    ) throws -> FeatureSet {
        try features(
            count: source.count, unit: source.unit, selection, pooling, batchSize, showsProgress,
            names: (0..<source.count).map { source.name($0) }
        ) { try transform.batch(of: source, $0, size: imageSize) }
    }

    /// The features of the images of a source that have these numbers there.
    func features(
        of source: any ImageSource, at numbers: [Int], layers: LayerSelection, pooling: Pooling
    ) throws -> FeatureSet {
        try features(count: numbers.count, unit: source.unit, layers, pooling, nil, false) { part in
            try transform.batch(of: source, numbers[part], size: imageSize)
        }
    }

    /// The features of images in memory.
    ///
    /// - Parameters:
    ///   - images: the images, each a row of the result.
    ///   - layers: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - batchSize: how many images run at a time, which bounds the memory; nil for a size that suits the network.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of images: [RGBImage], layers: LayerSelection = .all, pooling: Pooling? = nil, batchSize: Int? = nil,
        showsProgress: Bool = true
    ) throws -> FeatureSet {
        try features(
            of: ImagesInMemory(images), layers: layers, pooling: pooling, batchSize: batchSize,
            showsProgress: showsProgress)
    }

    /// The features of JPEG and PNG files.
    ///
    /// - Parameters:
    ///   - files: the files, each a row of the result.
    ///   - layers: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - batchSize: how many images run at a time, which bounds the memory; nil for a size that suits the network.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of files: [some FileLocation], layers: LayerSelection = .all, pooling: Pooling? = nil,
        batchSize: Int? = nil,
        showsProgress: Bool = true
    ) throws -> FeatureSet {
        try features(
            of: ImageFiles(files), layers: layers, pooling: pooling, batchSize: batchSize,
            showsProgress: showsProgress)
    }

    /// The features of images that were transformed already: n x 3 x height x width, or n x height x width x 3.
    ///
    /// - Parameters:
    ///   - images: the images, each a row of the result.
    ///   - layers: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - batchSize: how many images run at a time, which bounds the memory; nil for a size that suits the network.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of images: Tensor<Float>, layers: LayerSelection = .all, pooling: Pooling? = nil,
        batchSize: Int? = nil, showsProgress: Bool = true
    ) throws -> FeatureSet {
        let images = try channelsFirst(images)
        return try features(count: images.shape[0], unit: "images", layers, pooling, batchSize, showsProgress)
        { images.items($0) }
    }

    /// Throws if a layer cannot be pooled so: the first of tokens is a patch where the network has no class token.
    func check(_ pooling: Pooling, of layers: [ModelLayer]) throws {
        for layer in layers {
            try pooling.check(layer)
            guard pooling == .cls, network.defaultPooling != .cls, !layer.isVector else { continue }
            throw FoundationModelError.input(
                "\(family) has no class token, so its \(layer.shortName) cannot be pooled by cls; "
                    + "its own pooling is \(network.defaultPooling.rawValue)")
        }
    }

    private func features(
        count: Int, unit: String, _ selection: LayerSelection, _ pooling: Pooling?, _ batchSize: Int?,
        _ showsProgress: Bool, names: @autoclosure () -> [String] = [],
        batch: (Range<Int>) throws -> Tensor<Float>
    ) throws -> FeatureSet {
        if let batchSize, batchSize < 1 {
            throw FoundationModelError.input("a batch needs an image at least; batchSize is \(batchSize)")
        }
        let wanted = try selection.resolve(layers, model: family)
        let pooling = pooling ?? network.defaultPooling
        try check(pooling, of: wanted)
        let layerIndices = Set(wanted.map(\.index))
        let size = min(max(1, batchSize ?? network.batchSize), max(count, 1))
        try checkMemory(of: size, count: count, unit: unit, wanted.map { pooling.width(of: $0.shape) })
        var results = wanted.map { Matrix<Float>(rows: count, columns: pooling.width(of: $0.shape)) }
        var bar = showsProgress ? ProgressBar("features", total: count, unit: unit) : nil
        for start in stride(from: 0, to: count, by: size) {
            try Task.checkCancellation()
            let range = start..<min(start + size, count)
            try network.run(try batch(range), wanted: layerIndices) { layerIndex, states in
                guard let index = wanted.firstIndex(where: { $0.index == layerIndex }) else { return }
                let shape = wanted[index].shape
                results[index].withUnsafeMutableBufferPointer { result in
                    guard let base = result.baseAddress else { return }
                    let columns = pooling.width(of: shape)
                    for image in range {
                        pooling.apply(
                            states, shape: shape, image: image - start, into: base + image * columns)
                    }
                }
            }
            bar?.advance(by: range.count)
        }
        bar?.finish()
        return FeatureSet(
            model: family, pooling: pooling, stimuli: unit, rowNames: names(),
            layers: zip(wanted, results).map { LayerFeatures(layer: $0, matrix: $1) })
    }

    /// Throws if a batch, of which the images and the largest layer are in memory at least, or the features of all
    /// images would not fit there.
    private func checkMemory(of batch: Int, count: Int, unit: String, _ columns: [Int]) throws {
        let largest = layers.map { ($0.shape.extents ?? []).reduce(1, *) }.max() ?? 0
        let numbers = Double(3 * imageSize.height * imageSize.width) + Double(largest)
        try checkRoom(
            4 * Double(batch) * numbers, for: "a batch of \(batch) \(unit)", "take a smaller batchSize")
        try checkRoom(
            4 * Double(count) * Double(columns.reduce(0, +)), for: "the features of \(count) \(unit)",
            "take fewer layers, or write them to a feature file")
    }

    /// The batch as n x 3 x height x width of the network's size.
    private func channelsFirst(_ images: Tensor<Float>) throws -> Tensor<Float> {
        let size = imageSize
        if images.shape.count == 4, images.shape[1...] == [3, size.height, size.width] { return images }
        guard images.shape.count == 4, images.shape[1...] == [size.height, size.width, 3] else {
            throw FoundationModelError.input(
                "\(family) takes images of n x 3 x \(size) or n x \(size) x 3 numbers; "
                    + "these have the shape \(images.shape)")
        }
        return Tensor(shape: [images.shape[0], 3, size.height, size.width]) { target in
            images.withUnsafeBufferPointer { source in
                let plane = size.height * size.width
                for image in 0..<images.shape[0] {
                    for pixel in 0..<plane {
                        for channel in 0..<3 {
                            target[(image * 3 + channel) * plane + pixel] =
                                source[(image * plane + pixel) * 3 + channel]
                        }
                    }
                }
            }
        }
    }
}

extension Tensor {
    /// A range of the first dimension, copied.
    func items(_ range: Range<Int>) -> Tensor {
        let size = shape.dropFirst().reduce(1, *)
        return Tensor(shape: [range.count] + shape.dropFirst()) { target in
            withUnsafeBufferPointer { source in
                _ = target.update(fromContentsOf: source[range.lowerBound * size..<range.upperBound * size])
            }
        }
    }
}
