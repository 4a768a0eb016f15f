import Foundation

/// The scores of the voxels of each region, summed up.
///
/// ```swift
/// let byRegion = try RegionScores(fit.scores.r, regions: study.regions, scoreName: "Pearson r")
/// byRegion.sorted(by: .score).rows.first            // the region that is predicted best
/// ```
public struct RegionScores: Sendable, Equatable {
    /// What is known of one region.
    public struct Row: Sendable, Equatable {
        public let region: Region
        /// How many voxels have a score.
        public let voxels: Int
        /// How many voxels have none (NaN) and are left out.
        public let excluded: Int
        /// The mean over voxels; NaN where no voxel has a score.
        public let mean: Double
        /// The median over voxels.
        public let median: Double
        /// The standard deviation over voxels (divisor: voxels − 1); NaN with fewer than two voxels.
        public let standardDeviation: Double
        /// The standard deviation over the root of the count.
        ///
        /// Neighbouring voxels share noise, so this is smaller than the true uncertainty of the mean.
        public let standardError: Double
    }

    /// The order of the rows.
    public enum Order: Sendable {
        /// That of the regions.
        case anatomy
        /// The highest mean first; regions without a score come last.
        case score
    }

    /// One row a region.
    public let rows: [Row]
    /// What the scores are, for instance "Pearson r".
    public var scoreName: String
    /// How many voxels belong to no region.
    public let unlabelledCount: Int

    /// Sums up the scores of the voxels by region; throws `BrainError.count` where the two differ in number.
    public init(_ scores: [Double], regions: Regions, scoreName: String = "score") throws {
        guard scores.count == regions.voxelCount else {
            throw BrainError.count(
                what: "scores", got: scores.count, expected: regions.voxelCount, of: "voxels of the regions")
        }
        rows = zip(regions.regions, regions.voxels).map { region, voxels in
            Row(region: region, scores: voxels.map { scores[$0] })
        }
        self.scoreName = scoreName
        unlabelledCount = regions.unlabelledCount
    }

    private init(rows: [Row], scoreName: String, unlabelledCount: Int) {
        self.rows = rows
        self.scoreName = scoreName
        self.unlabelledCount = unlabelledCount
    }

    /// The same rows in another order; the anatomical order is that of the numbers of the regions.
    public func sorted(by order: Order) -> RegionScores {
        let sorted =
            switch order {
            case .anatomy: rows.sorted { $0.region.id < $1.region.id }
            case .score:
                rows.sorted { first, second in
                    if first.mean.isNaN != second.mean.isNaN { return second.mean.isNaN }
                    return first.mean > second.mean
                }
            }
        return RegionScores(rows: sorted, scoreName: scoreName, unlabelledCount: unlabelledCount)
    }

    /// The row of a region; throws `BrainError.unknownRegion`.
    public func row(of region: String) throws -> Row {
        guard let row = rows.first(where: { $0.region.name == region }) else {
            throw BrainError.unknownRegion(region, known: rows.map(\.region.name))
        }
        return row
    }
}

extension RegionScores.Row {
    init(region: Region, scores: [Double]) {
        self.region = region
        let finite = scores.filter(\.isFinite).sorted()
        voxels = finite.count
        excluded = scores.count - finite.count
        let count = Double(finite.count)
        mean = finite.isEmpty ? .nan : finite.reduce(0, +) / count
        let middle = finite.count / 2
        median =
            finite.isEmpty
            ? .nan : finite.count % 2 == 1 ? finite[middle] : (finite[middle - 1] + finite[middle]) / 2
        let mean = mean
        let squares = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardDeviation = finite.count < 2 ? .nan : (squares / (count - 1)).squareRoot()
        standardError = standardDeviation / count.squareRoot()
    }
}
