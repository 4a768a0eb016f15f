import Display
import Foundation

/// A table of named columns, each with values of one type, any of which may be missing.
///
/// ```swift
/// let events = try DataTable.open("sub-01_task-rest_events.tsv")
/// try events["rt", as: Double.self]                     // one column
/// try events.filter { try $0["rt"] > 0.3 }.grouped(by: "trial_type").aggregated(.mean("rt"), .rows)
/// ```
///
/// A table is a value: what changes one gives another, and columns that stay the same share their memory.
public struct DataTable: Sendable {
    /// The columns, from the left; all have `rowCount` values.
    public internal(set) var columns: [Column]
    /// How many rows there are.
    public internal(set) var rowCount: Int
    /// What is called above the table where it is shown; may be empty.
    public var title = ""
    /// What anyone who looks at the table should know, below it: for instance that a header of the file was empty.
    public var notes: [String] = []
    /// The index of each column by its name.
    var indices: [String: Int]

    /// A table of columns of one length, whose names differ; throws `TableError` if they do not.
    ///
    /// - Parameter columns: the columns, or arrays under their names, from the left.
    public init(_ columns: [Column]) throws {
        let rows = columns.first?.count ?? 0
        for column in columns where column.count != rows {
            throw TableError(
                column: column.name,
                "has \(Number.counted(column.count, "value")), but \"\(columns[0].name)\" has \(rows): "
                    + "all columns of a table are of one length")
        }
        var indices: [String: Int] = [:]
        for (index, column) in columns.enumerated() {
            guard indices.updateValue(index, forKey: column.name) == nil else {
                throw TableError(column: column.name, "is there twice: columns have different names")
            }
        }
        self.init(checked: columns, rowCount: rows, indices: indices)
    }

    /// A table with no columns and no rows.
    public init() { self.init(checked: [], rowCount: 0, indices: [:]) }

    /// A table of arrays under their names, from the left.
    ///
    /// ```swift
    /// try DataTable(["region": ["V1", "V4"], "voxels": [120, 80], "r": [0.31, .nan]])
    /// ```
    ///
    /// A NaN is a missing value. Throws `TableError` if the arrays differ in length or two names are the same.
    ///
    /// - Parameter columns: the columns, or arrays under their names, from the left.
    public init(_ columns: KeyValuePairs<String, any ColumnElements>) throws {
        try self.init(columns.map { $0.value._column(named: $0.key) })
    }

    private init(checked columns: [Column], rowCount: Int, indices: [String: Int]) {
        self.columns = columns
        self.rowCount = rowCount
        self.indices = indices
    }

    /// A table whose columns are known to fit; `rowCount` counts also if there is no column.
    init(fitting columns: [Column], rowCount: Int) {
        let indices = Dictionary(
            columns.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first }
        )
        self.init(checked: columns, rowCount: rowCount, indices: indices)
    }
}

extension DataTable {
    /// The names of the columns, from the left.
    public var columnNames: [String] { columns.map(\.name) }

    /// How many columns there are.
    public var columnCount: Int { columns.count }

    /// The types of the columns, from the left.
    public var columnTypes: [ColumnType] { columns.map(\.type) }

    /// Whether there is no row.
    public var isEmpty: Bool { rowCount == 0 }

    /// Whether there is a column of that name.
    public func hasColumn(_ name: String) -> Bool { indices[name] != nil }

    /// The column of that name; throws `TableError` if there is none.
    public subscript(name: String) -> Column {
        get throws { columns[try index(of: name)] }
    }

    /// The values of a column as an array.
    ///
    /// As `Double`, missing values are NaN; as an optional type (`Int?.self`), they are nil. Throws `TableError` where
    /// there is no such column, it is of another type, or values are missing and the type has no word for that.
    public subscript<T: TableValue>(name: String, as type: T.Type) -> [T] {
        get throws { try self[name].values(as: type) }
    }

    /// A row, counted from zero; throws `TableError` if there is none.
    public subscript(row index: Int) -> Row {
        get throws {
            guard index >= 0, index < rowCount else {
                throw TableError(
                    "there is no row \(index): the table has \(Number.counted(rowCount, "row")), from 0")
            }
            return Row(table: self, index: index)
        }
    }

    /// The rows, from the top.
    public var rows: Rows { Rows(table: self) }

    func index(of name: String) throws -> Int {
        if let index = indices[name] { return index }
        throw TableError.noColumn(name, among: columnNames)
    }
}

extension DataTable: Equatable {
    /// Whether both have the same columns in the same order, with the same types and values.
    public static func == (left: DataTable, right: DataTable) -> Bool {
        left.rowCount == right.rowCount && left.columns == right.columns
    }
}
