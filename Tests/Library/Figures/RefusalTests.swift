import Figures
import Foundation
import Testing

@Suite struct RefusalTests {
    private func refuses(_ words: String, _ body: () throws -> Void) {
        #expect {
            try body()
        } throws: { error in
            "\(error)".contains(words)
        }
    }

    @Test(arguments: [0, -3, 1_001, 1_000_000_000, Int.max, Int.min])
    func numbersOfBinsThatNoPictureHas(bins: Int) {
        refuses("1 to 1,000") { _ = try Histogram([1, 2, 3], bins: bins) }
        refuses("1 to 1,000") { _ = try DensityPlot(x: [1, 2], y: [3, 4], bins: bins) }
    }

    @Test func slicesThatAreNone() {
        refuses("the width of a slice") { _ = try ScoreMap.Slice(width: -1, height: -1, values: [1]) }
        refuses("the width of a slice") { _ = try ScoreMap.Slice(width: .max, height: 2, values: [1]) }
        refuses("the size of a pixel") {
            _ = try ScoreMap.Slice(width: 1, height: 1, values: [1], pixelSize: (.nan, 1))
        }
        refuses("the size of a pixel is 1e+308") {
            _ = try ScoreMap.Slice(width: 4, height: 1, values: [1, 2, 3, 4], pixelSize: (1e308, 1))
        }
        refuses("sides of a slice") {
            _ = try ScoreMap.Slice(width: 1, height: 1, values: [1], sides: ["L"])
        }
    }

    @Test func errorsThatAreNotOnePerValue() {
        refuses("errors of the line \"a\": expected 3 values, got 1") {
            _ = try LineChart.Series("a", [1, 2, 3], errors: [0.1])
        }
        refuses("an error of the line \"a\" is -0.1, but must be at least 0") {
            _ = try LineChart.Series("a", [1, 2], errors: [0.1, -0.1])
        }
    }

    @Test func errorsBelowZero() {
        let bars = BarChart([.init("V1", 0.3, series: "image", error: -0.1)])
        refuses("the error of the bar") { _ = try bars.png(scale: 2) }
        refuses("is -0.1, but must be at least 0") {
            _ = try bars.data(.pdf, width: nil, dpi: 300, font: nil)
        }
        refuses("the error of the bar") { _ = try bars.data(.vegaLite, width: nil, dpi: 300, font: nil) }
        #expect(Array(bars.mimeBundle.contents.keys) == ["text/plain"])
        #expect(bars.mimeBundle.plainText?.contains("No picture: the error of the bar") == true)
        let line = LineChart([.init("a", points: [.init(0, 1, error: 0.1), .init(1, 2, error: -0.2)])])
        refuses("an error of the line \"a\" is -0.2") { _ = try line.png(scale: 2) }
        #expect(throws: Never.self) { _ = try BarChart([.init("V1", 0.3, error: 0)]).png(scale: 2) }
    }

    @Test func placesBetweenTwoNames() {
        let chart = LineChart([.init("a", points: [.init(0, 1), .init(0.5, 2)])], positions: ["V1", "V2"])
        refuses("a place of the line \"a\" is 0.5, but must be the index of a position") {
            _ = try chart.png(scale: 1)
        }
        #expect(chart.vegaLite.contains("No picture"))
        #expect(chart.description.contains("0.500") && chart.altText.contains("from V1 to 0.500"))
        #expect("\(chart.data)".contains("0.500"))
    }

    @Test func aPictureThatIsTooLargeNamesTheArgument() {
        refuses("lower the scale") { _ = try BarChart([.init("V1", 0.3)]).png(scale: 1000) }
        refuses("lower the scale") { _ = try BarChart([.init("V1", 0.3)]).png(scale: 1e300) }
    }

    @Test func bracketsThatDoNotSpanTwoDrawnBars() {
        let chart = BarChart([.init("a", 1), .init("b", .nan)])
        refuses("to itself") { _ = try chart.bracketed([Bracket(.init("a"), .init("a"), label: "*")]) }
        refuses("no finite value") { _ = try chart.bracketed([Bracket(.init("a"), .init("b"), label: "*")]) }
        refuses("a bar of the chart") {
            _ = try chart.bracketed([Bracket(.init("a"), .init("c"), label: "*")])
        }
    }

    @Test(arguments: [-1, 0, 500, Double.nan, .infinity])
    func fontSizesThatCannotBeRead(size: Double) {
        let chart = BarChart([.init("a", 1)], style: ChartStyle(fontSize: size))
        refuses("the font size of a figure") { _ = try chart.data(.pdf, width: 8.5, dpi: 300, font: nil) }
    }

    @Test func namesThatAreSuffixesAlone() throws {
        try withFolder { folder in
            refuses("the name must end in") { try BarChart([.init("a", 1)]).save("\(folder.path)/.pdf") }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }
}

