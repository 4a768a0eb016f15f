import Display
import Tensors

/// The scores of one model fitted to the features of each layer in turn.
///
/// ```swift
/// let features = try model.features(of: study.stimuli)
/// let scores = try Ridge().scoresByLayer(features, of: study)
/// scores                          // a table, the best layer marked
/// try scores["layer 3"].r         // one correlation per voxel
/// try RegionComparison(scores, of: study)
/// ```
public struct LayerScores: Sendable, Equatable, RandomAccessCollection {
    /// One layer and its scores.
    public typealias Element = (name: String, scores: VoxelScores)

    /// The names of the layers, in order.
    public let names: [String]
    /// The scores of each layer.
    public let scores: [VoxelScores]
    /// Other names of the layers, by which their scores are found too; empty if there are none.
    private let otherNames: [String]

    /// Scores by layer.
    ///
    /// - Parameter layers: the name of each layer and its scores.
    ///
    /// Throws `EncodingError` if there is no layer, a name occurs twice, or layers have different numbers of
    /// voxels.
    public init(_ layers: [(name: String, scores: VoxelScores)]) throws {
        try self.init(layers, otherNames: [])
    }

    /// The same for layers that are also known by other names.
    init(_ layers: [(name: String, scores: VoxelScores)], otherNames: [String]) throws {
        try checkParameter("the number of layers", layers.count, expected: "at least 1", !layers.isEmpty)
        try checkParameter(
            "the list of layers", layers.map(\.name), expected: "all different",
            Set(layers.map(\.name)).count == layers.count)
        for layer in layers where layer.scores.count != layers[0].scores.count {
            throw EncodingError.columnCount(
                what: "scores of \(layer.name)", count: layer.scores.count, expected: layers[0].scores.count)
        }
        (names, scores) = (layers.map(\.name), layers.map(\.scores))
        self.otherNames = otherNames
    }

    /// Whether names and scores are the same.
    public static func == (left: LayerScores, right: LayerScores) -> Bool {
        left.names == right.names && left.scores == right.scores
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { names.count }
    public subscript(index: Int) -> Element { (names[index], scores[index]) }

    /// The scores of the layer of that name, long or short; throws `EncodingError` if there is none.
    public subscript(name: String) -> VoxelScores {
        get throws {
            guard let index = names.firstIndex(of: name) ?? otherNames.firstIndex(of: name) else {
                throw EncodingError.parameter(
                    name: "the name of a layer", value: "\"\(name)\"",
                    expected: "one of \(names.joined(separator: ", "))")
            }
            return scores[index]
        }
    }

    /// The index of the layer that predicts each voxel best by r; nil for a voxel without a score.
    public var bestLayers: [Int?] {
        (scores.first?.r.indices ?? 0..<0).map { voxel in
            let scored = indices.filter { !scores[$0].r[voxel].isNaN }
            return scored.max { scores[$0].r[voxel] < scores[$1].r[voxel] }
        }
    }
}

extension LayerScores: Displayable, CustomStringConvertible {
    /// A row per layer: mean and median r, mean R2, and how many voxels it predicts best.
    public var mimeBundle: MIMEBundle {
        let best = bestLayers
        func mean(_ values: [Double]) -> Double {
            let kept = values.filter { !$0.isNaN }
            return kept.isEmpty ? .nan : kept.reduce(0, +) / Double(kept.count)
        }
        let means = scores.map { mean($0.r) }
        let highest = means.filter { !$0.isNaN }.max()
        return Table(
            "\(Number.counted(count, "layer")), \(Number.counted(scores.first?.count ?? 0, "voxel"))",
            [
                .text("layer", names), .numbers("mean r", means),
                .numbers("median r", scores.map { $0.r.nanmedian() }),
                .numbers("mean R2", scores.map { mean($0.r2) }),
                .counts("best for voxels", indices.map { layer in best.count { $0 == layer } }),
                .text("", means.map { $0 == highest ? "highest mean" : "" }),
            ]
        ).mimeBundle
    }
}

extension EncodingModel {
    /// Fits the model to the features of each layer in turn and scores held-out predictions.
    ///
    /// - Parameters:
    ///   - layers: the names of the layers and a way to read the features of each (samples x features), one at a
    ///     time.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, if steps or folds need them.
    ///   - outer: the splits whose test samples are predicted (`crossValidatedScores`). Without them the scores are
    ///     those that the fit makes of its own folds (`RidgeFit.scores`).
    ///   - otherNames: other names of the layers, by which their scores are found too.
    ///
    /// Throws `EncodingError` if the fit makes no scores itself and `outer` is nil, or an outer fold tests a single sample,
    /// and what fitting throws.
    package func scoresByLayer<Element: Scalar>(
        _ layers: [(name: String, features: () throws -> Matrix<Element>)], to responses: Matrix<Element>,
        runs: Runs?, outer: Folds?, otherNames: [String] = []
    ) throws -> LayerScores {
        var model = self
        model.showsProgress = false
        var bar = showsProgress ? ProgressBar("layers", total: layers.count, unit: "layers") : nil
        let scores = try layers.map { layer in
            let scores = try model.heldOutScores(layer.features(), to: responses, runs: runs, outer: outer)
            bar?.advance()
            return (name: layer.name, scores: scores)
        }
        bar?.finish()
        return try LayerScores(scores, otherNames: otherNames)
    }

    private func heldOutScores<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, runs: Runs?, outer: Folds?
    ) throws -> VoxelScores {
        if let outer {
            try checkScored(outer.splits(samples: responses.rows, runs: runs))
            return try crossValidatedScores(features, to: responses, outer: outer, runs: runs).mean
        }
        let fit = try fitted(bands: [features], responses: responses, runs: runs, samples: nil)
        guard let scores = fit.heldOutScores else {
            throw EncodingError.parameter(
                name: "outer", value: "nil",
                expected:
                    "folds such as .kFold(5): a \(type(of: self)) as it is set makes no held-out scores of its own"
            )
        }
        return scores
    }
}
