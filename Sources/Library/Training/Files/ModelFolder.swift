import Formats
import Foundation
import FoundationModels

/// The numbers of a file of weights.
public enum WeightPrecision: String, Sendable {
    case float32, float16
}

/// Writes a folder that `FoundationModel.load` takes: weights, configuration, and for texts the vocabulary.
struct ModelFolder {
    var image: ImageTowerConfiguration?
    var text: TextTowerConfiguration?

    private struct Configuration: Encodable {
        struct Image: Encodable {
            let imageSize: Int
            let numAttentionHeads: Int
            let hiddenAct: String
            let layerNormEps: Float
            let strides: [Int]
            let paddings: [Int]
            let pooling: String
            let pixelMean: [Float]
            let pixelDeviation: [Float]
        }

        struct Text: Encodable {
            let numAttentionHeads: Int
            let hiddenAct: String
            let layerNormEps: Float
            let normOrder: String
            let pooling: String
        }

        let modelType = "gyrus_towers"
        let image: Image?
        let text: Text?
    }

    private var configuration: Configuration {
        Configuration(
            image: image.map { tower in
                Configuration.Image(
                    imageSize: tower.imageSize, numAttentionHeads: tower.transformer.heads,
                    hiddenAct: tower.transformer.activation.transformersName,
                    layerNormEps: tower.transformer.epsilon, strides: tower.stem.map(\.stride),
                    paddings: tower.stem.map(\.padding), pooling: tower.pooling.rawValue,
                    pixelMean: tower.mean, pixelDeviation: tower.deviation)
            },
            text: text.map { tower in
                Configuration.Text(
                    numAttentionHeads: tower.transformer.heads,
                    hiddenAct: tower.transformer.activation.transformersName,
                    layerNormEps: tower.transformer.epsilon,
                    normOrder: tower.transformer.normOrder.rawValue,
                    pooling: tower.pooling.rawValue)
            })
    }

    /// Writes `model.safetensors`, `config.json`, and `vocab.txt` and `tokenizer_config.json` of a text tower.
    func write(
        _ state: TrainingState, to folder: URL, vocabulary: [String]?, precision: WeightPrecision,
        card: [String: String]
    ) throws {
        if let text {
            guard let vocabulary, vocabulary.count == text.vocabulary else {
                throw TrainingError(
                    "the text tower has \(text.vocabulary) tokens; the vocabulary has \(vocabulary?.count ?? 0)"
                )
            }
            try check(vocabulary)
        }
        try makeFolder(folder)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        func write(_ data: Data, _ name: String) throws {
            try writeAtomically(data, to: folder.appending(path: name))
        }
        var file = SafetensorsFile()
        file.metadata = card.merging(["format": "pt"]) { first, _ in first }
        file.entries = state.entries(of: state.weights)
        try file.write(
            to: folder.appending(path: "model.safetensors"), as: precision == .float16 ? .float16 : .float32)
        if text != nil, let vocabulary {
            try write(Data((vocabulary.joined(separator: "\n") + "\n").utf8), "vocab.txt")
            try write(encoder.encode(TokenizerConfiguration(vocabulary)), "tokenizer_config.json")
        }
        try write(encoder.encode(configuration), "config.json")
    }

    /// Throws unless each token has a line of its own, and those are there without which no text can be read.
    private func check(_ vocabulary: [String]) throws {
        var seen: Set<[UInt8]> = []
        for token in vocabulary {
            let bytes = Array(token.utf8)
            try expect(
                !bytes.isEmpty && !bytes.contains(10) && ![9, 13, 32].contains(bytes[bytes.count - 1]),
                "\(token.debugDescription) cannot be a line of vocab.txt")
            try expect(seen.insert(bytes).inserted, "the vocabulary has \(token.debugDescription) twice")
        }
        for token in ["[UNK]", "[CLS]", "[SEP]"] {
            try expect(seen.contains(Array(token.utf8)), "the vocabulary lacks \(token)")
        }
    }
}

