import Foundation
import Tables
import Testing

let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

/// Files of one test, which are gone when it has ended.
func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tables-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

/// The table that is read from bytes.
func read(_ bytes: some Sequence<UInt8>, as name: String = "table.csv") throws -> DataTable {
    var table = DataTable()
    try withFolder { folder in
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        table = try DataTable.open(file.path)
    }
    return table
}

extension DataTable.Value {
    /// The number, of a whole number too; nil of anything else.
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}

/// The error that a body throws, which must be one of a table.
func tableError(_ body: () throws -> some Any) throws -> TableError {
    try #require(throws: TableError.self) { _ = try body() }
}

/// Checks that two tables have the same names, types and values, where numbers may differ by rounding.
func expectClose(
    _ table: DataTable, _ expected: DataTable, tolerance: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(table.columnNames == expected.columnNames, sourceLocation: sourceLocation)
    #expect(table.rowCount == expected.rowCount, sourceLocation: sourceLocation)
    guard table.columnNames == expected.columnNames, table.rowCount == expected.rowCount else { return }
    for (found, wanted) in zip(table.columns, expected.columns) {
        for (row, (a, b)) in zip(found.values, wanted.values).enumerated() {
            let isClose =
                a == b
                || a.number.flatMap { a in b.number.map { abs(a - $0) <= tolerance * max(1, abs($0)) } }
                    == true
            #expect(isClose, "\(found.name), row \(row): \(a), expected \(b)", sourceLocation: sourceLocation)
        }
    }
}
