import Display
import Encoding
import Tables
import Tensors

/// Whether a model of several modalities predicts regions better than a model of one, and where.
///
/// ```swift
/// let subjects = try studies.map { study in
///     (multimodal: try multimodalScores.byRegion(study.regions, .r2), unimodal: try unimodalScores.byRegion(study.regions, .r2))
/// }
/// let comparison = try ModalityComparison(subjects: subjects)
/// comparison                              // difference, interval, p, q and verdict by region
/// comparison.multisensory.map(\.name)     // where the multimodal model wins, by the rule that is printed beside it
/// comparison.rule
/// ```
///
/// Source: the definition of Subramaniam et al. (2024), that a region integrates the senses where a multimodal model
/// predicts it better than a unimodal one.
public struct ModalityComparison: Sendable, Equatable {
    /// What is shown of a region.
    public enum Verdict: String, Sendable {
        case multimodal = "multimodal better"
        case unimodal = "unimodal better"
        /// No difference is shown, which does not show that there is none.
        case neither
        /// Too few scores for a test.
        case untested = "not tested"
    }

    /// One region.
    public struct Row: Sendable, Equatable {
        public let region: Region
        /// The mean scores of both models over subjects, or the scores over all of time.
        public let multimodal: Double
        public let unimodal: Double
        /// The mean difference, multimodal less unimodal.
        public let difference: Double
        /// The 95 % confidence interval of the mean difference, by Student's t.
        public let interval: ClosedRange<Double>?
        /// How many subjects or blocks have both scores.
        public let count: Int
        /// The two-sided p value; NaN where the difference cannot be tested.
        public let p: Double
        /// p corrected for the number of regions.
        public let q: Double
        public let verdict: Verdict
    }

    /// The difference of every voxel, where both models' scores are of the same voxels.
    public struct Voxels: Sendable, Equatable {
        /// Multimodal less unimodal; NaN for a voxel without a score.
        public let differences: [Double]
        /// The two-sided p value.
        public let p: [Double]
        /// The false discovery rate over voxels (Benjamini & Hochberg).
        public let q: [Double]
    }

    /// A row for each region.
    public let rows: [Row]
    /// The differences of voxels; nil where subjects have their own voxels.
    public let voxels: Voxels?
    /// The largest q at which a difference counts as shown.
    public let level: Double
    /// Both models' scores, their tests and charts.
    public let comparison: RegionComparison

    private init(_ comparison: RegionComparison, level: Double, voxels: Voxels?) throws {
        guard level > 0, level < 1 else {
            throw BrainError.value(
                what: "the false discovery rate", got: "\(level)",
                expected: "between 0 and 1, for instance 0.05")
        }
        self.comparison = comparison
        self.level = level
        self.voxels = voxels
        let means = (comparison.means(of: 0), comparison.means(of: 1))
        rows = (comparison.differences?.rows ?? []).enumerated().map { index, row in
            let verdict: Verdict =
                row.q.isNaN
                ? .untested : row.q > level ? .neither : row.difference > 0 ? .multimodal : .unimodal
            return Row(
                region: row.region, multimodal: means.0[index], unimodal: means.1[index],
                difference: row.difference, interval: row.interval, count: row.count, p: row.p, q: row.q,
                verdict: verdict)
        }
    }

    /// Compares two models over subjects, each with scores by region.
    ///
    /// Regions are taken by name; a subject that lacks one is left out there.
    ///
    /// - Parameters:
    ///   - subjects: the scores of both models in each subject.
    ///   - test: of the paired differences over subjects.
    ///   - correction: for the number of regions.
    ///   - level: the largest q at which a difference counts as shown.
    ///
    /// Throws `BrainError` with fewer than two subjects, or if the two models of a subject have other regions.
    public init(
        subjects: [(multimodal: RegionScores, unimodal: RegionScores)], test: RegionTest = .pairedT,
        correction: PValueCorrection = .benjaminiHochberg, level: Double = 0.05
    ) throws {
        for (index, subject) in subjects.enumerated()
        where subject.multimodal.rows.map(\.region.name) != subject.unimodal.rows.map(\.region.name) {
            throw BrainError.value(
                what: "the regions of the unimodal model in subject \(index)",
                got: subject.unimodal.rows.prefix(4).map(\.region.name).joined(separator: ", "),
                expected: subject.multimodal.rows.prefix(4).map(\.region.name).joined(separator: ", ")
                    + ", as of the multimodal model")
        }
        let pairs = subjects.map { [$0.multimodal, $0.unimodal] }
        let comparisons = try pairs.map { try RegionComparison(ModalityComparison.names, $0) }
        try self.init(
            RegionComparison(subjects: comparisons, test: test, correction: correction, error: .sem),
            level: level, voxels: nil)
    }

