import Tensors

extension Matrix {
    /// The features of earlier samples side by side: a finite impulse response for each voxel.
    ///
    /// samples x features becomes samples x (delays * features); the columns of the first delay come first, then
    /// those of the second, as in `Delayer` of voxelwise_tutorials. Samples from before a run's beginning are
    /// zeros, so center the features before. A delay below zero looks ahead.
    ///
    /// ```swift
    /// let delayed = try features.delayed(by: [1, 2, 3, 4], runs: runs)
    /// ```
    ///
    /// Throws `EncodingError` if the runs do not have as many samples as the features, there is no delay, one is
    /// named twice, or one is as long as a run, all of whose features would be zeros.
    public func delayed(by delays: [Int], runs: Runs? = nil) throws -> Matrix {
        let ranges = try Runs.ranges(of: runs, samples: rows)
        try checkDelays(delays, samples: rows, runs: runs)
        let width = columns * delays.count
        return Matrix(rows: rows, columns: width) { target in
            guard width > 0, let to = target.baseAddress else { return }
            withUnsafeBufferPointer { source in
                guard let from = source.baseAddress else { return }
                for range in ranges {
                    for row in range {
                        for (position, delay) in delays.enumerated() {
                            let out = to + row * width + position * columns
                            if range.contains(row - delay) {
                                out.update(from: from + (row - delay) * columns, count: columns)
                            } else {
                                out.update(repeating: 0, count: columns)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Throws `EncodingError` if delays or runs do not fit the samples.
func checkDelays(_ delays: some Collection<Int>, samples: Int, runs: Runs?) throws {
    let shortestRun = try Runs.ranges(of: runs, samples: samples).map(\.count).min() ?? 0
    try checkParameter("the list of delays", "empty", expected: "one delay or more", !delays.isEmpty)
    if let longest = delays.first(where: { $0.magnitude >= shortestRun }) {
        throw EncodingError.parameter(
            name: "a delay", value: "\(longest) samples",
            expected: "shorter than every run, of which one has \(shortestRun) samples")
    }
    var seen: Set<Int> = []
    if let twice = delays.first(where: { !seen.insert($0).inserted }) {
        throw EncodingError.parameter(
            name: "the list of delays", value: "\(delays), with \(twice) twice", expected: "all different")
    }
}
