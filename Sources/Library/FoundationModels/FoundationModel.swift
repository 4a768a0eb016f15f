import Display
import Foundation
import Tensors

/// A pre-trained model, loaded from the usual kinds of file, whose layers give features of stimuli.
///
/// ```swift
/// let model = try FoundationModel.load("all-minilm-l6-v2")
/// let features = try model.features(of: ["a cat sat on the mat", "stocks fell"])
/// try features["layer 3"]    // 2 x 384
/// ```
public struct FoundationModel: Sendable {
    /// The name by which it was loaded.
    public let name: String
    /// The folder, or the file of weights, that it was read from.
    public let folder: URL
    /// timm's name of the architecture, if the user gave it.
    var architecture: String?
    let towers: Towers

    /// What the files say that is not known or not used, and what was assumed; shown on the model's card.
    public var notes: [String] { towers.notes }

    /// The text tower; throws if the model has none.
    public var text: TextTower {
        get throws {
            guard let tower = towers.text else {
                if let why = towers.textProblem {
                    throw FoundationModelError.unreadPart(model: name, part: "text tower", why: why)
                }
                throw FoundationModelError.missingPart(
                    model: name, part: "text tower", has: "an image tower")
            }
            return tower
        }
    }

    /// The image tower; throws if the model has none.
    public var image: ImageTower {
        get throws {
            guard let tower = towers.image else {
                if let why = towers.imageProblem {
                    throw FoundationModelError.unreadPart(model: name, part: "image tower", why: why)
                }
                throw FoundationModelError.missingPart(
                    model: name, part: "image tower", has: "a text tower")
            }
            return tower
        }
    }

    /// What follows the name of a model of momentum twins.
    static let momentumMark = " (momentum)"

    /// The model of the momentum twins, the slow copies of the towers that were kept in training; throws if the file
    /// has none.
    public var momentum: FoundationModel {
        get throws {
            guard let load = towers.momentum else {
                throw FoundationModelError.missingPart(
                    model: name, part: "momentum twins", has: "its towers alone")
            }
            var twins = try load()
            twins.isMomentum = true
            return FoundationModel(
                name: name + Self.momentumMark, folder: folder, architecture: architecture, towers: twins)
        }
    }

    /// Loads a model by name, or by the path of its folder or of its file of weights.
    ///
    /// A name is looked up in the folders of `GYRUS_MODELS`, in the Python packages of the running environment and in
    /// the Hugging Face cache; `OWNER/NAME` is then downloaded from the hub (`HuggingFaceHub`). Weights stay in the file
    /// until they are used. In bfloat16 (`Precision`) transformers run in about half the time on processors that have it.
    ///
    /// ```swift
    /// let fast = try FoundationModel.load("openai/clip-vit-base-patch32", precision: .bfloat16)
    /// ```
    ///
    /// - Parameters:
    ///   - name: the name of a model, `OWNER/NAME`, or a path.
    ///   - precision: the precision of the products.
    ///   - architecture: timm's name of the architecture (`tf_efficientnet_b0`), for files of weights alone that do
    ///     not tell what they compute. The name of a file tells nothing.
    ///
    /// Throws `FoundationModelError`, also if the processor or the network has no products in that precision, and
    /// `HubError` if a download fails.
    public static func load(_ name: String, precision: Precision = .float32, architecture: String? = nil)
        throws
        -> FoundationModel
    {
        try precision.check()
        return try load(try ModelLocator().locate(name), name: name, precision, architecture)
    }

    /// Loads the model of a folder (`config.json`, weights, and for texts `tokenizer.json` or `vocab.txt`) or of a file.
    ///
    /// - Parameters:
    ///   - folder: its folder, or its file of weights.
    ///   - precision: the precision of the products.
    ///   - architecture: timm's name of the architecture, for files of weights alone; nil if the folder tells.
    public static func load(_ folder: URL, precision: Precision = .float32, architecture: String? = nil)
        throws
        -> FoundationModel
    {
        try precision.check()
        return try load(folder, name: folder.lastPathComponent, precision, architecture)
    }

    private static func load(_ folder: URL, name: String, _ precision: Precision, _ architecture: String?)
        throws
        -> FoundationModel
    {
        let files = try ModelFiles(folder, architecture: architecture)
        let towers = try ModelFamily.towers(of: files).with(precision: precision)
        guard towers.text != nil || towers.image != nil else {
            throw FoundationModelError.file(path: folder.path, problem: "has the tensors of no tower")
        }
        return FoundationModel(name: name, folder: folder, architecture: architecture, towers: towers)
    }

    /// The features of texts in the requested layers of the text tower; see `TextTower.features`.
    ///
    /// - Parameters:
    ///   - texts: the texts, each a row of the result.
    ///   - layers: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - batchTokens: how many tokens run at a time, which bounds the memory.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func features(
        of texts: [String], layers: LayerSelection = .all, pooling: Pooling? = nil, batchTokens: Int = 2048,
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
        if let tower = towers.text {
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
                    (["embeddings", "layer 0 to layer \(configuration.depth - 1)"]
                        + tower.layers.filter { $0.index > configuration.depth }.map(\.shortName))
                        .joined(separator: ", "),
                ],
                ["parameters", Number.grouped(tower.parameterCount)],
                [
                    "tokenizer",
                    "\(tower.tokenizer.algorithm), \(Number.grouped(tower.tokenizer.vocabularyCount)) tokens, "
                        + "at most \(tower.maximumLength) a text",
                ],
                ["pooling", tower.poolingSummary],
            ]
            if !tower.unusedTensors.isEmpty {
                rows.append(["not used", tower.unusedTensors.prefix(4).joined(separator: ", ")])
            }
        }
        if let tower = towers.image {
            rows += [
                ["image tower", tower.family],
                ["images", "\(tower.imageSize) pixels"],
                [
                    "layers",
                    tower.layers.filter { !$0.isPart }.map(\.shortName).summary,
                ],
                ["parameters", Number.grouped(tower.parameterCount)],
            ]
            if !tower.unusedTensors.isEmpty {
                rows.append(["not used", tower.unusedTensors.prefix(4).joined(separator: ", ")])
            }
        }
        if let why = towers.textProblem { rows.append(["text tower", "not read: \(why)"]) }
        if let why = towers.imageProblem { rows.append(["image tower", "not read: \(why)"]) }
        rows += towers.card.map { [$0.name, $0.text] }
        rows += notes.map { ["note", $0] }
        rows.append(["precision", towers.precision.rawValue])
        // The last two names tell which model it is; the rest is this machine's business.
        rows.append(["folder", folder.pathComponents.suffix(2).joined(separator: "/")])
        return Table(title: name, header: [], rows: rows).mimeBundle
    }
}

extension [String] {
    /// The names, those in the middle of many left out.
    fileprivate var summary: String {
        count <= 6 ? joined(separator: ", ") : (prefix(3) + ["…"] + suffix(2)).joined(separator: ", ")
    }
}
