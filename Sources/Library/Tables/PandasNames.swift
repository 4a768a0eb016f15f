// swift-format-ignore-file: AlwaysUseLowerCamelCase

// What whoever comes from pandas tries first: the compiler says what it is called here.
import Foundation

@available(*, unavailable, renamed: "DataTable")
public typealias DataFrame = DataTable

@available(
    *, unavailable,
    message:
        "use DataTable.read(path); types:, missing: and separator: say what read_csv's dtype, na_values and sep do"
)
public func read_csv(_ path: String, sep: String = ",") throws -> DataTable {
    throw TableError("unavailable")
}

@available(*, unavailable, message: "use DataTable.read(path), which reads .tsv too")
public func read_table(_ path: String) throws -> DataTable { throw TableError("unavailable") }

extension DataTable {
    @available(*, unavailable, renamed: "read")
    public static func read_csv(_ path: String) throws -> DataTable { throw TableError("unavailable") }
    @available(*, unavailable, message: "use write(to: \"name.csv\")")
    public func to_csv(_ path: String) throws {}
    @available(*, unavailable, message: "use write(to: \"name.csv\")")
    public func writeCSV(to path: String) throws {}
    @available(*, unavailable, renamed: "prefix")
    public func head(_ count: Int = 5) -> DataTable { self }
    @available(*, unavailable, renamed: "suffix")
    public func tail(_ count: Int = 5) -> DataTable { self }
    @available(*, unavailable, renamed: "described()")
    public func describe() -> DataTable { self }
    @available(*, unavailable, message: "use table[row: 3], table[rows: 0..<10] or table[row: 3][\"name\"]")
    public var iloc: DataTable { self }
    @available(
        *, unavailable,
        message: "use table.filter { try $0[\"rt\"] > 0.3 } for rows and table[\"rt\"] for columns"
    )
    public var loc: DataTable { self }
    @available(*, unavailable, message: "use rowCount and columnCount")
    public var shape: (Int, Int) { (rowCount, columnCount) }
    @available(*, unavailable, renamed: "columnTypes")
    public var dtypes: [ColumnType] { columnTypes }
    @available(*, unavailable, renamed: "rowCount")
    public var count: Int { rowCount }
    @available(*, unavailable, renamed: "grouped(by:)")
    public func groupby(_ names: String...) throws -> Groups { throw TableError("unavailable") }
    @available(*, unavailable, renamed: "grouped(by:)")
    public func groupBy(_ names: String...) throws -> Groups { throw TableError("unavailable") }
    @available(*, unavailable, renamed: "sorted(by:)")
    public func sort_values(_ names: String...) throws -> DataTable { self }
    @available(*, unavailable, renamed: "droppingMissing(in:)")
    public func dropna() -> DataTable { self }
    @available(*, unavailable, message: "use fillingMissing(in: \"name\", with: value)")
    public func fillna(_ value: Value) -> DataTable { self }
    @available(*, unavailable, renamed: "missingCounts")
    public func isna() -> DataTable { self }
    @available(*, unavailable, renamed: "missingCounts")
    public func isnull() -> DataTable { self }
    @available(*, unavailable, renamed: "droppingDuplicates(by:)")
    public func drop_duplicates() -> DataTable { self }
    @available(*, unavailable, renamed: "valueCounts")
    public func value_counts(_ names: String...) -> DataTable { self }
    @available(*, unavailable, message: "use joined(with: other, on: \"id\", kind: .left)")
    public func merge(_ other: DataTable, on name: String = "", how: String = "") -> DataTable { self }
    @available(*, unavailable, renamed: "concatenating")
    public static func concat(_ tables: [DataTable]) -> DataTable { DataTable() }
    @available(*, unavailable, renamed: "melted(keeping:)")
    public func melt() -> DataTable { self }
    @available(*, unavailable, renamed: "pivoted(rows:columns:values:aggregation:)")
    public func pivot(index: String = "", columns: String = "", values: String = "") -> DataTable { self }
    @available(*, unavailable, renamed: "pivoted(rows:columns:values:aggregation:)")
    public func pivot_table(index: String = "", columns: String = "", values: String = "") -> DataTable {
        self
    }
    @available(*, unavailable, message: "use removing(\"name\") for columns and filter for rows")
    public func drop(_ names: String...) -> DataTable { self }
    @available(*, unavailable, message: "use renaming([\"old\": \"new\"])")
    public func rename(columns: [String: String]) -> DataTable { self }
    @available(*, unavailable, renamed: "converting(_:to:)")
    public func astype(_ type: Any) -> DataTable { self }
    @available(*, unavailable, message: "use adding(\"name\") { row in … }")
    public func assign() -> DataTable { self }
    @available(
        *, unavailable,
        message: "use adding(\"name\") { row in … } or replacing(\"name\") { (x: Double) in … }"
    )
    public func apply(_ function: Any) -> DataTable { self }
    @available(*, unavailable, message: "use filter { try $0[\"rt\"] > 0.3 }")
    public func query(_ text: String) -> DataTable { self }
    @available(*, unavailable, renamed: "matrix")
    public func to_numpy() -> DataTable { self }
    @available(*, unavailable, renamed: "rows")
    public func iterrows() -> DataTable { self }
    @available(*, unavailable, renamed: "dictionaries")
    public func to_dict() -> DataTable { self }
    @available(*, unavailable, message: "rows are counted from zero, and have no index besides")
    public func reset_index() -> DataTable { self }
    @available(
        *, unavailable,
        message: "rows have no index; columns keep the values: filter, joined and grouped(by:) use them"
    )
    public func set_index(_ name: String) -> DataTable { self }
}

extension DataTable.Groups {
    @available(*, unavailable, renamed: "aggregated")
    public func agg(_ aggregations: DataTable.Aggregation...) -> DataTable { table }
    @available(*, unavailable, message: "use aggregated(.mean(\"name\"))")
    public func mean() -> DataTable { table }
    @available(*, unavailable, message: "use aggregated(.rows)")
    public func size() -> DataTable { table }
    @available(*, unavailable, renamed: "map")
    public func apply(_ transform: (DataTable) throws -> DataTable) -> DataTable { table }
}

extension DataTable.Column {
    @available(*, unavailable, renamed: "standardDeviation()")
    public func std() -> Double { .nan }
    @available(*, unavailable, renamed: "isMissing")
    public func isna() -> [Bool] { [] }
    @available(*, unavailable, renamed: "converted(to:)")
    public func astype(_ type: Any) -> DataTable.Column { self }
    @available(*, unavailable, renamed: "mapped")
    public func map(_ transform: Any) -> DataTable.Column { self }
    @available(*, unavailable, message: "use unique.count")
    public func nunique() -> Int { 0 }
    @available(*, unavailable, message: "use values(as: Double.self)")
    public func to_numpy() -> [Double] { [] }
}
