import Foundation

extension ModelFamily {
    /// AlexNet, ResNet and EfficientNet, known by the names of their weights.
    static let convolutional = ModelFamily(
        kinds: ["AlexNet", "ResNet", "EfficientNet"],
        recognizes: { files in
            guard files.modelType == nil, files.openCLIP == nil || files.isTimm else { return false }
            return try ConvolutionalModel.kind(of: try files.checkpoint()) != nil
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
    fileprivate enum Kind { case alexNet, resNet, efficientNet }

    /// What network a checkpoint has, by the names of its tensors, and what stands before them; nil if it is none.
    fileprivate static func kind(of checkpoint: Checkpoint) throws -> (kind: Kind, prefix: String)? {
        if let prefix = try checkpoint.prefix(before: "features.10.weight"),
            checkpoint.shape(of: prefix + "features.0.weight") == [64, 3, 11, 11]
        {
            return (.alexNet, prefix)
        }
        if let prefix = try checkpoint.prefix(before: "layer1.0.conv1.weight") { return (.resNet, prefix) }
        let stem =
            try checkpoint.prefix(before: "conv_stem.weight")
            ?? checkpoint.prefix(before: "_conv_stem.weight")
        return stem.map { (.efficientNet, $0) }
    }

    /// The network whose weights a checkpoint has; nil if it is none.
    init?(_ checkpoint: Checkpoint, _ files: ModelFiles) throws {
        guard let (kind, prefix) = try Self.kind(of: checkpoint) else { return nil }
        let timm = try TimmConfiguration(files)
        if let reason = timm.architecture?.unsupportedConvolutions {
            throw FoundationModelError.file(path: checkpoint.path, problem: reason)
        }
        switch kind {
        case .alexNet: self.init(alexNet: checkpoint, prefix)
        case .resNet:
            try timm.checkPool(
                try timm.arguments(as: .timmResNet),
                hasHead: checkpoint.shape(of: prefix + "fc.weight") != nil)
            self.init(resNet: checkpoint, prefix)
        case .efficientNet: try self.init(efficientNet: checkpoint, prefix, files, timm)
        }
        if let size = try timm.imageSize(), size != imageSize {
            imageSize = size
            transform.fit = .cropping(size, fraction: 0.875)
        }
        transform = try timm.transform(transform, size: imageSize)
        if timm.hasNoImages {
            files.notes.add(
                "assumed, since the files do not tell it: images of \(imageSize) pixels, \(transform)")
        }
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

    /// An EfficientNet; `isTensorFlow` if it is known already whether its padding and normalisation are TensorFlow's.
    init(
        efficientNet checkpoint: Checkpoint, _ prefix: String, _ files: ModelFiles, _ timm: TimmConfiguration,
        isTensorFlow known: Bool? = nil
    ) throws {
        let isTimm = checkpoint.shape(of: prefix + "conv_stem.weight") != nil
        let names = isTimm ? EfficientNetNames.timm : .lukemelas
        let gates = checkpoint.names.contains {
            $0.hasPrefix(prefix) && $0.hasSuffix(names.reduce + ".weight")
        }
        var size = EfficientNetSize.matching(
            stem: checkpoint.shape(of: "\(prefix)\(names.stem).weight")?.first,
            blocks: checkpoint.names.filter {
                $0.hasPrefix(prefix) && $0.hasSuffix(names.inverted.depthwise + ".weight")
            }
            .count,
            head: checkpoint.shape(of: "\(prefix)\(names.head).weight"), isLite: !gates)
        let arguments = try timm.arguments(as: .timmEfficientNet)
        size.width = try arguments.multiplier("channel_multiplier") ?? size.width
        size.depth = try arguments.multiplier("depth_multiplier") ?? size.depth
        guard size.isCertain || arguments.has("channel_multiplier") || arguments.has("depth_multiplier")
        else {
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem:
                    "looks like a network of timm's EfficientNet family (MobileNet, MnasNet, …); b0 to b8, l2 and lite0 to "
                    + "lite4 are supported, and none of them has these tensors")
        }
        let classes = checkpoint.shape(of: "\(prefix)\(names.classifier).weight")?.first
        try timm.checkPool(arguments, hasHead: classes != nil)
        try arguments.checkActivation(isLite: !gates)
        // lukemelas' weights are all of TensorFlow; of those with timm's names only the architecture tells.
        guard let isTensorFlow = known ?? (isTimm ? timm.architecture?.isTensorFlow : true) else {
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem:
                    "whether this EfficientNet pads as TensorFlow or as PyTorch is not told by its weights; say which, "
                    + "as FoundationModel.load(…, architecture: \"tf_\(size.architecture)\") or \"\(size.architecture)\", "
                    + "or by a config.json beside the weights")
        }
        var network = EfficientNet(
            width: size.width, depth: size.depth, isLite: !gates, isTensorFlow: isTensorFlow,
            classes: classes, names: names)
        try network.read(arguments)
        self.init(
            family: size.name, layers: network.layers, imageSize: ImageSize(size.pixels),
            transform: size.transform, prefix: prefix, blocks: isTimm ? "blocks." : "_blocks.")
    }
}

extension TimmConfiguration {
    /// Throws where the vector before a head is not the mean over the map.
    func checkPool(_ arguments: ModelConfiguration, hasHead: Bool) throws {
        guard hasHead, let pool = try pool(arguments), pool != "avg", pool != "fast" else { return }
        throw arguments.problem("the \"global_pool\" \"\(pool)\" of a head is not supported; \"avg\" is")
    }
}

extension ModelConfiguration {
    /// How many times wider or deeper than b0 a network is, if it is given.
    fileprivate func multiplier(_ key: String) throws -> Double? {
        guard let number = try number(key) else { return nil }
        // The largest that was published is 5.3 times deeper (L2).
        guard number >= 0.1, number <= 10 else {
            throw problem("\"\(key)\" must be a number from 0.1 to 10; it is \(number)")
        }
        return Double(number)
    }

