import Brain
import Display
import Encoding
import Figures
import FoundationModels
import Tensors

/// How much more a brain is predicted to do at some stimuli than at others, by region.
public struct SimulatedContrast: Sendable, Equatable {
    /// One region.
    public struct Row: Sendable, Equatable {
        public let region: Region
        /// The mean prediction for the first and for the second set.
        public let first: Double
        public let second: Double
        /// First less second.
        public let difference: Double
        /// The standard error of the difference.
        public let standardError: Double
        /// The two-sided p value; NaN where the difference cannot be tested.
        public let p: Double
        /// p corrected for the number of regions (Benjamini & Hochberg).
        public let q: Double
    }

    public let rows: [Row]
    /// The difference in each voxel; empty where subjects have voxels of their own.
    public let voxels: [Double]
    /// What the test generalizes over, and how.
    public let test: String
    let space: VoxelSpace?

    /// The row of a region; throws `BrainError.unknownRegion`.
    public func row(of region: String) throws -> Row {
        rows[try rows.map(\.region).place(of: region)]
    }

    /// The differences on the cortex; throws `SimulatorError` if there are none by voxel or the places are not known.
    public func onSurface(_ surface: CorticalSurface) throws -> SurfaceMap {
        guard let space, !voxels.isEmpty else {
            throw SimulatorError("the contrast has no differences of voxels whose places are known")
        }
        return try SurfaceMap(
            layers: [space.layer(voxels, on: surface)], on: surface, title: "Predicted contrast",
            valueTitle: "difference (SD)", style: .diverging)
    }
}

extension SimulatedResponse {
    /// The contrast of these predictions against others of the same simulator, tested over stimuli (Welch's t).
    ///
    /// - Parameter other: the predictions for the other stimuli.
    ///
    /// Throws `SimulatorError` with fewer than two stimuli in a set, or if the two have other voxels or no regions.
    public func contrast(against other: SimulatedResponse) throws -> SimulatedContrast {
        guard let regions, other.regions == regions, other.values.columns == values.columns else {
            throw SimulatorError("the two sets of predictions are not of the same regions")
        }
        guard stimuli.count > 1, other.stimuli.count > 1 else {
            throw SimulatorError(
                "a contrast over stimuli needs two of each at least; there are \(stimuli.count) and \(other.stimuli.count)"
            )
        }
        let (own, others) = (regions.means(of: values), regions.means(of: other.values))
        let tests = regions.regions.indices.map { welch(own.column($0), others.column($0)) }
        let q = try tests.map(\.p).falseDiscoveryRates()
        return SimulatedContrast(
            rows: regions.regions.enumerated().map { place, region in
                let (first, second) = (own.column(place).mean(), others.column(place).mean())
                return SimulatedContrast.Row(
                    region: region, first: first, second: second, difference: first - second,
                    standardError: tests[place].error, p: tests[place].p, q: q[place])
            },
            voxels: (0..<values.columns).map { column in
                Double(values.column(column).mean()) - Double(other.values.column(column).mean())
            },
            test: "Welch's t over \(stimuli.count) and \(other.stimuli.count) stimuli of \(subject)",
            space: space)
    }
}

/// Welch's two-sample t test: its standard error and its p value.
private func welch(_ first: [Double], _ second: [Double]) -> (error: Double, p: Double) {
    func parts(_ values: [Double]) -> (mean: Double, square: Double) {
        (values.mean(), values.var(ddof: 1) / Double(values.count))
    }
    let (a, b) = (parts(first), parts(second))
    let error = (a.square + b.square).squareRoot()
    guard error > 0 else { return (error, .nan) }
    let degrees =
        (a.square + b.square) * (a.square + b.square)
        / (a.square * a.square / Double(first.count - 1) + b.square * b.square / Double(second.count - 1))
    return (error, studentTwoSided((a.mean - b.mean) / error, degrees: degrees))
}

extension BrainSimulator {
    /// How much more the brain is predicted to do at some images than at others, tested over the images by region.
    ///
    /// ```swift
    /// try simulator.contrast(faces, against: places)
    /// ```
    ///
    /// - Parameters:
    ///   - images: the first set.
    ///   - others: the second set.
    public func contrast(_ images: any ImageSource, against others: any ImageSource) throws
        -> SimulatedContrast
    { try respond(to: images).contrast(against: respond(to: others)) }

