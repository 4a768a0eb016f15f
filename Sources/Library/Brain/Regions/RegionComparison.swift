import Encoding

/// The scores of several layers or models, region by region.
///
/// ```swift
/// let features = try model.features(of: study.stimuli)
/// let comparison = try RegionComparison(ridge.scoresByLayer(features, of: study), of: study)
/// comparison.best        // the layer that predicts each region best, and by how much
/// comparison             // a heat map
/// ```
public struct RegionComparison: Sendable, Equatable {
    /// The candidate with the highest mean in a region.
    public struct Best: Sendable, Equatable {
        public let region: Region
        /// The name of the best layer or model.
        public let name: String
        /// Its index among the candidates.
        public let place: Int
        /// Its mean score.
        public let mean: Double
        /// By how much it beats the second best; NaN if there is no second.
        public let margin: Double
    }

    /// The names of the layers or models, in order.
    public let names: [String]
    /// The scores of each layer or model; all have the same regions in the same order.
    public let scores: [RegionScores]
    /// What the scores are, for instance "Pearson r".
    public var scoreName: String
    /// Which differences are real, where they were tested over subjects or blocks.
    public let differences: RegionDifferences?
    /// What error bars show.
    public var error = ErrorBar.sd

    /// Compares the scores of voxels under several layers or models.
    ///
    /// - Parameters:
    ///   - candidates: the name of each layer or model and its scores, one for each voxel.
    ///   - regions: the region of each voxel.
    ///   - scoreName: what the scores are, for titles and axes.
    ///
    /// Throws `BrainError` if there is no candidate, two have the same name, or one has another number of voxels than the
    /// regions.
    public init(
        _ candidates: [(name: String, scores: [Double])], regions: Regions, scoreName: String = "score"
    ) throws {
        names = try RegionComparison.checked(candidates.map(\.name))
        scores = try candidates.map { try RegionScores($0.scores, regions: regions, scoreName: scoreName) }
        self.scoreName = scoreName
        differences = nil
    }

    init(names: [String], scores: [RegionScores]) {
        self.names = names
        self.scores = scores
        scoreName = scores.first?.scoreName ?? ""
        differences = nil
    }

    /// The names of the candidates; throws `BrainError.value` if there is none, or two have the same name.
    static func checked(_ names: [String]) throws -> [String] {
        guard !names.isEmpty else {
            throw BrainError.value(what: "the number of candidates", got: "0", expected: "at least 1")
        }
        var seen: Set<String> = []
        if let twice = names.first(where: { !seen.insert($0).inserted }) {
            throw BrainError.value(
                what: "the list of candidates", got: "with \"\(twice)\" twice", expected: "of different names"
            )
        }
        return names
    }

    /// Scores over subjects or blocks, and the tests of their differences.
    init(
        tested scores: [RegionScores], names: [String], test: RegionTest, correction: PValueCorrection,
        error: ErrorBar, against: String?, notes: [String] = []
    ) throws {
        try error.check()
        self.names = try RegionComparison.checked(names)
        self.scores = scores
        scoreName = scores.first?.scoreName ?? ""
        self.error = error
        let pairs = try RegionComparison.pairs(names, against: against)
        // The tests need the rest of the comparison, which is whole but for them.
        differences = try RegionDifferences(
            scores, names: names, pairs: pairs, test: test, correction: correction, notes: notes)
    }

    /// The pairs of candidates that are tested: every other one against one of them, or all.
    private static func pairs(_ names: [String], against: String?) throws -> [(Int, Int)] {
        guard let against else {
            return names.indices.flatMap { first in (first + 1..<names.count).map { (first, $0) } }
        }
        guard let place = names.firstIndex(of: against) else {
            throw BrainError.value(
                what: "the candidate to compare with", got: "\"\(against)\"",
                expected: "one of \(names.joined(separator: ", "))")
        }
        return names.indices.filter { $0 != place }.map { ($0, place) }
    }

    /// The regions, in order.
    public var regions: [Region] { scores.first?.rows.map(\.region) ?? [] }

    /// The mean score of a candidate in a region, each by its place; throws `BrainError` if there is no such place.
    public func mean(_ candidate: Int, _ region: Int) throws -> Double {
        for (what, place, count) in [
            ("candidate", candidate, names.count), ("region", region, regions.count),
        ]
        where place < 0 || place >= count {
            throw BrainError.value(
                what: "the place of the \(what)", got: "\(place)", expected: "0 to \(count - 1)")
        }
        return scores[candidate].rows[region].mean
    }

    /// The mean scores of a candidate in all regions.
    package func means(of candidate: Int) -> [Double] { scores[candidate].rows.map(\.mean) }

    /// The best candidate of each region that has a score; of equal ones the earlier.
    public var best: [Best] {
        regions.enumerated().compactMap { place, region in
            let means = scores.map { $0.rows[place].mean }
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
