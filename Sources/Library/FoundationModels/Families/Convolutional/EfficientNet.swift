/// An EfficientNet (Tan & Le 2019) or EfficientNet-Lite as timm and geffnet lay them out.
///
/// All sizes are the table of seven stages below, wider and deeper; Lite has neither squeeze-and-excitation nor SiLU,
/// and keeps stem, head and first and last stage as they are.
struct EfficientNet: Sendable {
    /// What multiplies the channels (b5: 1.6) and the blocks of a stage (b5: 2.2).
    var width: Double
    var depth: Double
    var isLite = false
    /// Whether windows pad as TensorFlow's do.
    var padsAsTensorFlow = true
    /// What batch normalization adds to the variance: 0.001 in TensorFlow.
    var epsilon: Float = 1e-3
    /// The outputs of the head, if there is one.
    var classes: Int?
    var names = EfficientNetNames.timm

    /// An EfficientNet with TensorFlow's padding and normalization, or with PyTorch's.
    init(
        width: Double, depth: Double, isLite: Bool = false, isTensorFlow: Bool = true, classes: Int? = nil,
        names: EfficientNetNames = .timm
    ) {
        self.width = width
        self.depth = depth
        self.isLite = isLite
        self.classes = classes
        self.names = names
        padsAsTensorFlow = isTensorFlow
        epsilon = isTensorFlow ? 1e-3 : 1e-5
    }

