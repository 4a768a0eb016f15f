import Foundation
import JSON

extension JSON {
    /// A list of strings.
    static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }

    /// A list of numbers.
    static func numbers(_ values: [Double]) -> JSON { .array(values.map(rounded)) }

    /// A number with the seven significant digits that single precision holds: pages are read, not computed with.
    static func rounded(_ value: Double) -> JSON {
        guard value.isFinite else { return .null }
        return .number(Double(String(format: "%.7g", value)) ?? value)
    }

    /// This object with the members of another put over its own.
    func merging(_ other: [String: JSON]) -> JSON {
        guard case .object(let mine) = self else { return .object(other) }
        return .object(mine.merging(other) { $1 })
    }
}
