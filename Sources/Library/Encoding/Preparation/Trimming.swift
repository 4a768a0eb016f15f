import Tensors

extension Runs {
    /// The samples that are left when each run loses its first and last ones.
    ///
    /// Throws `EncodingError` if a number is below 0 or a run has nothing left.
    public func keptSamples(first: Int = 0, last: Int = 0) throws -> [Int] {
        guard first >= 0, last >= 0 else {
            throw EncodingError.parameter(
                name: "the number of samples to trim", value: "\(min(first, last))", expected: "0 or more")
        }
        return try ranges.enumerated().flatMap { run, range in
            guard first < range.count, last < range.count - first else {
                throw EncodingError.parameter(
                    name: "the number of samples to trim from run \(run), which has \(range.count)",
                    value: "\(first) and \(last)", expected: "fewer together")
            }
            return Array(range.dropFirst(first).dropLast(last))
        }
    }

    /// The runs without their first and last samples.
    ///
    /// Throws what `keptSamples` throws.
    public func trimmed(first: Int = 0, last: Int = 0) throws -> Runs {
        _ = try keptSamples(first: first, last: last)
        return try Runs(lengths: lengths.map { $0 - first - last })
    }
}

extension Matrix {
    /// The samples without the first and last ones of each run.
    ///
    /// Delay, convolve or detrend before, so that the samples that go are those without a full history:
    ///
    /// ```swift
    /// let X = try features.delayed(by: [1, 2, 3, 4], runs: runs).trimmed(first: 5, last: 5, runs: runs)
    /// let Y = try responses.trimmed(first: 5, last: 5, runs: runs)
    /// let trimmedRuns = try runs.trimmed(first: 5, last: 5)
    /// ```
    ///
    /// - Parameters:
    ///   - first: how many samples go at the beginning of each run.
    ///   - last: how many go at the end.
    ///   - runs: the runs of the samples; nil for one run.
    ///
    /// Throws `EncodingError` if the runs do not fit or a run has nothing left.
    public func trimmed(first: Int = 0, last: Int = 0, runs: Runs? = nil) throws -> Matrix {
        let ranges = try Runs.ranges(of: runs, samples: rows)
        return rows(at: try Runs(lengths: ranges.map(\.count)).keptSamples(first: first, last: last))
    }
}
