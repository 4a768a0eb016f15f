import Display
import Foundation
import Tensors

/// A pre-trained model, loaded from the files that people have, whose layers give features of stimuli.
///
/// ```swift
/// let model = try FoundationModel.load("all-minilm-l6-v2")
/// let features = try model.features(of: ["a cat sat on the mat", "stocks fell"])
/// try features["layer 3"]    // 2 x 384
/// ```
public struct FoundationModel: Sendable {
    /// The name by which it was loaded.
    public let name: String
    /// The folder that it was read from.
    public let folder: URL
    private let textTower: TextTower?

    /// The text tower; throws where the model has none.
    public var text: TextTower {
        get throws {
            guard let textTower else {
                throw FoundationModelError.missingPart(model: name, part: "text tower", has: "none")
            }
            return textTower
        }
    }

    /// Loads a model by name or by the path of its folder.
    ///
    /// A name is looked for in the folders of `GYRUS_MODELS`, in the Python packages of the running environment and in
    /// the Hugging Face cache. Weights stay in the file until they are used. Throws `FoundationModelError`.
    public static func load(_ name: String) throws -> FoundationModel {
        try load(try ModelLocator().locate(name), name: name)
    }

    /// Loads the model of a folder: `config.json`, safetensors, and `tokenizer.json` or `vocab.txt`.
    public static func load(_ folder: URL) throws -> FoundationModel {
        try load(folder, name: folder.lastPathComponent)
    }

    private static func load(_ folder: URL, name: String) throws -> FoundationModel {
        let configuration = try ModelConfiguration(folder)
        let type = configuration.text("model_type")
        guard let type, HuggingFaceText.types.contains(type) else {
            throw configuration.problem(
                "the model type \"\(type ?? "none")\" is not supported; \(HuggingFaceText.types.joined(separator: ", ")) are"
            )
        }
        return FoundationModel(
            name: name, folder: folder, textTower: try HuggingFaceText.load(folder, configuration))
    }

    /// The features of texts in the wanted layers of the text tower; see `TextTower.features`.
    public func features(
        of texts: [String], layers: LayerSelection = .all, pooling: Pooling = .mean, batchTokens: Int = 2048,
        showsProgress: Bool = true
    ) throws -> FeatureSet {
        try text.features(
            of: texts, layers: layers, pooling: pooling, batchTokens: batchTokens,
            showsProgress: showsProgress)
    }
}

extension FoundationModel: Displayable {
    public var mimeBundle: MIMEBundle {
        var rows: [[String]] = []
        if let tower = textTower {
            let configuration = tower.configuration
            rows = [
                ["text tower", tower.family],
                [
                    "blocks",
                    "\(configuration.depth), \(configuration.width) wide, \(configuration.heads) heads, "
                        + "feed-forward \(configuration.feedForwardWidth) (\(configuration.activation.rawValue))",
                ],
                [
                    "layers",
                    (tower.layers.first?.shortName ?? "") + ", layer 0 to layer \(configuration.depth - 1)",
                ],
                ["parameters", grouped(tower.parameterCount)],
                [
                    "tokenizer",
                    "\(tower.tokenizer.algorithm), \(grouped(tower.tokenizer.vocabularyCount)) tokens, "
                        + "at most \(tower.maximumLength) a text",
                ],
            ]
            if !tower.unusedTensors.isEmpty {
                rows.append(["not used", tower.unusedTensors.prefix(4).joined(separator: ", ")])
            }
        }
        // The last two names tell which model it is; the rest is this machine's business.
        rows.append(["folder", folder.pathComponents.suffix(2).joined(separator: "/")])
        return Table(title: name, header: [], rows: rows).mimeBundle
    }

    private func grouped(_ count: Int) -> String {
        var digits = String(count)
        var end = digits.endIndex
        while let place = digits.index(end, offsetBy: -3, limitedBy: digits.startIndex),
            place > digits.startIndex
        {
            digits.insert(",", at: place)
            end = place
        }
        return digits
    }
}
