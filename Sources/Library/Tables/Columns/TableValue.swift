import Foundation

/// A Swift type that the columns of a `DataTable` can hold: `Int`, `Double`, `Float`, `String`, `Bool`, `Date`, their
/// optionals, and enumerations with raw values that say that they conform.
public protocol TableValue: Sendable {
    /// The value of a cell as this type; throws if it is of another type, missing, or would be changed.
    ///
    /// - Parameter tableValue: the value of a cell.
    init(tableValue: DataTable.Value) throws
    /// This value as a cell's.
    var tableValue: DataTable.Value { get }
    /// The type of the columns that hold such values.
    static var columnType: DataTable.ColumnType { get }
    /// An array as the storage of a column.
    static func _storage(_ values: [Self]) -> _ColumnStorage
    /// The storage of a column as an array.
    static func _values(_ storage: _ColumnStorage) throws -> [Self]
}

/// An array whose elements can be a column.
public protocol ColumnElements: Sendable {
    /// The column of a name.
    func _column(named name: String) -> DataTable.Column
}

extension Array: ColumnElements where Element: TableValue {
    public func _column(named name: String) -> DataTable.Column { DataTable.Column(name, self) }
}

/// Why a value is not of a type.
struct ValueMismatch: Error {
    /// The type that was asked for.
    let type: String
    /// The row of a column.
    var row: Int?
    /// That the value is there, but would change.
    var wouldChange = false

    func sentence(of value: DataTable.Value) -> String {
        guard let found = value.type else {
            return "a missing value is no \(type); ask for \(type)?.self, which is nil if it is missing"
        }
        return wouldChange
            ? "\(value) is not exactly a value of \(type)" : "the \(found) \"\(value)\" is no \(type)"
    }

    func sentence(of storage: ColumnStorage) -> String {
        guard let row else { return "is of \(storage.type), not of \(type)" }
        if storage.isMissing(row) {
            return
                "has \(storage.missingCount) of \(storage.count) values missing, the first in row \(row), and "
                + "\(type) has no word for that: ask for \(type)?.self, drop them (droppingMissing) or fill them "
                + "(fillingMissing)"
        }
        return wouldChange
            ? "is of \(storage.type), and row \(row) (\(storage[row])) is not exactly a value of \(type)"
            : "is of \(storage.type), not of \(type): row \(row) is \"\(storage[row])\""
    }
}

extension TableValue {
    public static func _values(_ storage: _ColumnStorage) throws -> [Self] { try each(of: storage) }
}

extension TableValue where Self: RawRepresentable, RawValue: TableValue {
    public init(tableValue: DataTable.Value) throws {
        guard let value = Self(rawValue: try RawValue(tableValue: tableValue)) else {
            throw ValueMismatch(type: "\(Self.self)")
        }
        self = value
    }

    public var tableValue: DataTable.Value { rawValue.tableValue }
    public static var columnType: DataTable.ColumnType { RawValue.columnType }
    public static func _storage(_ values: [Self]) -> _ColumnStorage {
        RawValue._storage(values.map(\.rawValue))
    }
}
