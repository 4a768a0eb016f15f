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
