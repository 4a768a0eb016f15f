/// How a simulated subject was made: the answer that an analysis should find.
public struct SimulationTruth: Sendable, Equatable {
    /// What drives one region.
    public struct Drive: Sendable, Equatable {
        /// The name of the region.
        public let region: String
        /// The index of the layer that the region follows; nil if the region is noise.
        public let layer: Int?
    }

    /// The names of the model's layers.
    public let layers: [String]
    /// The drive of each region.
    public let drives: [Drive]
    /// The share of a driven voxel's variance that is signal: the ceiling of R2; its root is the ceiling of r.
    public let signalShare: Double

    /// The name of the layer that a region follows, nil for noise; throws `BrainError.unknownRegion`.
    public func layer(of region: String) throws -> String? {
        guard let drive = drives.first(where: { $0.region == region }) else {
            throw BrainError.unknownRegion(region, known: drives.map(\.region))
        }
        return drive.layer.map { layers[$0] }
    }
}

/// The regions of a simulated subject and how deep the layer lies that each follows, 0 the first and 1 the last.
enum SimulationPlan {
    static let regions: [(name: String, group: String, depth: Double?)] = [
        ("Heschl's gyrus", "early", 0), ("superior temporal gyrus", "early", 1 / 6.0),
        ("visual word form area", "early", 1 / 6.0), ("middle temporal gyrus", "middle", 1 / 3.0),
        ("inferior frontal gyrus", "middle", 0.5), ("temporal pole", "middle", 2 / 3.0),
        ("angular gyrus", "late", 5 / 6.0), ("precuneus", "late", 1), ("medial prefrontal cortex", "late", 1),
        ("motor cortex", "none", nil), ("somatosensory cortex", "none", nil), ("thalamus", "none", nil),
    ]
}
