import Foundation

extension DataTable {
    /// One value of a table, or that it is missing.
    ///
    /// Literals and the usual operators work: `try row["rt"] > 0.3 && row["condition"] == "face"`. With a missing value,
    /// a comparison is false and a calculation gives a missing value.
    public enum Value: Sendable {
        case int(Int)
        case double(Double)
        case string(String)
        case bool(Bool)
        case date(Date)
        case missing
    }
}

extension DataTable.Value {
    /// Whether the value is missing.
    public var isMissing: Bool {
        switch self {
        case .missing: true
        case .double(let value): value.isNaN
        default: false
        }
    }

    /// The type of column that holds such a value; nil for a missing one.
    public var type: DataTable.ColumnType? {
        switch self {
        case .int: .int
        case .double(let value): value.isNaN ? nil : .double
        case .string: .string
        case .bool: .bool
        case .date: .date
        case .missing: nil
        }
    }

    /// The number, of a whole number too; nil of anything else.
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value.isNaN ? nil : value
        default: nil
        }
    }
}

extension DataTable.Value: Hashable {
    /// Numbers are the same where their amounts are, and one missing value is like another.
    public static func == (left: DataTable.Value, right: DataTable.Value) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)): a == b
        case (.double(let a), .double(let b)): a == b || a.isNaN && b.isNaN
        case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Int(exactly: b) == a
        // By bytes, as in groups and sorting: String's == also takes what Unicode calls equivalent for the same.
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.bool(let a), .bool(let b)): a == b
        case (.date(let a), .date(let b)): a == b
        default: left.isMissing && right.isMissing
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .int(let value): hasher.combine(value)
        case .double(let value):
            if let whole = Int(exactly: value) {
                hasher.combine(whole)
            } else {
                hasher.combine(value.isNaN ? 0 : value)
            }
        case .string(let value): hasher.combine(value)
        case .bool(let value): hasher.combine(value)
        case .date(let value): hasher.combine(value)
        case .missing: hasher.combine(0.0)
        }
    }
}

extension DataTable.Value: CustomStringConvertible {
    /// The value as text with all its digits; "n/a" if it is missing.
    public var description: String {
        switch self {
        case .int(let value): String(value)
        case .double(let value): value.isNaN ? "n/a" : "\(value)"
        case .string(let value): value
        case .bool(let value): value ? "true" : "false"
        case .date(let value): DateText.text(value)
        case .missing: "n/a"
        }
    }
}

// A value is not made by a literal: `"text" + 3` would be a sum of two values, which throws, and not the mistake that it is.

extension DataTable.Value {
    /// The value as a Swift type; throws `TableError` if it is of another type, missing, or would be changed.
    public func value<T: TableValue>(as type: T.Type) throws -> T {
        do {
            return try T(tableValue: self)
        } catch let error as ValueMismatch {
            throw TableError(error.sentence(of: self))
        }
    }
}

extension ColumnStorage {
    /// The storage of values of one type; throws `TableError` if types differ.
    init(_ values: [DataTable.Value], column: String) throws {
        var type: DataTable.ColumnType?
        for (row, value) in values.enumerated() {
            guard let next = value.type else { continue }
            guard let joined = (type ?? next).joined(with: next) else {
                throw TableError(
                    column: column,
                    "has values of \(type ?? next), but row \(row) has the \(next) \"\(value)\": "
                        + "the values of a column are of one type")
            }
            type = joined
        }
        switch type ?? .double {
        case .int:
            self = .int(
                Masked(values.map { if case .int(let value) = $0 { value } else { nil } }, placeholder: 0))
        case .double:
            self = .double(
                try values.map { value in
                    guard case .int(let whole) = value else { return value.number ?? .nan }
                    guard let exact = Double(exactly: whole) else {
                        throw TableError(
                            column: column, "has other numbers beside \(whole), which Double would round")
                    }
                    return exact
                })
        case .string:
            self = .string(TextValues(values.map { if case .string(let value) = $0 { value } else { nil } }))
        case .bool:
            self = .bool(
                Masked(
                    values.map { if case .bool(let value) = $0 { value } else { nil } }, placeholder: false))
        case .date:
            self = .date(
                Masked(
                    values.map { if case .date(let value) = $0 { value } else { nil } },
                    placeholder: Date(timeIntervalSinceReferenceDate: 0)))
        }
    }
}
