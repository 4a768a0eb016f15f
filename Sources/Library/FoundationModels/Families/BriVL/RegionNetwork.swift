import Tensors

/// BriVL's image encoder: an EfficientNet, the mean of its last map over each region, a linear layer, and a fusion head.
struct RegionNetwork: ImageNetwork {
    let backbone: ConvolutionalNetwork
    let regionLayer: Linear
    let head: FusionHead
    /// The regions of every image, at least one.
    let boxes: [ImageBox]
    let layers: [ModelLayer]

    /// Points along each side of a region (`GRID_SIZE` of the published configurations).
    private static let samples = 4
    /// Where the last map of the backbone is among its layers.
    private let mapIndex: Int
    private let weights: RegionWeights

    init(backbone: ConvolutionalNetwork, regionLayer: Linear, head: FusionHead, boxes: [ImageBox]) {
        self.backbone = backbone
        self.regionLayer = regionLayer
        self.head = head
        self.boxes = boxes.isEmpty ? [.whole] : boxes
        let maps = backbone.layers.filter { if case .map = $0.shape { true } else { false } }
        mapIndex = maps.last?.index ?? 0
        let regions = LayerShape.tokens(self.boxes.count, width: regionLayer.outputs)
        layers =
            maps + [ModelLayer(name: "max_pool", shortName: "regions", shape: regions, index: mapIndex + 1)]
            + head.layers(
                tokens: self.boxes.count, layerIndex: mapIndex + 2,
                block: (maps.compactMap(\.block).max() ?? -1) + 1)
        var (height, width) = (1, 1)
        if case .map(_, let rows, let columns)? = maps.last?.shape { (height, width) = (rows, columns) }
        weights = RegionWeights(self.boxes, height: height, width: width, samples: Self.samples)
    }

    /// The same network for other regions.
    func with(boxes: [ImageBox]) -> RegionNetwork {
        RegionNetwork(backbone: backbone, regionLayer: regionLayer, head: head, boxes: boxes)
    }

    var family: String { "BriVL (\(backbone.family))" }
    var imageSize: ImageSize { backbone.imageSize }
    var defaultPooling: Pooling { .mean }
    var batchSize: Int { backbone.batchSize }
    var parameterCount: Int { backbone.parameterCount + regionLayer.parameterCount + head.parameterCount }

    func run(
        _ images: Tensor<Float>, wanted: Set<Int>, _ body: (_ layerIndex: Int, LayerStates) throws -> Void
    ) throws {
        guard let last = wanted.max(), images.shape[0] > 0 else { return }
        let inBackbone = wanted.filter { $0 <= mapIndex }
        guard last > mapIndex else { return try backbone.run(images, wanted: inBackbone, body) }
        var regions: [Float] = []
        try backbone.run(images, wanted: inBackbone.union([mapIndex])) { layerIndex, states in
            if inBackbone.contains(layerIndex) { try body(layerIndex, states) }
            if layerIndex == mapIndex { regions = pool(states, images: images.shape[0]) }
        }
        try regions.withUnsafeBufferPointer { regions in
            guard let base = regions.baseAddress else { return }
            try fuse(base, images: images.shape[0], wanted: wanted, body)
        }
    }

    /// The mean over each region of each image, through the linear layer: (images * regions) x width.
    ///
    /// The reference has the layer before the mean; both are linear, so this is the same in a sixteenth of the work.
    private func pool(_ map: LayerStates, images: Int) -> [Float] {
        let (channels, pixels) = (map.width, map.positions)
        let rows = images * boxes.count
        let means = [Float](unsafeUninitializedCapacity: rows * channels) { means, count in
            weights.matrix.withUnsafeBufferPointer { weights in
                guard let target = means.baseAddress, let weights = weights.baseAddress else { return }
                for image in 0..<images {
                    LinearAlgebra.gemm(
                        m: boxes.count, n: channels, k: pixels, a: weights, lda: pixels, b: map.image(image),
                        ldb: pixels, transposeB: true, c: target + image * boxes.count * channels,
                        ldc: channels)
                }
            }
            count = rows * channels
        }
        return [Float](unsafeUninitializedCapacity: rows * regionLayer.outputs) { output, count in
            means.withUnsafeBufferPointer { means in
                guard let from = means.baseAddress, let to = output.baseAddress else { return }
                regionLayer.apply(from, into: to, rows: rows)
            }
            count = rows * regionLayer.outputs
        }
    }

    /// Hands the regions over, and what the head makes of them.
    private func fuse(
        _ regions: UnsafePointer<Float>, images: Int, wanted: Set<Int>,
        _ body: (_ layerIndex: Int, LayerStates) throws -> Void
    ) throws {
        let first = mapIndex + 1
        func pass(_ layerIndex: Int, _ numbers: UnsafePointer<Float>) throws {
            guard wanted.contains(layerIndex) else { return }
            let positions = if case .vector = layers[layerIndex].shape { 1 } else { boxes.count }
            try body(
                layerIndex, LayerStates(base: numbers, positions: positions, width: layers[layerIndex].width))
        }
        try pass(first, regions)
        guard let last = wanted.max(), last > first else { return }
        try head.run(regions, offsets: (0...images).map { $0 * boxes.count }, last: last - first - 1) {
            try pass(first + 1 + $0, $1)
        }
    }
}
