import Display

extension FoundationModel: CustomStringConvertible {}
extension ImageTower: CustomStringConvertible {}
extension TextTower: CustomStringConvertible {}
extension FeatureSet: CustomStringConvertible {}
extension FeatureFile: CustomStringConvertible {}
extension ZeroShotResult: CustomStringConvertible {}
extension RetrievalScores: CustomStringConvertible {}

extension ModelLayer: CustomStringConvertible {
    /// The name, the short name if it is another, and the shape.
    public var description: String {
        (shortName == name ? name : "\(shortName) (\(name))") + ": \(shape)"
    }
}

extension LayerFeatures: Displayable, CustomStringConvertible {
    /// The layer, and the first rows and columns of its features.
    public var mimeBundle: MIMEBundle {
        let size = "\(Number.grouped(matrix.rows)) x \(Number.grouped(matrix.columns))"
        return matrix.corner(title: "\(layer), features \(size)", of: (matrix.rows, matrix.columns))
            .mimeBundle
    }
}

extension LayerSelection: CustomStringConvertible {
    /// What was chosen, as its parts describe themselves.
    public var description: String {
        let choices = Mirror(reflecting: self).children.first.map { Mirror(reflecting: $0.value) }
        return "layers: " + (choices?.children.map { "\($0.value)" } ?? []).joined(separator: ", ")
    }
}

extension FeatureProvenance: Displayable, CustomStringConvertible {
    /// What the features were made with and of.
    public var mimeBundle: MIMEBundle {
        card(
            "How the features were made",
            [
                ("model", model), ("tower", tower), ("precision", precision), ("weights", weights),
                ("settings", settings), ("transform", transform), ("pooling", pooling),
                ("layers", listed(layers)),
                ("stimuli", stimuli), ("hash of the stimuli", stimuliHash),
            ].map { ($0.0, $0.1.count > 100 ? $0.1.prefix(99) + "…" : $0.1) })
    }
}

extension ZeroShotClassifier: CustomStringConvertible {
    /// The classes that can be told apart.
    public var description: String {
        "zero-shot classifier of \(Number.grouped(classes.count)) classes: \(listed(classes))"
    }
}

extension HuggingFaceHub: CustomStringConvertible {
    /// Where models are fetched from.
    public var description: String { "models from \(endpoint)\(isOffline ? ", offline" : "")" }
}

extension ImagesInMemory: CustomStringConvertible {
    /// How many images there are.
    public var description: String { "\(Number.counted(count, "image")) in memory" }
}

extension ImageFiles: CustomStringConvertible {
    /// How many files there are, and the first few by name.
    public var description: String {
        "\(Number.counted(count, "image file")): \(listed(files.map(\.lastPathComponent)))"
            + (turned ? "" : ", not turned")
    }
}

extension FilmFrames: CustomStringConvertible {
    /// How many frames there are.
    public var description: String { Number.counted(count, "frame") }
}

extension ImageTransform.Normalization: CustomStringConvertible {
    /// The means and deviations of the channels.
    public var description: String {
        func text(_ values: [Float]) -> String {
            values.map { Number.short(Double($0)) }.joined(separator: " ")
        }
        return "mean \(text(mean)), deviation \(text(deviation))"
    }
}

extension TransformerConfiguration: Displayable, CustomStringConvertible {
    /// The sizes and kinds of the blocks.
    public var mimeBundle: MIMEBundle {
        card(
            "Transformer",
            [
                ("blocks", "\(depth)"), ("width", "\(width)"), ("heads", "\(heads)"),
                ("feed-forward width", "\(feedForwardWidth)\(isGated ? ", gated" : "")"),
                ("activation", activation.rawValue), ("norm", "\(normOrder.rawValue) the block"),
                ("attention", isCausal ? "causal" : "in both directions"), ("precision", precision.rawValue),
            ])
    }
}

extension ImageBox: CustomStringConvertible {
    /// The sides as shares of the image.
    public var description: String {
        "left \(Number.short(Double(left))), top \(Number.short(Double(top))), "
            + "right \(Number.short(Double(right))), bottom \(Number.short(Double(bottom)))"
    }
}

extension BytePairTokenizer: CustomStringConvertible {
    /// The algorithm and the size of the vocabulary.
    public var description: String { "\(algorithm), \(Number.counted(vocabularyCount, "token"))" }
}

extension WordPieceTokenizer: CustomStringConvertible {
    /// The algorithm and the size of the vocabulary.
    public var description: String { "\(algorithm), \(Number.counted(vocabularyCount, "token"))" }
}

extension SpecialTokens: CustomStringConvertible {
    /// The numbers that open and close a text.
    public var description: String {
        func text(_ ids: [Int32]) -> String {
            ids.isEmpty ? "none" : ids.map(String.init).joined(separator: ", ")
        }
        return "special tokens: opening \(text(opening)), closing \(text(closing))"
    }
}

extension SpecialTokens.Entry: CustomStringConvertible {
    /// The spelling and the number.
    public var description: String { "\"\(String(decoding: spelling, as: UTF8.self))\" is \(id)" }
}
