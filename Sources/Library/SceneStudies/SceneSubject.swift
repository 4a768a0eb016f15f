import Brain
import Encoding
import Formats
import Foundation
import Hashing
import SmallWorld
import Tensors

/// A simulated subject of `SceneStudy`: its data of each session, and the truth behind them.
///
/// A voxel's signal is a weighted sum of the factors of its region, convolved with the subject's hemodynamic response. In
/// planted regions the weights are the same for pictures and captions. Autocorrelated noise and slow drift are added, so
/// that 20 to 60 % of a voxel's variance beside drift is signal.
public struct SceneSubject: Sendable {
    /// The number of the subject, from 1 on.
    public let number: Int
    /// What was seen: scenes, one per sample.
    public let films: Study
    /// What was read: captions in any words.
    public let captions: Study
    /// Captions whose last two runs use words that the others do not have.
    public let synonyms: Study
    /// The time to the peak of the subject's hemodynamic response, in seconds.
    public let timeToPeak: Double
    /// The best r that any model can reach in each voxel, if the drift is removed, by session; zero without a signal.
    public let ceilings: [SceneStudy.Session: [Double]]
    private let seen: Mixture
    private let read: Mixture

    init(_ number: Int, of study: SceneStudy) throws {
        guard number >= 1 else {
            throw BrainError.value(what: "the number of a subject", got: "\(number)", expected: "1 or more")
        }
        self.number = number
        let seed = study.seed &* 0x9fb2_1c65_1e98_df25 &+ UInt64(number) &* 0xd134_2543_de82_ef95
        var random = SplitMix64(seed: seed)
        timeToPeak = 5.5 + random.unit()
        let response = HemodynamicResponse(delay: timeToPeak)
        let weights = Weights(common: study.seed, own: seed)
        seen = Mixture(weights, \.films, study.factors(.films))
        read = Mixture(weights, \.captions, study.factors(.captions))
        let signalShare = (0..<Mixture.voxelCount).map { _ in 0.2 + 0.4 * random.unit() }
        let (space, regions) = (try VoxelSpace.smallWorld(), try SceneSubject.regions.get())
        var ceilings: [SceneStudy.Session: [Double]] = [:]
        func data(_ session: SceneStudy.Session, _ mixture: Mixture) throws -> Study {
            let stimuli = study.stimuli(session)
            let runs = try stimuli.runs
            let signal = try mixture.signal(study.factors(session))
                .convolved(with: response, repetitionTime: SceneStudy.repetitionTime, runs: runs)
            var random = SplitMix64(
                seed: seed &+ UInt64(session.rawValue.utf8.reduce(0) { 31 &* $0 &+ Int($1) }))
            let (responses, shares) = try Noise.added(to: signal, shares: signalShare, runs: runs, &random)
            ceilings[session] = shares.map { $0.squareRoot() }
            return try Study(
                name: "simulated subject \(number), \(session.rawValue)", stimuli: stimuli.names,
                responses: responses, runs: runs, space: space, regions: regions)
        }
        films = try data(.films, seen)
        captions = try data(.captions, read)
        synonyms = try data(.synonyms, read)
        self.ceilings = ceilings
    }

    /// The data of a session.
    public func study(_ session: SceneStudy.Session) -> Study {
        switch session {
        case .films: films
        case .captions: captions
        case .synonyms: synonyms
        }
    }

    /// The voxels' responses to scenes, without noise and before the hemodynamic response: scenes x voxels.
    public func trueResponse(to scenes: [Scene]) -> Matrix<Float> { seen.signal(FactorTable(of: scenes)) }

    /// The voxels' responses to captions that are read, without noise and before the hemodynamic response: captions x
    /// voxels.
    public func trueResponse(to captions: [SceneCaption]) -> Matrix<Float> {
        read.signal(FactorTable(of: captions))
    }

    /// The region of each voxel, in the order of `SceneRegion.all`.
    static let regions = Result {
        let table = RegionTable(
            name: "regions of a study of scenes",
            regions: SceneRegion.all.enumerated().map { index, region in
                Region(id: index + 1, name: region.name, group: region.group)
            })
        let labels = SceneRegion.vertices.map { (SceneRegion.ofVertices[$0] ?? -1) + 1 }
        return try Regions(labels: labels + labels, table: table)
    }
}

/// The weights of a subject's voxels: one third of their variance is common to a region, one third to all subjects.
struct Weights: Sendable {
    let common: UInt64
    let own: UInt64

    /// The weights of a region's voxels for one factor: voxels x numbers, of variance one.
    func weights(
        of factor: SceneFactor, width: Int, region: Int, voxels: [Int]
    ) -> [[Float]] {
        let number = UInt64(SceneFactor.allCases.firstIndex(of: factor) ?? 0)
        func normals(_ seed: UInt64, _ voxel: Int) -> [Float] {
            var random = SplitMix64(
                seed: seed &* 0x2545_f491_4f6c_dd1d &+ number &* 0xa076_1d64_78bd_642f
                    &+ UInt64(bitPattern: Int64(voxel)) &* 0x9e37_79b9_7f4a_7c15)
            return (0..<width).map { _ in Float(random.normal()) }
        }
        let shared = normals(common, -1 - region)
        return voxels.map { voxel in
            let (everyone, own) = (normals(common, voxel), normals(own, voxel))
            return (0..<width).map { (shared[$0] + everyone[$0] + own[$0]) / Float(3).squareRoot() }
        }
    }
}

