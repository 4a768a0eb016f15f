import Display
import Foundation
import Tables
import Tensors
import Testing

@Suite struct DisplayTests {
    @Test func tablesThatAreShownHaveAllDigits() throws {
        let shown = Table(
            "t",
            [
                .text("", ["a", "b"]), .numbers("r", [0.123456789, .nan], decimals: 2),
                .counts("n", [1200, 3]),
                .probabilities("r", [1e-9, 0.5]), .bars("n", [1, 2]),
            ])
        let expected = try DataTable([
            "column 1": ["a", "b"], "r": [0.123456789, .nan], "n": [1200, 3], "r.1": [1e-9, 0.5],
            "n.1": [1, 2],
        ])
        #expect(shown.data == expected && shown.data.title == "t")
        #expect(shown.html.contains("title=\"0.123456789\"") && shown.html.contains("data-value=\"1200\""))
    }

    @Test func whatIsShownAsATableIsOne() throws {
        struct Result: Displayable {
            var parts: [Table]
            var mimeBundle: MIMEBundle { .stacked(parts.map(\.mimeBundle)) }
        }
        let first = Table(
            "t", [.percents("p", [1.0 / 3]), .intervals("i", [0.1234567...2]), .intervals("i", [nil])])
        let expected = try DataTable([
            "p": [1.0 / 3], "i, low": [0.1234567], "i, high": [2.0], "i, low.1": [Double.nan],
            "i, high.1": [Double.nan],
        ])
        #expect(first.description.contains("33.3 %") && first.description.contains("0.123 to 2.000"))
        #expect(try DataTable(Result(parts: [first])) == expected)
        #expect(try DataTable(expected) == expected)
        #expect(try DataTable.tables(of: Result(parts: [first, first])) == [expected, expected])
        #expect(try tableError { try DataTable(Result(parts: [first, first])) }.problem.contains("2 tables"))
        #expect(try tableError { try DataTable(Result(parts: [])) }.problem.contains("no table"))
        let matrix = Matrix<Double>(rows: 9, columns: 2)
        #expect(try tableError { try DataTable(matrix) }.problem.contains("names: names"))
        let small = Matrix<Double>([[1.0 / 3, 2], [3, 4]])
        #expect(try DataTable(small)["0", as: Double.self] == [1.0 / 3, 3])
    }

    @Test func showsItselfInAFewLines() throws {
        var table = try DataTable([
            "region": ["V1", "V4", "a\nb"], "voxels": [1200, 8, 33], "r": [0.3123456789, .nan, 0.25],
            "p": [0.04, 1.25e-9, 0.5],
        ])
        table.title = "Scores"
        #expect(
            table.description == """
                Scores
                region  voxels         r         p
                String     Int    Double    Double
                ──────────────────────────────────
                V1        1200  0.312346  0.040000
                V4           8       n/a  1.25e-09
                a⏎b         33  0.250000  0.500000
                3 rows, 4 columns
                """)
        let long = try DataTable(["n": Array(0..<12_345), "x": (0..<12_345).map { Double($0) / 8 }])
        let lines = long.description.split(separator: "\n")
        #expect(
            lines.count < 20 && lines.contains("… 12,332 more rows") && lines.last == "12,345 rows, 2 columns"
        )
        #expect(long.html.utf8.count < 12_000)
        #expect(long.html.contains("12,295 more rows; sorting orders the 50 that are shown"))
        let wide = try DataTable(
            Matrix<Double>(rows: 2, columns: 300), names: (0..<300).map { "confound_\($0)" })
        #expect(
            wide.description.split(separator: "\n").allSatisfy { $0.count < 420 }
                && wide.description.contains("more columns"))
        #expect(wide.html.utf8.count < 12_000)
        #expect(DataTable().description == "(no columns)")
    }

    @Test func htmlIsSafeAndTheSameEachTime() throws {
        let table = try DataTable(["<b>": ["<script>alert(1)</script>", "\"x\" & $y$"], "n": [1, 2]])
        let html = table.html
        #expect(html.contains("&lt;script&gt;alert") && html.contains("&lt;b&gt;"))
        #expect(html == table.html && !html.contains(" id="))
        #expect(html.components(separatedBy: "<script>").count == 2)
    }
}