    /// How much more the brain is predicted to do at some texts than at others, tested over the texts by region.
    ///
    /// - Parameters:
    ///   - texts: the first set.
    ///   - others: the second set.
    public func contrast(_ texts: [String], against others: [String]) throws -> SimulatedContrast {
        try respond(to: texts).contrast(against: respond(to: others))
    }
}

extension [BrainSimulator] {
    /// The contrast of some images against others in each of several subjects, tested over subjects by region.
    ///
    /// - Parameters:
    ///   - images: the first set.
    ///   - others: the second set.
    ///   - test: how differences are tested over subjects.
    ///
    /// Throws `SimulatorError` with fewer than two subjects.
    public func contrast(
        _ images: any ImageSource, against others: any ImageSource, test: RegionTest = .pairedT
    ) throws -> SimulatedContrast {
        try overSubjects(
            contrasts(names: (images.names, others.names)) {
                (try $0.features(of: images), try $0.features(of: others))
            }, test)
    }

    /// The contrast of some texts against others in each of several subjects, tested over subjects by region.
    ///
    /// - Parameters:
    ///   - texts: the first set.
    ///   - others: the second set.
    ///   - test: how differences are tested over subjects.
    public func contrast(_ texts: [String], against others: [String], test: RegionTest = .pairedT) throws
        -> SimulatedContrast
    {
        try overSubjects(
            contrasts(names: (texts, others)) {
                (try $0.features(of: texts), try $0.features(of: others))
            }, test)
    }

    /// The contrast of each subject; subjects whose features are made in the same way share them.
    private func contrasts(
        names: (first: [String], second: [String]),
        features: (BrainSimulator) throws -> (first: Matrix<Float>, second: Matrix<Float>)
    ) throws -> [SimulatedContrast] {
        var known: [FeatureOrigin: (first: Matrix<Float>, second: Matrix<Float>)] = [:]
        return try map { simulator in
            let origin = FeatureOrigin(simulator)
            let both = try known[origin] ?? features(simulator)
            known[origin] = both
            return try simulator.response(both.first, names.first)
                .contrast(against: simulator.response(both.second, names.second))
        }
    }

    private func overSubjects(_ subjects: [SimulatedContrast], _ test: RegionTest) throws -> SimulatedContrast
    {
        guard subjects.count > 1, let first = subjects.first else {
            throw SimulatorError("a contrast over subjects needs two at least; there are \(subjects.count)")
        }
        var seen: Set<String> = []
        let regions = subjects.flatMap { $0.rows.map(\.region) }.filter { seen.insert($0.name).inserted }
        // A subject without a region, or without a difference in it, does not count there.
        let found = regions.map { region in
            subjects.compactMap { subject in subject.rows.first { $0.region.name == region.name } }
                .filter(\.difference.isFinite)
        }
        let p = try found.map { try test.outcome($0.map(\.difference)).p }
        let q = try p.falseDiscoveryRates()
        let sameVoxels = self.allSatisfy { $0.space != nil && $0.space == self[0].space }
        return SimulatedContrast(
            rows: regions.enumerated().map { place, region in
                let differences = found[place].map(\.difference)
                return SimulatedContrast.Row(
                    region: region, first: found[place].map(\.first).mean(),
                    second: found[place].map(\.second).mean(), difference: differences.mean(),
                    standardError: differences.std(ddof: 1) / Double(differences.count).squareRoot(),
                    p: p[place], q: q[place])
            },
            voxels: sameVoxels
                ? first.voxels.indices.map { voxel in subjects.map { $0.voxels[voxel] }.mean() } : [],
            test: "\(test) over \(UnitCounts.told(found.map(\.count), "subject"))",
            space: sameVoxels ? self[0].space : nil)
    }
}

/// How features are made; where it is the same, the features of a stimulus are.
private struct FeatureOrigin: Hashable {
    let modality: BrainSimulator.Modality
    let identity: ModelIdentity
    let layers: [String]
    let pooling: String

    init(_ simulator: BrainSimulator) {
        modality = simulator.modality
        identity = simulator.provenance.identity
        layers = simulator.provenance.layers
        pooling = simulator.provenance.pooling
    }
}