/// How voxels mix the factors of what is seen, or of what is read.
struct Mixture: Sendable {
    /// The factors in the order of the weights' rows, with the means and deviations of their numbers.
    private let factors: [(factor: SceneFactor, means: [Float], deviations: [Float])]
    /// Numbers of all factors x voxels.
    private let weights: Matrix<Float>

    static let voxelCount = 2 * SceneRegion.vertices.count

    init(
        _ weights: Weights, _ drives: KeyPath<SceneRegion, [SceneFactor]>, _ table: FactorTable
    ) {
        factors = SceneFactor.allCases.filter { table.values[$0] != nil }.map { factor in
            let (means, deviations) = table.statistics(of: factor)
            return (factor, means, deviations)
        }
        let vertices = SceneRegion.vertices
        var matrix = Matrix<Float>(
            rows: factors.reduce(0) { $0 + $1.means.count }, columns: Mixture.voxelCount)
        var first = 0
        for (factor, means, deviations) in factors {
            for (region, about) in SceneRegion.all.enumerated()
            where about[keyPath: drives].contains(factor) {
                let voxels = (0..<Mixture.voxelCount).filter {
                    SceneRegion.ofVertices[vertices[$0 % vertices.count]] == region
                }
                let varying = Float(deviations.count { $0 > 0 })
                let scale = 1 / (Float(about[keyPath: drives].count) * max(varying, 1)).squareRoot()
                let drawn = weights.weights(
                    of: factor, width: means.count, region: region, voxels: voxels)
                for (voxel, numbers) in zip(voxels, drawn) {
                    for (row, number) in numbers.enumerated() { matrix[first + row, voxel] = scale * number }
                }
            }
            first += means.count
        }
        self.weights = matrix
    }

    /// The mixed factors: stimuli x voxels.
    func signal(_ table: FactorTable) -> Matrix<Float> {
        let rows = table.values.values.first?.rows ?? 0
        var numbers = Matrix<Float>(rows: rows, columns: weights.rows)
        var first = 0
        for (factor, means, deviations) in factors {
            if let values = table.values[factor] {
                for row in 0..<rows {
                    for column in means.indices where deviations[column] > 0 {
                        numbers[row, first + column] =
                            (values[row, column] - means[column]) / deviations[column]
                    }
                }
            }
            first += means.count
        }
        return multiply(numbers, weights)
    }
}

/// What is measured beside the signal.
enum Noise {
    /// The correlation of noise from one sample to the next.
    private static let autocorrelation = 0.3

    /// The signal with noise, drift and a mean, and the share of each voxel's variance beside drift that is signal.
    static func added(
        to signal: Matrix<Float>, shares: [Double], runs: Runs, _ random: inout SplitMix64
    ) throws -> (responses: Matrix<Float>, shares: [Double]) {
        let (rows, columns) = (signal.rows, signal.columns)
        let deviations = (0..<columns).map { column -> Double in
            var (sum, squares) = (0.0, 0.0)
            for row in 0..<rows {
                let value = Double(signal[row, column])
                sum += value
                squares += value * value
            }
            return max(0, squares / Double(rows) - (sum / Double(rows)) * (sum / Double(rows))).squareRoot()
        }
        let known = zip(deviations, shares).map { $0 > 1e-6 ? $1 : 0 }
        // Voxels without a signal have noise of the size of the others'.
        let levels = zip(deviations, shares).map { deviation, share in
            (deviation > 1e-6 ? deviation : 1) * ((1 - share) / share).squareRoot()
        }
        let innovation = (1 - autocorrelation * autocorrelation).squareRoot()
        let responses = Matrix<Float>(rows: rows, columns: columns) { target in
            var last = [Double](repeating: 0, count: columns)
            for range in runs.ranges {
                let slopes = (0..<columns).map { _ in 2 * random.unit() - 1 }
                let phases = (0..<columns).map { _ in 2 * Double.pi * random.unit() }
                for row in range {
                    let time = Double(row - range.lowerBound) / Double(range.count)
                    for column in 0..<columns {
                        last[column] =
                            row == range.lowerBound
                            ? random.normal()
                            : autocorrelation * last[column] + innovation * random.normal()
                        let drift = slopes[column] * (time - 0.5) + 0.5 * cos(2 * .pi * time + phases[column])
                        target[row * columns + column] =
                            100 + signal[row, column] + Float(levels[column] * (last[column] + 1.5 * drift))
                    }
                }
            }
        }
        return (responses, known)
    }
}
