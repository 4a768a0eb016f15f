/// Random matrices; the same seed gives the same numbers, in Python too.
extension Matrix {
    /// Independent samples of the normal distribution, as `numpy.random.RandomState(seed).normal` gives them.
    ///
    /// numpy's newer `default_rng` is another generator (PCG64 and the ziggurat method), whose numbers this library does not generate.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - mean: the mean of the distribution.
    ///   - deviation: its standard deviation.
    ///   - seed: the seed of the generator.
    public static func normal(
        _ rows: Int, _ columns: Int, mean: Element = 0, deviation: Element = 1, seed: UInt32
    ) -> Matrix {
        var random = NumpyRandom(seed: seed)
        return normal(rows, columns, mean: mean, deviation: deviation, using: &random)
    }

    /// The same from a generator, whose next numbers are taken.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - mean: the mean of the distribution.
    ///   - deviation: its standard deviation.
    ///   - random: the generator.
    public static func normal(
        _ rows: Int, _ columns: Int, mean: Element = 0, deviation: Element = 1,
        using random: inout NumpyRandom
    ) -> Matrix {
        Matrix(rows: rows, columns: columns) { target in
            for i in target.indices {
                target[i] = Element(Double(mean) + Double(deviation) * random.gaussian())
            }
        }
    }

    /// Independent samples from the range, as `numpy.random.RandomState(seed).uniform` gives them.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - range: the bounds; the upper one is not reached.
    ///   - seed: the seed of the generator.
    public static func uniform(
        _ rows: Int, _ columns: Int, in range: Range<Element> = 0..<1, seed: UInt32
    ) -> Matrix {
        var random = NumpyRandom(seed: seed)
        return uniform(rows, columns, in: range, using: &random)
    }

    /// The same from a generator, whose next numbers are taken.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - range: the bounds; the upper one is not reached.
    ///   - random: the generator.
    public static func uniform(
        _ rows: Int, _ columns: Int, in range: Range<Element> = 0..<1, using random: inout NumpyRandom
    ) -> Matrix {
        let (low, width) = (Double(range.lowerBound), Double(range.upperBound) - Double(range.lowerBound))
        // What lies just below the upper bound may be rounded to it.
        let last = Swift.max(range.lowerBound, range.upperBound.nextDown)
        return Matrix(rows: rows, columns: columns) { target in
            for i in target.indices {
                target[i] = Swift.min(Element(low + width * random.uniform()), last)
            }
        }
    }
}
