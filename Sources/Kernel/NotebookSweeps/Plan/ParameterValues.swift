import Foundation
import NotebookRuns

/// The values that one argument of a sweep describes.
enum ParameterValues {
    /// The values of a text such as `S01..S03,S07`; throws `RunError` that names `argument`.
    static func all(in text: String, of argument: String) throws -> [String] {
        guard let parts = ListText.parts(of: text), !parts.isEmpty else {
            // An empty value, or a text with brackets of its own.
            return [text]
        }
        return try parts.flatMap { part in
            if let range = try range(part, argument) { return range }
            return [ListText.unquoted(part) ?? part]
        }
    }

    /// The values of `1..9` or `PREFIX1..PREFIX9`; nil if it is no range. Zeros in front are kept.
    ///
    /// A minus belongs to the number only where there is no prefix: `-2..2`, but `sub-01..sub-08`.
    private static func range(_ text: String, _ argument: String) throws -> [String]? {
        guard let (prefix, start, end) = try ends(of: text, argument), let first = Int(start),
            let last = Int(end)
        else { return nil }
        guard first <= last else {
            throw RunError("-p \(argument): the range \(text) has no values, since \(first) is above \(last)")
        }
        let (count, isTooLarge) = last.subtractingReportingOverflow(first)
        guard !isTooLarge, count < 100_000 else {
            throw RunError("-p \(argument): the range \(text) has more than 100000 values")
        }
        let digits = start.drop { $0 == "-" }
        let width = digits.hasPrefix("0") && digits.count > 1 ? digits.count : 0
        return (first...last).map { number in
            let digits = String(number.magnitude)
            return prefix + (number < 0 ? "-" : "")
                + String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
    }

    /// The prefix of a range and the numbers at its ends; nil if it is no range. Throws `RunError` if its ends are numbers that
    /// are not whole.
    private static func ends(of text: String, _ argument: String) throws -> (
        prefix: Substring, first: Substring, last: Substring
    )? {
        if let match = text.wholeMatch(of: /(-?[0-9]+)\.\.(-?[0-9]+)/) { return ("", match.1, match.2) }
        if let dots = text.firstRange(of: ".."), Double(text[..<dots.lowerBound]) != nil,
            Double(text[dots.upperBound...]) != nil
        {
            throw RunError(
                "-p \(argument): \(text) is no range, for ranges are of whole numbers; list the values")
        }
        guard let match = text.wholeMatch(of: /(.*?[^0-9])([0-9]+)\.\.(.*?)([0-9]+)/),
            match.3 == match.1 || match.3.isEmpty
        else { return nil }
        return (match.1, match.2, match.4)
    }
}
