import Brain
import Encoding
import Formats
import FoundationModels

extension EncodingModel {
    /// Fits the model to each layer's features in turn, and scores held-out predictions by the short name of the layer.
    ///
    /// ```swift
    /// let features = try model.features(of: study.stimuli)
    /// let scores = try ridge.scoresByLayer(features, of: study)
    /// try RegionComparison(scores, of: study)
    /// ```
    ///
    /// - Parameters:
    ///   - features: the features of the layers, of the stimuli of the study.
    ///   - study: responses and runs.
    ///   - outer: the splits whose test samples are predicted. Without them the scores are those that `Ridge` and
    ///     `KernelRidge` make of their own folds; other models need them.
    ///
    /// Throws `EncodingError` if the model needs `outer` or the rows are the study's stimuli in another order, and what
    /// fitting throws.
    public func scoresByLayer(
        _ features: FeatureSet, of study: Study, outer: Folds? = nil
    ) throws -> LayerScores {
        if let row = study.firstMisplaced(of: features.rowNames) {
            throw EncodingError.parameter(
                name: "the stimulus of row \(row) of the features",
                value: "\"\(features.rowNames[row].prefix(60))\"",
                expected: "\"\(study.stimuli[row].prefix(60))\", as in \(study.name)")
        }
        return try scoresByLayer(
            features.map { layer in (layer.layer.shortName, { layer.matrix }) }, to: study.responses,
            runs: study.runs, outer: outer, otherNames: features.names)
    }

    /// The same for the layers of a feature file, which are read one at a time.
    ///
    /// - Parameters:
    ///   - features: the features of the layers, of the stimuli of the study.
    ///   - study: responses and runs.
    ///   - outer: the splits whose test samples are predicted; nil for the model's own folds, if it has scores of
    ///     them.
    ///
    /// Throws `FormatError` if the file cannot be read, or its rows are the study's stimuli in another order, too.
    public func scoresByLayer(
        _ features: FeatureFile, of study: Study, outer: Folds? = nil
    ) throws -> LayerScores {
        try features.checkOrder(of: study)
        return try scoresByLayer(
            features.layers.map { layer in (layer, { try features[layer] }) }, to: study.responses,
            runs: study.runs, outer: outer, otherNames: features.shortNames)
    }
}

extension Study {
    /// The first row that is another stimulus than the study's, of names that are its stimuli in another order; nil if
    /// they are in the same order, or other names.
    fileprivate func firstMisplaced(of names: [String]) -> Int? {
        guard names != stimuli, names.sorted() == stimuli.sorted() else { return nil }
        return names.indices.first { names[$0] != stimuli[$0] }
    }
}

extension FeatureFile {
    /// Throws `FormatError` if the names or texts of the rows are the study's stimuli in another order.
    fileprivate func checkOrder(of study: Study) throws {
        for names in try [ids, texts ?? []] {
            guard let row = study.firstMisplaced(of: names) else { continue }
            throw FormatError(
                url, "the stimulus of row \(row)",
                expected: "\"\(study.stimuli[row].prefix(60))\", as in \(study.name)",
                found: "\"\(names[row].prefix(60))\"")
        }
    }
}

extension RegionComparison {
    /// Compares the scores of layers in the regions of a study; throws `BrainError` if it has none.
    ///
    /// - Parameters:
    ///   - layers: the scores of each layer.
    ///   - study: where the regions are.
    ///   - score: which score: R2 or r.
    public init(_ layers: LayerScores, of study: Study, _ score: VoxelScore = .r) throws {
        try self.init(layers, regions: study.regions, score)
    }

    /// Compares the scores of layers; throws `BrainError.count` if they have other voxels than the regions.
    ///
    /// - Parameters:
    ///   - layers: the scores of each layer.
    ///   - regions: the region of each voxel.
    ///   - score: which score: R2 or r.
    public init(_ layers: LayerScores, regions: Regions, _ score: VoxelScore = .r) throws {
        try self.init(layers.map { ($0.name, $0.scores) }, regions: regions, score)
    }

    /// Compares the scores of several fits in the regions of a study; throws `BrainError` if it has none.
    ///
    /// - Parameters:
    ///   - fits: the name of each fit and its scores.
    ///   - study: where the regions are.
    ///   - score: which score: R2 or r.
    public init(_ fits: [(String, VoxelScores)], of study: Study, _ score: VoxelScore = .r) throws {
        try self.init(fits, regions: study.regions, score)
    }
}

extension VoxelScores {
    /// The scores summed up by the regions of a study; throws `BrainError` if it has none.
    public func byRegion(of study: Study, _ score: VoxelScore = .r) throws -> RegionScores {
        try byRegion(study.regions, score)
    }
}
