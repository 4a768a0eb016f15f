import Display
import Encoding

/// What an error bar shows of the values of a region.
public enum ErrorBar: Sendable, Equatable {
    /// The standard deviation (divisor: count − 1).
    case sd
    /// The standard error of the mean: the standard deviation over the root of the count.
    case sem
    /// The confidence interval of the mean by Student's t, for instance `.interval(0.95)`.
    case interval(Double)

    /// Half the length of the error bar; NaN with fewer than two values.
    package func length(_ row: RegionScores.Row) -> Double {
        switch self {
        case .sd: row.standardDeviation
        case .sem: row.standardError
        case .interval(let level): row.standardError * intervalReach(level: level, count: row.count)
        }
    }

    /// Throws `BrainError.value` if the level of an interval is not between 0 and 1.
    package func check() throws {
        if case .interval(let level) = self, !(level > 0 && level < 1) {
            throw BrainError.value(
                what: "the level of an interval", got: "\(level)",
                expected: "between 0 and 1, for instance 0.95")
        }
    }

    /// What a figure's note says of the bars: "SEM over 8 subjects".
    package func meaning(of scores: RegionScores) -> String {
        let over =
            scores.unit == .voxel ? "voxels" : UnitCounts.told(scores.rows.map(\.count), scores.unit.rawValue)
        return "\(self) over \(over)"
    }
}

extension ErrorBar: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sd: "SD"
        case .sem: "SEM"
        case .interval(let level): "\(Number.short(100 * level)) % interval"
        }
    }
}