/// How texts are cleaned, so that they can be cut into the words of a vocabulary: BERT's way, which makes small letters
/// and drops accents, unless the vocabulary has them, and makes each ideograph a word, unless it has words of several.
private struct TokenizerConfiguration: Encodable {
    let doLowerCase: Bool
    let stripAccents: Bool
    let tokenizeChineseChars: Bool

    init(_ vocabulary: [String]) {
        let words = vocabulary.filter { !($0.hasPrefix("[") && $0.hasSuffix("]")) }
        doLowerCase = words.allSatisfy { $0 == $0.lowercased() }
        let hasAccents = words.contains { word in
            word.decomposedStringWithCanonicalMapping.unicodeScalars.contains {
                $0.properties.generalCategory == .nonspacingMark
            }
        }
        stripAccents = doLowerCase && !hasAccents
        tokenizeChineseChars = !words.contains { word in
            let letters = word.trimmingPrefix("##").unicodeScalars
            return letters.count > 1 && letters.contains { $0.properties.isIdeographic }
        }
    }
}

extension TransformerConfiguration.Activation {
    /// The name in a configuration of transformers.
    fileprivate var transformersName: String {
        switch self {
        case .gelu: "gelu"
        case .geluTanh: "gelu_new"
        case .quickGELU: "quick_gelu"
        case .relu: "relu"
        case .silu: "silu"
        }
    }
}

extension ContrastiveTrainer {
    /// Writes the towers as they are now to a folder that `FoundationModel.load` takes.
    ///
    /// `vocabulary` has the tokens in the order of their ids, with BERT's special ones; `card` is what the model's file says
    /// about itself. Throws `TrainingError` if the vocabulary is of another size, and `FormatError`.
    ///
    /// - Parameters:
    ///   - folder: the folder to write; created if needed.
    ///   - vocabulary: the tokens in the order of their ids.
    ///   - precision: of the weights in the file.
    ///   - card: metadata stored with the weights.
    public func writeModel(
        to folder: some FileLocation, vocabulary: [String], precision: WeightPrecision = .float32,
        card: [String: String] = [:]
    ) throws {
        try ModelFolder(image: model.image, text: model.text).write(
            state, to: folder.fileURL, vocabulary: vocabulary, precision: precision, card: card)
    }
}

extension MaskedLanguageTrainer {
    /// Writes the tower as it is now to a folder that `FoundationModel.load` takes; see `ContrastiveTrainer.writeModel`.
    ///
    /// - Parameters:
    ///   - folder: the folder to write; created if needed.
    ///   - vocabulary: the tokens in the order of their ids.
    ///   - precision: of the weights in the file.
    ///   - card: metadata stored with the weights.
    public func writeModel(
        to folder: some FileLocation, vocabulary: [String], precision: WeightPrecision = .float32,
        card: [String: String] = [:]
    ) throws {
        try ModelFolder(text: tower).write(
            state, to: folder.fileURL, vocabulary: vocabulary, precision: precision, card: card)
    }
}

extension SupervisedTrainer {
    /// Writes the tower as it is now to a folder that `FoundationModel.load` takes.
    ///
    /// - Parameters:
    ///   - folder: the folder to write; created if needed.
    ///   - precision: of the weights in the file.
    ///   - card: metadata stored with the weights.
    public func writeModel(
        to folder: some FileLocation, precision: WeightPrecision = .float32, card: [String: String] = [:]
    ) throws {
        try ModelFolder(image: tower).write(
            state, to: folder.fileURL, vocabulary: nil, precision: precision, card: card)
    }
}

extension ViewsTrainer {
    /// Writes the tower as it is now to a folder that `FoundationModel.load` takes.
    ///
    /// - Parameters:
    ///   - folder: the folder to write; created if needed.
    ///   - precision: of the weights in the file.
    ///   - card: metadata stored with the weights.
    public func writeModel(
        to folder: some FileLocation, precision: WeightPrecision = .float32, card: [String: String] = [:]
    ) throws {
        try ModelFolder(image: tower).write(
            state, to: folder.fileURL, vocabulary: nil, precision: precision, card: card)
    }
}
