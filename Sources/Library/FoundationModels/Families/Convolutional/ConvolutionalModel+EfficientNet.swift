extension ConvolutionalModel {
    /// An EfficientNet; `isTensorFlow` if it is known already whether its padding and normalization are TensorFlow's.
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

extension ModelConfiguration {
    /// How many times wider or deeper than b0 a network is, if it is given.
    fileprivate func multiplier(_ key: String) throws -> Double? {
        // timm multiplies in double precision: 40 channels times 1.3 are 52, and a little less is another width.
        guard let number = try double(key) else { return nil }
        // The largest that was published is 5.3 times deeper (L2).
        guard number >= 0.1, number <= 10 else {
            throw problem("\"\(key)\" must be a number from 0.1 to 10; it is \(number)")
        }
        return number
    }

    /// Throws if an EfficientNet has another activation than its kind's own.
    fileprivate func checkActivation(isLite: Bool) throws {
        guard has("act_layer"), let name = try text("act_layer") else { return }
        let own = isLite ? ["relu6"] : ["silu", "swish"]
        guard own.contains(name) else {
            throw problem("the activation \"\(name)\" of \"act_layer\" is not supported; \"\(own[0])\" is")
        }
    }
}

extension EfficientNet {
    /// Takes what the arguments say of padding and normalization.
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
