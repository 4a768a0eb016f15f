import Foundation

extension DataTable {
    /// What is calculated from the values of a group, or of a column; missing values are left out.
    public struct Aggregation: Sendable, CustomStringConvertible {
        /// The name of the column that holds the results.
        public var name: String
        private let source: String?
        private let calculate: @Sendable (Column?, [[Int]]) throws -> ColumnStorage

        /// The column of the results, one for each group of rows.
        func column(of table: DataTable, _ groups: [[Int]]) throws -> Column {
            Column(name: name, try calculate(try source.map { try table[$0] }, groups))
        }

        /// The same under another name.
        public func named(_ name: String) -> Aggregation {
            var renamed = self
            renamed.name = name
            return renamed
        }

        public var description: String { name }
    }
}

extension DataTable.Aggregation {
    private static func of(
        _ column: String, _ what: String,
        _ calculate: @escaping @Sendable (DataTable.Column, [[Int]]) throws -> ColumnStorage
    ) -> Self {
        Self(name: "\(column)_\(what)", source: column) { found, groups in
            guard let found else { preconditionFailure("an aggregation of a column has its column") }
            return try calculate(found, groups)
        }
    }

    private static func number(
        _ column: String, _ what: String, _ calculate: @escaping @Sendable ([Double]) -> Double
    ) -> Self {
        of(column, what) { column, groups in
            let numbers = try column.numbers()
            return .double(
                groups.map { rows in calculate(rows.map { numbers[$0] }.filter { !$0.isNaN }) })
        }
    }

    /// The row of each group whose value comes first or last in the order of values.
    private static func extreme(_ column: String, _ what: String, descending: Bool) -> Self {
        of(column, what) { column, groups in
            let storage = column.storage
            return storage.taking(
                groups.map { rows in
                    storage.sorted(rows, descending: descending).first { !storage.isMissing($0) } ?? -1
                })
        }
    }

    /// How many rows there are, as "rows".
    public static var rows: Self {
        Self(name: "rows", source: nil) { _, groups in .int(Masked(groups.map(\.count))) }
    }

    /// How many values a column has that are not missing, as "x_count".
    public static func count(_ column: String) -> Self {
        of(column, "count") { column, groups in
            .int(Masked(groups.map { $0.count { !column.storage.isMissing($0) } }))
        }
    }

    /// How many values of a column are missing, as "x_missing".
    public static func missing(_ column: String) -> Self {
        of(column, "missing") { column, groups in
            .int(Masked(groups.map { $0.count { column.storage.isMissing($0) } }))
        }
    }

    /// How many different values a column has, as "x_distinct".
    public static func distinct(_ column: String) -> Self {
        of(column, "distinct") { column, groups in
            let codes = KeyCodes([column.storage], rowCount: column.count).codes
            return .int(
                Masked(
                    groups.map { rows in
                        Set(rows.filter { !column.storage.isMissing($0) }.map { codes[$0] }).count
                    }))
        }
    }

    /// The sum, as "x_sum"; of whole numbers a whole number.
    public static func sum(_ column: String) -> Self {
        of(column, "sum") { column, groups in
            guard case .int(let values) = column.storage else {
                let numbers = try column.numbers()
                return .double(groups.map { Statistics.sum($0.map { numbers[$0] }.filter { !$0.isNaN }) })
            }
            return .int(
                Masked(
                    try groups.map { rows in
                        try rows.reduce(0) { sum, row in
                            let (next, overflow) = sum.addingReportingOverflow(values[row] ?? 0)
                            guard !overflow else {
                                throw TableError(column: column.name, "has a sum beyond the range of Int")
                            }
                            return next
                        }
                    }))
        }
    }

    /// The mean, as "x_mean".
    public static func mean(_ column: String) -> Self { number(column, "mean", Statistics.mean) }

    /// The median, as "x_median".
    public static func median(_ column: String) -> Self { number(column, "median", Statistics.median) }

    /// The quantile of a share of 0 to 1, interpolated linearly as numpy does, as "x_q0.25".
    ///
    /// A share outside is refused, by `TableError`, where the aggregation is used.
    public static func quantile(_ column: String, _ share: Double) -> Self {
        of(column, "q\(share)") { column, groups in
            guard share >= 0, share <= 1 else {
                throw TableError(column: column.name, "has no quantile of \(share): it should be from 0 to 1")
            }
            let numbers = try column.numbers()
            return .double(
                groups.map { rows in Statistics.quantile(rows.map { numbers[$0] }.filter { !$0.isNaN }, share)
                })
        }
    }

    /// The standard deviation of a sample (over n - 1), as "x_sd".
    public static func standardDeviation(_ column: String) -> Self {
        number(column, "sd", Statistics.standardDeviation)
    }

    /// The variance of a sample (over n - 1), as "x_variance".
    public static func variance(_ column: String) -> Self { number(column, "variance", Statistics.variance) }

    /// The standard error of the mean, as "x_sem".
    public static func standardError(_ column: String) -> Self {
        number(column, "sem") { Statistics.standardDeviation($0) / Double($0.count).squareRoot() }
    }

    /// The lowest value, as "x_min".
    public static func min(_ column: String) -> Self { extreme(column, "min", descending: false) }

    /// The highest value, as "x_max".
    public static func max(_ column: String) -> Self { extreme(column, "max", descending: true) }

    /// The first value that is not missing, as "x_first".
    public static func first(_ column: String) -> Self {
        of(column, "first") { column, groups in
            column.storage.taking(groups.map { $0.first { !column.storage.isMissing($0) } ?? -1 })
        }
    }

    /// The last value that is not missing, as "x_last".
    public static func last(_ column: String) -> Self {
        of(column, "last") { column, groups in
            column.storage.taking(groups.map { $0.last { !column.storage.isMissing($0) } ?? -1 })
        }
    }

    /// What a function gives for the values of a column that are not missing.
    ///
    /// ```swift
    /// try table.grouped(by: "subject").aggregated(
    ///     .custom("rt", as: "range") { (rt: [Double]) in (rt.max() ?? .nan) - (rt.min() ?? .nan) })
    /// ```
    ///
    /// - Parameters:
    ///   - column: the column whose values it is given.
    ///   - name: the name of the new column.
    ///   - calculate: what is computed of the values of a group that are not missing.
    public static func custom<T: TableValue, Result: TableValue>(
        _ column: String, as name: String, _ calculate: @escaping @Sendable ([T]) throws -> Result
    ) -> Self {
        of(column, "") { column, groups in
            let results = try groups.map { rows in
                try calculate(
                    try column.taking(rows.filter { !column.storage.isMissing($0) }).values(as: T.self))
            }
            return Result._storage(results).storage
        }.named(name)
    }
}
