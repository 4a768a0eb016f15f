import Formats
import Hashing

/// How the features of a file were made: two files with one provenance hold the same numbers.
public struct FeatureProvenance: Sendable, Equatable {
    /// The model's name, as it was loaded.
    public var model: String
    /// The tower and its size (`BERT, 12 blocks, 768 wide`).
    public var tower: String
    /// The numbers of the tower's products (`float32`, `bfloat16`).
    public var precision: String
    /// The SHA-256 of the weights; of a single file the one that the Hugging Face hub shows.
    public var weights: String
    /// The SHA-256 of the configuration and of the tokenizer's files.
    public var settings: String
    /// What is done to a stimulus before the tower sees it, and by which rules the pixels of an image are made.
    public var transform: String
    /// How tokens or places became one vector.
    public var pooling: String
    /// The names of the layers.
    public var layers: [String]
    /// How many stimuli there are, what they are, and how many of them are averaged in a row (`9000 frames, 30 a row`).
    public var stimuli: String
    /// The SHA-256 of the stimuli.
    public var stimuliHash: String

    /// The entries by the names that they have as attributes of the file.
    private static let entries:
        [(name: String, value: WritableKeyPath<FeatureProvenance, String> & Sendable)] = [
            ("model", \.model), ("tower", \.tower), ("precision", \.precision),
            ("weights_sha256", \.weights),
            ("settings_sha256", \.settings),
            ("transform", \.transform), ("pooling", \.pooling), ("stimuli", \.stimuli),
            ("stimuli_sha256", \.stimuliHash),
        ]

    private static let standardPrecision = Precision.float32.rawValue

    /// The digest of all of it.
    package var digest: String {
        let digest = SHA256()
        for (name, value) in Self.entries {
            // A model is what its weights are, not what it is called.
            if name == "model" { continue }
            // Files of the time before there was a choice keep their names.
            if name == "precision", precision == Self.standardPrecision { continue }
            digest.update(self[keyPath: value])
        }
        for layer in layers { digest.update(layer) }
        return digest.hexadecimal()
    }

    /// Writes it as attributes of a file.
    func write(to file: HDF5File) throws {
        for (name, value) in Self.entries {
            try file.setAttribute(name, to: .strings([self[keyPath: value]]))
        }
        try file.setAttribute("layers", to: .strings(layers))
    }

    /// Reads it from a file. Throws `FormatError` if an attribute is missing.
    init(_ file: HDF5File) throws {
        let attributes = try file.attributes()
        guard case .strings(let layers)? = attributes["layers"] else {
            throw FormatError(file.url, "is not a feature file: it has no attribute \"layers\"")
        }
        self.init(
            model: "", tower: "", precision: "", weights: "", settings: "", transform: "", pooling: "",
            layers: layers,
            stimuli: "", stimuliHash: "")
        for (name, value) in Self.entries {
            // Of files from before there was a choice.
            let implied = name == "precision" ? Self.standardPrecision : nil
            guard let text = attributes[name]?.string ?? implied else {
                throw FormatError(file.url, "is not a feature file: it has no attribute \"\(name)\"")
            }
            self[keyPath: value] = text
        }
    }

    init(
        model: String, tower: String, precision: String, weights: String, settings: String, transform: String,
        pooling: String,
        layers: [String], stimuli: String, stimuliHash: String
    ) {
        self.model = model
        self.tower = tower
        self.precision = precision
        self.weights = weights
        self.settings = settings
        self.transform = transform
        self.pooling = pooling
        self.layers = layers
        self.stimuli = stimuli
        self.stimuliHash = stimuliHash
    }

    /// What another provenance has otherwise, a line for each entry; `besidesStimuli` leaves out what they are of.
    func differences(from other: FeatureProvenance, besidesStimuli: Bool = false) -> [String] {
        var lines = Self.entries.compactMap { name, value in
            self[keyPath: value] == other[keyPath: value] || name == "model"
                || (besidesStimuli && name.hasPrefix("stimuli"))
                ? nil : "\(name): \(other[keyPath: value]) in the file, \(self[keyPath: value]) wanted"
        }
        if layers != other.layers {
            lines.append(
                "layers: \(other.layers.joined(separator: ", ")) in the file, \(layers.joined(separator: ", ")) wanted"
            )
        }
        return lines
    }

    /// The entries as rows of a table.
    var rows: [[String]] {
        Self.entries.map { name, value in [name.replacing("_", with: " "), self[keyPath: value]] }
            + [["layers", layers.joined(separator: ", ")]]
    }
}
