import Display

extension DataTable {
    /// What the values of a column are.
    public enum ColumnType: String, Sendable, CaseIterable, CustomStringConvertible {
        /// Whole numbers of 64 bits.
        case int = "Int"
        /// Numbers of double precision; a NaN is a missing value.
        case double = "Double"
        /// Text.
        case string = "String"
        /// `true` or `false`.
        case bool = "Bool"
        /// Moments in time, in ISO 8601 where they are text.
        case date = "Date"

        /// The name of the Swift type.
        public var description: String { rawValue }
    }
}

extension DataTable.ColumnType {
    var isNumeric: Bool { self == .int || self == .double }

    /// The type of a column that takes in the values of both, or nil if there is none.
    func joined(with other: DataTable.ColumnType) -> DataTable.ColumnType? {
        if self == other { return self }
        return isNumeric && other.isNumeric ? .double : nil
    }
}
