import Display
import Tensors

/// The features of one layer: a row for each stimulus.
public struct LayerFeatures: Sendable {
    /// The layer they are of.
    public let layer: ModelLayer
    /// Stimuli x width.
    public let matrix: Matrix<Float>

    /// The layer's name (`encoder.layer.3`).
    public var name: String { layer.name }

    /// The flattened features of a layer in its own shape, stimuli x tokens x width or stimuli x channels x height x width.
    ///
    /// Pooled features are stimuli x width.
    public var tensor: Tensor<Float> {
        guard let extents = layer.shape.extents, extents.reduce(1, *) == matrix.columns else {
            return Tensor(matrix)
        }
        return Tensor(matrix).reshaped(to: [matrix.rows] + extents)
    }
}

/// The features of some stimuli in several layers, in the order of the layers.
///
/// ```swift
/// let features = try model.features(of: sentences)
/// try features["layer 3"]            // sentences x width
/// for layer in features { print(layer.name, layer.matrix.columns) }
/// ```
public struct FeatureSet: Sendable, RandomAccessCollection {
    /// The model that made them.
    public let model: String
    /// How the tokens of a stimulus became one vector.
    public let pooling: Pooling
    /// What a row is (`sentences`).
    public let stimuli: String
    /// What should be known of the stimuli (`3 of 10 texts were cut at 128 tokens`).
    public let remark: String?
    /// What each row is of: its text, or what the source calls its image; empty if that is not known.
    package let rowNames: [String]
    private let layers: [LayerFeatures]

    init(
        model: String, pooling: Pooling, stimuli: String, remark: String? = nil, rowNames: [String] = [],
        layers: [LayerFeatures]
    ) {
        self.remark = remark
        self.rowNames = rowNames
        self.model = model
        self.pooling = pooling
        self.stimuli = stimuli
        self.layers = layers
    }

    public var startIndex: Int { layers.startIndex }
    public var endIndex: Int { layers.endIndex }
    public subscript(position: Int) -> LayerFeatures { layers[position] }

    /// The names of the layers.
    public var names: [String] { layers.map(\.name) }

    /// The same layers with other features, for instance convolved with a hemodynamic response.
    ///
    /// The rows may be others afterwards, so nothing notices any more if they are in another order than a study's
    /// stimuli.
    ///
    /// ```swift
    /// let slow = try model.features(of: sentences).transformed { try $0.convolved(with: .spm, repetitionTime: 2, runs: runs) }
    /// ```
    ///
    /// - Parameter transform: makes the new features of a layer, stimuli x width, of those that it has.
    ///
    /// Throws what `transform` throws.
    public func transformed(_ transform: (Matrix<Float>) throws -> Matrix<Float>) rethrows -> FeatureSet {
        FeatureSet(
            model: model, pooling: pooling, stimuli: stimuli, remark: remark,
            layers: try layers.map { LayerFeatures(layer: $0.layer, matrix: try transform($0.matrix)) })
    }

    /// The features of the layer of that name, long or short; throws `FoundationModelError.unknownLayer`.
    public subscript(name: String) -> Matrix<Float> {
        get throws {
            guard let found = layers.first(where: { $0.name == name || $0.layer.shortName == name }) else {
                let known = layers.map(\.layer.shortName)
                throw FoundationModelError.unknownLayer(
                    name, model: "these features", known: known, near: nearNames(to: name, among: known))
            }
            return found.matrix
        }
    }
}

extension FeatureSet: Displayable {
    public var mimeBundle: MIMEBundle {
        let rows = layers.map { features in
            [
                features.layer.shortName, features.name,
                "\(features.matrix.rows) x \(features.matrix.columns)",
                String(features.layer.index),
            ]
        }
        return Table(
            title:
                "Features of \(first?.matrix.rows ?? 0) \(stimuli) from \(model), pooling \(pooling.rawValue)"
                + (remark.map { "; \($0)" } ?? ""),
            header: ["layer", "name", "shape", "index"], rows: rows
        ).mimeBundle
    }
}
