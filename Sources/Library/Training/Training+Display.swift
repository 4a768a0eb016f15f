import Display
import FoundationModels

extension TrainingSchedule: CustomStringConvertible {
    /// The peak, the warm-up and the length.
    public var description: String {
        "rate up to \(Number.short(Double(peak))) in \(warmUp) steps, then down to \(Number.short(Double(peak * final))) "
            + "in \(max(steps - warmUp, 0))"
    }
}

extension TrainingOptions: CustomStringConvertible {
    public var description: String { signature }
}

extension ImageBatch: CustomStringConvertible {
    public var description: String { "\(Number.counted(count, "image")) of \(side) x \(side) pixels" }
}

extension TokenBatch: CustomStringConvertible {
    public var description: String {
        "\(Number.counted(count, "text")) of \(Number.grouped(ids.count)) tokens in all"
    }
}

extension ImageTowerConfiguration.Convolution: CustomStringConvertible {
    public var description: String {
        "\(size) x \(size) pixels, every \(stride)\(padding > 0 ? ", \(padding) around" : ""), \(channels) channels"
    }
}

extension ImageTowerConfiguration: Displayable, CustomStringConvertible {
    /// The sizes of the tower.
    public var mimeBundle: MIMEBundle { card("Image tower", rows) }

    var rows: [(String, String)] {
        [
            ("images", "\(imageSize) x \(imageSize) pixels"),
            ("convolutions", stem.map(\.description).joined(separator: "; ")),
            ("blocks", transformer.summary),
            ("vector", pooling == .mean ? "mean over patches" : "class token"),
            (
                "not trained",
                frozenBlocks == 0 ? "nothing" : "the first \(Number.counted(frozenBlocks, "block"))"
            ),
        ]
    }
}

extension TextTowerConfiguration: Displayable, CustomStringConvertible {
    /// The sizes of the tower.
    public var mimeBundle: MIMEBundle { card("Text tower", rows) }

    var rows: [(String, String)] {
        [
            ("tokens", "\(Number.grouped(vocabulary)), at most \(positions) a text"),
            ("blocks", transformer.summary), ("vector", pooling == .mean ? "mean over tokens" : "[CLS]"),
            (
                "not trained",
                frozenBlocks == 0 ? "nothing" : "the first \(Number.counted(frozenBlocks, "block"))"
            ),
        ]
    }
}

extension TwoTowerConfiguration: Displayable, CustomStringConvertible {
    /// The sizes of both towers.
    public var mimeBundle: MIMEBundle {
        card(
            "Two towers",
            image.rows.map { ("image: " + $0.0, $0.1) } + text.rows.map { ("text: " + $0.0, $0.1) }
                + [("embedding", Number.counted(embeddingWidth, "number"))])
    }
}

extension TransformerConfiguration {
    fileprivate var summary: String {
        "\(depth), \(width) wide, \(Number.counted(heads, "head")), feed-forward \(feedForwardWidth) (\(activation.rawValue))"
    }
}

extension TrainingState: Displayable, CustomStringConvertible {
    /// How far the training is.
    public var mimeBundle: MIMEBundle { card("Training", rows) }

    var rows: [(String, String)] {
        [
            ("parameters", Number.grouped(parameterCount)),
            ("steps", "\(Number.grouped(step)) of \(Number.grouped(options.schedule.steps))"),
            ("rate", Number.short(Double(rate))), ("batches", Number.counted(options.parts, "part")),
        ]
    }
}

extension ContrastiveTrainer: Displayable, CustomStringConvertible {
    /// What is trained, and how far it is.
    public var mimeBundle: MIMEBundle {
        let objective =
            switch objective {
            case .inBatch: "pairs of a batch"
            case .queues(let length, let momentum):
                "two queues of \(Number.grouped(length)), momentum \(Number.short(Double(momentum)))"
            }
        return card(
            "Contrastive training",
            [("against", objective), ("scale", Number.short(Double(scale)))] + state.rows)
    }
}

extension SupervisedTrainer: Displayable, CustomStringConvertible {
    /// What is trained, and how far it is.
    public var mimeBundle: MIMEBundle {
        card("Supervised training", [("labels", Number.grouped(labels))] + state.rows)
    }
}

extension ViewsTrainer: Displayable, CustomStringConvertible {
    /// What is trained, and how far it is.
    public var mimeBundle: MIMEBundle {
        card(
            "Training on two views", [("temperature", Number.short(Double(temperature)))] + state.rows)
    }
}

extension MaskedLanguageTrainer: Displayable, CustomStringConvertible {
    /// What is trained, and how far it is.
    public var mimeBundle: MIMEBundle {
        card(
            "Masked language training",
            [("hidden", "\(Number.short(100 * masking.share)) % of the words")] + state.rows)
    }
}