    /// A stage: expansion, window, stride, channels, blocks.
    private static let stages = [
        (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
        (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ]

    /// The channels of the stem.
    var stemWidth: Int { isLite ? 32 : rounded(32) }
    /// The channels of the last block.
    var lastWidth: Int { rounded(320) }
    /// The channels of the last convolution.
    var headWidth: Int { isLite ? 1280 : rounded(1280) }

    /// How many blocks each stage has.
    var depths: [Int] {
        Self.stages.indices.map { stage in
            let count = Self.stages[stage].4
            let isFixed = isLite && (stage == 0 || stage == Self.stages.count - 1)
            return isFixed ? count : Int((Double(count) * depth).rounded(.up))
        }
    }

    /// The layers in their order.
    var layers: [MapLayer] {
        let activation = MapLayer(.activation(isLite ? .relu6 : .silu))
        func named(_ name: String, _ short: String) -> MapLayer {
            MapLayer(activation.operation, name: name, shortName: short)
        }
        let stem = convolution(names.stem, names.stemNorm, inputs: 3, outputs: stemWidth, size: 3, stride: 2)
        var layers = [stem, named("bn1", "stem")]
        var inputs = stemWidth
        var number = 0
        for (stage, count) in depths.enumerated() {
            let (expansion, size, stride, channels, _) = Self.stages[stage]
            for index in 0..<count {
                let outputs = rounded(channels)
                let prefix = names.block(stage: stage, index: index, number: number)
                let main = block(
                    prefix, inputs: inputs, outputs: outputs, expansion: expansion, size: size,
                    stride: index == 0 ? stride : 1)
                let isResidual = inputs == outputs && (index > 0 || stride == 1)
                layers.append(
                    MapLayer(
                        isResidual ? .residual(main: main, shortcut: [], activation: nil) : .sequence(main),
                        name: "blocks.\(stage).\(index)",
                        shortName: index == count - 1 ? "blocks.\(stage)" : nil, block: number))
                inputs = outputs
                number += 1
            }
        }
        layers += [
            convolution(names.head, names.headNorm, inputs: inputs, outputs: headWidth, size: 1),
            named("bn2", "head"), MapLayer(.averageGrid(1), name: "global_pool"),
        ]
        if let classes {
            let linear = MapLinear(name: names.classifier, inputs: headWidth, outputs: classes)
            layers.append(MapLayer(.linear(linear), name: "classifier"))
        }
        return layers
    }

    private func block(_ prefix: String, inputs: Int, outputs: Int, expansion: Int, size: Int, stride: Int)
        -> [MapLayer]
    {
        let part = expansion == 1 ? names.separable : names.inverted
        let middle = inputs * expansion
        let activation = MapLayer(.activation(isLite ? .relu6 : .silu))
        var layers: [MapLayer] = []
        if expansion > 1 {
            layers += [
                convolution(
                    prefix + part.expand, prefix + part.expandNorm, inputs: inputs, outputs: middle, size: 1),
                activation,
            ]
        }
        layers += [
            convolution(
                prefix + part.depthwise, prefix + part.depthwiseNorm, inputs: middle, outputs: middle,
                size: size,
                stride: stride, groups: middle), activation,
        ]
        if !isLite {
            // A quarter of the block's input, not of its expansion.
            let reduced = max(1, Int((Double(inputs) * 0.25).rounded(.toNearestOrEven)))
            layers.append(
                MapLayer(
                    .squeezeExcite(
                        SqueezeExcite(
                            reduce: prefix + names.reduce, expand: prefix + names.excite, channels: middle,
                            reduced: reduced))))
        }
        layers.append(
            convolution(
                prefix + part.project, prefix + part.projectNorm, inputs: middle, outputs: outputs, size: 1))
        return layers
    }

    private func convolution(
        _ name: String, _ norm: String, inputs: Int, outputs: Int, size: Int, stride: Int = 1, groups: Int = 1
    ) -> MapLayer {
        let window = MapWindow(
            size: size, stride: stride, padding: padsAsTensorFlow ? .same : .fixed(size / 2))
        return MapLayer(
            .convolution(
                Convolution(
                    name: name, norm: norm, inputs: inputs, outputs: outputs, window: window, groups: groups,
                    epsilon: epsilon)))
    }

    /// Channels times the multiplier, to the nearest multiple of 8 that loses at most a tenth.
    private func rounded(_ channels: Int) -> Int {
        if width == 1 { return channels }
        let wide = Double(channels) * width
        let multiple = max(8, Int(wide + 4) / 8 * 8)
        return Double(multiple) < 0.9 * wide ? multiple + 8 : multiple
    }
}

/// How a library spells the tensors of an EfficientNet: a table of names.
struct EfficientNetNames: Sendable {
    /// The three convolutions of a block and their norms; one of expansion 1 has no `expand`.
    struct Block: Sendable {
        var expand = ""
        var expandNorm = ""
        var depthwise: String
        var depthwiseNorm: String
        var project: String
        var projectNorm: String
    }

    var stem: String
    var stemNorm: String
    /// What precedes the names of a block: `{s}` is its stage, `{i}` its number there, `{n}` its number in all.
    var prefix: String
    var separable: Block
    var inverted: Block
    var reduce: String
    var excite: String
    var head: String
    var headNorm: String
    var classifier: String

    func block(stage: Int, index: Int, number: Int) -> String {
        prefix.replacing("{s}", with: String(stage)).replacing("{i}", with: String(index))
            .replacing("{n}", with: String(number))
    }

    /// timm, geffnet.
    static let timm = EfficientNetNames(
        stem: "conv_stem", stemNorm: "bn1", prefix: "blocks.{s}.{i}.",
        separable: Block(depthwise: "conv_dw", depthwiseNorm: "bn1", project: "conv_pw", projectNorm: "bn2"),
        inverted: Block(
            expand: "conv_pw", expandNorm: "bn1", depthwise: "conv_dw", depthwiseNorm: "bn2",
            project: "conv_pwl",
            projectNorm: "bn3"), reduce: "se.conv_reduce", excite: "se.conv_expand", head: "conv_head",
        headNorm: "bn2", classifier: "classifier")

    /// lukemelas' EfficientNet-PyTorch, and `efficientnet-lite-pytorch` after it.
    static let lukemelas = EfficientNetNames(
        stem: "_conv_stem", stemNorm: "_bn0", prefix: "_blocks.{n}.", separable: lukemelasBlock,
        inverted: lukemelasBlock, reduce: "_se_reduce", excite: "_se_expand", head: "_conv_head",
        headNorm: "_bn1",
        classifier: "_fc")

    private static let lukemelasBlock = Block(
        expand: "_expand_conv", expandNorm: "_bn0", depthwise: "_depthwise_conv", depthwiseNorm: "_bn1",
        project: "_project_conv", projectNorm: "_bn2")
}
