import Encoding
import Formats
import Hashing
import Tensors

/// A simulated subject whose brain is known: each region follows one layer of a model, or is noise.
///
/// A region that follows layer L gets voxels whose signal is a random mixture of what is specific to L: the leading
/// principal components of L's features after those of the two neighboring layers are projected out. Independent
/// noise is added. What a region follows is invented and says nothing about real brains.
///
/// ```swift
/// let sentences = SimulatedSubject.sentences
/// let features = try model.features(of: sentences)
/// let subject = try SimulatedSubject(features: features.map(\.matrix), layers: features.names)
/// subject.study.responses      // 384 x 288
/// subject.truth                // which region follows which layer
/// ```
public struct SimulatedSubject: Sendable {
    /// How a subject is made.
    public struct Options: Sendable, Equatable {
        /// The seed of all random numbers: the same seed gives the same subject.
        public var seed: UInt32 = 1
        /// How many voxels each region has.
        public var voxelsPerRegion = 24
        /// The share of a voxel's variance that its layer explains, 0 to 1: the ceiling of R2.
        public var signalShare = 0.3
        /// How many principal components of the layer make the signal.
        public var components = 60
        /// How many principal components of each neighboring layer are projected out of it.
        public var removedComponents = 20
        /// How many runs the samples are divided into.
        public var runs = 8
        /// The time from one sample to the next in seconds, if the signal is convolved with a hemodynamic response.
        public var repetitionTime: Double?

        /// The defaults: 24 voxels per region, 30 % of the variance is signal, 8 runs, no hemodynamic response.
        public init() {}
    }

    /// The subject's data, as a study of a real subject holds them.
    public let study: Study
    /// What made the data.
    public let truth: SimulationTruth
    /// The noise-free signal, standardized: samples x voxels, zero for regions that follow nothing.
    public let signal: Matrix<Float>

    /// 384 English sentences on 24 topics, the topics in turn, so that every run of 24 holds each topic once.
    public static let sentences: [String] = {
        let topics = (sentenceTopics1 + sentenceTopics2).map {
            $0.sentences.split(separator: "\n").map(String.init)
        }
        let longest = topics.map(\.count).max() ?? 0
        return (0..<longest).flatMap { index in
            topics.compactMap { $0.indices.contains(index) ? $0[index] : nil }
        }
    }()

    /// A subject that saw the stimuli whose features these are.
    ///
    /// - Parameters:
    ///   - features: one matrix of samples x width for each layer of a model, the earliest first.
    ///   - layers: the names of the layers.
    ///   - stimuli: the stimulus of each sample; empty if it does not matter.
    ///   - options: voxels, noise, and where information lies.
    ///
    /// Throws `BrainError` if names, matrices or options do not fit.
    public init(
        features: [Matrix<Float>], layers: [String], stimuli: [String] = [], options: Options = Options()
    ) throws {
        try SimulatedSubject.check(features, layers, options)
        let samples = features[0].rows
        let plan = SimulationPlan.regions
        let drives = plan.map { region in
            SimulationTruth.Drive(
                region: region.name,
                layer: region.depth.map { Int(($0 * Double(layers.count - 1)).rounded()) })
        }
        let runs = try Runs(lengths: SimulatedSubject.lengths(samples: samples, runs: options.runs))
        let width = options.voxelsPerRegion
        var random = SplitMix64(seed: UInt64(options.seed))
        var signal = Matrix<Double>(rows: samples, columns: plan.count * width)
        let sources = try LayerSources(
            features, layers: Set(drives.compactMap(\.layer)), components: options.components,
            removed: options.removedComponents)
        for (region, drive) in drives.enumerated() {
            guard let layer = drive.layer else { continue }
            var part = try sources.mixtures(of: layer, count: width, random: &random)
            if let repetitionTime = options.repetitionTime {
                part = try part.convolved(with: .spm, repetitionTime: repetitionTime, runs: runs)
            }
            part = try part.zScored()
            for row in 0..<samples {
                for voxel in 0..<width { signal[row, region * width + voxel] = part[row, voxel] }
            }
        }
        let (signalPart, noisePart) = (
            options.signalShare.squareRoot(), (1 - options.signalShare).squareRoot()
        )
        let responses = Matrix<Float>(rows: samples, columns: signal.columns) { target in
            signal.withUnsafeBufferPointer { source in
                for index in 0..<source.count {
                    let follows = drives[index % signal.columns / width].layer != nil
                    let noise = random.normal()
                    target[index] = Float(follows ? signalPart * source[index] + noisePart * noise : noise)
                }
            }
        }
        let names = plan.flatMap { Array(repeating: $0.name, count: width) }
        study = try Study(
            name: "simulated subject", stimuli: stimuli, responses: responses, runs: runs,
            regions: Regions(
                names: names, groups: Dictionary(uniqueKeysWithValues: plan.map { ($0.name, $0.group) })))
        truth = SimulationTruth(layers: layers, drives: drives, signalShare: options.signalShare)
        self.signal = signal.converted(to: Float.self)
    }

    private static func check(_ features: [Matrix<Float>], _ layers: [String], _ options: Options) throws {
        guard let first = features.first, features.count == layers.count else {
            throw BrainError.count(
                what: "feature matrices", got: features.count, expected: max(1, layers.count), of: "layers")
        }
        for (matrix, name) in zip(features, layers) where matrix.rows != first.rows {
            throw BrainError.count(
                what: "samples of layer \(name)", got: matrix.rows, expected: first.rows,
                of: "samples of the first layer")
        }
        for (name, value, least) in [
            ("voxelsPerRegion", options.voxelsPerRegion, 1), ("runs", options.runs, 1),
            ("components", options.components, 1), ("removedComponents", options.removedComponents, 0),
            ("the number of samples", first.rows, max(3, options.runs)),
        ] where value < least {
            throw BrainError.value(what: name, got: "\(value)", expected: "at least \(least)")
        }
        let voxels = SimulationPlan.regions.count.multipliedReportingOverflow(by: options.voxelsPerRegion)
        let numbers = voxels.partialValue.multipliedReportingOverflow(by: first.rows)
        // The signal in double precision, its parts and the responses.
        guard !voxels.overflow, !numbers.overflow,
            numbers.partialValue < 1 << 22 || numbers.partialValue <= availableMemory() / 32
        else {
            throw BrainError.value(
                what: "voxelsPerRegion", got: "\(options.voxelsPerRegion)",
                expected: "fewer: so many voxels of \(first.rows) samples do not fit into memory")
        }
        guard (0...1).contains(options.signalShare) else {
            throw BrainError.value(
                what: "signalShare", got: "\(options.signalShare)", expected: "from 0 to 1")
        }
        if let time = options.repetitionTime, !(time > 0) {
            throw BrainError.value(what: "repetitionTime", got: "\(time) s", expected: "above 0 s")
        }
    }

    private static func lengths(samples: Int, runs: Int) -> [Int] {
        (0..<runs).map { samples / runs + ($0 < samples % runs ? 1 : 0) }
    }
}
