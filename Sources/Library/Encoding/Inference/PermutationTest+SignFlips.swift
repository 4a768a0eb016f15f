import Tensors

extension PermutationTest {
    /// The permutation test that flips the signs of whole rows of `differences`, column by column.
    ///
    /// Rows are what is exchangeable (subjects; blocks of time), columns what is tested (regions, voxels). The
    /// statistic is the absolute value of Student's t, so that the maximum is taken over columns on one scale. All
    /// flips are taken for at most 12 rows, else `flips` random ones and the data themselves: `(1 + #) / (1 +
    /// flips)`.
    ///
    /// ```swift
    /// let multimodal = Matrix([[0.31, 0.22], [0.28, 0.25], [0.35, 0.20]])   // subjects x regions
    /// let unimodal = Matrix([[0.27, 0.22], [0.25, 0.26], [0.30, 0.21]])
    /// let test = try PermutationTest.signFlips(multimodal - unimodal)
    /// test.pForMaximum                                        // controlled over all regions
    /// ```
    ///
    /// - Parameters:
    ///   - differences: rows x columns. A column with a NaN has the p value NaN.
    ///   - flips: how many random flips, if there are more than 12 rows.
    ///   - seed: the seed of the random flips; the same seed gives the same p at any number of threads.
    ///
    /// The effects are mean differences. Throws `EncodingError` with fewer than 2 rows, `CancellationError` if the
    /// cell is interrupted.
    public static func signFlips(
        _ differences: Matrix<Double>, flips: Int = 10_000, seed: UInt32 = 0
    ) throws -> PermutationTest {
        let rows = differences.rows
        try checkParameter(
            "the number of rows whose signs are flipped", rows, expected: "2 or more", rows >= 2)
        try checkPermutations(flips)
        let isExact = rows <= 12
        let patterns = isExact ? 1 << rows : flips
        var random = NumpyRandom(seed: seed)
        func signs(of patterns: Range<Int>) -> [Double] {
            (patterns.lowerBound * rows..<patterns.upperBound * rows).map { index -> Double in
                let isFlipped =
                    isExact ? (index / rows) >> (index % rows) & 1 == 1 : random.nextUInt32() & 1 == 1
                return isFlipped ? -1 : 1
            }
        }
        let count = Double(rows)
        let sums = (0..<differences.columns).map { column in
            differences.column(column).reduce(into: (sum: 0.0, square: 0.0)) {
                $0.sum += $1
                $0.square += $1 * $1
            }
        }
        // t, from the sum and the sum of squares, which no flip changes. Rounding must not separate flips that tie.
        func statistic(_ sum: Double, _ square: Double) -> Double {
            let variance = (square - sum * sum / count) / (count - 1)
            return abs(sum) / (max(variance, square * 1e-15) * count).squareRoot()
        }
        let observed = sums.map { sum, square in
            square > 0 ? statistic(sum, square) * (1 - 1e-9) : Double.nan
        }
        return try compare(
            effects: sums.map { $0.sum / count }, observed: observed, permutations: patterns,
            isExact: isExact,
            tileWidth: 8, cost: rows, bytes: rows * MemoryLayout<Double>.stride, drawing: signs(of:)
        ) { signs, columns, out in
            let tile = ScratchBuffer<Double>(count: rows * 8)
            for row in 0..<rows {
                for lane in 0..<8 {
                    tile.base[row * 8 + lane] =
                        lane < columns.count ? differences[row, columns.lowerBound + lane] : 0
                }
            }
            let drawn = signs.count / rows
            signs.withUnsafeBufferPointer { signs in
                guard let signs = signs.baseAddress else { return }
                for pattern in 0..<drawn {
                    var total = SIMD8<Double>()
                    for row in 0..<rows {
                        let values = UnsafeRawPointer(tile.base + row * 8).load(as: SIMD8<Double>.self)
                        total += signs[pattern * rows + row] * values
                    }
                    for lane in 0..<columns.count {
                        out[pattern * 8 + lane] = statistic(
                            total[lane], sums[columns.lowerBound + lane].square)
                    }
                }
            }
        }
    }
}
