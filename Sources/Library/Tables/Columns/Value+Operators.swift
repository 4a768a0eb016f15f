import Foundation

// Operators throw, since a comparison of text with a number is a mistake and not false.
extension DataTable.Value {
    /// Whether one value is below another; false if one is missing; throws `TableError` for values of unlike types.
    public static func < (left: Self, right: Self) throws -> Bool {
        try order(left, right) == .orderedAscending
    }

    /// Whether one value is above another; false if one is missing; throws `TableError` for values of unlike types.
    public static func > (left: Self, right: Self) throws -> Bool {
        try order(left, right) == .orderedDescending
    }

    /// Whether one value is at most another; false if one is missing; throws `TableError` for values of unlike types.
    public static func <= (left: Self, right: Self) throws -> Bool {
        let order = try order(left, right)
        return order == .orderedAscending || order == .orderedSame
    }

    /// Whether one value is at least another; false if one is missing; throws `TableError` for values of unlike types.
    public static func >= (left: Self, right: Self) throws -> Bool {
        let order = try order(left, right)
        return order == .orderedDescending || order == .orderedSame
    }

    public static func < (left: Self, right: some TableValue) throws -> Bool { try left < right.tableValue }
    public static func > (left: Self, right: some TableValue) throws -> Bool { try left > right.tableValue }
    public static func <= (left: Self, right: some TableValue) throws -> Bool { try left <= right.tableValue }
    public static func >= (left: Self, right: some TableValue) throws -> Bool { try left >= right.tableValue }
    public static func == (left: Self, right: some TableValue) -> Bool { left == right.tableValue }
    public static func != (left: Self, right: some TableValue) -> Bool { left != right.tableValue }

    /// The sum of two numbers, or two texts one after another; missing where one of the two is.
    ///
    /// Throws `TableError` for anything else.
    public static func + (left: Self, right: Self) throws -> Self {
        switch (left, right) {
        case (.string(let a), .string(let b)): return .string(a + b)
        case (.string, .missing), (.missing, .string): return .missing
        default: break
        }
        return try calculate(left, right, "+", { $0.addingReportingOverflow($1) }, +)
    }

    /// The difference of two numbers; throws `TableError` for anything else.
    public static func - (left: Self, right: Self) throws -> Self {
        try calculate(left, right, "-", { $0.subtractingReportingOverflow($1) }, -)
    }

    /// The product of two numbers; throws `TableError` for anything else.
    public static func * (left: Self, right: Self) throws -> Self {
        try calculate(left, right, "*", { $0.multipliedReportingOverflow(by: $1) }, *)
    }

    /// The quotient of two numbers, a `Double` also of whole numbers; throws `TableError` for anything else.
    public static func / (left: Self, right: Self) throws -> Self { try calculate(left, right, "/", nil, /) }

    // For each type alone: the compiler checks generic operators in every expression of a cell, and slowly.
    public static func + (left: Self, right: Double) throws -> Self { try left + right.tableValue }
    public static func + (left: Double, right: Self) throws -> Self { try left.tableValue + right }
    public static func + (left: Self, right: Int) throws -> Self { try left + right.tableValue }
    public static func + (left: Int, right: Self) throws -> Self { try left.tableValue + right }
    public static func + (left: Self, right: String) throws -> Self { try left + right.tableValue }
    public static func + (left: String, right: Self) throws -> Self { try left.tableValue + right }
    public static func - (left: Self, right: Double) throws -> Self { try left - right.tableValue }
    public static func - (left: Double, right: Self) throws -> Self { try left.tableValue - right }
    public static func - (left: Self, right: Int) throws -> Self { try left - right.tableValue }
    public static func - (left: Int, right: Self) throws -> Self { try left.tableValue - right }
    public static func * (left: Self, right: Double) throws -> Self { try left * right.tableValue }
    public static func * (left: Double, right: Self) throws -> Self { try left.tableValue * right }
    public static func * (left: Self, right: Int) throws -> Self { try left * right.tableValue }
    public static func * (left: Int, right: Self) throws -> Self { try left.tableValue * right }
    public static func / (left: Self, right: Double) throws -> Self { try left / right.tableValue }
    public static func / (left: Double, right: Self) throws -> Self { try left.tableValue / right }
    public static func / (left: Self, right: Int) throws -> Self { try left / right.tableValue }
    public static func / (left: Int, right: Self) throws -> Self { try left.tableValue / right }

    /// The order of two values of one kind, or nil if one is missing.
    static func order(_ left: Self, _ right: Self) throws -> ComparisonResult? {
        if left.isMissing || right.isMissing { return nil }
        switch (left, right) {
        case (.int(let a), .int(let b)): return compared(a, b)
        case (.string(let a), .string(let b)):
            return a.utf8.elementsEqual(b.utf8)
                ? .orderedSame
                : a.utf8.lexicographicallyPrecedes(b.utf8) ? .orderedAscending : .orderedDescending
        case (.date(let a), .date(let b)): return compared(a, b)
        case (.bool(let a), .bool(let b)): return compared(a ? 1 : 0, b ? 1 : 0)
        default:
            guard let a = left.number, let b = right.number else { throw mismatch(left, right, "compared") }
            return compared(a, b)
        }
    }

    private static func compared<T: Comparable>(_ a: T, _ b: T) -> ComparisonResult {
        a < b ? .orderedAscending : a == b ? .orderedSame : .orderedDescending
    }

    private static func calculate(
        _ left: Self, _ right: Self, _ symbol: String,
        _ whole: ((Int, Int) -> (partialValue: Int, overflow: Bool))?, _ number: (Double, Double) -> Double
    ) throws -> Self {
        if left.isMissing || right.isMissing {
            for value in [left, right] where !value.isMissing && value.number == nil {
                throw mismatch(left, right, "calculated with")
            }
            return .missing
        }
        if let whole, case .int(let a) = left, case .int(let b) = right {
            let (result, overflow) = whole(a, b)
            guard !overflow else { throw TableError("\(a) \(symbol) \(b) is beyond the range of Int") }
            return .int(result)
        }
        guard let a = left.number, let b = right.number else {
            throw mismatch(left, right, "calculated with")
        }
        return .double(number(a, b))
    }

    private static func mismatch(_ left: Self, _ right: Self, _ what: String) -> TableError {
        func named(_ value: Self) -> String {
            value.type.map { "the \($0) \"\(value)\"" } ?? "a missing value"
        }
        return TableError("\(named(left)) and \(named(right)) cannot be \(what)")
    }
}
