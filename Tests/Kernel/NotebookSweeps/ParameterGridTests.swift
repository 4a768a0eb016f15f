import Foundation
import NotebookRuns
import NotebookSweeps
import Testing

@Suite struct ParameterGridTests {
    func values(_ text: String) throws -> [String] {
        var grid = ParameterGrid()
        try grid.add("x=" + text)
        return grid.rows.map { $0[0] }
    }

    @Test(arguments: [
        ("0..3", ["0", "1", "2", "3"]), ("-1..1", ["-1", "0", "1"]), ("8..10", ["8", "9", "10"]),
        ("08..10", ["08", "09", "10"]), ("-01..01", ["-01", "00", "01"]), ("-3..-2", ["-3", "-2"]),
        ("S09..S10", ["S09", "S10"]), ("S1..2", ["S1", "S2"]), ("sub-01..02", ["sub-01", "sub-02"]),
        ("sub-01..sub-02", ["sub-01", "sub-02"]), ("a1_b1..a1_b2", ["a1_b1", "a1_b2"]),
        ("v1.0..v1.2", ["v1.0", "v1.1", "v1.2"]), ("a,S1..S2, c", ["a", "S1", "S2", "c"]),
        ("../a1", ["../a1"]), ("", [""]), ("0.5,1", ["0.5", "1"]),
    ])
    func anArgumentStandsForItsValues(text: String, expected: [String]) throws {
        #expect(try values(text) == expected)
    }

    @Test(arguments: [
        "1.5..10", "0.1..5", "1..2.5", "-0.5..3", "1e3..2e3", "3..1", "S3..S1", "0..100000",
        "-9223372036854775808..9223372036854775807",
    ])
    func whatIsNoRangeOfWholeNumbersIsRefused(text: String) {
        #expect(throws: RunError.self) { try values(text) }
    }

    func made(ofTable text: String) throws -> ParameterGrid {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        var grid = ParameterGrid()
        try grid.add(contentsOf: file)
        return grid
    }

    @Test func aTableOfASpreadsheetIsRead() throws {
        let grid = try made(ofTable: "\u{FEFF}subject,alpha\r\nS01,0.5\r\n")
        #expect(grid.names == ["subject", "alpha"])
        #expect(grid.rows == [["S01", "0.5"]])
    }

    @Test func aQuoteThatIsNotClosedTakesNoRowsAlong() {
        #expect {
            try made(ofTable: "name,note\nS01,\"abc\nS02,def\n")
        } throws: { "\($0)".contains("quote") }
    }

    @Test func anEmptyValueInQuotesIsOne() throws {
        #expect(try made(ofTable: "x\n\"\"\n\n1\n").rows == [[""], ["1"]])
        #expect(try made(ofTable: "x\n1\n\"\"").rows == [["1"], [""]])
    }

    @Test func aGridBeyondAllMemoryIsRefusedBeforeItIsMade() {
        #expect {
            var grid = ParameterGrid()
            try grid.add("x=0..99999")
            try grid.add("y=0..99999")
        } throws: { "\($0)".contains("10000000000 tasks") }
    }
}
