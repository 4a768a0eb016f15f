import Figures
import Foundation
import Testing

@Suite struct BarChartTests {
    private let chart = BarChart(
        [
            .init("IT", 0.3, series: "image", error: 0.1, sign: "*"),
            .init("IT", -0.1, series: "text", error: 0.1),
            .init("V1", .nan, series: "image"), .init("V1", 0.2, series: "text"),
        ], categoryTitle: "region", valueTitle: "Pearson r", errorMeaning: "SD")

    @Test func keepsTheOrderOfTheBars() throws {
        #expect(chart.categories == ["IT", "V1"])
        #expect(chart.series == ["image", "text"])
        let category = try channel(layers(specification(chart))[0], "x")
        #expect(category["sort"] as? [String] == ["IT", "V1"])
    }

    @Test func carriesTheNumbers() throws {
        let data = try rows(specification(chart))
        #expect(data.map { $0["value"] as? Double } == [0.3, -0.1, nil, 0.2])
        #expect(data[0]["low"] as? Double == 0.2 && data[0]["high"] as? Double == 0.4)
        #expect(chart.description.contains("0.300") && chart.description.contains("n/a"))
    }

    @Test func bothRenderersUseTheSameColors() throws {
        let color = try channel(layers(specification(chart))[0], "color")
        let scale = try #require(color["scale"] as? [String: Any])
        #expect(scale["range"] as? [String] == ["#0072b2", "#d55e00"])
        let picture = try svg(chart)
        // Two bars and a legend entry of the first color (one bar has no value), two and one of the second.
        #expect(occurrences(of: "fill=\"#0072b2\"", in: picture) == 2)
        #expect(occurrences(of: "fill=\"#d55e00\"", in: picture) == 3)
    }

    @Test func theValueAxisHoldsZeroAndTheErrorBars() throws {
        let value = try channel(layers(specification(chart))[0], "y")
        let domain = try #require((value["scale"] as? [String: Any])?["domain"] as? [Double])
        #expect(domain[0] <= -0.2 && domain[1] >= 0.4)
        let positive = BarChart([.init("a", 0.31), .init("b", 0.32)], orientation: .vertical)
        let axis = try channel(layers(specification(positive))[0], "y")
        #expect(((axis["scale"] as? [String: Any])?["domain"] as? [Double])?.first == 0)
    }

    @Test func repeatedCategoriesAreToldApart() {
        let chart = BarChart([.init("V1", 1), .init("V1", 2), .init("V1", 3)])
        #expect(chart.categories == ["V1", "V1 (2)", "V1 (3)"])
        let numbered = BarChart([.init("V1", 1), .init("V1", 2), .init("V1 (2)", 3)])
        #expect(numbered.categories == ["V1", "V1 (2)", "V1 (2) (2)"])
    }

    @Test("the points of all bars are one layer, each where the picture has it")
    func pointsAreOneLayer() throws {
        let many = (0..<40).map { Double($0) * 1e-4 }
        let chart = BarChart(
            [
                .init("a", 0.002, series: "m", ceiling: 0.004, points: [0.001, 0.003]),
                .init("a", 0.001, series: "n", points: many), .init("b", .nan, series: "m", points: [0.002]),
            ], valueTitle: "r", orientation: .vertical)
        let all = try layers(specification(chart))
        #expect(all.count < 8)
        let points = all.filter { (($0["mark"] as? [String: Any])?["type"] as? String) == "point" }
        #expect(points.count == 1)
        let data = try rows(specification(chart))
        let places = data.flatMap { $0["places"] as? [Double] ?? [] }
        let drawn = try svg(chart).matches(of: #/<circle cx="([0-9.]+)" cy="[0-9.]+" r="1\.9"/#)
            .compactMap { Double($0.1) }
        #expect(places.count == 42 && drawn.count == 42)
        #expect(zip(places, drawn).allSatisfy { abs(($0 - places[0]) - ($1 - drawn[0])) < 0.02 })
        // Small numbers are told with as many digits as the table has.
        #expect(chart.vegaLite.contains(#""field":"point","format":".5f""#))
        #expect(chart.vegaLite.contains(#""field":"ceiling","format":".5f""#))
        #expect(chart.dataByPoint.rowCount == 43)
        #expect(chart.dataByPoint.columnNames == ["category", "series", "point", "r"])
    }

    @Test(arguments: [1, 12, 100])
    func anyNumberOfRegions(_ count: Int) throws {
        let chart = BarChart((0..<count).map { .init("A long name of region \($0)", Double($0)) })
        let size = try pngSize(chart.png(scale: 1))
        #expect(size.width < 900 && size.height < 1700)
        #expect(try rows(specification(chart)).count == count)
    }
}

@Suite struct OtherChartTests {
    @Test func linesKeepGapsAsNulls() throws {
        let chart = try LineChart(
            [.init("a", [0.1, .nan, 0.3], errors: [0.1, 0.1, 0.1])], positions: ["x", "y", "z"])
        let data = try rows(specification(chart))
        #expect(data.map { $0["place"] as? String } == ["x", "y", "z"])
        #expect(data[1]["y"] is NSNull)
    }

