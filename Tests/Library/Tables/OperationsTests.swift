import Foundation
import Tables
import Tensors
import Testing

/// Against pandas' results of Tests/Oracles/tables.py; numbers within 1e-12 of their size.
@Suite struct OperationsTests {
    private func table(_ name: String) throws -> DataTable {
        try DataTable.open(fixtures.appending(path: name).path)
    }

    @Test func groupsAsPandas() throws {
        let groups = try table("trials.csv").grouped(by: "subject", "condition")
        let found = try groups.aggregated(
            .rows, .count("rt"), .mean("rt"), .standardDeviation("rt"), .variance("rt"), .standardError("rt"),
            .median("rt"), .quantile("rt", 0.25).named("q25"), .min("rt"), .max("rt"), .sum("rt"),
            .sum("block"),
            .distinct("block"))
        expectClose(found, try table("grouped.csv"))
        #expect(found.columns[13].type == .int)
        let ranges = try groups.aggregated(
            .custom("rt", as: "range") { (values: [Double]) in (values.max() ?? 0) - (values.min() ?? 0) })
        #expect(ranges.columnNames == ["subject", "condition", "range"])
        let first = try groups.map { $0.prefix(1) }
        #expect(first.rowCount == groups.count && first.columnNames.count == 5)
        #expect(throws: TableError.self) { try groups.aggregated(.mean("condition")) }
        #expect(throws: TableError.self) { try groups.aggregated(.mean("rt"), .mean("rt")) }
        #expect(throws: TableError.self) { try groups.aggregated(.quantile("rt", 1.5)) }
    }

