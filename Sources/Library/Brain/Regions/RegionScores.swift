import Foundation
import Tensors

/// The scores of each region, summed up over its voxels, or over subjects or blocks of time.
///
/// ```swift
/// let byRegion = try RegionScores(fit.scores.r, regions: study.regions, scoreName: "Pearson r")
/// byRegion.sorted(by: .score).rows.first            // the region that is predicted best
/// ```
public struct RegionScores: Sendable, Equatable {
    /// What is known of one region.
    public struct Row: Sendable, Equatable {
        public let region: Region
        /// How many voxels, subjects or blocks have a score.
        public let count: Int
        /// How many have none (NaN) and are left out.
        public let excluded: Int
        /// The mean; NaN if there is no score.
        public let mean: Double
        /// The median.
        public let median: Double
        /// The standard deviation (divisor: count − 1); NaN with fewer than two scores.
        public let standardDeviation: Double
        /// The standard deviation over the root of the count.
        ///
        /// Neighboring voxels share noise, so this is smaller than the true uncertainty of the mean.
        public let standardError: Double
        /// The score of each voxel, subject or block, in their order; NaN if missing.
        let values: [Double]

        @available(*, unavailable, renamed: "count")
        public var voxels: Int { count }
    }

    /// What the scores of a region are scores of.
    public enum Unit: String, Sendable {
        case voxel, subject, block
    }

    /// The order of the rows.
    public enum Order: Sendable {
        /// That of the regions.
        case anatomy
        /// The highest mean first; regions without a score come last.
        case score
    }

    /// One row per region.
    public let rows: [Row]
    /// What the scores are, for instance "Pearson r".
    public var scoreName: String
    /// What the scores of a region are scores of.
    public let unit: Unit
    /// How many voxels belong to no region.
    public let unlabelledCount: Int
    /// Which voxels are counted, in words; empty where all are.
    public internal(set) var rule = ""

    /// Sums up the scores of the voxels by region; throws `BrainError.count` if the two differ in number.
    ///
    /// - Parameters:
    ///   - scores: one for each voxel; NaN if missing.
    ///   - regions: the region of each voxel.
    ///   - scoreName: what the scores are, for titles and axes.
    public init(_ scores: [Double], regions: Regions, scoreName: String = "score") throws {
        guard scores.count == regions.voxelCount else {
            throw BrainError.count(
                what: "scores", got: scores.count, expected: regions.voxelCount, of: "voxels of the regions")
        }
        rows = zip(regions.regions, regions.voxels).map { region, voxels in
            Row(region: region, values: voxels.map { scores[$0] })
        }
        self.scoreName = scoreName
        unit = .voxel
        unlabelledCount = regions.unlabelledCount
    }

    /// The scores of a table, subjects (or blocks) x regions, summed up by region.
    ///
    /// - Parameters:
    ///   - scores: subjects (or blocks) x regions; NaN if missing.
    ///   - regions: the names of the columns.
    ///   - unit: what the rows are: subjects, or blocks of time of one subject.
    ///   - scoreName: what the scores are, for titles and axes.
    ///
    /// Throws `BrainError` if there is not one name for each column, or two regions have the same name.
    public init(
        _ scores: Matrix<Double>, regions: [String], unit: Unit = .subject, scoreName: String = "score"
    ) throws {
        guard scores.columns == regions.count else {
            throw BrainError.count(
                what: "regions", got: regions.count, expected: scores.columns, of: "columns of the scores")
        }
        let known = Regions(names: regions).regions
        guard known.count == regions.count else {
            throw BrainError.value(
                what: "the list of regions", got: "\(regions)", expected: "of different names, none empty")
        }
        rows = known.enumerated().map { Row(region: $1, values: scores.column($0)) }
        self.scoreName = scoreName
        self.unit = unit
        unlabelledCount = 0
    }

    /// The means of each subject's regions, summed up over subjects.
    ///
    /// Regions are taken by name, so that each subject may have its own voxels; a subject that lacks a region is left out
    /// there. Throws `BrainError.value` without subjects, or if two regions of a subject have the same name.
    ///
    /// - Parameter subjects: the scores by region of each subject.
    public init(subjects: [RegionScores]) throws {
        guard let first = subjects.first else {
            throw BrainError.value(what: "the number of subjects", got: "0", expected: "1 or more")
        }
        for (index, subject) in subjects.enumerated() {
            var names: Set<String> = []
            if let twice = subject.rows.first(where: { !names.insert($0.region.name).inserted }) {
                throw BrainError.value(
                    what: "the regions of subject \(index)", got: "with \"\(twice.region.name)\" twice",
                    expected: "of different names, by which they are matched")
            }
        }
        var seen: Set<String> = []
        let regions = subjects.flatMap { $0.rows.map(\.region) }.filter { seen.insert($0.name).inserted }
        let means = subjects.map { subject in
            Dictionary(
                subject.rows.map { ($0.region.name, $0.mean) }, uniquingKeysWith: { first, _ in first })
        }
        rows = regions.map { region in Row(region: region, values: means.map { $0[region.name] ?? .nan }) }
        scoreName = first.scoreName
        rule = first.rule
        unit = .subject
        unlabelledCount = 0
    }

    init(rows: [Row], scoreName: String, unit: Unit, unlabelledCount: Int) {
        self.rows = rows
        self.scoreName = scoreName
        self.unit = unit
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
        var result = RegionScores(
            rows: sorted, scoreName: scoreName, unit: unit, unlabelledCount: unlabelledCount)
        result.rule = rule
        return result
    }

    /// The row of a region; throws `BrainError.unknownRegion`, and `BrainError.value` if several have the name.
    public func row(of region: String) throws -> Row {
        let found = rows.filter { $0.region.name == region }
        guard let row = found.first else {
            throw BrainError.unknownRegion(region, known: rows.map(\.region.name))
        }
        guard found.count == 1 else {
            throw BrainError.value(
                what: "the region \"\(region)\"", got: "the name of several",
                expected: "that of one; give the \(found.count) regions names of their own, "
                    + "or take them from `rows`")
        }
        return row
    }
}

extension RegionScores.Row {
    init(region: Region, values: [Double]) {
        self.region = region
        self.values = values
        let finite = values.filter(\.isFinite).sorted()
        self.count = finite.count
        excluded = values.count - finite.count
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