    @Test("both pictures join the points of a line from the left, whatever their order")
    func linesGoFromTheLeft() throws {
        let places: [(Double, Double)] = [(0, 1), (1, 3), (1, 2), (2, .nan), (3, 5)]
        let points = places.map { LineChart.Series.Point($0, $1, error: 0.1) }
        let given = [points[4], points[1], points[0], points[3], points[2]]
        let chart = LineChart([.init("a", points: given + [.init(.infinity, 1)])])
        let ordered = LineChart([.init("a", points: points)])
        #expect(try svg(chart) == svg(ordered))
        #expect(try rows(specification(chart)).map { $0["x"] as? Double } == [0, 1, 1, 2, 3])
        #expect(chart.data.rowCount == 6)
    }

    @Test("a band of errors has a gap where a point has none")
    func bandsHaveGaps() throws {
        let errors: [Double?] = [0.1, 0.1, nil, 0.1, Double.nan, 0.1, 0.1]
        let points = errors.enumerated().map { LineChart.Series.Point(Double($0), 1, error: $1) }
        let chart = LineChart([.init("a", points: points)])
        // The point between two without an error has a bar: a band of one point has no width.
        #expect(try occurrences(of: "<polygon", in: svg(chart)) == 2)
        #expect(try svg(chart).contains("stroke-width=\"1.5\""))
        #expect(try rows(specification(chart)).map { $0["lone"] as? Bool == true }.firstIndex(of: true) == 3)
        let marks = try layers(specification(chart)).compactMap { $0["mark"] as? [String: Any] }
        #expect(marks.map { $0["type"] as? String } == ["area", "rule", "line", "point"])
        let one = try LineChart([.init("a", [0.3], errors: [0.1])], positions: ["layer 1"])
        #expect(try svg(one).contains("stroke-width=\"1.5\""))
    }

    @Test func heatMapsRefuseTheWrongCount() {
        #expect(
            throws: FigureError.count(
                of: "values of a heat map with 2 rows and 3 columns", expected: 6, got: 5)
        ) { try Heatmap(rows: ["a", "b"], columns: ["x", "y", "z"], values: [1, 2, 3, 4, 5]) }
    }

    @Test func heatMapsCenterDivergingColorsAtZero() throws {
        let map = Heatmap(rowNames: ["a"], columnNames: ["x", "y"], style: .diverging) { _, c in
            c == 0 ? -1 : 3
        }
        let color = try channel(layers(specification(map))[0], "color")
        let domain = try #require((color["scale"] as? [String: Any])?["domain"] as? [Double])
        #expect(domain.first == -3 && domain.last == 3)
    }

    @Test func heatMapsStarOutlinedCellsInText() throws {
        let map = try Heatmap(rowNames: ["a", "b"], columnNames: ["x"]) { row, _ in Double(row) }
            .outlining([.init(row: 1, column: 0)], meaning: "best")
        #expect(map.description.contains("1.00*") && map.description.contains("*: best."))
    }

