import Display
import Figures
import Testing

@Suite struct TableTests {
    @Test func alignsNumbersAtTheRight() {
        let table = Table(
            "Scores", [.text("region", ["V1", "fusiform"]), .numbers("r", [0.5, -0.25], decimals: 2)])
        #expect(
            table.description == """
                Scores
                region        r
                ───────────────
                V1         0.50
                fusiform  -0.25
                """)
    }

    @Test("a line end within a cell does not break its row")
    func rowsAreLines() {
        let table = Table("", [.text("a\nb", ["V1\nV2", "\tV4"]), .counts("n", [1, 20])])
        #expect(
            table.description == """
                a⏎b     n
                ─────────
                V1⏎V2   1
                \\tV4   20
                """)
    }

    @Test func escapesHTML() {
        let table = Table("a < b", [.text("<i>", ["\"&\""])])
        #expect(table.html.contains("a &lt; b") && table.html.contains("&lt;i&gt;"))
        #expect(table.html.contains("&quot;&amp;&quot;"))
    }

    @Test func countsTheRowsThatItDoesNotShow() {
        let table = Table("", [.counts("n", Array(0..<1500))])
        #expect(table.rowCount == 1500)
        #expect(table.description.hasSuffix("… 1,300 more rows"))
        #expect(table.html.contains("… 1,300 more rows"))
    }

    @Test func saysWhereNothingIsKnown() {
        #expect(Table("", [.numbers("r", [.nan])]).description.contains("n/a"))
        #expect(Table("", [.numbers("r", [])]).description.contains("(no rows)"))
    }

    @Test func barsAndNotes() {
        let table = Table(
            "alphas", [.text("alpha", ["1", "10", "100"]), .bars("voxels", [4, 0, 1200])], notes: ["2 < 3"])
        let lines = table.description.split(separator: "\n").map(String.init)
        #expect(lines.last == "2 < 3")
        #expect(lines[4].hasSuffix("0") && !lines[4].contains("█"))
        #expect(lines[5].hasSuffix("█ 1,200"))
        #expect(table.html.contains("<div>2 &lt; 3</div>"))
        #expect(Table("empty", [], notes: ["nothing"]).description == "empty\nnothing")
    }
}
