import Foundation
import Tensors

extension ModelFamily {
    /// Towers that were trained by the module Training, alone or together: the names of the paper's checkpoint, and what the
    /// tensors do not tell in `config.json`.
    static let trained = ModelFamily(
        kinds: [TrainedModel.type],
        recognizes: { $0.modelType == TrainedModel.type },
        load: { files in
            guard let file = files.configuration else { return Towers() }
            let configuration = try file.read(as: .trained, notes: files.notes)
            var towers = try Towers.halves(
                text: { try configuration.section("text").map { try TrainedModel.text(files, $0) } },
                image: { try configuration.section("image").map { try TrainedModel.image(files, $0) } })
            towers.card = TrainedModel.card(try files.checkpoint().metadata)
            return towers
        })
}

/// Towers that were trained by the module Training.
enum TrainedModel {
    static let type = "gyrus_towers"

    /// What the training measured: entries such as `card.3.shape of one object`, in the order of their numbers.
    static func card(_ metadata: [String: String]) -> [(name: String, text: String)] {
        var lines: [(number: Int, name: String, text: String)] = []
        for (key, text) in metadata {
            let parts = key.split(separator: ".", maxSplits: 2)
            guard parts.count == 3, parts[0] == "card", let number = Int(parts[1]) else { continue }
            lines.append((number, String(parts[2]), text))
        }
        return lines.sorted { $0.number < $1.number }.map { ($0.name, $0.text) }
    }

    static func text(_ files: ModelFiles, _ section: ModelConfiguration) throws -> TextTower {
        let section = try section.read(as: .trainedText, notes: files.notes)
        var layout = CheckpointLayout.paperText
        var names = layout.names
        names[.finalNorm] = "backbone.bert.final_norm"
        layout = CheckpointLayout(
            family: layout.family, names: names, block: layout.block, ignored: layout.ignored)
        let root = "textencoder."
        let reader = ParameterReader(
            try files.checkpoint(), layout: layout, prefix: root, scope: [root])
        let words = reader.shape(of: .tokenEmbedding) ?? []
        let width = words.last ?? 0
        let isBefore = try choice("norm_order", ["before", "after"], section) == "before"
        let transformer = TransformerConfiguration(
            width: width, depth: (0..<1000).prefix { reader.shape(of: .query, block: $0) != nil }.count,
            heads: try section.count("num_attention_heads"),
            feedForwardWidth: reader.shape(of: .expansion, block: 0)?.first ?? 0,
            activation: try section.activation("hidden_act"), epsilon: try section.epsilon("layer_norm_eps"),
            normOrder: isBefore ? .before : .after)
        try section.check(transformer)
        let (embedding, blocks) = try reader.textTransformer(
            transformer, vocabulary: words.first ?? 0,
            positions: reader.shape(of: .positionEmbedding)?.first ?? 0)
        var head = TextHead()
        head.pooling = try pooling(section)
        if isBefore {
            head.norm = (
                try reader.norm(.finalNorm, width: width, epsilon: transformer.epsilon), "final_norm"
            )
        }
        if let outputs = reader.shape(of: .projection)?.first {
            head.projection = (
                try reader.linear([.projection], outputs: outputs, inputs: width, hasBias: false), "textFC"
            )
        }
        let unused = try reader.finish()
        let tokenizer = try TokenizerFolder(files.folder, files.notes)
        try section.check(
            tokenizer.tokenizer, vocabulary: words.first ?? 0, positions: embedding.maximumLength)
        return TextTower(
            TextTower.Parts(
                family: layout.family, configuration: transformer, embedding: embedding, blocks: blocks,
                blockNames: blocks.indices.map { "encoder.layer.\($0)" }, head: head,
                tokenizer: tokenizer.tokenizer, unused: unused, maximumLength: tokenizer.maximumLength,
                defaultPooling: head.pooling))
    }