    @Test func everyTickOfAnAxisIsDrawnByVega() throws {
        let chart = BarChart(
            [.init("a", 0.82), .init("b", -0.03)], valueTitle: "share",
            orientation: .vertical)
        let axis = try #require(try channel(layers(specification(chart))[0], "y")["axis"] as? [String: Any])
        let values = try #require(axis["values"] as? [Double])
        #expect(values.contains(0))
        // Vega halves the values where they are more than this count, which is 6 for a height of 240 if nobody says.
        #expect(values.count == 7 && axis["tickCount"] as? Int == 7)
    }

    @Test func histogramsCountEveryFiniteValue() throws {
        let values = (0..<1000).map { Double($0 % 10) / 10 + 0.05 }
        let histogram = try Histogram(values + [.nan, .infinity], bins: 10)
        #expect(histogram.counts.reduce(0, +) == 1000)
        #expect(histogram.excluded == 2)
        #expect(histogram.counts == [Int](repeating: 100, count: 10))
        #expect(try Histogram([0, 1.6e308], bins: 1).counts.reduce(0, +) == 2)
        #expect(abs(histogram.binWidth - 0.1) < 1e-12 && abs(histogram.start) < 1e-12)
    }

    @Test func densityPlotsCountPairs() throws {
        let plot = try DensityPlot(x: [0, 1, 2, .nan], y: [1, 0, 3, 0])
        #expect(plot.count == 3 && plot.countAbove == 2 && plot.excluded == 1)
        let counts = try rows(specification(plot)).map { $0["count"] as? Int ?? 0 }
        #expect(counts.reduce(0, +) == 3)
        #expect(throws: FigureError.self) { try DensityPlot(x: [1], y: [1, 2]) }
        // Small numbers are told with as many digits as it takes.
        #expect(try DensityPlot(x: [0, 0.0002], y: [0.0001, 0]).vegaLite.contains(#""format":".6f""#))
    }

    @Test func scoreMapsMarkEveryVoxelWithItsPlace() throws {
        let slice = try ScoreMap.Slice(width: 3, height: 2, values: [.nan, 0.1, 0.2, 0.3, .nan, 0.4])
        let layer = try layers(specification(ScoreMap([slice])))[0]
        let data = try #require((layer["data"] as? [String: Any])?["values"] as? [[String: Any]])
        #expect(data.map { $0["column"] as? Int } == [1, 2, 0, 2])
        #expect(data.map { $0["row"] as? Int } == [0, 0, 1, 1])
        #expect(data.map { $0["value"] as? Double } == [0.1, 0.2, 0.3, 0.4])
        #expect(throws: FigureError.self) { try ScoreMap.Slice(width: 2, height: 2, values: [1]) }
    }
}

@Suite struct ColorMapTests {
    @Test func endsAndMiddleAreTheStops() {
        #expect(ColorMap.viridis.color(at: 0).hex == "#440154")
        #expect(ColorMap.viridis.color(at: 1).hex == "#fde725")
        #expect(ColorMap.viridis.color(at: 7).hex == "#fde725")
        #expect(ColorMap.blueRed.color(at: 0.5).hex == "#f7f7f7")
    }

    /// The stops mix linearly, which stays within 6 of 255 of the 256 colors of matplotlib 3.11 and cmcrameri 1.10.
    @Test func mapsAreThoseOfTheirSources() {
        let expected: [(ColorMap, Double, [Double])] = [
            (.viridis, 0.03, [70, 11, 94]), (.viridis, 0.2, [65, 68, 135]), (.viridis, 0.5, [33, 145, 140]),
            (.viridis, 0.8, [122, 209, 81]), (.viridis, 0.97, [236, 229, 27]), (.plasma, 0.2, [106, 0, 168]),
            (.plasma, 0.5, [204, 71, 120]), (.plasma, 0.97, [244, 237, 39]), (.vik, 0.1, [2, 57, 122]),
            (.vik, 0.3, [84, 150, 183]), (.vik, 0.5, [236, 229, 224]), (.vik, 0.65, [214, 159, 126]),
            (.vik, 0.9, [133, 34, 6]),
        ]
        for (map, place, components) in expected {
            let color = map.color(at: place)
            for (got, want) in zip([color.red, color.green, color.blue], components) {
                #expect(abs(got * 255 - want) <= 6, "\(map.name) at \(place): \(color.hex)")
            }
        }
    }

