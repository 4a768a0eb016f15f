import Display
import Encoding
import Tensors

extension RegionComparison {
    /// Compares layers or models over subjects, each of whom was compared alone, and tests the differences by region.
    ///
    /// ```swift
    /// let subjects = try studies.map { study in
    ///     let features = try model.features(of: study.stimuli)
    ///     return try RegionComparison(ridge.scoresByLayer(features, of: study), of: study)
    /// }
    /// try RegionComparison(subjects: subjects, test: .wilcoxon, error: .interval(0.95))
    /// ```
    ///
    /// Regions are taken by name, so that each subject may have its own voxels.
    ///
    /// - Parameters:
    ///   - subjects: comparisons of the same candidates.
    ///   - test: of the paired differences over subjects.
    ///   - correction: for the number of regions (and of pairs of candidates).
    ///   - error: what error bars show, over subjects.
    ///   - against: the candidate that every other one is compared with; nil compares all pairs.
    ///
    /// Throws `BrainError.value` with fewer than two subjects or if the candidates differ.
    public init(
        subjects: [RegionComparison], test: RegionTest = .pairedT,
        correction: PValueCorrection = .benjaminiHochberg, error: ErrorBar = .sem, against: String? = nil
    ) throws {
        guard let first = subjects.first, subjects.count > 1 else {
            throw BrainError.value(
                what: "the number of subjects", got: "\(subjects.count)", expected: "2 or more")
        }
        if let other = subjects.first(where: { $0.names != first.names }) {
            throw BrainError.value(
                what: "the candidates of a subject", got: other.names.joined(separator: ", "),
                expected: first.names.joined(separator: ", ") + ", as of the first subject")
        }
        try RegionComparison.checkTwo(first.names.count)
        try self.init(
            tested: first.names.indices.map { place in
                try RegionScores(subjects: subjects.map { $0.scores[place] })
            }, names: first.names, test: test, correction: correction, error: error, against: against)
    }

    /// Compares layers or models by tables of scores, subjects x regions, and tests the differences by region.
    ///
    /// ```swift
    /// let image = Matrix([[0.31, 0.22], [0.28, 0.25], [0.35, 0.20]])      // subjects x regions
    /// let text = Matrix([[0.12, 0.24], [0.10, 0.21], [0.17, 0.26]])
    /// try RegionComparison([("image", image), ("text", text)], regions: ["V1", "IT"], test: .signFlip)
    /// ```
    ///
    /// - Parameters:
    ///   - candidates: the scores of each, subjects x regions; NaN if missing. The rows are the same
    ///     subjects.
    ///   - regions: the names of the columns.
    ///   - unit: what the rows are: subjects, or blocks of time of one subject.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - test: how two candidates are compared over the rows.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - error: what error bars show.
    ///   - against: the name of the one candidate that all others are compared with; nil compares all pairs.
    ///
    /// Throws `BrainError` if tables differ in size, there are fewer than two rows, or a name occurs twice.
    public init(
        _ candidates: [(name: String, scores: Matrix<Double>)], regions: [String],
        unit: RegionScores.Unit = .subject, scoreName: String = "score", test: RegionTest = .pairedT,
        correction: PValueCorrection = .benjaminiHochberg, error: ErrorBar = .sem, against: String? = nil
    ) throws {
        guard unit != .voxel else {
            throw BrainError.value(
                what: "the unit of a test", got: "voxel",
                expected: "subject or block: voxels share noise, so that tests over them find too much")
        }
        try RegionComparison.checkTwo(candidates.count)
        let rows = candidates[0].scores.rows
        for candidate in candidates where candidate.scores.rows != rows {
            throw BrainError.count(
                what: "rows of \(candidate.name)", got: candidate.scores.rows, expected: rows,
                of: "rows of \(candidates[0].name)")
        }
        guard rows > 1 else {
            throw BrainError.value(
                what: "the number of \(unit.rawValue)s", got: "\(rows)", expected: "2 or more")
        }
        try self.init(
            tested: candidates.map {
                try RegionScores($0.scores, regions: regions, unit: unit, scoreName: scoreName)
            }, names: candidates.map(\.name), test: test, correction: correction, error: error,
            against: against)
    }

