extension DataTable {
    /// One row of a table.
    ///
    /// ```swift
    /// try table[row: 3]["rt"]                      // a value, which may be missing
    /// try table[row: 3]["rt", as: Double.self]
    /// ```
    public struct Row: Sendable {
        let table: DataTable
        /// Which row of the table it is, from zero.
        public let index: Int

        /// The value in a column; throws `TableError` if there is no such column.
        public subscript(column: String) -> Value {
            get throws { table.columns[try table.index(of: column)].storage[index] }
        }

        /// The value in a column as a Swift type.
        ///
        /// Throws `TableError` if there is no such column, the value is of another type, or it is missing and the
        /// type has no word for that (`Double` has NaN, an optional type has nil).
        public subscript<T: TableValue>(column: String, as type: T.Type) -> T {
            get throws {
                do {
                    return try T(tableValue: try self[column])
                } catch let error as ValueMismatch {
                    throw TableError(
                        column: column, "in row \(index): " + error.sentence(of: try self[column]))
                }
            }
        }

        /// The values, from the left.
        public var values: [Value] { table.columns.map { $0.storage[index] } }

        /// The values by the names of their columns.
        public var dictionary: [String: Value] {
            Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.storage[index]) })
        }
    }

    /// The rows of a table, from the top.
    public struct Rows: Sendable, RandomAccessCollection {
        let table: DataTable

        public var startIndex: Int { 0 }
        public var endIndex: Int { table.rowCount }

        public subscript(index: Int) -> Row {
            // Not a precondition, whose message a release build does not have.
            guard index >= 0, index < table.rowCount else {
                fatalError("there is no row \(index): the table has \(table.rowCount) rows, from 0")
            }
            return Row(table: table, index: index)
        }
    }
}

extension DataTable.Row: CustomStringConvertible {
    /// The names with their values.
    public var description: String {
        table.columns.map { "\($0.name): \($0.storage[index])" }.joined(separator: ", ")
    }
}

extension DataTable.Rows: CustomStringConvertible {
    /// The table that the rows are of.
    public var description: String { table.description }
}
