import Brain
import Encoding

extension RegionComparison {
    /// Compares the scores of several fits; throws `BrainError.count` where they have other voxels than the regions.
    ///
    /// ```swift
    /// let fits = try features.map { ($0.name, try ridge.fit($0.matrix, to: study.responses, runs: study.runs).scores) }
    /// try RegionComparison(fits, regions: regions)
    /// ```
    public init(_ fits: [(String, VoxelScores)], regions: Regions, _ score: VoxelScore = .r) throws {
        try self.init(
            fits.map { (name: $0.0, scores: $0.1.values(score)) }, regions: regions, scoreName: score.title)
    }
}
