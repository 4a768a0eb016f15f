import Tensors

extension Matrix {
    /// The features of earlier samples beside each other: a finite impulse response for each voxel.
    ///
    /// samples x features becomes samples x (delays * features); the columns of the first delay come first, then
    /// those of the second, as in `Delayer` of voxelwise_tutorials. Samples from before a run's beginning are
    /// zeros, so centre the features before. A delay below nought looks ahead.
    ///
    /// ```swift
    /// let delayed = try features.delayed(by: [1, 2, 3, 4], runs: runs)
    /// ```
    ///
    /// Throws `EncodingError` where the runs do not have as many samples as the features.
    public func delayed(by delays: [Int], runs: Runs? = nil) throws -> Matrix {
        let ranges = try Runs.ranges(of: runs, samples: rows)
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
