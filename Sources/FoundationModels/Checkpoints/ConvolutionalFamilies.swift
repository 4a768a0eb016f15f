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
            return ConvolutionalModel(checkpoint, files) != nil
        },
        load: { files in
            let checkpoint = try files.checkpoint()
            guard let model = ConvolutionalModel(checkpoint, files) else { return Towers() }
            let (network, unused) = try model.network(checkpoint)
            return Towers(
                image: ImageTower(
                    network: network, transform: ImageTransform(normalization: model.normalization),
                    unused: unused))
        })
}

extension ConvolutionalModel {
    /// The network whose weights a checkpoint has, by the names and shapes of its tensors; nothing where it is none.
    init?(_ checkpoint: Checkpoint, _ files: ModelFiles) {
        let names = checkpoint.names
        // Training scripts put `module.` or `state_dict.` before all names.
        func prefix(_ anchor: String) -> String? {
            let found = names.filter { $0 == anchor || $0.hasSuffix("." + anchor) }
            return found.count == 1 ? String(found[0].dropLast(anchor.count)) : nil
        }
        if let prefix = prefix("features.10.weight"),
            checkpoint.shape(of: prefix + "features.0.weight") == [64, 3, 11, 11]
        {
            self.init(alexNet: checkpoint, prefix)
        } else if let prefix = prefix("layer1.0.conv1.weight") {
            self.init(resNet: checkpoint, prefix)
        } else if let prefix = prefix("conv_stem.weight") ?? prefix("_conv_stem.weight") {
            self.init(efficientNet: checkpoint, prefix, files)
        } else {
            return nil
        }
        if let size = files.pretrained?.numbers("input_size"), size.count == 3 {
            imageSize = ImageSize(height: Int(size[1]), width: Int(size[2]))
        }
        if let mean = files.pretrained?.numbers("mean"), let deviation = files.pretrained?.numbers("std"),
            mean.count == 3, deviation.count == 3
        {
            normalization = ImageTransform.Normalization(mean: mean, deviation: deviation)
        }
    }

    private init(alexNet checkpoint: Checkpoint, _ prefix: String) {
        self.init(
            family: "AlexNet",
            layers: AlexNet.layers(classes: checkpoint.shape(of: prefix + "classifier.6.weight")?.first),
            imageSize: ImageSize(224), normalization: .imageNet, prefix: prefix, blocks: "features.")
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
            normalization: .imageNet,
            prefix: prefix, blocks: "layer")
    }

    private init(efficientNet checkpoint: Checkpoint, _ prefix: String, _ files: ModelFiles) {
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
            normalization: gates ? .imageNet : .timm, prefix: prefix, blocks: isTimm ? "blocks." : "_blocks.")
    }
}

extension ModelFiles {
    /// What a timm configuration says of the images.
    fileprivate var pretrained: ModelConfiguration? { configuration?.section("pretrained_cfg") }
}

/// A size of EfficientNet: how much wider and deeper than b0 it is, and the pixels that it was trained on.
struct EfficientNetSize: Sendable {
    var name: String
    var width: Double
    var depth: Double
    var pixels: Int
    var isLite = false

    private static let all = [
        (1.0, 1.0, 224), (1.0, 1.1, 240), (1.1, 1.2, 260), (1.2, 1.4, 300), (1.4, 1.8, 380), (1.6, 2.2, 456),
        (1.8, 2.6, 528), (2.0, 3.1, 600), (2.2, 3.6, 672),
    ].enumerated().map {
        EfficientNetSize(name: "EfficientNet-b\($0)", width: $1.0, depth: $1.1, pixels: $1.2)
    }

    private static let lite = [
        (1.0, 1.0, 224), (1.0, 1.1, 240), (1.1, 1.2, 260), (1.2, 1.4, 280), (1.4, 1.8, 300),
    ].enumerated().map {
        EfficientNetSize(name: "EfficientNet-lite\($0)", width: $1.0, depth: $1.1, pixels: $1.2, isLite: true)
    }

    /// b0 to b8.
    static func standard(_ number: Int) -> EfficientNetSize { all[number] }

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