    /// WCAG 2.1 asks for 4.5 to 1 between text and what lies behind it.
    @Test(arguments: [ColorMap.viridis, .plasma, .vik, .blueRed, .gray])
    func digitsCanBeReadOnEveryColor(_ map: ColorMap) throws {
        for step in 0...100 {
            let place = Double(step) / 100
            let style = ChartStyle(colorMap: map, domain: map.isDiverging ? -1...1 : 0...1)
            let value = map.isDiverging ? 2 * place - 1 : place
            let figure = Heatmap(rowNames: ["a"], columnNames: ["b"], style: style) { _, _ in value }
            let cell = try #require(try rows(specification(figure)).first)
            let text = Color(cell["dark"] as? Bool == true ? 0x000000 : 0xFFFFFF)
            let (a, b) = (luminance(map.color(at: place)), luminance(text))
            #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 4.5)
        }
    }

    private func luminance(_ color: Color) -> Double {
        func linear(_ c: Double) -> Double { c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }
}

@Suite struct HeatmapTests {
    /// The order of a set differs with its capacity, as it does from process to process.
    @Test func outlinesDoNotDependOnTheOrderOfTheirSet() throws {
        let names = (0..<6).map { "\($0)" }
        let places = (0..<6).flatMap { row in (0..<6).map { Heatmap.Place(row: row, column: $0) } }
        let pictures = try [1, 64, 1000, 5000].map { capacity in
            var outlined: Set<Heatmap.Place> = []
            outlined.reserveCapacity(capacity)
            for place in places { outlined.insert(place) }
            let chart = try Heatmap(rowNames: names, columnNames: names) { Double($0 * $1) }
                .outlining(outlined, meaning: "")
            return (order: Array(outlined), png: try chart.png(scale: 1))
        }
        #expect(pictures.contains { $0.order != pictures[0].order }, "the sets have different orders")
        for picture in pictures { #expect(picture.png == pictures[0].png) }
    }

    @Test func colorMapsNeedTwoColors() throws {
        #expect(throws: FigureError.tooFew(of: "colors of a color map", least: 2, got: 1)) {
            try ColorMap(name: "one", stops: [Color(0xFFFFFF)])
        }
        #expect(
            try ColorMap(name: "two", stops: [Color(0), Color(0xFFFFFF)]).color(at: 0.5).hex == "#808080")
    }

