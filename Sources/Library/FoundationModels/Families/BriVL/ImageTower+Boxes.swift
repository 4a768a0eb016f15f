import Display
import Tensors

extension ImageTower {
    /// The features of images of which certain regions count: the boxes of a detector, as BriVL 1.0 takes them.
    ///
    /// An image has the boxes of its number, to which the whole image is added; BriVL read at most 36. Layers of regions
    /// can only be pooled to one vector. Throws `FoundationModelError.input` if the model has no regions, the
    /// number of lists is not that of the images or a box is in pixels, else what `features(of:)` throws.
    ///
    /// ```swift
    /// let left = ImageBox(left: 0, top: 0, right: 0.5, bottom: 1)
    /// let photos = try ImageFiles(["dog.jpg", "soup.jpg"])
    /// let features = try model.image.features(
    ///     of: photos, boxes: Array(repeating: [left], count: photos.count), layers: "embedding")
    /// ```
    ///
    /// - Parameters:
    ///   - source: the images.
    ///   - boxes: the boxes of each image.
    ///   - layers: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of source: any ImageSource, boxes: [[ImageBox]], layers: LayerSelection = .all,
        pooling: Pooling? = nil, showsProgress: Bool = true
    ) throws -> FeatureSet {
        try features(source.count, source.unit, boxes, layers, pooling, showsProgress) {
            try transform.batch(of: source, $0..<$0 + 1, size: imageSize)
        }
    }

    /// The same for images that were transformed already: n x 3 x height x width.
    ///
    /// - Parameters:
    ///   - images: the images, each a row of the result.
    ///   - boxes: the boxes of each image.
    ///   - layers: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of images: Tensor<Float>, boxes: [[ImageBox]], layers: LayerSelection = .all,
        pooling: Pooling? = nil, showsProgress: Bool = true
    ) throws -> FeatureSet {
        try features(images.shape.first ?? 0, "images", boxes, layers, pooling, showsProgress) {
            images.items($0..<$0 + 1)
        }
    }

    private func features(
        _ count: Int, _ unit: String, _ boxes: [[ImageBox]], _ layers: LayerSelection, _ pooling: Pooling?,
        _ showsProgress: Bool, image: (Int) throws -> Tensor<Float>
    ) throws -> FeatureSet {
        guard let network = network as? RegionNetwork else {
            throw FoundationModelError.input("\(family) looks at whole images; it takes no boxes")
        }
        guard boxes.count == count, count > 0 else {
            throw FoundationModelError.input(
                "there are \(count) \(unit) and boxes of \(boxes.count); each needs its list")
        }
        for (index, boxes) in boxes.enumerated() {
            // Detectors go a little beyond the image; pixels would lie far outside, where nothing is.
            let wrong = boxes.first { box in
                ![box.left, box.top, box.right, box.bottom].allSatisfy { (-1...2).contains($0) }
            }
            if let wrong {
                throw FoundationModelError.input(
                    "the sides of a box are shares of the image's width and height, from 0 to 1; one of image "
                        + "\(index) has \(wrong.left), \(wrong.top), \(wrong.right), \(wrong.bottom)")
            }
        }
        var bar = showsProgress ? ProgressBar("features", total: count, unit: unit) : nil
        var sets: [FeatureSet] = []
        for (index, boxes) in boxes.enumerated() {
            let tower = ImageTower(
                network: network.with(boxes: boxes + [.whole]), transform: transform, unused: unusedTensors)
            sets.append(
                try tower.features(
                    of: try image(index), layers: layers, pooling: pooling, showsProgress: false))
            bar?.advance(by: 1)
        }
        bar?.finish()
        return try joined(sets, unit: unit)
    }

    /// One row for each image.
    private func joined(_ sets: [FeatureSet], unit: String) throws -> FeatureSet {
        FeatureSet(
            model: family, pooling: sets[0].pooling, stimuli: unit,
            layers: try sets[0].indices.map { layer in
                let rows = sets.map { $0[layer].matrix }
                guard rows.allSatisfy({ $0.columns == rows[0].columns }) else {
                    throw FoundationModelError.input(
                        "\(sets[0][layer].name) has a state for each box, and images have different numbers of "
                            + "boxes: pool them by \(Pooling.mean.rawValue) or \(Pooling.max.rawValue)")
                }
                return LayerFeatures(layer: sets[0][layer].layer, matrix: Matrix.stacked(rows))
            })
    }
}
