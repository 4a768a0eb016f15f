import Foundation
import Tensors

extension DataTable {
    /// A table with a column for each column of a matrix.
    ///
    /// - Parameters:
    ///   - matrix: The values, samples × columns; NaN is a missing value.
    ///   - names: The names of the columns, as many as the matrix has.
    ///
    /// Throws `TableError` if there are more or fewer names, or two are the same.
    public init<Element: Scalar>(_ matrix: Matrix<Element>, names: [String]) throws {
        guard names.count == matrix.columns else {
            throw TableError("\(names.count) names were given for the \(matrix.columns) columns of a matrix")
        }
        let columns = names.enumerated().map { index, name in
            Column(name, (0..<matrix.rows).map { Double(matrix[$0, index]) })
        }
        self = DataTable(fitting: try DataTable(columns).columns, rowCount: matrix.rows)
    }

    /// The numbers of some columns as a matrix, rows × columns; missing values are NaN.
    ///
    /// ```swift
    /// try confounds.matrix("trans_x", "trans_y", "trans_z")
    /// ```
    ///
    /// All columns if none is named. Throws `TableError` if there is no such column, one is not of numbers, or has a
    /// whole number that a double would round.
    public func matrix(_ names: String...) throws -> Matrix<Double> {
        try matrix(names.isEmpty ? columnNames : names)
    }

    /// The numbers of some columns as a matrix, rows × columns; missing values are NaN.
    public func matrix(_ names: [String]) throws -> Matrix<Double> {
        let numbers = try names.map { name in
            let column = try self[name]
            return try column.type == .int ? column.values(as: Double.self) : column.numbers()
        }
        return Matrix(rows: rowCount, columns: names.count) { target in
            for (column, values) in numbers.enumerated() {
                for row in 0..<rowCount { target[row * names.count + column] = values[row] }
            }
        }
    }

    /// A table of dictionaries, each a row; a key that one has not is a missing value there. The columns are sorted by name.
    ///
    /// - Parameter rows: the rows, each from column name to value.
    ///
    /// Throws `TableError` if the values of a column are of different types.
    public init(_ rows: [[String: Value]]) throws {
        let names = Set(rows.flatMap(\.keys)).sorted()
        let columns = try names.map { name in try Column(name, values: rows.map { $0[name] ?? .missing }) }
        self.init(fitting: columns, rowCount: rows.count)
    }

    /// A table of dictionaries of Swift's own values, such as `["subject": "001", "rt": 0.31, "note": nil]`, each a row.
    ///
    /// - Parameter rows: the rows, each from column name to value.
    ///
    /// Throws `TableError` if the values of a column are of different types.
    public init(_ rows: [[String: (any TableValue)?]]) throws {
        try self.init(rows.map { $0.mapValues { $0?.tableValue ?? Value.missing } })
    }

    /// The rows as dictionaries from the names of the columns to the values.
    public var dictionaries: [[String: Value]] { rows.map(\.dictionary) }
}
