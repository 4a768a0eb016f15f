import Foundation
import Tables
import Testing

@Suite struct ReadingTests {
    private struct Case: Decodable {
        struct Column: Decodable {
            let name: String, type: String, values: [String?]
        }
        let text: String, separator: String, columns: [Column]
    }

    private static func cases() throws -> [Case] {
        try JSONDecoder().decode([Case].self, from: Data(contentsOf: fixtures.appending(path: "nasty.json")))
    }

    /// 300 tables of Tests/Oracles/tables.py: names, types and values exactly as pandas and Python's float have them.
    @Test func readsWhatPandasReads() throws {
        let cases = try Self.cases()
        #expect(cases.count == 300)
        for (number, example) in cases.enumerated() {
            let table = try read(example.text.utf8, as: example.separator == "\t" ? "table.tsv" : "table.csv")
            #expect(table.columnNames == example.columns.map(\.name), "case \(number)")
            for (column, expected) in zip(table.columns, example.columns) {
                // Decimal commas are found where semicolons stand between fields; pandas is told of them.
                if example.separator == ";", column.type == .double, expected.type == "String" { continue }
                #expect(column.type.rawValue == expected.type, "case \(number), \(column.name)")
                if expected.type == "Double" {
                    let numbers = expected.values.map { $0.flatMap(Double.init) }
                    #expect(
                        column.values.map { $0.isMissing ? Double?.none : $0.number } == numbers,
                        "case \(number), \(column.name)")
                } else {
                    let found = column.values.map { $0.isMissing ? String?.none : $0.description }
                    #expect(found == expected.values, "case \(number), \(column.name)")
                }
            }
        }
    }

    @Test func whatWasReadIsTheSameWhenItIsWrittenAndReadAgain() throws {
        try withFolder { folder in
            for (number, example) in try Self.cases().enumerated() {
                let table = try DataTable.parse(example.text, separator: Character(example.separator))
                for name in ["a.csv", "a.tsv", "a.csv.gz", "a.jsonl"] {
                    if name == "a.jsonl", table.csv.contains("inf") { continue }
                    let path = folder.appending(path: name).path
                    try table.write(to: path)
                    #expect(try DataTable.open(path) == table, "case \(number), \(name)")
                }
            }
        }
    }

    /// Pieces of a few bytes give what one piece gives, whatever is cut where.
    @Test func piecesMakeNoDifference() throws {
        for (number, example) in try Self.cases().enumerated() {
            let separator = Character(example.separator)
            let whole = try DataTable.parse(example.text, separator: separator)
            for size in [1, 7, 40] {
                let cut = try DataTable.parse(example.text, separator: separator, pieceSize: size)
                #expect(cut == whole, "case \(number), pieces of \(size)")
            }
        }
    }

    @Test func numbersKeepTheirDigitsOrStayText() throws {
        let types: [(String, DataTable.ColumnType)] = [
            ("1", .int), ("-7", .int), ("9223372036854775807", .int), ("-9223372036854775808", .int),
            ("9223372036854775808", .string), ("18446744073709551616", .string),
            ("99999999999999999999", .string),
            ("001", .string), ("-01", .string), ("00", .string), ("01.5", .string), ("0", .int),
            ("0.5", .double),
            ("1e5", .double), ("1e400", .string), ("1e-400", .string), ("5e-324", .double), ("-inf", .double),
            ("1.5.2", .string), ("1e", .string), ("e5", .string), (".", .string), ("+", .string),
            ("--1", .string),
            ("0x10", .string), ("1_000", .string), ("1 000", .string), ("true", .bool), ("T", .string),
            ("12345678901234567890.5", .double), ("9007199254740993", .int), ("infinite", .string),
            ("i", .string),
        ]
        for (text, type) in types {
            #expect(try DataTable.parse("a,b\n\(text),x")["a"].type == type, "\(text)")
        }
        // Beside a number with decimals, a whole one that a double would round makes text of all.
        #expect(try DataTable.parse("a\n9007199254740993\n0.5")["a"].type == .string)
        #expect(try DataTable.parse("a\n9007199254740992\n0.5")["a"].type == .double)
        #expect(try DataTable.parse("a,b\n1,x\n null ,y\n 3,z")["a", as: Int?.self] == [1, nil, 3])
        #expect(try DataTable.parse("a,b\nNone,x\nnull,y")["a", as: String.self] == ["None", "null"])
        let late = "a,b\n" + String(repeating: "None,x\n", count: 50) + "2,y"
        for size in [20, 1000] {
            #expect(try DataTable.parse(late, separator: ",", pieceSize: size)["a"].type == .int)
            #expect(
                try DataTable.parse(late + "\nz,z", separator: ",", pieceSize: size)["a"].missingCount == 0)
        }
        #expect(try DataTable.parse("a,b\nNone,x\nface,y")["a", as: String.self] == ["None", "face"])
    }

    /// The double is the nearest one, as strtod finds it.
    @Test func doublesAreTheNearest() throws {
        var random = SystemRandomNumberGenerator()
        var texts: [String] = []
        for _ in 0..<20_000 {
            let value = Double(bitPattern: UInt64.random(in: 0..<0x7fef_ffff_ffff_ffff, using: &random))
            texts += ["%.17g", "%.20e", "%.6g", "%.3e"].map { String(format: $0, value) }
        }
        for _ in 0..<20_000 {
            let value =
                Double.random(in: -1...1, using: &random) * pow(10, Double.random(in: 0..<9, using: &random))
            texts += ["%.1f", "%.9f", "%.15f", "%.19f"].map { String(format: $0, value) }
            // Near the middle between two doubles.
            texts.append(
                "\(UInt64.random(in: 1 << 53..<1 << 54, using: &random) | 1).\(Bool.random() ? 0 : 1)")
        }
        // Those that are no whole numbers, and do not become zero.
        texts = texts.filter { text in
            text.contains { $0 == "e" || $0 == "." } && Double(text).map { $0 != 0 && $0.isFinite } == true
        }
        #expect(texts.count > 160_000)
        let table = try DataTable.parse("a\n" + texts.joined(separator: "\n"))
        #expect(try table["a", as: Double.self] == texts.compactMap(Double.init))
    }

    @Test func linesAndMarks() throws {
        let expected = try DataTable(["a": [1, 2], "b": ["x", "y"]])
        for end in ["\n", "\r\n", "\r"] {
            for tail in ["", end, end + end] {
                for mark in ["", "\u{feff}"] {
                    let text = mark + ["a,b", "1,x", "", "2,y"].joined(separator: end) + tail
                    #expect(try read(text.utf8) == expected)
                }
            }
        }
        #expect(try DataTable.parse("# first\na,b\n#1,z\n1,x\n2,y", comment: "#") == expected)
        #expect(try DataTable.parse("title\nmore\na;b\n1;x\n2;y", skippingLines: 2) == expected)
        #expect(try DataTable.parse("1,x\n2,y", hasHeader: false, names: ["a", "b"]) == expected)
        #expect(try DataTable.parse("1,x\n2,y", hasHeader: false).columnNames == ["column 1", "column 2"])
        #expect(try DataTable.parse("a|b\n1|x\n2|y") == expected)
        #expect(try DataTable.parse("sep=;\r\na;b\r\n1;x\r\n2;y") == expected)
        #expect(try DataTable.parse("sep=\na\n1", hasHeader: true).columnNames == ["sep="])
        let unclear = try DataTable.parse("a,x;b,y\n1,5;2,5")
        #expect(unclear.columnNames == ["a", "x;b", "y"] && unclear.notes.count == 1)
        #expect(try DataTable.parse("a,x;b,y\n1,5;2,5", decimal: ",")["b,y", as: Double.self] == [2.5])
        #expect(try DataTable.parse("a,b").rowCount == 0)
        #expect(try DataTable.parse("a,b\n1,").columns[1].missingCount == 1)
        let comma = try DataTable.parse("a;b;c\n1,5;x;1,2,3\n-2;y;n/a\n")
        #expect(try comma["a", as: Double.self] == [1.5, -2] && comma["c"].type == .string)
        #expect(try DataTable.parse("a;b\n1,5;2.5\n2;3,5")["b"].type == .string)
        #expect(
            try DataTable.parse("a\tb\n1,5\tx", separator: "\t", decimal: ",")["a", as: Double.self] == [1.5])
    }

    /// Between semicolons as between commas: spaces around numbers, columns that are said to be of doubles, "None".
    @Test func semicolonsChangeNothingElse() throws {
        let text = "a;b;c;d\n 1,5 ;1.5;9007199254740993;None\n2;2;1;null"
        let found = try DataTable.parse(text)
        #expect(try found["a", as: Double.self] == [1.5, 2])
        #expect(found.columnTypes == [.double, .double, .int, .string])
        #expect(try found["d", as: String.self] == ["None", "null"])
        let said = try DataTable.parse(
            text, types: ["a": .double, "b": .double, "c": .double], infersTypes: false)
        #expect(said.columnTypes == [.double, .double, .double, .string])
        #expect(try said["a", as: Double.self] == [1.5, 2] && said["b", as: Double.self] == [1.5, 2])
        #expect(try DataTable.parse(text, types: ["c": .double])["c", as: Double.self][0] == 0x1p53)
        #expect(throws: TableError.self) { try DataTable.parse(text, types: ["d": .double, "a": .int]) }
        #expect(try DataTable.parse("a;b\nno;1", types: ["b": .double])["b", as: Double.self] == [1])
        #expect(throws: TableError.self) { try DataTable.parse("a;b\nno;1", types: ["a": .double]) }
    }

    @Test func quotesAreKept() throws {
        let table = try DataTable.parse("a,b\n\"x, \"\"y\"\"\r\nz\",5\" disk\n\"NA\",NA\n\"\",n/a")
        #expect(try table["a", as: String.self] == ["x, \"y\"\r\nz", "NA", ""])
        #expect(try table["b", as: String?.self] == ["5\" disk", nil, nil])
        #expect(try DataTable.parse(table.csv) == table)
        #expect(try DataTable.parse("a,b\n\"1\",\"n/a\"\n\"2\",\"\"")["a", as: Int.self] == [1, 2])
        #expect(try DataTable.parse("a,b\n\"x,y", quote: nil).columnNames == ["a", "b"])
    }

    @Test func headersAreMadeDistinct() throws {
        let table = try DataTable.parse("a,,a,a.1,a\n1,2,3,4,5")
        #expect(table.columnNames == ["a", "column 2", "a.2", "a.1", "a.3"])
        #expect(table.notes.count == 3)
        #expect(try DataTable.parse("1,2\n3,4").notes.count == 1)
        let lost = try DataTable.parse("sub-01,0.5\nsub-02,0.7", names: ["subject", "score"])
        #expect(lost.rowCount == 1 && lost.notes.first?.contains("(sub-01, 0.5) has a number") == true)
        #expect(try DataTable.parse("id,x\nsub-02,0.7", names: ["subject", "score"]).notes.isEmpty)
    }

    @Test func faultsNameTheirPlace() throws {
        func fault(_ text: String) throws -> String { try tableError { try read(text.utf8) }.description }
        let ragged = try tableError { try read("a,b\n1,2\n\"x\ny\",3\n4\n".utf8) }
        #expect(
            ragged.line == 5 && ragged.problem.contains("1 field")
                && ragged.file?.hasSuffix("table.csv") == true)
        #expect(try fault("a,b\r1,2,3").contains("line 2: the record has 3 fields, and the header 2"))
        #expect(try fault("a,b\n1,\"x\n").contains("line 2: a quote opens here"))
        #expect(try fault("a,b\n1,\"x\"y\n").contains("line 2: behind a closing quote"))
        #expect(try fault("\n\n").contains("no table"))
        let typed = try tableError { try DataTable.parse("a,rt\n1,2\n2,fast", types: ["rt": .double]) }
        #expect(
            typed.line == 3 && typed.column == "rt" && typed.problem.contains("\"fast\" should be a number"))
        #expect(
            try tableError { try DataTable.parse("a,b\n1,2", types: ["c": .int]) }.problem.contains("\"c\""))
        #expect(try tableError { try DataTable.parse("a,b\n1,2", names: ["x"]) }.problem.contains("1 names"))
        #expect(try tableError { try DataTable.parse("a,b\n1,2", separator: "→") }.problem.contains("ASCII"))
        #expect(try tableError { try DataTable.parse("a,b\n1,2", decimal: ",") }.problem.contains("differ"))
        #expect(
            try tableError { try DataTable.parse("a\tb\n1\t2", separator: ",", decimal: ",") }.problem
                .contains("differ"))
    }

    @Test func otherEncodingsAreReadByName() throws {
        try withFolder { folder in
            let file = folder.appending(path: "table.csv")
            let expected = try DataTable(["név": ["é", "x"], "b": [1, 2]])
            let text = "név,b\né,1\nx,2\n"
            let encodings: [String.Encoding] = [.utf16, .utf16LittleEndian, .isoLatin1, .windowsCP1252]
            for encoding in encodings {
                try #require(text.data(using: encoding)).write(to: file)
                #expect(throws: TableError.self) { try DataTable.open(file.path) }
                #expect(try DataTable.open(file.path, encoding: encoding) == expected)
            }
            let bad: [[UInt8]] = [
                [0xc3, 0x28], [0xe9], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0],
                [0xe2, 0x82],
            ]
            for bytes in bad {
                try Data(Array("a,b\nabcdefgh,1\n".utf8) + bytes + Array(",2\n".utf8)).write(to: file)
                #expect(try tableError { try DataTable.open(file.path) }.line == 3, "\(bytes)")
            }
            try Data([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]).write(to: file)
            #expect(try tableError { try DataTable.open(file.path) }.problem.contains("UTF-32"))
            for page in ["<!DOCTYPE html><p>Not found, here", "\n <HTML><body>"] {
                try Data(page.utf8).write(to: file)
                #expect(try tableError { try DataTable.open(file.path) }.problem.contains("web page"))
            }
            // Not "in another encoding", which would make a table of noise.
            let zip = "PK\u{3}\u{4}" + String(repeating: "\0", count: 26)
            let kinds: [([UInt8], String)] = [
                (Array("\(zip)[Content_Types].xml".utf8), "Excel"),
                (Array("PAR1\u{15}\u{4}\u{15}".utf8), "Parquet"),
                ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "HDF5"),
                ([0xd0, 0xcf, 0x11, 0xe0, 0xa1], ".xls"),
            ]
            for (bytes, kind) in kinds {
                try Data(bytes + [0xa0, 0]).write(to: file)
                #expect(try tableError { try DataTable.open(file.path) }.problem.contains(kind), "\(kind)")
            }
            try Data().write(to: file)
            #expect(throws: (any Error).self) { try DataTable.open(file.path) }
            #expect(throws: (any Error).self) { try DataTable.open(folder.appending(path: "none.csv").path) }
        }
    }

    @Test func typesAreTakenAsSaid() throws {
        let text = "id,when,score,flag\n1,2009-06-15T13:45:30.5+02:00,3,true\n2,1925-12-31,n/a,n/a"
        let table = try DataTable.parse(text, types: ["id": .string, "when": .date, "score": .double])
        #expect(table.columnTypes == [.string, .date, .double, .bool])
        #expect(try table["id", as: String.self] == ["1", "2"])
        #expect(try table["when"].values.map(\.description) == ["2009-06-15T11:45:30.5Z", "1925-12-31"])
        let again = try DataTable.parse(table.csv, types: ["id": .string, "when": .date, "score": .double])
        #expect(again == table)
        let dates = [
            "2020-02-30", "2021-02-29", "2020-13-01", "2020-01-01T25:00", "2020-01-01T10:00:00.1234567",
            "20200101", "",
        ]
        for date in dates {
            #expect(throws: TableError.self, "\(date)") {
                try DataTable.Column("d", [date]).converted(to: .date)
            }
        }
        for second in [0.1, -0.1, 0.123456, 123_456.5, 800_000_000.123_456_7, -63_000_000_000.25, 8e11 + 0.5]
        {
            let date = Date(timeIntervalSinceReferenceDate: second)
            let text = try DataTable.Column("d", [date]).converted(to: .string)
            #expect(try text.converted(to: .date).values(as: Date.self) == [date], "\(second)")
        }
        // From the year -768 to 12921.
        for day in stride(from: -1_000_000, to: 4_000_000, by: 997) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 1)
            let text = try DataTable.Column("d", [date]).converted(to: .string)
            #expect(try text.converted(to: .date).values(as: Date.self) == [date])
            // Foundation has the Julian calendar before 1582, and no sign behind 9999.
            guard (-140_000..<2_900_000).contains(day) else { continue }
            #expect(try text.values(as: String.self) == [date.formatted(.iso8601)])
        }
        #expect(try DataTable.parse("a,b\n1,2", infersTypes: false).columnTypes == [.string, .string])
        #expect(try DataTable.parse("a,b\n-99,x", missing: ["-99"])["a"].missingCount == 1)
    }

    /// pandas writes a column with a -999 in it as -999.0, and takes both for the number that it is told of.
    @Test func numbersThatSayThatAValueIsMissing() throws {
        let column = try DataTable.parse("a,b\n-999.0,x\n1.5,y\n-999,z\n-9990,z", missing: ["-999"])["a"]
        #expect(column.isMissing == [true, false, true, false] && column.type == .double)
        let whole = try DataTable.parse("a,b\n-999,x\n2,y", missing: ["-999.0"])
        #expect(try whole["a", as: Int?.self] == [nil, 2])
        let all = try DataTable.parse("a,b\n-999.0,x\n-999.00,y", missing: ["-999"])["a"]
        #expect(all.missingCount == 2 && all.type == .double)
        let commas = try DataTable.parse("a;b\n-999,0;x\n1,5;y", missing: ["-999"])["a"]
        #expect(commas.isMissing == [true, false])
        let text = try DataTable.parse("a,b\n-999.0,x\nface,y", missing: ["-999"])["a"]
        #expect(try text.values(as: String.self) == ["-999.0", "face"])
    }

    @Test func jsonLines() throws {
        let text = """
            {"a": 1, "b": "x\\n\\u00e9\\ud83e\\udde0", "c": 1.5}
            {"c": 2, "a": null, "d": true}

            """
        let table = try read(text.utf8, as: "t.jsonl")
        #expect(
            table.columnNames == ["a", "b", "c", "d"] && table.columnTypes == [.int, .string, .double, .bool])
        #expect(try table["b", as: String?.self] == ["x\né🧠", nil])
        // Python's json writes these, and pandas reads them.
        let python = "{\"a\": NaN, \"b\": Infinity}\n{\"a\": 1, \"b\": -Infinity}\n{\"b\":NaN }"
        let numbers = try read(python.utf8, as: "t.jsonl")
        #expect(try numbers["a", as: Int?.self] == [nil, 1, nil])
        #expect(try numbers["b", as: Double?.self] == [.infinity, -.infinity, nil])
        for (text, part) in [
            ("{\"a\": NaNs}", "comma"), ("{\"a\": nan}", "value"), ("{\"a\": Inf}", "value"),
            ("{\"a\": -Inf}", "number"), ("{\"a\": -NaN}", "number"),
            ("{\"a\": [1]}", "object or an array"), ("[1]", "JSON object"), ("{\"a\": 1}{", "end behind"),
            ("{\"a\": 1, \"a\": 2}", "twice"), ("{\"a\": 18446744073709551616}", "Int or Double"),
            ("{\"a\": \"x}", "closed"),
            ("{\"a\": 1\n{\"a\": \"x\"}", "comma"), ("{\"a\": 1}\n{\"a\": \"x\"}", "one type"),
            ("{\"a\": nul}", "value"),
            ("{\"a\": \"\\ud800\"}", "surrogate"), ("{\"a\": +1}", "number"), ("{\"a\" 1}", "colon"),
        ] {
            #expect(try tableError { try read(text.utf8, as: "t.jsonl") }.problem.contains(part), "\(text)")
        }
    }

    /// What JSON lines do not have is refused, and JSON is not read as a table with odd names.
    @Test func argumentsThatJSONLinesDoNotHave() throws {
        try withFolder { folder in
            let file = folder.appending(path: "t.jsonl").path
            let table = try DataTable(["a": [1, 2]])
            try table.write(to: file)
            #expect(
                try tableError { try DataTable.open(file, names: ["b"], infersTypes: false) }.problem
                    .hasPrefix("names, infersTypes: "))
            #expect(
                try tableError { try DataTable.open(file, missing: ["2"]) }.problem.hasPrefix("missing: "))
            #expect(
                try tableError { try table.write(to: file, missing: "-99", lineEnd: .crlf) }.problem
                    .hasPrefix("missing, lineEnd: "))
            #expect(try DataTable.open(file, types: ["a": .double])["a"].type == .double)
        }
        for name in ["t.json", "t.JSON"] {
            let error = try tableError { try read("[{\"a\": 1}, {\"a\": 2}]".utf8, as: name) }
            #expect(error.problem.contains("is JSON") && error.file?.hasSuffix(name) == true)
        }
    }
}
