import Foundation

/// The values of a column, for the conformances to `TableValue`.
public struct _ColumnStorage: Sendable {
    let storage: ColumnStorage
}

extension Int: TableValue {
    /// A whole number of a cell. Throws `TableError` if it is of another type, missing, or would be changed.
    ///
    /// - Parameter tableValue: the value of a cell.
    public init(tableValue: DataTable.Value) throws {
        switch tableValue {
        case .int(let value): self = value
        case .double(let value) where !value.isNaN:
            guard let exact = Int(exactly: value) else { throw ValueMismatch(type: "Int", wouldChange: true) }
            self = exact
        default: throw ValueMismatch(type: "Int")
        }
    }

    public var tableValue: DataTable.Value { .int(self) }
    public static var columnType: DataTable.ColumnType { .int }

    public static func _storage(_ values: [Int]) -> _ColumnStorage {
        _ColumnStorage(storage: .int(Masked(values)))
    }

    public static func _values(_ storage: _ColumnStorage) throws -> [Int] {
        if case .int(let values) = storage.storage, values.missing.isEmpty { return values.values }
        return try each(of: storage)
    }
}

extension Double: TableValue {
    /// A number of a cell. Throws `TableError` if it is of another type, missing, or would be changed.
    ///
    /// - Parameter tableValue: the value of a cell.
    public init(tableValue: DataTable.Value) throws {
        switch tableValue {
        case .double(let value): self = value
        case .missing: self = .nan
        case .int(let value):
            guard let exact = Double(exactly: value) else {
                throw ValueMismatch(type: "Double", wouldChange: true)
            }
            self = exact
        default: throw ValueMismatch(type: "Double")
        }
    }

    public var tableValue: DataTable.Value { isNaN ? .missing : .double(self) }
    public static var columnType: DataTable.ColumnType { .double }

    public static func _storage(_ values: [Double]) -> _ColumnStorage {
        _ColumnStorage(storage: .double(values))
    }

    public static func _values(_ storage: _ColumnStorage) throws -> [Double] {
        if case .double(let values) = storage.storage { return values }
        return try each(of: storage)
    }
}

extension Float: TableValue {
    /// A number of a cell, rounded to single precision. Throws `TableError` if it is of another type, missing, or would be changed.
    ///
    /// - Parameter tableValue: the value of a cell.
    public init(tableValue: DataTable.Value) throws { self = Float(try Double(tableValue: tableValue)) }

    public var tableValue: DataTable.Value { Double(self).tableValue }
    public static var columnType: DataTable.ColumnType { .double }

    public static func _storage(_ values: [Float]) -> _ColumnStorage {
        _ColumnStorage(storage: .double(values.map(Double.init)))
    }
}

extension String: TableValue {
    /// The text, or the text that shows a number, a date or a truth value.
    ///
    /// - Parameter tableValue: the value of a cell.
    public init(tableValue: DataTable.Value) throws {
        guard !tableValue.isMissing else { throw ValueMismatch(type: "String") }
        self = tableValue.description
    }

    public var tableValue: DataTable.Value { .string(self) }
    public static var columnType: DataTable.ColumnType { .string }

    public static func _storage(_ values: [String]) -> _ColumnStorage {
        _ColumnStorage(storage: .string(TextValues(values)))
    }
}

extension Bool: TableValue {
    /// A truth value of a cell. Throws `TableError` if it is of another type, missing, or would be changed.
    ///
    /// - Parameter tableValue: the value of a cell.
    public init(tableValue: DataTable.Value) throws {
        guard case .bool(let value) = tableValue else { throw ValueMismatch(type: "Bool") }
        self = value
    }

    public var tableValue: DataTable.Value { .bool(self) }
    public static var columnType: DataTable.ColumnType { .bool }

    public static func _storage(_ values: [Bool]) -> _ColumnStorage {
        _ColumnStorage(storage: .bool(Masked(values)))
    }
}

extension Date: TableValue {
    /// A date of a cell. Throws `TableError` if it is of another type, missing, or would be changed.
    ///
    /// - Parameter tableValue: the value of a cell.
    public init(tableValue: DataTable.Value) throws {
        guard case .date(let value) = tableValue else { throw ValueMismatch(type: "Date") }
        self = value
    }

    public var tableValue: DataTable.Value { .date(self) }
    public static var columnType: DataTable.ColumnType { .date }

    public static func _storage(_ values: [Date]) -> _ColumnStorage {
        _ColumnStorage(storage: .date(Masked(values)))
    }
}

extension Optional: TableValue where Wrapped: TableValue {
    /// A value of a cell, nil if it is missing.
    ///
    /// - Parameter tableValue: the value of a cell.
    public init(tableValue: DataTable.Value) throws {
        self = tableValue.isMissing ? nil : try Wrapped(tableValue: tableValue)
    }

    public var tableValue: DataTable.Value { self?.tableValue ?? .missing }
    public static var columnType: DataTable.ColumnType { Wrapped.columnType }

    public static func _storage(_ values: [Wrapped?]) -> _ColumnStorage {
        // What is there is packed, and nil becomes a missing row between.
        var rows: [Int] = []
        rows.reserveCapacity(values.count)
        var packed: [Wrapped] = []
        for value in values {
            rows.append(value == nil ? -1 : packed.count)
            if let value { packed.append(value) }
        }
        return _ColumnStorage(storage: Wrapped._storage(packed).storage.taking(rows))
    }
}

extension TableValue {
    /// The values one by one, for what a type reads otherwise than straight from its own storage.
    static func each(of storage: _ColumnStorage) throws -> [Self] {
        try (0..<storage.storage.count).map { row in
            do {
                return try Self(tableValue: storage.storage[row])
            } catch var error as ValueMismatch {
                error.row = row
                throw error
            }
        }
    }
}