    /// Compares two models over subjects whose voxels are the same ones, as in a common space: by region and by voxel.
    ///
    /// - Parameters:
    ///   - subjects: for each subject the scores of both models, one for each voxel.
    ///   - regions: the region of each voxel.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - test: how the two are compared over subjects.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - level: the level of significance; intervals hold the rest.
    ///
    /// Throws `BrainError` if the scores are of another number of voxels than the regions, and as the other one does.
    public init(
        subjects: [(multimodal: [Double], unimodal: [Double])], regions: Regions, scoreName: String = "score",
        test: RegionTest = .pairedT, correction: PValueCorrection = .benjaminiHochberg, level: Double = 0.05
    ) throws {
        let byRegion = try subjects.map {
            (
                multimodal: try RegionScores($0.multimodal, regions: regions, scoreName: scoreName),
                unimodal: try RegionScores($0.unimodal, regions: regions, scoreName: scoreName)
            )
        }
        let whole = try ModalityComparison(
            subjects: byRegion, test: test, correction: correction, level: level)
        let differences = subjects.map { zip($0.multimodal, $0.unimodal).map { $0 - $1 } }
        let columns = (0..<regions.voxelCount).map { voxel in differences.map { $0[voxel] }.filter(\.isFinite)
        }
        let p = try columns.map { try test.outcome($0).p }
        try self.init(
            whole.comparison, level: level,
            voxels: Voxels(
                differences: columns.map { $0.isEmpty ? .nan : $0.reduce(0, +) / Double($0.count) }, p: p,
                q: p.falseDiscoveryRates()))
    }

    /// Compares the shares of two bands of features in the R2 of one model, over subjects.
    ///
    /// - Parameters:
    ///   - splits: the split scores of each subject.
    ///   - regions: the regions of each subject's voxels.
    ///   - multimodal: the index of the multimodal band.
    ///   - unimodal: the index of the unimodal band.
    ///   - test: how the two are compared over subjects.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - level: the level of significance; intervals hold the rest.
    ///
    /// Throws `BrainError` if there is not one set of regions for each subject, or no such band.
    public init(
        splits: [SplitScores], regions: [Regions], multimodal: Int = 0, unimodal: Int = 1,
        test: RegionTest = .pairedT, correction: PValueCorrection = .benjaminiHochberg, level: Double = 0.05
    ) throws {
        guard splits.count == regions.count else {
            throw BrainError.count(
                what: "sets of regions", got: regions.count, expected: splits.count, of: "split scores")
        }
        let subjects = try zip(splits, regions).map { split, regions in
            for band in [multimodal, unimodal] where !split.r2.indices.contains(band) {
                throw BrainError.value(
                    what: "the index of a band", got: "\(band)", expected: "0 to \(split.r2.count - 1)")
            }
            return (
                multimodal: try RegionScores(
                    split.r2[multimodal], regions: regions, scoreName: "share of R²"),
                unimodal: try RegionScores(split.r2[unimodal], regions: regions, scoreName: "share of R²")
            )
        }
        try self.init(subjects: subjects, test: test, correction: correction, level: level)
    }

