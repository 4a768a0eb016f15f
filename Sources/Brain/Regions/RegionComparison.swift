/// The scores of several layers or models, region by region.
///
/// ```swift
/// let comparison = try RegionComparison(layerScores, regions: study.regions, scoreName: "Pearson r")
/// comparison.best        // the layer that predicts each region best, and by how much
/// comparison             // a heat map
/// ```
public struct RegionComparison: Sendable, Equatable {
    /// The candidate with the highest mean in a region.
    public struct Best: Sendable, Equatable {
        public let region: Region
        /// The name of the best layer or model.
        public let name: String
        /// Its place among the candidates.
        public let place: Int
        /// Its mean score.
        public let mean: Double
        /// By how much it beats the second best; NaN where there is no second.
        public let margin: Double
    }

    /// The names of the layers or models, in order.
    public let names: [String]
    /// The scores of each layer or model; all have the same regions in the same order.
    public let scores: [RegionScores]
    /// What the scores are, for instance "Pearson r".
    public var scoreName: String

    /// Compares the scores of voxels under several layers or models.
    ///
    /// Throws `BrainError.count` where one of them has another number of voxels than the regions.
    public init(
        _ candidates: [(name: String, scores: [Double])], regions: Regions, scoreName: String = "score"
    ) throws {
        names = candidates.map(\.name)
        scores = try candidates.map { try RegionScores($0.scores, regions: regions, scoreName: scoreName) }
        self.scoreName = scoreName
    }

    /// The regions, in order.
    public var regions: [Region] { scores.first?.rows.map(\.region) ?? [] }

    /// The mean score of a candidate in a region, each by its place.
    public func mean(_ candidate: Int, _ region: Int) -> Double { scores[candidate].rows[region].mean }

    /// The best candidate of each region that has a score; of equal ones the earlier.
    public var best: [Best] {
        regions.enumerated().compactMap { place, region in
            let means = names.indices.map { mean($0, place) }
            let order = means.indices.filter { means[$0].isFinite }.sorted {
                means[$0] == means[$1] ? $0 < $1 : means[$0] > means[$1]
            }
            guard let first = order.first else { return nil }
            return Best(
                region: region, name: names[first], place: first, mean: means[first],
                margin: order.count > 1 ? means[first] - means[order[1]] : .nan)
        }
    }
}
