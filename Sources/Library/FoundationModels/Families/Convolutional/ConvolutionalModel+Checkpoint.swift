extension ConvolutionalModel {
    enum Kind { case alexNet, resNet, efficientNet }

    /// What network a checkpoint has, by the names of its tensors, and what stands before them; nil if it is none.
    ///
    /// Throws if it is an EfficientNet of torchvision, whose names no other network has.
    static func kind(of checkpoint: Checkpoint) throws -> (kind: Kind, prefix: String)? {
        if let prefix = try checkpoint.prefix(before: "features.10.weight"),
            checkpoint.shape(of: prefix + "features.0.weight") == [64, 3, 11, 11]
        {
            return (.alexNet, prefix)
        }
        if let prefix = try checkpoint.prefix(before: "layer1.0.conv1.weight") { return (.resNet, prefix) }
        let stem =
            try checkpoint.prefix(before: "conv_stem.weight")
            ?? checkpoint.prefix(before: "_conv_stem.weight")
        if stem == nil, try checkpoint.prefix(before: "features.1.0.block.0.0.weight") != nil {
            throw FoundationModelError.file(
                path: checkpoint.path,
                problem: "is an EfficientNet as torchvision names its layers, which is not supported; "
                    + "those of timm are (efficientnet_b0, tf_efficientnet_b0)")
        }
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
        case .alexNet:
            try timm.architecture?.check("an AlexNet", ["alexnet"], checkpoint.path)
            self.init(alexNet: checkpoint, prefix)
        case .resNet:
            try timm.architecture?.check("a ResNet", ["resnet", "resnext"], checkpoint.path)
            for (part, kind) in [("se.", "squeeze-and-excitation"), ("eca.", "channel attention")] {
                guard checkpoint.names.contains(where: { $0.hasPrefix(prefix + "layer1.0." + part) }) else {
                    continue
                }
                throw FoundationModelError.file(
                    path: checkpoint.path, problem: "is a ResNet with \(kind), which is not supported")
            }
            try timm.checkPool(
                try timm.arguments(as: .timmResNet),
                hasHead: checkpoint.shape(of: prefix + "fc.weight") != nil)
            self.init(resNet: checkpoint, prefix)
        case .efficientNet:
            // Of timm's names it tells the padding, and is looked at there.
            if checkpoint.shape(of: prefix + "conv_stem.weight") == nil {
                try timm.architecture?.check("an EfficientNet", ["efficientnet"], checkpoint.path)
            }
            try self.init(efficientNet: checkpoint, prefix, files, timm)
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
}

extension TimmConfiguration {
    /// Throws if the vector before a head is not the mean over the map.
    func checkPool(_ arguments: ModelConfiguration, hasHead: Bool) throws {
        guard hasHead, let pool = try pool(arguments), pool != "avg", pool != "fast" else { return }
        throw arguments.problem("the \"global_pool\" \"\(pool)\" of a head is not supported; \"avg\" is")
    }
}
