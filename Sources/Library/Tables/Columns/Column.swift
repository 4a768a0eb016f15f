import Display
import Foundation

extension DataTable {
    /// A named column of a table: values of one type, any of which may be missing.
    public struct Column: Sendable, Equatable {
        /// What the column is called.
        public var name: String
        let storage: ColumnStorage

        init(name: String, _ storage: ColumnStorage) {
            self.name = name
            self.storage = storage
        }

        /// A column of the values of an array; nil and NaN are missing values.
        ///
        /// - Parameters:
        ///   - name: the name of the column.
        ///   - values: the values, from the top; nil and NaN are missing.
        public init<T: TableValue>(_ name: String, _ values: [T]) {
            self.init(name: name, T._storage(values).storage)
        }

        /// A column of values that are of one type, where they are not missing.
        ///
        /// Whole numbers among others become `Double`. Throws `TableError` if the types differ.
        ///
        /// - Parameters:
        ///   - name: the name of the column.
        ///   - values: the values, from the top.
        public init(_ name: String, values: [Value]) throws {
            self.init(name: name, try ColumnStorage(values, column: name))
        }
    }
}

extension DataTable.Column {
    /// The type of the values.
    public var type: DataTable.ColumnType { storage.type }

    /// How many values there are, with those that are missing.
    public var count: Int { storage.count }

    /// How many values are missing.
    public var missingCount: Int { storage.missingCount }

    /// Which values are missing.
    public var isMissing: [Bool] { (0..<count).map(storage.isMissing) }

    /// The values, from the top.
    public var values: [DataTable.Value] { (0..<count).map { storage[$0] } }

    /// The value of a row, counted from zero; throws `TableError` if there is none.
    public subscript(row: Int) -> DataTable.Value {
        get throws {
            guard row >= 0, row < count else {
                throw TableError(
                    column: name, "has no row \(row): it has \(Number.counted(count, "value")), from 0")
            }
            return storage[row]
        }
    }

    /// The values as an array of a type.
    ///
    /// As `Double`, missing values are NaN; as an optional type (`Int?.self`), they are nil. A conversion that would
    /// change a value is refused. Throws `TableError` if the column is of another type, or values are missing and
    /// the type has no word for that.
    public func values<T: TableValue>(as type: T.Type) throws -> [T] {
        do {
            return try T._values(_ColumnStorage(storage: storage))
        } catch let error as ValueMismatch {
            throw TableError(column: name, error.sentence(of: storage))
        }
    }

    /// The same values under another name.
    public func renamed(_ name: String) -> DataTable.Column { DataTable.Column(name: name, storage) }

    func with(_ storage: ColumnStorage) -> DataTable.Column { DataTable.Column(name: name, storage) }

    func taking(_ rows: [Int]) -> DataTable.Column { with(storage.taking(rows)) }

    /// The numbers of a column of numbers; whole numbers beyond 2⁵³ are rounded, as in any mean.
    func numbers() throws -> [Double] {
        switch storage {
        case .double(let values): return values
        case .int(let values): return (0..<values.count).map { values[$0].map(Double.init) ?? .nan }
        case .bool(let values): return (0..<values.count).map { values[$0].map { $0 ? 1 : 0 } ?? .nan }
        default: throw TableError(column: name, "is of \(type), not of numbers")
        }
    }
}

extension DataTable.Column: CustomStringConvertible {
    /// The name, the type, and the first values.
    public var description: String {
        let shown = (0..<Swift.min(count, 8)).map { storage[$0].description }.joined(separator: ", ")
        let more = count > 8 ? ", … \(Number.grouped(count - 8)) more" : ""
        let missing = missingCount == 0 ? "" : ", \(Number.grouped(missingCount)) missing"
        return "column \"\(name)\" of \(Number.counted(count, type.rawValue))\(missing): \(shown)\(more)"
    }
}