    @Test func joinsAsPandas() throws {
        let (trials, people) = (try table("trials.csv"), try table("people.csv"))
        for kind in DataTable.JoinKind.allCases {
            let found = try trials.joined(with: people, on: "subject", kind: kind)
            let expected = try table("join-\(kind).csv")
            // pandas orders right and outer joins by the right table and by key.
            let keys: [DataTable.SortKey] = ["subject", "block", "rt", "condition", "correct"]
            func sorted(_ table: DataTable) throws -> DataTable {
                try table.sorted(by: keys[0], keys[1], keys[2], keys[3], keys[4])
            }
            expectClose(try sorted(found), try sorted(expected))
        }
        let swapped = try trials.joined(with: people.renaming(["subject": "id"]), matching: ["subject": "id"])
        #expect(try swapped == trials.joined(with: people, on: "subject"))
        let many = try tableError { try trials.joined(with: trials, on: "subject") }
        #expect(many.problem.contains("many-to-many") && many.problem.contains("subject = 001"))
        #expect(try trials.joined(with: trials, on: "subject", manyToMany: true).rowCount > 120)
        let numbers = try people.replacing("subject", with: [1, 2, 3, 5, 6, 9])
        #expect(
            try tableError { try trials.joined(with: numbers, on: "subject") }.problem.contains("converting"))
        let holes = try DataTable(["k": [1, nil, 2] as [Int?], "a": [1, 2, 3]])
        let other = try DataTable(["k": [1, nil] as [Int?], "b": [1, 2]])
        #expect(try holes.joined(with: other, on: "k").rowCount == 1)
        #expect(try holes.joined(with: other, on: "k", kind: .outer).rowCount == 4)
        let doubles = try DataTable(["k": [2.0, 2.5], "b": [1, 2]])
        #expect(try holes.joined(with: doubles, on: "k").rowCount == 1)
        let large = try DataTable(["k": [9_007_199_254_740_993, 2]])
        #expect(try tableError { try large.joined(with: doubles, on: "k") }.problem.contains("would round"))
    }

    @Test func pivotsAndMeltsAsPandas() throws {
        let trials = try table("trials.csv")
        let wide = try trials.sorted(by: "subject", "block").pivoted(
            rows: "subject", columns: "block", values: "rt", aggregation: DataTable.Aggregation.mean)
        expectClose(wide, try table("pivoted.csv"))
        let long = try wide.melted(keeping: "subject", names: "block", values: "rt").converting(
            "block", to: .int)
        expectClose(long, try table("melted.csv"))
        let error = try tableError { try trials.pivoted(rows: "subject", columns: "block", values: "rt") }
        #expect(error.problem.contains("aggregation") && error.problem.contains("block = "))
        #expect(try long.pivoted(rows: "subject", columns: "block", values: "rt") == wide)
        #expect(throws: TableError.self) { try trials.melted(keeping: "subject") }
    }

    @Test func sortsAndDescribesAsPandas() throws {
        let trials = try table("trials.csv")
        expectClose(try trials.sorted(by: "condition", .descending("rt")), try table("sorted.csv"))
        let described = try trials.described().filter { try $0["column"] == "rt" || $0["column"] == "block" }
        let expected = try table("described.csv").renaming(["std": "sd"])
        let names = ["column", "count", "mean", "sd", "min", "25%", "50%", "75%", "max"]
        expectClose(
            try described.selecting(names).sorted(by: "column"),
            try expected.selecting(names).sorted(by: "column"))
    }

    /// pandas: `Series([1, inf]).median()` is inf, and `Series([1, 2]).var()` is 0.5 to the last digit.
    @Test func mediansAndVariancesAreExact() throws {
        let table = try DataTable(["far": [1.0, .infinity], "x": [1.0, 2], "group": ["a", "a"]])
        #expect(try table["far"].median() == .infinity && table["x"].median() == 1.5)
        let found = try table.grouped(by: "group").aggregated(.median("far"), .variance("x"))
        #expect(try found["far_median", as: Double.self] == [.infinity])
        #expect(try found["x_variance", as: Double.self] == [0.5])
        #expect(try DataTable(["x": [Double]()])["x"].median().isNaN)
    }

    @Test func filtersAndNewColumns() throws {
        let trials = try table("trials.csv")
        let fast = try trials.filter { try $0["rt"] < 0.5 && $0["condition"] == "face" }
        #expect(
            try fast == trials.filter("rt") { (rt: Double) in rt < 0.5 }.filter("condition") { $0 == "face" })
        #expect(fast.rowCount > 3 && fast.rowCount < 60)
        let limit = 0.5
        #expect(
            try trials.filter { try $0["rt"] > limit }.rowCount
                + trials.filter { try $0["rt"] <= limit }.rowCount == 109)
        let more = try trials.adding("ms") { try $0["rt"] * 1000 }
        #expect(try more["ms"].missingCount == 11 && more["ms"].type == .double)
        #expect(
            try more["ms", as: Double.self].first == trials["rt", as: Double.self].map { $0 * 1000 }.first)
        let label = try trials.adding("label") {
            try $0["subject", as: String.self] + "/" + $0["block", as: String.self]
        }
        #expect(try label["label"].type == .string)
        // A function that takes an optional is given nil where a value is missing.
        #expect(try trials.filter("condition") { (name: String?) in name == nil }.rowCount == 5)
        let others = try trials.filter("condition") { (name: String) in name != "face" }
        #expect(try others["condition"].missingCount == 0)
        let named = try trials.replacing("condition") { (name: String?) in name ?? "none" }
        #expect(try named["condition"].missingCount == 0)
        #expect(try named.filter { try $0["condition"] == "none" }.rowCount == 5)
        let pairs = try trials.adding("pair") { try $0["subject"] + "/" + $0["condition"] }
        #expect(try pairs["pair"].missingCount == 5)
        #expect(throws: TableError.self) { try trials.adding("x") { try $0["rt"] + "!" } }
        #expect(try trials.replacing("rt") { (rt: Double) in rt > 0.5 }["rt"].type == .bool)
        #expect(throws: TableError.self) { try trials.adding("rt", [1]) }
        #expect(throws: TableError.self) { try trials.adding("x", [1]) }
        #expect(throws: TableError.self) { try trials.filter { try $0["condition"] > 1 } }
        #expect(try tableError { try trials["Rt"] }.problem.contains("did you mean \"rt\""))
        #expect(try tableError { try trials[row: 120] }.problem.contains("120 rows"))
        #expect(
            try tableError { try trials["condition", as: String.self] }.problem.contains(
                "5 of 120 values missing"))
        #expect(try tableError { try trials["subject", as: Int.self] }.problem.contains("\"001\""))
        #expect(try trials["rt", as: Double.self].count { $0.isNaN } == 11)
        #expect(try trials["rt", as: Double?.self].count { $0 == nil } == 11)
        #expect(try trials[row: 3]["block", as: Int.self] == trials["block", as: Int.self][3])
        #expect(try trials[rows: [3, 1]].rowCount == 2 && trials[rows: 0..<7].rowCount == 7)
        #expect(try trials[["rt", "block"]].columnNames == ["rt", "block"])
        #expect(try trials.removing("rt").columnCount == 4)
        #expect(throws: TableError.self) { try trials.renaming(["rt": "block"]) }
    }

    /// As pandas has it, and as groups, joins and sorting do: "é" in one scalar and in two are different texts.
    @Test func textsAreTheSameByTheirBytes() throws {
        let table = try DataTable(["s": ["\u{e9}", "e\u{301}"]])
        #expect(try table.filter { try $0["s"] == "\u{e9}" }.rowCount == 1)
        #expect(try table.filter { try $0["s"] != "\u{e9}" }.rowCount == 1)
        #expect(try table.grouped(by: "s").count == 2)
        #expect(DataTable.Value.string("\u{e9}") != .string("e\u{301}"))
    }

    /// `3...` has no end, and a range may have more rows than memory holds.
    @Test func rowsWithoutAnEnd() throws {
        let table = try DataTable(["a": [1, 2, 3]])
        #expect(try table[rows: 1...]["a", as: Int.self] == [2, 3] && table[rows: 3...].isEmpty)
        #expect(try tableError { try table[rows: 4...] }.problem.contains("no row 4: the table has 3 rows"))
        #expect(try tableError { try table[rows: (-1)...] }.problem.contains("no row -1"))
        #expect(try tableError { try table[rows: 0..<Int.max] }.problem.contains("no row 3"))
    }

    @Test func aRowThatIsNotThereStopsWithAMessage() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try DataTable(["a": [1, 2]]).rows[2]
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("there is no row 2: the table has 2 rows"))
    }

    @Test func missingValues() throws {
        let trials = try table("trials.csv")
        #expect(try trials.missingCounts["missing", as: Int.self] == [0, 5, 0, 11, 0])
        #expect(try trials.droppingMissing(in: "rt").rowCount == 109)
        let filled = try trials.fillingMissing(in: "rt", with: 0).fillingMissing(
            in: "condition", with: "none")
        #expect(filled.columns.allSatisfy { $0.missingCount == 0 })
        #expect(throws: TableError.self) { try trials.fillingMissing(in: "rt", with: "none") }
        #expect(throws: TableError.self) { try trials.fillingMissing(in: "block", with: "none").isEmpty }
        #expect(try trials.valueCounts("subject")["count", as: Int.self].reduce(0, +) == 120)
        #expect(
            try tableError { try trials.valueCounts() }.problem == "valueCounts needs the name of a column")
        #expect(
            try trials["subject"].unique.count == 7
                && trials.droppingDuplicates(by: "subject", "block").rowCount == 21)
    }

    @Test func appending() throws {
        let a = try DataTable(["n": [1, 2], "s": ["x", "y"]])
        let b = try DataTable(["s": ["z"], "n": [0.5]])
        let both = try a.appending(b)
        #expect(
            try both["n", as: Double.self] == [1, 2, 0.5] && both["s", as: String.self] == ["x", "y", "z"])
        #expect(throws: TableError.self) { try a.appending(try a.removing("s")) }
        #expect(try a.appending(try a.removing("s"), fillingMissing: true)["s"].missingCount == 2)
        #expect(throws: TableError.self) { try a.appending(try DataTable(["n": ["1"], "s": ["x"]])) }
        #expect(try a.appending(row: ["n": 3, "s": nil]).rowCount == 3)
        let lacking = try tableError { try a.appending(row: ["n": 3]) }
        #expect(lacking.problem == "the row has no value for \"s\"; nil is one that is missing")
        let misspelled = try tableError { try a.appending(row: ["n": 3, "S": nil]) }
        #expect(misspelled.problem.contains("did you mean \"s\""))
        // What does not fit is told with its reason, and whole numbers become Double above and below others.
        let large = try DataTable(["n": [9_007_199_254_740_993], "s": ["z"]])
        #expect(try tableError { try b.appending(large) }.problem.contains("would round"))
        #expect(try tableError { try large.appending(b) }.problem.contains("would round"))
        let wide = try DataTable(["big": [9_007_199_254_740_993], "half": [0.5]])
        #expect(try tableError { try wide.melted() }.problem.contains("would round"))
        let words = try DataTable(["a": [1], "b": ["x"]])
        #expect(try tableError { try words.melted() }.problem.contains("one column cannot hold both"))
        #expect(try DataTable.concatenating([a, b, a])["n", as: Double.self] == [1, 2, 0.5, 1, 2])
        let gaps = try DataTable(["n": [nil, 4] as [Int?], "s": [nil, "w"] as [String?]])
        let three = try DataTable.concatenating([a, gaps, a])
        #expect(try three["n", as: Int?.self] == [1, 2, nil, 4, 1, 2])
        #expect(try three["s", as: String?.self] == ["x", "y", nil, "w", "x", "y"])
        // A loop begins with no table.
        let first = try DataTable().appending(row: ["n": 1, "s": "x"])
        #expect(try first.appending(row: ["n": 2, "s": "y"]) == a && a.appending(DataTable()) == a)
    }

    @Test func recordsAndMatrices() throws {
        enum Condition: String, Codable { case face, house }
        struct Trial: Codable, Equatable {
            var onset: Double
            var condition: Condition
            var rt: Float?
            var note: String?
            var run: UInt8
            var place: Place
            struct Place: Codable, Equatable { var x: Int, y: Int }
        }
        let trials = [
            Trial(onset: 1.5, condition: .face, rt: nil, note: nil, run: 1, place: .init(x: 1, y: 2)),
            Trial(onset: 2, condition: .house, rt: 0.25, note: nil, run: 200, place: .init(x: 3, y: 4)),
        ]
        let table = try DataTable(records: trials)
        #expect(table.columnNames == ["onset", "condition", "rt", "note", "run", "place.x", "place.y"])
        #expect(try table.records(as: Trial.self) == trials)
        #expect(try DataTable.parse(table.csv).records(as: Trial.self) == trials)
        let broken = try table.replacing("run", with: [1, 300])
        #expect(try tableError { try broken.records(as: Trial.self) }.problem.contains("run"))
        #expect(
            try tableError { try table.removing("onset").records(as: Trial.self) }.problem.contains("onset"))
        struct Guess: Codable, Equatable { var place: Trial.Place? }
        let guesses = [Guess(place: .init(x: 1, y: 2)), Guess(place: nil), Guess(place: .init(x: 5, y: 6))]
        #expect(try DataTable(records: guesses).records(as: Guess.self) == guesses)
        struct Rated: Codable, Equatable { var name: String, scores: [String: Double] }
        let rated = [Rated(name: "x", scores: ["a": 1, "b": 2]), Rated(name: "y", scores: ["a": 3])]
        #expect(try DataTable(records: rated).records(as: Rated.self) == rated)
        struct Listed: Encodable { var list = [1, 2] }
        #expect(throws: TableError.self) { try DataTable(records: [Listed()]) }
        let matrix = Matrix<Float>([[1, 2], [3, .nan]])
        let square = try DataTable(matrix, names: ["a", "b"])
        #expect(try square["b"].missingCount == 1)
        let back = try square.matrix("b", "a")
        #expect(back[0, 0] == 2 && back[1, 0].isNaN && back[1, 1] == 3)
        #expect(throws: TableError.self) { try table.matrix("condition") }
        let large = try DataTable([
            "id": [9_007_199_254_740_992, 9_007_199_254_740_993], "ok": [true, false],
        ])
        #expect(try tableError { try large.matrix("id") }.problem.contains("row 1 (9007199254740993)"))
        #expect(try large[rows: 0..<1].matrix() == [[9_007_199_254_740_992, 1]])
        #expect(throws: TableError.self) { try DataTable(matrix, names: ["a"]) }
        #expect(try DataTable(table.dictionaries).selecting(table.columnNames) == table)
        #expect(throws: TableError.self) { try DataTable(["a": [1], "b": [1, 2]]) }
        #expect(throws: TableError.self) { try DataTable([.init("a", [1]), .init("a", [2])]) }
    }
}
