import Brain
import Display
import Encoding
import FoundationModels

extension Ridge {
    /// Fits a model to each layer's features in turn, and gives the held-out scores by the short name of the layer.
    ///
    /// ```swift
    /// let scores = try ridge.scoresByLayer(features, of: study)
    /// try RegionComparison(scores, of: study)
    /// ```
    ///
    /// Throws what `fit` throws.
    public func scoresByLayer(_ features: FeatureSet, of study: Study) throws -> [(String, VoxelScores)] {
        var model = self
        model.showsProgress = false
        model.scoresHeldOut = true
        var bar = showsProgress ? ProgressBar("ridge", total: features.count, unit: "layers") : nil
        let scores = try features.map { layer in
            let fit = try model.fit(layer.matrix, to: study.responses, runs: study.runs)
            bar?.advance()
            return (layer.layer.shortName, fit.scores)
        }
        bar?.finish()
        return scores
    }
}

extension Study {
    /// The regions; throws `BrainError.value` where the study has none.
    func knownRegions() throws -> Regions {
        guard let regions else {
            throw BrainError.value(
                what: "the regions of \(name)", got: "not known", expected: "given when the study is made")
        }
        return regions
    }
}

extension RegionComparison {
    /// Compares the scores of several fits in the regions of a study; throws `BrainError` where it has none.
    public init(_ fits: [(String, VoxelScores)], of study: Study, _ score: VoxelScore = .r) throws {
        try self.init(fits, regions: try study.knownRegions(), score)
    }
}

extension VoxelScores {
    /// The scores summed up by the regions of a study; throws `BrainError` where it has none.
    public func byRegion(of study: Study, _ score: VoxelScore = .r) throws -> RegionScores {
        try byRegion(try study.knownRegions(), score)
    }
}