    /// Nothing that is drawn or told holds a minus that Python cannot read.
    @Test func minusSignsAreThoseOfASCII() throws {
        let values: [Double] = [-1, 0, 1, -2]
        let figures: [any Figure] = [
            BarChart(values.enumerated().map { .init("\($0)", $1) }),
            LineChart([.init("a", values)]), Histogram(values),
            ScatterPlot(values.map { .init($0, -$0) }),
            Heatmap(rowNames: ["a", "b"], columnNames: ["c", "d"]) { values[$0 * 2 + $1] },
        ]
        for figure in figures {
            let texts = [figure.description, figure.vegaLite, try svg(figure)]
            for text in texts { #expect(!text.contains("\u{2212}")) }
            #expect(figure.description.contains("-"))
            let configuration = try #require(specification(figure)["config"] as? [String: Any])
            let locale = try #require(configuration["locale"] as? [String: [String: Any]])
            #expect(locale["number"]?["minus"] as? String == "-")
        }
    }

    @Test func numbersOfAnySizeAreDrawn() throws {
        let all: [[Double]] = [
            [0, 5e-324], [-1.7e308, 1.7e308], [1e300, -1e300, 0], [3e-310, 2e-310],
            [.greatestFiniteMagnitude], [-1.5e308, -1.5e308], [1e17, 1e17 + 16],
        ]
        for values in all {
            let figures: [any Figure] = [
                Histogram(values), BarChart(values.enumerated().map { .init("\($0)", $1) }),
                LineChart([.init("a", values)]), ScatterPlot(values.map { .init($0, $0) }),
                try DensityPlot(x: values, y: values),
                Heatmap(rowNames: ["a"], columnNames: values.map { "\($0)" }) { values[$1] },
            ]
            for figure in figures {
                #expect(!figure.vegaLite.isEmpty)
                #expect(figure.description.count < 1500, "\(figure.description)")
            }
        }
    }

    @Test func numbersThatDifferByRoundingAreDrawn() throws {
        let values = [1, 1.0.nextDown, 1.0.nextUp, 1]
        let histogram = Histogram(values)
        #expect(histogram.counts.reduce(0, +) == 4 && histogram.binWidth > 0)
        #expect(!histogram.description.isEmpty && !histogram.altText.isEmpty)
        let figures: [any Figure] = [
            histogram, LineChart([.init("a", values)]), ScatterPlot(values.map { .init($0, $0) }),
            try DensityPlot(x: values, y: values),
            Heatmap(rowNames: ["a"], columnNames: ["x", "y", "z", "w"]) { values[$1] },
        ]
        for figure in figures {
            #expect(!figure.vegaLite.isEmpty)
            #expect(try figure.png(scale: 1).count > 100)
        }
    }

    @Test func ticksOfSmallNumbersAreToldApart() throws {
        func axis(_ values: [Double]) throws -> (format: String?, picture: String) {
            let chart = LineChart([.init("a", values)])
            let y = try channel(layers(specification(chart))[0], "y")
            return ((y["axis"] as? [String: Any])?["format"] as? String, try svg(chart))
        }
        let small = try axis([2e-6, 4e-6])
        #expect(small.format == ",.7f")
        #expect(small.picture.contains(">0.0000025<") && small.picture.contains(">0.0000030<"))
        let tiny = try axis([1e-7, 3e-7])
        #expect(tiny.format == ",.1e")
        #expect(tiny.picture.contains(">1.0e-7<") && tiny.picture.contains(">1.5e-7<"))
        // Vega would write zero as "0.0e+0".
        let bars = BarChart([.init("a", 1e-7), .init("b", 3e-7)])
        #expect(try svg(bars).contains(">0<") && svg(bars).contains("e-7<"))
        #expect(bars.vegaLite.contains("datum.value === 0 ? '0' : datum.label"))
        let cells = Heatmap(rowNames: ["a"], columnNames: ["x", "y"]) { _, column in [0, 4e-8][column] }
        #expect(cells.vegaLite.contains("datum.value === 0 ? '0' : datum.label"))
        let large = try axis([1e15, 3e15])
        #expect(large.format == ",.1e")
        #expect(large.picture.contains(">1.0e+15<") && large.picture.contains(">1.5e+15<"))
        // The last tick is the first of so many digits.
        let border = try axis([1e14, 9.9e14])
        #expect(border.format == ",.1e")
        #expect(border.picture.contains(">2.0e+14<") && border.picture.contains(">1.0e+15<"))
        #expect(try axis([1e14, 4.9e14]).picture.contains(">400,000,000,000,000<"))
    }

    /// Seconds since 1970 are alike in their first seven digits; the browser's chart has all, as the picture does.
    @Test func numbersFarFromZeroStayApart() throws {
        let times = [1_700_000_001.0, 1_700_000_002, 1_700_000_004]
        func numbers(_ figure: some Figure, _ field: String) throws -> [Double] {
            try rows(specification(figure)).compactMap { $0[field] as? Double }
        }
        let line = LineChart([.init("a", points: times.map { .init($0, 1) })])
        #expect(try numbers(line, "x") == times)
        let scale = try #require(try channel(layers(specification(line))[0], "x")["scale"] as? [String: Any])
        #expect(scale["domain"] as? [Double] == [times[0], times[2]])
        #expect(try numbers(LineChart([.init("a", times)]), "y") == times)
        #expect(try numbers(ScatterPlot(times.map { .init($0, 1) }), "x") == times)
        let histogram = try Histogram(times, bins: 6)
        #expect(try Set(numbers(histogram, "low")).count == histogram.counts.count)
        let map = Heatmap(rowNames: ["a"], columnNames: ["x", "y", "z"]) { times[$1] }
        #expect(try numbers(map, "value") == times)
        // Where they begin at zero, seven digits are enough.
        #expect(try numbers(LineChart([.init("a", [0, 1 / 3])]), "y") == [0, 0.3333333])
    }

    @Test func aLegendOfManyHasThemAll() throws {
        func limit(_ count: Int) throws -> Int? {
            let chart = LineChart((0..<count).map { .init("line \($0)", [0, Double($0)]) })
            let color = try channel(layers(specification(chart))[0], "color")
            return (color["legend"] as? [String: Any])?["symbolLimit"] as? Int
        }
        #expect(try limit(31) == 31 && limit(30) == nil)
    }

    /// What the text tells is what the picture shows.
    @Test func wordsTellWhatIsDrawn() throws {
        let line = LineChart([.init("a", points: [.init(1, 0.25), .init(1, 0.75), .init(2, 0.5)])])
        #expect(["0.250", "0.750", "0.500"].allSatisfy { line.description.contains($0) })
        #expect(Histogram([3]).altText.hasPrefix("Histogram. 1 value: 3, in "))
        #expect(Histogram([3, 3], valueTitle: "r").altText.hasPrefix("Histogram. 2 values of r, all 3, in "))
        #expect(
            try Histogram([0.125, 9], bins: 2).altText.hasPrefix("Histogram. 2 values from 0.125 to 9, in "))
        let bars = BarChart(
            [.init("a", .nan, sign: "**"), .init("b", 1, sign: "***")],
            references: [ReferenceLine(.nan, "nowhere"), ReferenceLine(0.5, "chance")])
        #expect(bars.altText.contains("Marked: b: ***.") && !bars.altText.contains("nowhere"))
        #expect(bars.altText.contains("Line at 0.500: chance."))
        #expect(
            bars.description.split(separator: "\n").allSatisfy { !$0.hasPrefix("a ") || !$0.contains("*") })
        let map = try Heatmap(rows: ["a"], columns: ["x", "y"], values: [1, .nan]).marking(["*", "**"])
        #expect(map.altText.contains("Marked: a, x: *."))
    }

    @Test func valuesThatAreAlikeAreToldSo() throws {
        let zeros = BarChart([.init("a", 0), .init("b", 0), .init("c", .nan)])
        #expect(zeros.altText.contains("values: 0 (all 2)"))
        #expect(BarChart([.init("a", 0.3)]).altText.contains("values: 0.300 (a)"))
        let figures: [any Figure] = [
            zeros, BarChart([.init("a", .nan)]), BarChart([.init("a", -0.3), .init("b", -0.1)]),
            LineChart([.init("a", points: [.init(5, 0.3)])]), LineChart([.init("a", [0.3, 0.3])]),
            Histogram([3]), Heatmap(rowNames: ["a"], columnNames: ["x"]) { _, _ in 0 },
        ]
        for figure in figures {
            #expect(!figure.vegaLite.isEmpty && !figure.altText.isEmpty && !figure.description.isEmpty)
            #expect(try figure.png(scale: 1).count > 100)
        }
    }

    @Test func largeTicksAreWrittenAlike() throws {
        let chart = LineChart([.init("a", [-2_000, 3_000])])
        let picture = try svg(chart)
        #expect(picture.contains(">-2,000<") && picture.contains(">3,000<") && picture.contains(">0<"))
        let y = try channel(layers(specification(chart))[0], "y")
        #expect((y["axis"] as? [String: Any])?["format"] as? String == ",.0f")
    }

    /// Labels that would meet are left out, every other one, as Vega leaves them out; the marks of the axis stay.
    @Test func labelsBelowDoNotMeet() throws {
        let picture = try svg(DensityPlot(x: [1e10, 0], y: [2, -1e10], xTitle: "a", yTitle: "b"))
        // Up the left axis alone, and on both.
        #expect(occurrences(of: ">2,500,000,000</text>", in: picture) == 1)
        #expect(occurrences(of: ">0</text>", in: picture) == 2)
        let few = try svg(DensityPlot(x: [1, 0], y: [0.2, -1], xTitle: "a", yTitle: "b"))
        #expect(occurrences(of: ">-0.50</text>", in: few) == 2)
    }

    /// A minus sign cut off at the margin makes another number of it.
    @Test func theFirstLabelBelowFlatBarsIsWhole() throws {
        let chart = BarChart([.init("a", -1e-12), .init("b", -2e-12)], orientation: .horizontal)
        for width in [nil, 8.0, 12] {
            let text = try svg(chart, width: width)
            let label = try #require(text.firstMatch(of: #/<text x="([0-9.]+)"[^>]*>-2\.0e-12</#))
            #expect(try #require(Double(label.1)) > 21, "half of it is 22 wide")
        }
    }

    @Test func smallNumbersAreTold() throws {
        let small = [0.00012, 0.00034]
        let figures: [any Figure] = [
            BarChart(small.enumerated().map { .init("\($0)", $1) }), LineChart([.init("a", small)]),
            ScatterPlot(small.map { .init($0, 1) }),
        ]
        for figure in figures {
            #expect(figure.description.contains("0.000120") && figure.description.contains("0.000340"))
            #expect(figure.vegaLite.contains(".6f"))
        }
    }

    /// Magnetic fields of the brain, in tesla.
    @Test func numbersBelowATrillionthAreNotToldAsZero() throws {
        let small = [4e-15, 2.5e-14]
        let map = Heatmap(rowNames: ["a"], columnNames: ["x", "y"]) { small[$1] }
        let figures: [any Figure] = [
            BarChart(small.enumerated().map { .init("\($0)", $1) }), LineChart([.init("a", small)]),
            ScatterPlot(small.map { .init($0, 1) }), map,
        ]
        for figure in figures {
            #expect(figure.description.contains("4.00e-15") && figure.description.contains("2.50e-14"))
            #expect(figure.vegaLite.contains("\".2e\""))
        }
        #expect(try svg(map).contains("4.00e-15"))
        #expect(!BarChart([.init("a", 0), .init("b", 4e-15)]).description.contains("0.00e"))
    }

    @Test func largeHeatMapsHoldAPictureOfTheirCells() throws {
        let names = (0..<200).map { "stimulus \($0)" }
        let map = try Heatmap(rowNames: names, columnNames: names) { Double($0 - $1) / 200 }
            .outlining([.init(row: 3, column: 5)], meaning: "chosen")
        #expect(map.vegaLite.utf8.count < 300_000)
        let parts = try #require(specification(map)["layer"] as? [[String: Any]])
        #expect((parts[0]["mark"] as? [String: Any])?["type"] as? String == "image")
        // The outlined cell, the lowest and the highest.
        #expect(try rows(parts[1]).count == 3)
        #expect(map.description.contains("… 160 more columns") && map.description.count < 200_000)
    }

    /// The work grows with the cells or points, not with their square.
    @Test(.timeLimit(.minutes(1))) func largeMapsAndClouds() throws {
        let names = (0..<300).map { "stimulus \($0)" }
        let map = Heatmap(rowNames: names, columnNames: names) { Double($0 - $1) / 300 }
        #expect(try map.png(scale: 1).count > 1_000)
        #expect(throws: FigureError.self) { try map.data(.png, width: 8.5, dpi: 72, font: nil) }
        let cloud = ScatterPlot((0..<60_000).map { .init(Double($0 % 251), Double($0 % 241)) })
        #expect(try cloud.png(scale: 1).count > 1_000)
    }

    @Test("a long note without spaces is wrapped without asking for the fonts at each letter")
    func longNotesInChinese() throws {
        let scalars = (0..<4_000).compactMap { Unicode.Scalar(UInt32(0x4E00 + $0)) }
        let letters = String(String.UnicodeScalarView(scalars))
        let chart = BarChart([.init("a", 1)], note: letters)
        let start = ContinuousClock.now
        #expect(try specification(chart)["title"] != nil)
        let duration = ContinuousClock.now - start
        #expect(duration < .seconds(6), "\(duration)")
        let title = try #require(try specification(chart)["title"] as? [String: Any])
        #expect((title["subtitle"] as? [String])?.joined() == letters)
    }

    @Test func heatMapsTellSmallNumbers() throws {
        let map = try Heatmap(rows: ["a"], columns: ["x", "y"], values: [0.0012, 0.0034])
        #expect(map.description.contains("0.0012") && map.description.contains("0.0034"))
        #expect(try svg(map).contains(">0.0034<"))
    }
}
