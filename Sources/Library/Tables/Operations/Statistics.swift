/// Descriptive statistics of numbers none of which is NaN.
enum Statistics {
    /// The sum, with what each addition loses carried along (Neumaier 1974).
    static func sum(_ values: [Double]) -> Double {
        var sum = 0.0
        var lost = 0.0
        for value in values {
            let next = sum + value
            lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
            sum = next
        }
        return lost.isNaN ? sum : sum + lost
    }

    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : sum(values) / Double(values.count)
    }

    /// The variance of a sample, over n - 1.
    static func variance(_ values: [Double]) -> Double {
        guard values.count > 1 else { return .nan }
        let mean = mean(values)
        return sum(values.map { ($0 - mean) * ($0 - mean) }) / Double(values.count - 1)
    }

    /// The standard deviation of a sample, over n - 1.
    static func standardDeviation(_ values: [Double]) -> Double { variance(values).squareRoot() }

    /// The mean of the two values in the middle, which an infinite one of them leaves infinite, as in pandas.
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let (below, above) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        return below == above ? below : (below + above) / 2
    }

    /// The quantile between the two nearest values, as numpy's default.
    static func quantile(_ values: [Double], _ share: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let place = share * Double(sorted.count - 1)
        let low = Int(place)
        let part = place - Double(low)
        let (below, above) = (sorted[low], sorted[min(low + 1, sorted.count - 1)])
        if part == 0 || below == above { return below }
        return part < 0.5 ? below + (above - below) * part : above - (above - below) * (1 - part)
    }
}

extension DataTable.Column {
    /// The mean of the numbers that are not missing, or NaN of none; throws `TableError` if it is not of numbers.
    public func mean() throws -> Double { Statistics.mean(try present()) }

    /// The sum of the numbers that are not missing; throws `TableError` if it is not of numbers.
    public func sum() throws -> Double { Statistics.sum(try present()) }

    /// The median of the numbers that are not missing, or NaN of none; throws `TableError` if it is not of numbers.
    public func median() throws -> Double { Statistics.median(try present()) }

    /// The standard deviation of a sample (over n - 1), or NaN of fewer than two numbers.
    public func standardDeviation() throws -> Double { Statistics.standardDeviation(try present()) }

    /// The quantile of a share of 0 to 1, interpolated linearly as numpy does; throws `TableError` for another share.
    public func quantile(_ share: Double) throws -> Double {
        guard share >= 0, share <= 1 else {
            throw TableError(column: name, "has no quantile of \(share): it should be from 0 to 1")
        }
        return Statistics.quantile(try present(), share)
    }

    /// The lowest value, or a missing one if there is none.
    public func min() -> DataTable.Value { extreme(descending: false) }

    /// The highest value, or a missing one if there is none.
    public func max() -> DataTable.Value { extreme(descending: true) }

    private func extreme(descending: Bool) -> DataTable.Value {
        storage.sorted(Array(0..<count), descending: descending).first.map { storage[$0] } ?? .missing
    }

    private func present() throws -> [Double] { try numbers().filter { !$0.isNaN } }
}