    /// Compares models on one subject by their held-out predictions, and tests the differences over blocks of time.
    ///
    /// A block's score is its part of R2: the mean over blocks is the region's mean R2. Exchanging the models' labels
    /// within blocks, as `.permutation` does, keeps the autocorrelation of the signal.
    ///
    /// - Parameters:
    ///   - predictions: of each model, samples x voxels.
    ///   - responses: samples x voxels.
    ///   - regions: of the voxels.
    ///   - blockLength: samples a block. Without it blocks are as long as the autocorrelation of the difference
    ///     between the models' errors requires.
    ///   - runs: the runs of the samples, which no block crosses.
    ///   - test: how two models are compared over the blocks.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - error: what error bars show.
    ///   - against: the name of the one model that all others are compared with; nil compares all pairs.
    ///
    /// Throws `BrainError.count` if the regions have other voxels, `EncodingError` if shapes differ, runs do not fit
    /// or there would not be two blocks, `CancellationError` if the cell is interrupted.
    public init<Element: Scalar>(
        predictions: [(name: String, predictions: Matrix<Element>)], responses: Matrix<Element>,
        regions: Regions, blockLength: Int? = nil, runs: Runs? = nil, test: RegionTest = .permutation(),
        correction: PValueCorrection = .benjaminiHochberg, error: ErrorBar = .sem, against: String? = nil
    ) throws {
        try RegionComparison.checkTwo(predictions.count)
        guard responses.columns == regions.voxelCount else {
            throw BrainError.count(
                what: "voxels of the responses", got: responses.columns, expected: regions.voxelCount,
                of: "voxels of the regions")
        }
        let blocks = try BlockScores(
            predictions: predictions.map(\.predictions), responses: responses, groups: regions.voxels,
            blockLength: blockLength, runs: runs)
        let scores = blocks.scores.map { groups in
            RegionScores(
                rows: zip(regions.regions, groups).map { RegionScores.Row(region: $0, values: $1) },
                scoreName: "R²", unit: .block, unlabelledCount: regions.unlabelledCount)
        }
        try self.init(
            tested: scores, names: predictions.map(\.name), test: test, correction: correction, error: error,
            against: against,
            notes: ["Blocks of \(blocks.blockLength) samples of one subject."] + blocks.notes)
    }
}

extension RegionComparison {
    /// Throws `BrainError.value` if there is nothing to compare with.
    fileprivate static func checkTwo(_ candidates: Int) throws {
        guard candidates > 1 else {
            throw BrainError.value(
                what: "the number of candidates", got: "\(candidates)",
                expected: "2 or more, whose differences are tested")
        }
    }
}

extension RegionScores {
    /// Tests whether scores over subjects or blocks differ from `value` (chance, say) in each region.
    ///
    /// ```swift
    /// let group = try RegionScores(subjects: studies.map { try scores.byRegion($0.regions) })
    /// try group.chart(significance: group.tested(.wilcoxon))
    /// ```
    ///
    /// - Parameters:
    ///   - test: how the scores of a region are compared with the value.
    ///   - value: what the scores are compared with, in units of the score.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///
    /// Throws `BrainError.value` for scores over voxels, which share noise.
    public func tested(
        _ test: RegionTest = .pairedT, against value: Double = 0,
        correction: PValueCorrection = .benjaminiHochberg
    ) throws -> Significance {
        guard unit != .voxel else {
            throw BrainError.value(
                what: "the unit of a test", got: "voxel",
                expected: "subject or block: voxels share noise, so that tests over them find too much")
        }
        guard value.isFinite else {
            throw BrainError.value(
                what: "the value to test against", got: "\(value)", expected: "a finite number")
        }
        try test.check()
        let units = rows.map(\.values.count).max() ?? 0
        guard rows.isEmpty || units > 1 else {
            throw BrainError.value(
                what: "the number of \(unit.rawValue)s", got: "\(units)", expected: "2 or more")
        }
        let differences = rows.map { $0.values.map { $0 - value }.filter(\.isFinite) }
        let over = UnitCounts.told(differences.map(\.count), unit.rawValue)
        let significance = try Significance(
            p: differences.map { try test.outcome($0).p }, correction: correction,
            test: "Difference from \(Number.short(value)): \(test.oneSampleName) over \(over)")
        return try significance.limited(by: test, differences)
    }
}
