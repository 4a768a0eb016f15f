import Foundation
import Tables
import Testing

@Suite struct WritingTests {
    @Test func writesWhatIsReadAgain() throws {
        let table = try DataTable([
            "text": [
                "a,b", "say \"x\"", "NA", "", " lead", "two\r\nlines", "#no comment", "\u{feff}mark", "n/a",
                "1,5;x\ty",
            ],
            "number": [0.1, 1e-300, .infinity, .nan, 5e-324, -0.0, 123456789.125, 1e22, 100, -7],
            "whole": [Int.max, Int.min, 0, 1, -1, 2, 3, 4, 5, 6],
            "hole": ["x", nil, "y", nil, nil, nil, nil, nil, nil, "z"] as [String?],
        ])
        try withFolder { folder in
            for (name, end) in [
                ("a.csv", DataTable.LineEnd.lf), ("b.csv", .crlf), ("c.tsv", .lf), ("d.tsv.gz", .crlf),
            ] {
                let path = folder.appending(path: name).path
                try table.write(to: path, lineEnd: end)
                #expect(try DataTable.open(path) == table, "\(name)")
            }
            let path = folder.appending(path: "european.csv").path
            try table.write(to: path, separator: ";", decimal: ",")
            #expect(try DataTable.open(path) == table)
            let single = try DataTable(["only": ["x", nil, "y"] as [String?]])
            try single.write(to: path)
            #expect(try DataTable.open(path) == single)
            for name in ["a.xlsx", "a", "a.txt", "a.parquet"] {
                #expect(throws: TableError.self) { try table.write(to: folder.appending(path: name).path) }
            }
            #expect(throws: TableError.self) { try DataTable().write(to: path) }
            #expect(throws: TableError.self) { try table.write(to: folder.appending(path: "a.jsonl").path) }
            #expect(throws: TableError.self) { try table.write(to: path, missing: "a,b") }
            let lines = folder.appending(path: "b.jsonl").path
            #expect(try tableError { try table[rows: 0..<0].write(to: lines) }.problem.contains("columns"))
            let far = try DataTable(["d": [Date(timeIntervalSinceReferenceDate: 1e13)]])
            #expect(try tableError { try far.write(to: path) }.problem.contains("too far"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy {
                    !$0.hasSuffix("partial")
                })
        }
        #expect(try DataTable.parse(table.csv) == table)
        #expect(try DataTable.parse(table.tsv, separator: "\t") == table)
    }

    /// Numbers and dates stand in no quotes, so what ends a field or means that a value is missing must not be in them.
    @Test func whatCouldNotBeReadAgainIsRefused() throws {
        let day = Date(timeIntervalSince1970: 0)
        let table = try DataTable([
            "n": [1, nil, 0] as [Int?], "x": [0.5, -1, .nan], "b": [true, nil, true] as [Bool?],
            "d": [day, nil, day] as [Date?], "t": ["0", nil, "-"] as [String?],
        ])
        try withFolder { folder in
            let path = folder.appending(path: "a.csv").path
            for missing in ["0", "0.0", "-1", "0.5", "true", "TRUE"] {
                let problem = try tableError { try table.write(to: path, missing: missing) }.problem
                #expect(problem.contains("missing: \"\(missing)\""), "\(missing)")
            }
            for separator: Character in ["-", ":", "e", "1", "T"] {
                let problem = try tableError { try table.write(to: path, separator: separator) }.problem
                #expect(problem.contains("separator: \"\(separator)\""), "\(separator)")
            }
            #expect(try tableError { try table.write(to: path, separator: "-") }.column == "n")
            #expect(!FileManager.default.fileExists(atPath: path))
            for missing in ["-99", "NA", "false", "7.5"] { try table.write(to: path, missing: missing) }
            try table.write(to: path, separator: "|", decimal: ",")
        }
    }

    private static let real = URL(filePath: #filePath)
        .appending(path: "../../../../../shared/data/real-files").standardizedFileURL
    private static let isThere = FileManager.default.fileExists(atPath: real.path)

    /// Every cell of the tables that others wrote is a value, and the value says what the cell said.
    @Test(.enabled(if: isThere, "the real files are not beside this repository (shared/data/real-files)"))
    func realTablesLoseNothing() throws {
        let files = try #require(
            FileManager.default.enumerator(at: Self.real, includingPropertiesForKeys: nil)
        )
        .compactMap { $0 as? URL }.filter { ["tsv", "csv"].contains($0.pathExtension) }
        #expect(files.count > 250)
        var cells = 0
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains(where: { !$0.isNewline }) else {
                #expect(throws: TableError.self) { try DataTable.open(file.path) }
                continue
            }
            let table = try DataTable.open(file.path)
            #expect(
                try DataTable.parse(table.tsv, separator: "\t").columns == table.columns,
                "\(file.lastPathComponent)")
            let lines = text.replacing("\u{feff}", with: "").split(whereSeparator: \.isNewline)
            let separator: Character = file.pathExtension == "tsv" || lines[0].contains("\t") ? "\t" : ","
            guard !text.contains("\"") else { continue }
            #expect(table.rowCount == lines.count - 1, "\(file.lastPathComponent)")
            let columns = table.columns.map(\.values)
            for (row, line) in lines.dropFirst().enumerated() {
                for (column, cell) in line.split(separator: separator, omittingEmptySubsequences: false)
                    .enumerated()
                {
                    let value = columns[column][row]
                    let isSame: Bool =
                        switch value {
                        case .missing:
                            ["", "n/a", "N/A", "NA", "NaN", "nan", "null", "None", "."].contains(
                                cell.trimmingCharacters(in: .whitespaces))
                        case .double(let number): Double(cell.trimmingCharacters(in: .whitespaces)) == number
                        default:
                            value.description == cell
                                || value.description == cell.trimmingCharacters(in: .whitespaces)
                                || cell.lowercased() == value.description
                        }
                    #expect(
                        isSame,
                        "\(file.lastPathComponent), row \(row), column \(column): \(cell) became \(value)")
                    cells += 1
                }
            }
        }
        #expect(cells > 50_000)
    }
}
