/// The runs of a recording: which samples were recorded without a break.
///
/// Delays, detrending and z-scoring never reach from one run into another.
///
/// ```swift
/// let runs = try Runs(lengths: [300, 300, 270])
/// let same = try Runs(labels: ["a", "a", "b", "b", "b"])
/// ```
public struct Runs: Sendable, Equatable {
    /// The number of samples of each run.
    public let lengths: [Int]

    /// Runs of the given numbers of samples, one after another.
    ///
    /// - Parameter lengths: how many samples each run has, in their order.
    ///
    /// Throws `EncodingError` if there is no run or a run has no sample.
    public init(lengths: [Int]) throws {
        try checkParameter("the number of runs", 0, expected: "at least 1", !lengths.isEmpty)
        if let index = lengths.firstIndex(where: { $0 < 1 }) {
            throw EncodingError.parameter(
                name: "the length of run \(index)", value: "\(lengths[index])", expected: "at least 1")
        }
        var samples = 0
        for length in lengths {
            let (sum, overflow) = samples.addingReportingOverflow(length)
            try checkParameter(
                "the lengths of the runs", lengths, expected: "those of a recording", !overflow)
            samples = sum
        }
        self.lengths = lengths
    }

    /// Runs from one label per sample; the samples of a run must be together.
    ///
    /// - Parameter labels: the run of each sample: numbers or names.
    ///
    /// Throws `EncodingError` if there is no label, or one returns after another run has begun.
    public init<Label: Hashable>(labels: [Label]) throws {
        try checkParameter("the number of runs", 0, expected: "at least 1", !labels.isEmpty)
        var lengths: [Int] = []
        var seen: Set<Label> = []
        for (sample, label) in labels.enumerated() {
            if sample > 0, labels[sample - 1] == label {
                lengths[lengths.count - 1] += 1
            } else if seen.insert(label).inserted {
                lengths.append(1)
            } else {
                throw EncodingError.runInterrupted(label: "\(label)", sample: sample)
            }
        }
        self.lengths = lengths
    }

    /// How many runs there are.
    public var count: Int { lengths.count }

    /// How many samples all runs have together.
    public var samples: Int { lengths.reduce(0, +) }

    /// The samples of each run.
    public var ranges: [Range<Int>] {
        var start = 0
        return lengths.map { length in
            defer { start += length }
            return start..<start + length
        }
    }

    /// The index of its run for each sample.
    public var labels: [Int] {
        lengths.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    }

    /// The runs of some of the samples (ascending); a run without any of them is left out.
    package func subset(_ samples: [Int]?) throws -> Runs {
        guard let samples else { return self }
        let labels = labels
        return try Runs(labels: samples.map { labels[$0] })
    }

    /// The ranges of `runs`, or one range if there are none; throws if they do not cover `samples`.
    static func ranges(of runs: Runs?, samples: Int) throws -> [Range<Int>] {
        guard let runs else { return [0..<samples] }
        guard runs.samples == samples else {
            throw EncodingError.sampleCount(what: "runs", count: runs.samples, expected: samples)
        }
        return runs.ranges
    }
}
