import Brain
import Encoding

extension RegionComparison {
    /// Compares the scores of several fits; throws `BrainError.count` if they have other voxels than the regions.
    ///
    /// ```swift
    /// let image = try ridge.fit(multimodal, to: study.responses, runs: study.runs)
    /// let text = try ridge.fit(unimodal, to: study.responses, runs: study.runs)
    /// try RegionComparison([("image", image.scores), ("text", text.scores)], regions: study.regions)
    /// ```
    ///
    /// - Parameters:
    ///   - fits: the name of each fit and its scores.
    ///   - regions: the region of each voxel.
    ///   - score: which score: R2 or r.
    public init(_ fits: [(String, VoxelScores)], regions: Regions, _ score: VoxelScore = .r) throws {
        try self.init(
            fits.map { (name: $0.0, scores: $0.1.values(score)) }, regions: regions, scoreName: score.title)
    }
}