@Suite struct OddDataTests {
    @Test func linesAndPositionsOfOneNameAreToldApart() throws {
        let chart = LineChart([.init("a", [1, 2]), .init("a", [2, 1])], positions: ["x", "x"])
        #expect(chart.series.map(\.name) == ["a", "a (2)"])
        #expect(
            try rows(specification(chart)).map { $0["place"] as? String } == ["x", "x (2)", "x", "x (2)"])
        let numbered = LineChart([.init("a", [1]), .init("a", [2]), .init("a (2)", [3])])
        #expect(numbered.series.map(\.name) == ["a", "a (2)", "a (2) (2)"])
    }

    @Test func cellsOfOneNameAreToldApart() throws {
        let map = Heatmap(rowNames: ["a", "a"], columnNames: ["x", "x"]) { Double($0 + $1) }
        #expect(try map.data["row", as: String.self] == ["a", "a", "a (2)", "a (2)"])
        #expect(try map.data["column", as: String.self] == ["x", "x (2)", "x", "x (2)"])
        #expect(map.rows == ["a", "a"])
    }

    @Test func pointsAtNoPositionAreTold() throws {
        let chart = LineChart(
            [.init("a", points: [.init(.nan, 1), .init(1e30, 2), .init(-0.5, 3), .init(0, 4)])],
            positions: ["x"])
        #expect(chart.description.contains("1.00e+30") && chart.description.contains("-0.500"))
        #expect(chart.altText.contains("Across: positions from -0.500 to 1.00e+30."))
        #expect(chart.data.rowCount == 4)
        #expect(try rows(specification(chart)).count == 1)
    }

    @Test func pointsBeyondThePositionsAreLeftOutAndCounted() throws {
        let chart = LineChart([.init("a", [1, 2, 300])], positions: ["x"], note: "Mine.")
        #expect(chart.description.contains("Left out: 2 points beyond the 1 position."))
        #expect(chart.altText.contains("Left out: 2 points"))
        #expect(try rows(specification(chart)).count == 1)
        #expect(try !svg(chart).contains(">300<"))
    }

    @Test func whatIsNotFiniteIsNotDrawn() throws {
        let chart = BarChart(
            [.init("a", 1, error: .infinity), .init("b", .nan)],
            references: [ReferenceLine(.nan, "none"), ReferenceLine(.infinity, "far")])
        #expect(chart.mimeBundle.contents["image/png"] != nil)
        #expect(chart.bars[0].error == nil)
        #expect(chart.altText.contains("Without a value: b."))
        #expect(try !svg(chart).contains(">far<") && !chart.vegaLite.contains("\"far\""))
    }

    /// A name of several lines is one line in pictures too, as in SVG and in the browser; nothing behind a zero is lost.
    @Test func namesOfSeveralLinesAreOneLine() throws {
        func png(_ name: String) throws -> Data {
            try BarChart([.init(name, 1), .init("b", 2)], orientation: .horizontal).png(scale: 1)
        }
        #expect(try png("first\nsecond") == png("first second"))
        #expect(try png("first\u{2028}second") == png("first second"))
        #expect(try png("first\u{0}second") != png("first"))
        let chart = BarChart([.init("first\nsecond", 1)], orientation: .horizontal)
        #expect(try svg(chart).contains(">first second</text>"))
    }

    @Test func oneLongNameIsToldOnceAndNotAsSpaces() throws {
        let name = String(repeating: "y", count: 100_000)
        let others = (0..<150).map { BarChart.Bar("region \($0)", 0.5) }
        let chart = BarChart([BarChart.Bar(name, 1, sign: "**")] + others)
        #expect(chart.description.contains(name) && chart.description.utf8.count < 200_000)
        #expect(chart.altText.count < 3000 && chart.altText.contains("…yyy"))
        #expect(chart.altText.contains("yyy: **"))
    }

    @Test func longWordsStayInThePicture() throws {
        let word = String(repeating: "y", count: 200)
        let chart = BarChart([.init("a", 1)], title: word)
        let lines = try svg(chart, width: 8.5).components(separatedBy: "font-weight=\"bold\"").count - 1
        #expect(lines > 2, "the title is broken within the word")
    }

    /// As in the picture: a longer one would make the figure as long as itself.
    @Test func titlesOfAxesAreNoLongerThanTheyMayBe() throws {
        func limits(_ figure: some Figure) throws -> [Double?] {
            let configuration = try #require(specification(figure)["config"] as? [String: Any])
            return ["axisX", "axisY"].map { (configuration[$0] as? [String: Any])?["titleLimit"] as? Double }
        }
        let title = String(repeating: "y", count: 200)
        #expect(try limits(LineChart([.init("a", [1, 2])], valueTitle: title)) == [440, 280])
        // The title of a small figure need not be as short as its axis.
        let bar = BarChart([.init("a", 1)], valueTitle: title, orientation: .vertical)
        #expect(try limits(bar) == [260, 260])
    }

    @Test func noLayerGivesBackAChannel() throws {
        // Vega-Lite's schema has no null for a channel, so that altair refuses such a chart.
        func check(_ layer: [String: Any], _ name: String) {
            for (channel, value) in layer["encoding"] as? [String: Any] ?? [:] {
                #expect(!(value is NSNull), "\(channel) of \(name)")
            }
            for inner in layer["layer"] as? [[String: Any]] ?? [] { check(inner, name) }
        }
        for (name, figure) in try everyFigure() { check(try specification(figure), name) }
    }

    @Test func turnedHeatMapsKeepTheirCells() throws {
        let map = try Heatmap(
            rows: ["a", "b"], columns: ["x", "y", "z"], values: [1, 2, 3, 4, 5, 6], rowTitle: "layer",
            columnTitle: "region"
        ).marking(["", "", "*", "", "", ""]).outlining([.init(row: 1, column: 2)], meaning: "best")
        let turned = map.transposed()
        #expect(turned.rows == ["x", "y", "z"] && turned.columns == ["a", "b"])
        #expect(turned.rowTitle == "region" && turned.columnTitle == "layer")
        #expect(turned.values == [1, 4, 2, 5, 3, 6] && turned.signs == ["", "", "", "", "*", ""])
        #expect(turned.outlined == [.init(row: 2, column: 1)] && turned.outlineMeaning == "best")
        #expect(turned.transposed().values == map.values && turned.transposed().signs == map.signs)
    }

    @Test func cellsTouchWithoutSeams() throws {
        let map = try Heatmap(rows: ["a"], columns: ["x", "y"], values: [1, 2])
        #expect(try svg(map).components(separatedBy: "crispEdges").count > 2)
    }

    @Test func manyPointsHaveALegendWithoutMarkers() throws {
        let many = (0..<100).map(Double.init)
        let chart = LineChart([.init("a", many), .init("b", many)])
        #expect(try !svg(chart).contains("<polygon") && !svg(chart).contains("<circle"))
        let line = try channel(layers(specification(chart))[0], "color")
        #expect((line["legend"] as? [String: Any])?["symbolType"] as? String == "stroke")
    }
}
