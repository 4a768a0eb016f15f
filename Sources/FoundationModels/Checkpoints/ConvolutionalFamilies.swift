import Foundation

extension ModelFamily {
    /// AlexNet, ResNet and EfficientNet, known by the names of their weights.
    static let convolutional = ModelFamily(
        kinds: ["AlexNet", "ResNet", "EfficientNet"],
        recognizes: { files in
            guard files.configuration?.text("model_type") == nil, let checkpoint = try? files.checkpoint()
            else {
                return false
            }
            return try ConvolutionalModel(checkpoint, files) != nil
        },
        load: { files in
            let checkpoint = try files.checkpoint()
            guard let model = try ConvolutionalModel(checkpoint, files) else { return Towers() }
            let (network, unused) = try model.network(checkpoint)
            return Towers(
                image: ImageTower(
                    network: network, transform: model.transform, unused: unused))
        })
}

extension ConvolutionalModel {
    /// The network whose weights a checkpoint has, by the names and shapes of its tensors; nothing where it is none.
    init?(_ checkpoint: Checkpoint, _ files: ModelFiles) throws {
        if let prefix = try checkpoint.prefix(before: "features.10.weight"),
            checkpoint.shape(of: prefix + "features.0.weight") == [64, 3, 11, 11]
        {
            self.init(alexNet: checkpoint, prefix)
        } else if let prefix = try checkpoint.prefix(before: "layer1.0.conv1.weight") {
            self.init(resNet: checkpoint, prefix)
        } else if let prefix = try checkpoint.prefix(before: "conv_stem.weight")
            ?? checkpoint.prefix(before: "_conv_stem.weight")
        {
            self.init(efficientNet: checkpoint, prefix, files)
        } else {
            return nil
        }
        let configuration = TimmConfiguration(files)
        if let size = configuration.imageSize, size != imageSize {
            imageSize = size
            transform.fit = .cropping(size, fraction: 0.875)
        }
        transform = configuration.adjusted(transform, size: imageSize)
    }

    /// torchvision's: 224 pixels of the middle of 256.
    private static let torchvision = ImageTransform(
        fit: .shorterSide(256), interpolation: .bilinear, normalization: .imageNet)

    private init(alexNet checkpoint: Checkpoint, _ prefix: String) {
        self.init(
            family: "AlexNet",
            layers: AlexNet.layers(classes: checkpoint.shape(of: prefix + "classifier.6.weight")?.first),
            imageSize: ImageSize(224), transform: Self.torchvision, prefix: prefix, blocks: "features.")
    }

    private init(resNet checkpoint: Checkpoint, _ prefix: String) {
        let depths = (1...4).map { stage in
            checkpoint.names.filter {
                $0.hasPrefix("\(prefix)layer\(stage).") && $0.hasSuffix(".conv1.weight")
            }.count
        }
        let network = ResNet(
            depths: depths, isBottleneck: checkpoint.shape(of: prefix + "layer1.0.conv3.weight") != nil,
            width: checkpoint.shape(of: prefix + "conv1.weight")?.first ?? 64,
            classes: checkpoint.shape(of: prefix + "fc.weight")?.first)
        self.init(
            family: network.family, layers: network.layers, imageSize: ImageSize(224),

            transform: Self.torchvision, prefix: prefix, blocks: "layer")
    }

    init(efficientNet checkpoint: Checkpoint, _ prefix: String, _ files: ModelFiles) {
        let isTimm = checkpoint.shape(of: prefix + "conv_stem.weight") != nil
        let names = isTimm ? EfficientNetNames.timm : .lukemelas
        let gates = checkpoint.names.contains { $0.hasSuffix(names.reduce + ".weight") }
        var size = EfficientNetSize.matching(
            stem: checkpoint.shape(of: "\(prefix)\(names.stem).weight")?.first,
            blocks: checkpoint.names.filter { $0.hasSuffix(names.inverted.depthwise + ".weight") }.count,
            isLite: !gates)
        if let arguments = files.configuration?.section("model_args") {
            size.width = arguments.number("channel_multiplier").map { Double($0) } ?? size.width
            size.depth = arguments.number("depth_multiplier").map { Double($0) } ?? size.depth
        }
        // timm's own weights have the names of TensorFlow's and another padding: only what the model is called tells.
        let called = files.configuration?.text("architecture") ?? files.location.lastPathComponent
        let network = EfficientNet(
            width: size.width, depth: size.depth, isLite: !gates,
            isTensorFlow: !called.hasPrefix("efficientnet_"),
            classes: checkpoint.shape(of: "\(prefix)\(names.classifier).weight")?.first, names: names)
        self.init(
            family: size.name, layers: network.layers, imageSize: ImageSize(size.pixels),
            transform: size.transform, prefix: prefix, blocks: isTimm ? "blocks." : "_blocks.")
    }
}

/// A size of EfficientNet: how much wider and deeper than b0 it is, and the pixels that it was trained on.
struct EfficientNetSize: Sendable {
    var name: String
    var width: Double
    var depth: Double
    var pixels: Int
    /// How much of a resized image's side the crop is.
    var crop: Double
    var isLite = false

    /// timm's: bicubic, but for the two largest of Lite.
    var transform: ImageTransform {
        ImageTransform(
            fit: .cropping(ImageSize(pixels), fraction: crop),
            interpolation: isLite && pixels >= 300 ? .bilinear : .bicubic,
            normalization: isLite ? .timm : .imageNet)
    }

    private static let all = table(
        "EfficientNet-b",
        [
            (1.0, 1.0, 224, 0.875), (1.0, 1.1, 240, 0.882), (1.1, 1.2, 260, 0.890), (1.2, 1.4, 300, 0.904),
            (1.4, 1.8, 380, 0.922), (1.6, 2.2, 456, 0.934), (1.8, 2.6, 528, 0.942), (2.0, 3.1, 600, 0.949),
            (2.2, 3.6, 672, 0.954),
        ])

    private static let lite = table(
        "EfficientNet-lite",
        [
            (1.0, 1.0, 224, 0.875), (1.0, 1.1, 240, 0.882), (1.1, 1.2, 260, 0.890), (1.2, 1.4, 300, 0.904),
            (1.4, 1.8, 380, 0.920),
        ], isLite: true)

    private static func table(_ name: String, _ sizes: [(Double, Double, Int, Double)], isLite: Bool = false)
        -> [EfficientNetSize]
    {
        sizes.enumerated().map { number, size in
            EfficientNetSize(
                name: name + String(number), width: size.0, depth: size.1, pixels: size.2, crop: size.3,
                isLite: isLite)
        }
    }

    /// The size with that stem and so many blocks; one of the same depth where none has both, whose tensors then do not fit.
    static func matching(stem: Int?, blocks: Int, isLite: Bool) -> EfficientNetSize {
        let sizes = isLite ? lite : all
        func network(_ size: EfficientNetSize) -> EfficientNet {
            EfficientNet(width: size.width, depth: size.depth, isLite: isLite)
        }
        let deep = sizes.filter { network($0).depths.reduce(0, +) == blocks }
        return deep.first { network($0).stemWidth == stem } ?? deep.first ?? sizes[0]
    }
}
