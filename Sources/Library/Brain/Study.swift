import Encoding
import Tensors

/// One subject's data: stimuli, responses (samples x voxels), runs, and where the voxels lie.
///
/// ```swift
/// let study = try Study(name: "sub-01", stimuli: sentences, responses: responses, runs: runs, regions: regions)
/// ```
public struct Study: Sendable {
    /// The subject or the session.
    public let name: String
    /// One stimulus for each sample; empty if they are not known.
    public let stimuli: [String]
    /// Samples x voxels.
    public let responses: Matrix<Float>
    /// Which samples were recorded without a break.
    public let runs: Runs
    let knownSpace: VoxelSpace?
    let knownRegions: Regions?
    /// Other sets of regions, for instance masks that overlap the regions or one another.
    public let regionSets: [RegionSet]

    /// Where the voxels lie; throws `BrainError.value` if the study was made without it.
    public var space: VoxelSpace {
        get throws { try known(knownSpace, "a voxel space", "space:") }
    }

    /// The region of each voxel; throws `BrainError.value` if the study was made without them.
    public var regions: Regions {
        get throws { try known(knownRegions, "regions", "regions:") }
    }

    /// The regions of a set by its name; throws `BrainError.value` if no such name exists.
    public func regions(inSet name: String) throws -> Regions {
        guard let set = regionSets.first(where: { $0.name == name }) else {
            throw BrainError.value(
                what: "the set of regions", got: "\"\(name)\"",
                expected: regionSets.isEmpty
                    ? "one that the study was made with (`regionSets:`), which has none"
                    : "one of \(regionSets.map(\.name).joined(separator: ", "))")
        }
        return set.regions
    }

    /// Whether each voxel has a response other than zero; a voxel that holds a NaN has none.
    ///
    /// The published scripts ask whether the mean is other than zero. That is the same for raw responses, but of those that
    /// were standardized or detrended it would drop the voxels whose sum happens to be zero to the last digit.
    package var voxelsWithResponse: [Bool] {
        let voxels = responses.columns
        // A NaN makes the sum of sizes one.
        var sums = [Double](repeating: 0, count: voxels)
        responses.withUnsafeBufferPointer { responses in
            for sample in 0..<self.responses.rows {
                for voxel in 0..<voxels { sums[voxel] += abs(Double(responses[sample * voxels + voxel])) }
            }
        }
        return sums.map { $0 > 0 }
    }

    /// The regions, or nil if the study was made without them.
    package var regionsIfKnown: Regions? { knownRegions }
    /// Where the voxels lie, or nil if the study was made without a space.
    package var spaceIfKnown: VoxelSpace? { knownSpace }

    private func known<Part>(_ part: Part?, _ what: String, _ argument: String) throws -> Part {
        guard let part else {
            throw BrainError.value(
                what: "the study \(name)", got: "without \(what)",
                expected: "made with \(what) (`\(argument)`)")
        }
        return part
    }

    /// A study from its parts.
    ///
    /// - Parameters:
    ///   - name: what the study is called.
    ///   - stimuli: the stimulus of each sample; empty if it does not matter.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples; nil for one run.
    ///   - space: where the voxels lie; nil if it is not known.
    ///   - regions: the region of each voxel; nil if it is not known.
    ///   - regionSets: further regions under a name each; they may overlap.
    ///
    /// Throws `BrainError` if stimuli, runs, space or regions do not fit the responses, or two sets have the same name.
    public init(
        name: String, stimuli: [String] = [], responses: Matrix<Float>, runs: Runs? = nil,
        space: VoxelSpace? = nil,
        regions: Regions? = nil, regionSets: [RegionSet] = []
    ) throws {
        func check(_ what: String, _ count: Int?, _ expected: Int, _ of: String) throws {
            if let count, count != expected {
                throw BrainError.count(
                    what: what, got: count, expected: expected, of: "\(of) of the responses")
            }
        }
        try check("stimuli", stimuli.isEmpty ? nil : stimuli.count, responses.rows, "samples")
        try check("samples of the runs", runs?.samples, responses.rows, "samples")
        try check("voxels of the space", space?.count, responses.columns, "voxels")
        try check("voxels of the regions", regions?.voxelCount, responses.columns, "voxels")
        for set in regionSets {
            try check("voxels of the set \(set.name)", set.regions.voxelCount, responses.columns, "voxels")
        }
        guard Set(regionSets.map(\.name)).count == regionSets.count else {
            throw BrainError.value(
                what: "the names of the sets of regions", got: "\(regionSets.map(\.name))",
                expected: "different")
        }
        guard responses.rows > 0, responses.columns > 0 else {
            throw BrainError.value(
                what: "the shape of the responses", got: "\(responses.rows) x \(responses.columns)",
                expected: "at least one sample and one voxel")
        }
        self.name = name
        self.stimuli = stimuli
        self.responses = responses
        self.runs = try runs ?? Runs(lengths: [responses.rows])
        knownSpace = space
        knownRegions = regions
        self.regionSets = regionSets
    }

    /// The same study with other responses of the same voxels, for instance without their drift.
    ///
    /// ```swift
    /// let clean = try study.transformed { try $0.detrended(.polynomial(degree: 2), runs: study.runs) }
    /// ```
    ///
    /// - Parameter transform: makes the new responses of the old ones, both samples x voxels.
    ///
    /// Throws `BrainError` if they have another number of samples or voxels, and what `transform` throws.
    public func transformed(_ transform: (Matrix<Float>) throws -> Matrix<Float>) throws -> Study {
        try Study(
            name: name, stimuli: stimuli, responses: transform(responses), runs: runs, space: knownSpace,
            regions: knownRegions, regionSets: regionSets)
    }
}
