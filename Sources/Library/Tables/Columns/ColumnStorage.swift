import Foundation

/// The values of a column, by its type.
enum ColumnStorage: Sendable {
    case int(Masked<Int>)
    /// A missing value is NaN.
    case double([Double])
    case string(TextValues)
    case bool(Masked<Bool>)
    case date(Masked<Date>)

    var type: DataTable.ColumnType {
        switch self {
        case .int: .int
        case .double: .double
        case .string: .string
        case .bool: .bool
        case .date: .date
        }
    }

    var count: Int {
        switch self {
        case .int(let values): values.count
        case .double(let values): values.count
        case .string(let values): values.count
        case .bool(let values): values.count
        case .date(let values): values.count
        }
    }

    func isMissing(_ row: Int) -> Bool {
        switch self {
        case .int(let values): values.isMissing(row)
        case .double(let values): values[row].isNaN
        case .string(let values): values.isMissing(row)
        case .bool(let values): values.isMissing(row)
        case .date(let values): values.isMissing(row)
        }
    }

    /// Whether a value is not missing.
    var hasValues: Bool { (0..<count).contains { !isMissing($0) } }

    var missingCount: Int {
        switch self {
        case .int(let values): values.missing.count(where: { $0 })
        case .double(let values): values.count(where: \.isNaN)
        case .string(let values): values.missing.count(where: { $0 })
        case .bool(let values): values.missing.count(where: { $0 })
        case .date(let values): values.missing.count(where: { $0 })
        }
    }

    subscript(row: Int) -> DataTable.Value {
        switch self {
        case .int(let values): values[row].map(DataTable.Value.int) ?? .missing
        case .double(let values): values[row].isNaN ? .missing : .double(values[row])
        case .string(let values): values[row].map(DataTable.Value.string) ?? .missing
        case .bool(let values): values[row].map(DataTable.Value.bool) ?? .missing
        case .date(let values): values[row].map(DataTable.Value.date) ?? .missing
        }
    }

    /// The given rows; a negative one is a missing value.
    func taking(_ rows: [Int]) -> ColumnStorage {
        switch self {
        case .int(let values): .int(values.taking(rows, placeholder: 0))
        case .double(let values): .double(rows.map { $0 < 0 ? .nan : values[$0] })
        case .string(let values): .string(values.taking(rows))
        case .bool(let values): .bool(values.taking(rows, placeholder: false))
        case .date(let values):
            .date(values.taking(rows, placeholder: Date(timeIntervalSinceReferenceDate: 0)))
        }
    }

    /// A column of a type in which every value is missing.
    static func missing(_ count: Int, type: DataTable.ColumnType) -> ColumnStorage {
        empty(type).taking([Int](repeating: -1, count: count))
    }

    static func empty(_ type: DataTable.ColumnType) -> ColumnStorage {
        switch type {
        case .int: .int(Masked([]))
        case .double: .double([])
        case .string: .string(TextValues())
        case .bool: .bool(Masked([]))
        case .date: .date(Masked([]))
        }
    }

    /// The values of both, one below the other, or nil if no column holds both.
    func appending(_ other: ColumnStorage) -> ColumnStorage? {
        var both = self
        return both.append(other) ? both : nil
    }

    /// Puts the values of another below these; false, and without effect, if no column holds both.
    mutating func append(_ other: ColumnStorage) -> Bool {
        guard type == other.type else {
            // A column without a value is of any type.
            if !hasValues {
                self = .missing(count, type: other.type)
                return append(other)
            }
            if !other.hasValues { return append(.missing(other.count, type: type)) }
            guard let more = other.exactDoubles else { return false }
            if type != .double {
                guard let doubles = exactDoubles else { return false }
                self = .double(doubles)
            }
            return append(.double(more))
        }
        // Many parts are put together one by one: the memory leaves `self`, so that it grows and is not copied.
        switch other {
        case .int(let more):
            guard case .int(var values) = self else { return false }
            self = .double([])
            values.append(contentsOf: more)
            self = .int(values)
        case .double(let more):
            guard case .double(var values) = self else { return false }
            self = .double([])
            values += more
            self = .double(values)
        case .string(let more):
            guard case .string(var values) = self else { return false }
            self = .double([])
            values.append(contentsOf: more)
            self = .string(values)
        case .bool(let more):
            guard case .bool(var values) = self else { return false }
            self = .double([])
            values.append(contentsOf: more)
            self = .bool(values)
        case .date(let more):
            guard case .date(var values) = self else { return false }
            self = .double([])
            values.append(contentsOf: more)
            self = .date(values)
        }
        return true
    }

    /// Why no column holds the values of this type and of another.
    func conflict(with other: ColumnStorage) -> String {
        type.isNumeric && other.type.isNumeric
            ? "a whole number among them is too large for Double, which would round it"
            : "one column cannot hold both"
    }

    /// The numbers as doubles, or nil if a value is not a number or would be rounded.
    var exactDoubles: [Double]? {
        switch self {
        case .double(let values): return values
        case .int(let values):
            var doubles: [Double] = []
            doubles.reserveCapacity(values.count)
            for row in 0..<values.count {
                guard let value = values[row] else {
                    doubles.append(.nan)
                    continue
                }
                guard let double = Double(exactly: value) else { return nil }
                doubles.append(double)
            }
            return doubles
        default: return nil
        }
    }
}

extension ColumnStorage: Equatable {
    static func == (left: ColumnStorage, right: ColumnStorage) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)): a == b
        case (.double(let a), .double(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
        case (.string(let a), .string(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        case (.date(let a), .date(let b)): a == b
        default: false
        }
    }
}