    static func image(_ files: ModelFiles, _ section: ModelConfiguration) throws -> ImageTower {
        let section = try section.read(as: .trainedImage, notes: files.notes)
        let checkpoint = try files.checkpoint()
        let root = "imgencoder."
        var layout = VisionLayout.paper
        layout.hasHeadBias = false
        let reader = VisionReader(checkpoint, layout: layout, prefix: root, scope: [root])
        let (width, epsilon) = (reader.width, try section.epsilon("layer_norm_eps"))
        let transformer = TransformerConfiguration(
            width: width, depth: reader.depth, heads: try section.count("num_attention_heads"),
            feedForwardWidth: reader.feedForward.width, activation: try section.activation("hidden_act"),
            epsilon: epsilon, normOrder: .before)
        guard width > 0, transformer.depth > 0, transformer.feedForwardWidth > 0 else {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: ["\(root)\(layout.patch).weight or the first block is missing"])
        }
        try section.check(transformer)
        let stem = try stem(reader, layout, width: width, section)
        let side = try section.side("image_size")
        guard side % stem.stride == 0 else {
            throw section.problem(
                "\"image_size\" must be a multiple of the \(stem.stride) pixels of a patch; it is \(side)")
        }
        let embedding = try embedding(reader, layout, width: width, stem, patches: side / stem.stride)
        let head = try reader.head(
            width: width, epsilon: epsilon, shortName: "projection", embeddingName: "embedding",
            pool: pooling(section) == .cls ? "token" : "avg")
        let network = VisionTransformer(
            family: "ViT-\(width)/\(stem.stride)", configuration: transformer, embedding: embedding,
            blocks: try (0..<transformer.depth).map {
                try reader.block($0, transformer, hasAttentionBias: true)
            }, head: head, names: layout.names)
        let unused = try reader.finish()
        // The convolutions write as many patches as their windows make, into memory for those of the positions.
        let made = stem.layers.reduce(side) { max($1.outputs(of: $0), 0) }
        guard made == side / stem.stride else {
            throw section.problem(
                "\"strides\" and \"paddings\" make \(made) patches along \(side) pixels; the tensors have positions "
                    + "of \(side / stem.stride)")
        }
        func channels(_ key: String) throws -> [Float] {
            guard let numbers = try section.numbers(key, count: 3) else {
                throw section.problem("\"\(key)\" is missing")
            }
            return numbers.map { $0 / 255 }
        }
        return ImageTower(
            network: network,
            transform: ImageTransform(
                fit: .stretched,
                normalization: try ImageTransform.Normalization(
                    mean: channels("pixel_mean"), deviation: channels("pixel_deviation"))),
            unused: unused)
    }

    private static func choice(_ key: String, _ known: [String], _ section: ModelConfiguration) throws
        -> String
    {
        let found = try section.text(key) ?? ""
        guard known.contains(found) else {
            throw section.problem(
                "\"\(key)\" is \"\(found)\"; \(known.map { "\"\($0)\"" }.joined(separator: " and ")) are supported"
            )
        }
        return found
    }

    private static func pooling(_ section: ModelConfiguration) throws -> Pooling {
        try choice("pooling", ["mean", "cls"], section) == "cls" ? .cls : .mean
    }

    private static func stem(
        _ reader: VisionReader, _ layout: VisionLayout, width: Int, _ section: ModelConfiguration
    ) throws -> ConvolutionStem {
        let inner = layout.patch.replacing("proj", with: "stem.")
        let depth = (0..<100).prefix { reader.shape(of: "\(inner)\($0).weight") != nil }.count
        let names = (0..<depth).map { "\(inner)\($0)" } + [layout.patch]
        func sizes(_ key: String, _ range: ClosedRange<Float>) throws -> [Int] {
            guard let numbers = try section.numbers(key, count: names.count),
                numbers.allSatisfy({ range.contains($0) && $0 == $0.rounded() })
            else {
                throw section.problem(
                    "\"\(key)\" must have a whole number for each of the \(names.count) convolutions, from "
                        + "\(Int(range.lowerBound)) to \(Int(range.upperBound))")
            }
            return numbers.map { Int($0) }
        }
        let (strides, paddings) = (try sizes("strides", 1...1024), try sizes("paddings", 0...1024))
        var channels = 3
        return ConvolutionStem(
            layers: try names.enumerated().map { number, name in
                let shape = reader.shape(of: name + ".weight") ?? []
                let (outputs, size) = (shape.first ?? 0, shape.last ?? 0)
                let weight = try reader.tensor(name + ".weight", [outputs, channels, size, size])
                let bias = try reader.tensor(name + ".bias", [outputs]).reshaped(to: [1, outputs]).matrix
                let layer = ConvolutionStem.Layer(
                    linear: Linear([(LayerWeight(channelsLast(weight)), bias)]), channels: channels,
                    size: size, stride: strides[number], padding: paddings[number])
                channels = outputs
                return layer
            })
    }

    /// A weight of outputs x channels x rows x columns as outputs x (rows x columns x channels).
    private static func channelsLast(_ weight: Tensor<Float>) -> Matrix<Float> {
        let (outputs, channels, places) = (
            weight.shape[0], weight.shape[1], weight.shape[2] * weight.shape[3]
        )
        return Matrix(rows: outputs, columns: channels * places) { target in
            weight.withUnsafeBufferPointer { source in
                for output in 0..<outputs {
                    for channel in 0..<channels {
                        for place in 0..<places {
                            target[(output * places + place) * channels + channel] =
                                source[(output * channels + channel) * places + place]
                        }
                    }
                }
            }
        }
    }

    private static func embedding(
        _ reader: VisionReader, _ layout: VisionLayout, width: Int, _ stem: ConvolutionStem, patches side: Int
    ) throws -> PatchEmbedding {
        let specials = reader.shape(of: layout.classToken) == nil ? 0 : 1
        let count = specials + side * side
        let table = try reader.tensor(layout.positions, [1, count, width]).reshaped(to: [count, width]).matrix
        var special = Matrix<Float>(rows: specials, columns: width)
        if specials == 1 {
            let token = try reader.tensor(layout.classToken, [1, 1, width]).elements
            for column in 0..<width { special[0, column] = token[column] + table[0, column] }
        }
        return PatchEmbedding(
            patch: stem.layers[stem.layers.count - 1].linear, patchSize: stem.stride, special: special,
            positions: PatchPositions(
                matrix: table.rows(specials..<count), rows: side, columns: side, resampling: .antialiased),
            norm: nil, stem: stem)
    }
}
