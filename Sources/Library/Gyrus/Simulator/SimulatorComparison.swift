import Brain
import Tensors

extension BrainSimulator {
    /// In what this simulator and another differ: how they were made, and how well they predict each region.
    public func compare(with other: BrainSimulator) -> SimulatorComparison {
        func rows(_ simulator: BrainSimulator) -> [(String, String)] {
            let about = simulator.provenance
            return [
                ("subject", simulator.name), ("stimuli", simulator.modality.rawValue), ("model", about.model),
                ("weights", String(about.weightsHash.prefix(12))),
                ("settings", String(about.settingsHash.prefix(12))), ("network", about.network),
                ("layers", about.layers.joined(separator: ", ")),
                ("pooling", about.pooling), ("transform", about.transform),
                ("pipeline", about.pipeline.joined(separator: "; ")),
                ("hemodynamic response", about.hemodynamics.map { "\($0)" } ?? "none"),
                ("alphas", "\(about.alphas)"), ("samples", "\(about.samples)"),
                ("runs", "\(about.runs)"), ("voxels", "\(simulator.voxelCount)"),
            ]
        }
        let differences = zip(rows(self), rows(other)).filter { $0.1 != $1.1 }
            .map { SimulatorComparison.Difference(what: $0.0, first: $0.1, second: $1.1) }
        func means(_ simulator: BrainSimulator) -> [String: Double] {
            guard let regions = simulator.regions else { return [:] }
            return Dictionary(
                zip(
                    regions.names,
                    regions.voxels.map { voxels in
                        voxels.map { simulator.scores.r[$0] }.nanmean()
                    }), uniquingKeysWith: { first, _ in first })
        }
        let (own, others) = (means(self), means(other))
        return SimulatorComparison(
            differences: differences,
            regions: (regions?.names ?? []).compactMap { name in
                guard let first = own[name], let second = others[name] else { return nil }
                return SimulatorComparison.RegionRow(region: name, first: first, second: second)
            })
    }
}

/// In what two simulators differ.
public struct SimulatorComparison: Sendable, Equatable {
    /// One thing that is not the same.
    public struct Difference: Sendable, Equatable {
        public let what: String
        public let first: String
        public let second: String

        /// A difference.
        ///
        /// - Parameters:
        ///   - what: what differs.
        ///   - first: what it is in the first simulator.
        ///   - second: what it is in the second.
        public init(what: String, first: String, second: String) {
            self.what = what
            self.first = first
            self.second = second
        }
    }

    /// The mean held-out r of a region in both.
    public struct RegionRow: Sendable, Equatable {
        public let region: String
        public let first: Double
        public let second: Double
    }

    public let differences: [Difference]
    /// The regions that both have.
    public let regions: [RegionRow]
}
