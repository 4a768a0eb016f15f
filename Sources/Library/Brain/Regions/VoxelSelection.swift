import Encoding

/// Which voxels count, by a rule that a figure can print.
///
/// ```swift
/// try fit.scores.byRegion(study, select: .pos90)
/// try fit.scores.byRegion(study, select: .pos.and(.ceiling(ceiling, atLeast: 0.2)))
/// ```
public indirect enum VoxelSelection: Sendable, Equatable {
    /// Every voxel that has a response other than zero.
    case all
    /// Of these the ones with an R2 above zero.
    case pos
    /// Of these the ones in the cerebrum: in one of AAL's regions 1 to 90, not in the cerebellum.
    case pos90
    /// Voxels of which repeats of the same stimuli let a perfect model's correlation be at least this large.
    case ceiling(NoiseCeiling, atLeast: Double)
    /// Custom voxels, one truth value each, and the name of the rule.
    case voxels([Bool], rule: String)
    /// Voxels that two rules both select.
    case both(VoxelSelection, VoxelSelection)

    /// Voxels that this rule and another both select.
    public func and(_ other: VoxelSelection) -> VoxelSelection { .both(self, other) }

    /// Which voxels of a study are selected, given their R2.
    ///
    /// Throws `BrainError` if scores, ceiling or truth values are of another number of voxels, or `pos90` is asked for in
    /// regions none of which is AAL's.
    public func isSelected(r2: [Double], in study: Study) throws -> [Bool] {
        try isSelected(
            r2: r2, voxels: study.responses.columns, hasResponse: { study.voxelsWithResponse },
            regions: { try study.regions }, of: "voxels of the study")
    }

    /// The same for voxels whose responses are not in memory.
    ///
    /// - Parameters:
    ///   - r2: one for each voxel.
    ///   - voxels: how many voxels there are.
    ///   - hasResponse: whether each voxel has a response other than zero; asked for if a rule needs it.
    ///   - regions: the region of each voxel; asked for if a rule needs it.
    ///   - what: what the voxels are called in an error.
    package func isSelected(
        r2: [Double], voxels: Int, hasResponse: () -> [Bool], regions: () throws -> Regions, of what: String
    ) throws -> [Bool] {
        func check(_ name: String, _ got: Int) throws {
            guard got == voxels else {
                throw BrainError.count(what: name, got: got, expected: voxels, of: what)
            }
        }
        func selected(by rule: VoxelSelection) throws -> [Bool] {
            try rule.isSelected(r2: r2, voxels: voxels, hasResponse: hasResponse, regions: regions, of: what)
        }
        try check("scores", r2.count)
        switch self {
        case .all:
            return hasResponse()
        case .pos:
            return zip(hasResponse(), r2).map { $0 && $1 > 0 }
        case .pos90:
            let regions = try regions()
            let cerebral = regions.regions.map { VoxelSelection.cerebrum.contains($0.name) }
            guard cerebral.contains(true) else {
                throw BrainError.value(
                    what: "the regions for pos90", got: regions.names.prefix(4).joined(separator: ", "),
                    expected: "those of AAL, of which 1 to 90 are the cerebrum")
            }
            return zip(try selected(by: .pos), regions.places).map { $0 && $1.map { cerebral[$0] } == true }
        case .ceiling(let ceiling, let least):
            guard least.isFinite else {
                throw BrainError.value(
                    what: "the least noise ceiling", got: "\(least)", expected: "a finite number")
            }
            try check("noise ceilings", ceiling.r.count)
            return ceiling.r.map { $0 >= least }
        case .voxels(let chosen, _):
            try check("truth values of the selection", chosen.count)
            return chosen
        case .both(let first, let second):
            return try zip(selected(by: first), selected(by: second)).map { $0 && $1 }
        }
    }

    /// The regions of the cerebrum in AAL's three versions.
    private static let cerebrum: Set<String> = Set(
        [RegionTable.aal90, .aal2, .aal3].flatMap(\.regions)
            .filter { !["cerebellum", "brainstem"].contains($0.group) }.map(\.name))
}

extension VoxelSelection: CustomStringConvertible {
    /// The rule in words.
    public var description: String {
        switch self {
        case .all: "a response other than 0"
        case .pos: "a response other than 0, R² > 0"
        case .pos90: "a response other than 0, R² > 0, in the cerebrum (AAL 1 to 90)"
        case .ceiling(_, let least): "noise ceiling of at least \(least)"
        case .voxels(_, let rule): rule
        case .both(let first, let second): "\(first), \(second)"
        }
    }
}