    /// Compares two models of one subject by their held-out predictions: by region and by voxel, over blocks of time.
    ///
    /// Where it does not matter which model made which prediction, the labels can be exchanged within blocks; blocks are as
    /// long as the autocorrelation of the difference between the models' errors requires, unless `blockLength` is
    /// given.
    ///
    /// - Parameters:
    ///   - multimodal: predictions, samples x voxels.
    ///   - unimodal: predictions of the other model.
    ///   - responses: samples x voxels.
    ///   - regions: of the voxels.
    ///   - runs: the runs of the samples, which no block crosses.
    ///   - blockLength: samples per block; nil for as many as the autocorrelation requires.
    ///   - permutations: how many random exchanges, where there are too many to try all.
    ///   - seed: the seed of the random numbers.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - level: the level of significance; intervals hold the rest.
    ///
    /// Throws what `RegionComparison(predictions:responses:regions:)` throws.
    public init<Element: Scalar>(
        multimodal: Matrix<Element>, unimodal: Matrix<Element>, responses: Matrix<Element>, regions: Regions,
        runs: Runs? = nil, blockLength: Int? = nil, permutations: Int = 10_000, seed: UInt32 = 0,
        correction: PValueCorrection = .benjaminiHochberg, level: Double = 0.05
    ) throws {
        let names = ModalityComparison.names
        let comparison = try RegionComparison(
            predictions: [(names[0], multimodal), (names[1], unimodal)], responses: responses,
            regions: regions, blockLength: blockLength, runs: runs,
            test: .permutation(count: permutations, seed: seed), correction: correction)
        let test = try PermutationTest.modelExchange(
            first: multimodal, second: unimodal, responses: responses, blockLength: blockLength, runs: runs,
            permutations: permutations, seed: seed)
        try self.init(
            comparison, level: level, voxels: Voxels(differences: test.effects, p: test.p, q: test.q))
    }

    /// Compares the shares of two bands in the R2 of one subject's model, over blocks of time.
    ///
    /// The difference of two shares by the product measure is the difference of what the two parts alone would score about
    /// the mean of the responses, so that it is tested as two models are.
    ///
    /// - Parameters:
    ///   - parts: the prediction of each of two bands (`BandedRidgeFit.predictByBand`), samples x voxels: the
    ///     multimodal one first.
    ///   - responses: samples x voxels.
    ///   - regions: the region of each voxel.
    ///   - runs: the runs of the samples; nil for one run.
    ///   - blockLength: samples per block; nil for as many as the autocorrelation requires.
    ///   - permutations: how many random exchanges are made, if there are too many to try all.
    ///   - seed: the seed of the random numbers.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - level: the level of significance; intervals hold the rest.
    public init<Element: Scalar>(
        parts: (multimodal: Matrix<Element>, unimodal: Matrix<Element>), responses: Matrix<Element>,
        regions: Regions, runs: Runs? = nil, blockLength: Int? = nil, permutations: Int = 10_000,
        seed: UInt32 = 0, correction: PValueCorrection = .benjaminiHochberg, level: Double = 0.05
    ) throws {
        try self.init(
            multimodal: parts.multimodal, unimodal: parts.unimodal,
            responses: StandardScaler(scales: false).fit(responses).transform(responses), regions: regions,
            runs: runs, blockLength: blockLength, permutations: permutations, seed: seed,
            correction: correction, level: level)
    }

    static let names = ["multimodal", "unimodal"]

    /// The regions of a verdict, in order.
    public func regions(_ verdict: Verdict) -> [Region] {
        rows.filter { $0.verdict == verdict }.map(\.region)
    }

    /// The regions where the multimodal model wins, by `rule`.
    public var multisensory: [Region] { regions(.multimodal) }

    /// What makes a region one of `multisensory`.
    public var rule: String {
        let score = comparison.scoreName
        let test = comparison.differences.map { $0.significance.rule(.values) } ?? ""
        let symbol = comparison.differences?.significance.symbol ?? "q"
        return
            "A region is multi-sensory where the multimodal model's \(score) is above the unimodal model's with "
            + "\(symbol) of at most \(Number.short(level)). \(test)"
    }
}

extension RegionComparison {
    /// Scores by region that are summed up already, of candidates in one subject.
    package init(_ names: [String], _ scores: [RegionScores]) throws {
        self.init(names: try RegionComparison.checked(names), scores: scores)
    }
}
