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

    /// Where the voxels lie; throws `BrainError.value` if the study was made without it.
    public var space: VoxelSpace {
        get throws { try known(knownSpace, "a voxel space", "space:") }
    }

    /// The region of each voxel; throws `BrainError.value` if the study was made without them.
    public var regions: Regions {
        get throws { try known(knownRegions, "regions", "regions:") }
    }

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
    /// Throws `BrainError.count` if stimuli, runs, space or regions do not fit the responses.
    public init(
        name: String, stimuli: [String] = [], responses: Matrix<Float>, runs: Runs? = nil,
        space: VoxelSpace? = nil,
        regions: Regions? = nil
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
    }
}