    /// Throws where an EfficientNet has another activation than its kind's own.
    fileprivate func checkActivation(isLite: Bool) throws {
        guard has("act_layer"), let name = try text("act_layer") else { return }
        let own = isLite ? ["relu6"] : ["silu", "swish"]
        guard own.contains(name) else {
            throw problem("the activation \"\(name)\" of \"act_layer\" is not supported; \"\(own[0])\" is")
        }
    }
}

extension EfficientNet {
    /// Takes what the arguments say of padding and normalisation.
    fileprivate mutating func read(_ arguments: ModelConfiguration) throws {
        switch try arguments.text("pad_type") {
        case nil: break
        case "same": padsAsTensorFlow = true
        case "": padsAsTensorFlow = false
        case let other?:
            throw arguments.problem("\"pad_type\" is \"\(other)\"; \"same\" and \"\" are supported")
        }
        if try arguments.flag("bn_tf") == true { epsilon = 1e-3 }
        if arguments.has("bn_eps") { epsilon = try arguments.epsilon("bn_eps") }
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
    /// Whether the tensors that tell the size are all those of this one.
    var isCertain = false
    /// timm's name of it, without `tf_`.
    var architecture: String { name.lowercased().replacing("-", with: "_") }

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

    /// The size with that stem, so many blocks, and the shape of the last convolution; the likeliest if none has all,
    /// whose tensors then do not fit.
    static func matching(stem: Int?, blocks: Int, head: [Int]?, isLite: Bool) -> EfficientNetSize {
        let sizes = isLite ? lite : all
        func score(_ size: EfficientNetSize) -> Int {
            let network = EfficientNet(width: size.width, depth: size.depth, isLite: isLite)
            return (network.depths.reduce(0, +) == blocks ? 4 : 0) + (network.stemWidth == stem ? 2 : 0)
                + (head?.prefix(2) == [network.headWidth, network.lastWidth] ? 1 : 0)
        }
        let scores = sizes.map(score)
        let best = scores.max() ?? 0
        var size = sizes[scores.firstIndex(of: best) ?? 0]
        size.isCertain = best == 7
        return size
    }
}
