import Brain
import Display
import Encoding
import Figures
import Formats
import Tensors

/// What a simulator predicts for some stimuli: a value for each stimulus and voxel, in deviations of the voxel.
///
/// ```swift
/// let response = try simulator.respond(to: ["a red circle", "three blue stars"])
/// try response.byRegion                              // stimuli x regions, with standard errors
/// try response.onSurface(.smallWorld(), stimulus: 0) // on the cortex
/// try response.preferred(in: "angular gyrus")        // the stimuli that drive a region most
/// response.outside                                   // stimuli unlike all that the simulator was fitted to
/// ```
public struct SimulatedResponse: Sendable {
    /// The subject.
    public let subject: String
    /// What the stimuli are called.
    public let stimuli: [String]
    /// Stimuli x voxels; samples x voxels for a film.
    public let values: Matrix<Float>
    /// How far a single measurement deviates from a prediction, in each voxel.
    public let residuals: [Double]
    /// For each stimulus the share of the fit's stimuli that lie nearer to the rest: of 1, it lies farther out than all.
    public let shareNearer: [Double]
    public let space: VoxelSpace?
    public let regions: Regions?
    /// The seconds of a sample, if these are time courses.
    public let secondsPerSample: Double?
    /// The features that the regression sees, and its weights, for predictions without each run.
    let prepared: Matrix<Float>
    let weights: SimulatorWeights

    /// The predictions of some of the stimuli without each run of the fit.
    private func withoutRuns(_ rows: Range<Int>) -> [Matrix<Float>] {
        let prepared = prepared.rows(rows)
        return weights.coefficients.indices.dropLast().map { weights.predict(prepared, without: $0) }
    }

    /// The standard errors of the predictions, from fits without each run (jackknife): stimuli x voxels.
    public var standardErrors: Matrix<Float> {
        let parts = withoutRuns(0..<values.rows)
        var result = Matrix<Float>(rows: values.rows, columns: values.columns)
        for row in 0..<values.rows {
            for column in 0..<values.columns {
                result[row, column] = Float(jackknifeError(parts.map { Double($0[row, column]) }))
            }
        }
        return result
    }

    /// The places of the stimuli that lie farther out than 99 % of those of the fit: predictions for them are guesses.
    public var outside: [Int] { shareNearer.indices.filter { shareNearer[$0] >= 0.99 } }

    /// The mean over the voxels of each region, stimuli x regions, and its standard error.
    ///
    /// Throws `SimulatorError` if the simulator knows no regions.
    public var byRegion: RegionResponses {
        get throws { try byRegion(0..<values.rows) }
    }

    /// The same of some of the stimuli.
    func byRegion(_ rows: Range<Int>) throws -> RegionResponses {
        let regions = try knownRegions
        let means = regions.means(of: values.rows(rows))
        let parts = withoutRuns(rows).map { regions.means(of: $0) }
        var errors = Matrix<Double>(rows: means.rows, columns: means.columns)
        for row in 0..<means.rows {
            for column in 0..<means.columns {
                errors[row, column] = jackknifeError(parts.map { $0[row, column] })
            }
        }
        return RegionResponses(
            stimuli: Array(stimuli[rows]), regions: regions.regions, values: means, standardErrors: errors)
    }

    /// The regions; throws `SimulatorError` if the simulator knows none.
    var knownRegions: Regions {
        get throws {
            guard let regions, !regions.regions.isEmpty else {
                throw SimulatorError("\(subject) has no regions")
            }
            return regions
        }
    }

    /// The stimuli that drive a region most, the strongest first.
    ///
    /// - Parameters:
    ///   - region: the name of a region.
    ///   - count: how many at most.
    ///
    /// Throws `BrainError.unknownRegion`, and `SimulatorError` if the simulator knows no regions.
    public func preferred(in region: String, count: Int = 5) throws -> [(stimulus: String, value: Double)] {
        let regions = try knownRegions
        let means = regions.means(of: values).column(try regions.place(of: region))
        return means.indices.sorted { means[$0] > means[$1] }.prefix(max(count, 0)).map {
            (stimuli[$0], means[$0])
        }
    }

    /// The map of one stimulus, or of one sample of a film, on the cortex.
    ///
    /// - Parameters:
    ///   - surface: the meshes.
    ///   - stimulus: the place of the stimulus, from zero.
    ///   - limit: the value at the end of the colors; nil for the largest one.
    ///
    /// Throws `SimulatorError` if there is no such stimulus, the voxels' places are not known or the limit is not above 0,
    /// and what the map throws.
    public func onSurface(
        _ surface: CorticalSurface, stimulus: Int = 0, limit: Double? = nil
    ) throws -> SurfaceMap {
        guard let space else { throw SimulatorError("\(subject) does not know where its voxels lie") }
        guard stimuli.indices.contains(stimulus) else {
            throw SimulatorError("there is no stimulus \(stimulus); there are \(stimuli.count)")
        }
        if let limit, !(limit > 0 && limit.isFinite) {
            throw SimulatorError("the limit of the colors is \(limit), but must be above 0 and finite")
        }
        let layer = try space.layer(values.row(stimulus).map(Double.init), on: surface)
        var style = ChartStyle.diverging
        style.domain = limit.map { -$0...$0 }
        return try SurfaceMap(
            layers: [layer], on: surface, title: stimuli[stimulus], valueTitle: "predicted response (SD)",
            style: style)
    }
}

/// Predicted means over the voxels of regions.
public struct RegionResponses: Sendable, Equatable {
    /// What the stimuli are called.
    public let stimuli: [String]
    public let regions: [Region]
    /// Stimuli x regions.
    public let values: Matrix<Double>
    /// From fits without each run: stimuli x regions.
    public let standardErrors: Matrix<Double>

    /// The time course, or the list over stimuli, of one region; throws `BrainError.unknownRegion`.
    public func values(of region: String) throws -> [Double] {
        values.column(try regions.place(of: region))
    }

    /// A heat map of stimuli by regions.
    public func heatmap() throws -> Heatmap {
        try Heatmap(
            rows: stimuli, columns: regions.map(\.name), values: values.elements,
            title: "Predicted responses", rowTitle: "stimulus", columnTitle: "region",
            valueTitle: "response (SD)", style: .diverging)
    }
}

/// The standard error of a statistic by its values without each part.
func jackknifeError(_ parts: [Double]) -> Double {
    guard parts.count > 1 else { return .nan }
    let count = Double(parts.count)
    let mean = parts.reduce(0, +) / count
    return ((count - 1) / count * parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot()
}
