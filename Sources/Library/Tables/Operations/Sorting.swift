import Foundation

extension DataTable {
    /// A column by which rows are sorted, and in which direction.
    public struct SortKey: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        let column: String
        let isDescending: Bool

        /// From the lowest value up.
        public static func ascending(_ column: String) -> SortKey {
            SortKey(column: column, isDescending: false)
        }
        /// From the highest value down.
        public static func descending(_ column: String) -> SortKey {
            SortKey(column: column, isDescending: true)
        }

        /// Sorts by a column, ascending.
        ///
        /// - Parameter column: the name of the column.
        public init(stringLiteral column: String) { self = .ascending(column) }

        private init(column: String, isDescending: Bool) {
            self.column = column
            self.isDescending = isDescending
        }

        public var description: String { "\(column), \(isDescending ? "descending" : "ascending")" }
    }

    /// The rows sorted by columns, the first of which decides first.
    ///
    /// ```swift
    /// try table.sorted(by: "subject", .descending("rt"))
    /// ```
    ///
    /// Texts are ordered by their Unicode scalars. Rows that compare equal keep their order, and missing values come
    /// last in both directions. Throws `TableError` if there is no such column.
    public func sorted(by keys: SortKey...) throws -> DataTable { taking(try order(by: keys)) }

    /// The rows sorted by a column, from the highest value down if so asked.
    public func sorted(by column: String, descending: Bool) throws -> DataTable {
        taking(try order(by: [descending ? .descending(column) : .ascending(column)]))
    }

    private func order(by keys: [SortKey]) throws -> [Int] {
        var order = Array(0..<rowCount)
        // The sorts are stable, so the last key goes first.
        for key in try keys.map({ (try self[$0.column], $0.isDescending) }).reversed() {
            order = key.0.storage.sorted(order, descending: key.1)
        }
        return order
    }
}

extension ColumnStorage {
    /// The rows in the order of their values, missing ones last; rows that compare equal keep their order.
    func sorted(_ rows: [Int], descending: Bool) -> [Int] {
        let present = rows.filter { !isMissing($0) }
        let missing = rows.filter { isMissing($0) }
        func by(_ isBefore: (Int, Int) -> Bool) -> [Int] {
            present.sorted { descending ? isBefore($1, $0) : isBefore($0, $1) } + missing
        }
        return switch self {
        case .int(let values): by { values.values[$0] < values.values[$1] }
        case .double(let values): by { values[$0] < values[$1] }
        case .string(let texts): by { texts.isBefore($0, $1) }
        case .bool(let values): by { !values.values[$0] && values.values[$1] }
        case .date(let values): by { values.values[$0] < values.values[$1] }
        }
    }
}
