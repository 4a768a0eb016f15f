import Figures
import Foundation
import Testing

@Suite struct StyleTests {
    @Test func titlesAndNotesCanBeLeftOut() throws {
        for (name, figure) in try everyFigure() {
            var bare = figure
            let title = try #require(figure.title)
            #expect(try svg(figure).contains(">\(title)</text>"), "\(name)")
            (bare.title, bare.note) = (nil, nil)
            let text = try svg(bare).split(separator: "</desc>").last ?? ""
            #expect(!text.contains(">\(title)</text>"), "\(name)")
            #expect(!text.contains("Error bars") && !text.contains("lie above the line"), "\(name)")
            #expect(try specification(bare)["title"] == nil, "\(name)")
            #expect(!bare.description.hasPrefix("\n"), "\(name)")
            var noted = figure
            noted.note = "A note of my own."
            #expect(try svg(noted).contains("A note of my own."), "\(name)")
            #expect(noted.description.contains("A note of my own."), "\(name)")
        }
    }

    @Test func altTextsTellTheKindTheNamesAndTheRange() throws {
        let texts = Dictionary(uniqueKeysWithValues: try everyFigure().map { ($0, $1.altText) })
        let bars = try #require(texts["bars"])
        for part in [
            "Bar chart: Bars.", "Categories (region, 3): V1, V4, IT.", "Series (model, 2): image, text.",
            "Pearson r from 0.200 (V1, text) to 0.300 (V1, image)", "V1, image and text: **",
            "Line at 0.400: ceiling", "Error bars: SEM over 8 subjects.",
        ] {
            #expect(bars.contains(part), "\(part) in \(bars)")
        }
        #expect(texts["heat map"]?.contains("mean r from -0.200 (a, IT) to 0.300 (b, V1)") == true)
        #expect(texts["lines"]?.contains("layer from layer 1 to layer 3") == true)
        #expect(texts["map"]?.contains("1 slice with 7 voxels") == true)
        for (name, text) in texts {
            #expect(text.hasSuffix(".") && !text.contains("..") && text.count < 800, "\(name): \(text)")
        }
        #expect(BarChart([]).altText == "No bars to show.")
    }

    @Test func linesDifferInMoreThanColor() throws {
        let chart = LineChart((0..<4).map { .init("line \($0)", [0, Double($0)]) })
        let drawn = try svg(chart)
        #expect(occurrences(of: "stroke-dasharray", in: drawn) >= 6, "three dashed lines and their entries")
        #expect(drawn.contains("<circle") && drawn.contains("<polygon"))
        let layers = try layers(specification(chart))
        let dash = try channel(
            try #require(layers.first { ($0["mark"] as? [String: Any])?["type"] as? String == "line" }),
            "strokeDash")
        let range = try #require((dash["scale"] as? [String: Any])?["range"] as? [[Double]])
        #expect(Set(range).count == 4)
        let shape = try channel(try #require(layers.last), "shape")
        let shapes = try #require((shape["scale"] as? [String: Any])?["range"] as? [String])
        #expect(Set(shapes).count == 4)
        var alike = chart
        alike.style.variesMarkers = false
        #expect(try !svg(alike).contains("stroke-dasharray"))
    }

    /// Text among the marks is drawn in black whatever the theme, if it has no color of its own.
    @Test func signsAreSeenInTheDarkTheme() throws {
        let bars = ["image", "text"].map { BarChart.Bar("V1", 0.1, series: $0, error: 0.05, sign: "***") }
        let chart = try BarChart(bars).bracketed([.init(in: "V1", "image", "text", label: "q = 0.01")])
        let marks = try layers(specification(chart)).compactMap { $0["mark"] as? [String: Any] }
        let texts = marks.filter { $0["type"] as? String == "text" }
        #expect(texts.count == 2)
        for text in texts { #expect(text["color"] as? String == "#888888") }
    }

    /// A noise ceiling beside another, a threshold beside chance: each label can be read.
    @Test func labelsOfLinesDoNotMeet() throws {
        let lines = [
            ReferenceLine(0.31, "upper ceiling"), ReferenceLine(0.30, "lower ceiling"),
            ReferenceLine(0, "chance"),
        ]
        func place(_ label: String, in figure: some Figure) throws -> (x: Double, y: Double) {
            let text = try Regex("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\"[^>]*>\(label)<")
            let match = try #require(svg(figure).firstMatch(of: text))
            func number(_ part: Int) throws -> Double {
                try #require(match.output[part].substring.flatMap { Double($0) })
            }
            return (try number(1), try number(2))
        }
        func value(_ label: String, _ channel: String, in figure: some Figure) throws -> Double {
            let layer = try #require(
                layers(specification(figure)).first {
                    ($0["mark"] as? [String: Any])?["text"] as? String == label
                })
            let encoding = try #require(layer["encoding"] as? [String: Any])
            return try #require((encoding[channel] as? [String: Any])?["value"] as? Double)
        }
        let (upper, lower) = ("upper ceiling", "lower ceiling")
        let chart = LineChart([.init("a", [0.1, 0.3])], references: lines)
        #expect(try place(lower, in: chart).y - place(upper, in: chart).y > 12.9)
        #expect(try value(lower, "y", in: chart) - value(upper, "y", in: chart) > 12.9)
        let counts = Histogram([0, 0.1, 0.2, 0.4], references: lines)
        #expect(try place(upper, in: counts).x - place(lower, in: counts).x > 60)
        #expect(try value(upper, "x", in: counts) - value(lower, "x", in: counts) > 60)
        // A label that has room stands at its line.
        #expect(try value("chance", "x", in: counts) == 0)
    }

    @Test func divergingColorsAreCenteredAndMarkZero() throws {
        let map = Heatmap(rowNames: ["a"], columnNames: ["x", "y"], style: .diverging) { _, c in
            c == 0 ? -1 : 3
        }
        let color = try channel(layers(specification(map))[0], "color")
        let domain = try #require((color["scale"] as? [String: Any])?["domain"] as? [Double])
        #expect(domain.first == -3 && domain.last == 3)
        #expect((color["legend"] as? [String: Any])?["labelExpr"] as? String != nil)
        // A domain that is asked for reaches as far on the other side.
        let given = Heatmap(
            rowNames: ["a"], columnNames: ["x"], style: ChartStyle(colorMap: .vik, domain: -1...0.5)
        ) { _, _ in 0 }
        let scale = try channel(layers(specification(given))[0], "color")["scale"] as? [String: Any]
        let ends = try #require(scale?["domain"] as? [Double])
        #expect(ends.first == -1 && ends.last == 1)
    }

    @Test func stylesReachEveryRenderer() throws {
        let style = ChartStyle(palette: [Color(0x123456)], showsGrid: false, font: "DejaVu Sans")
        for (name, figure) in try everyFigure(style: style) {
            #expect(try svg(figure).contains("font-family=\"DejaVu Sans,"), "\(name)")
            let configuration = try specification(figure)["config"] as? [String: Any]
            #expect((configuration?["font"] as? String)?.hasPrefix("DejaVu Sans") == true, "\(name)")
            #expect(try !svg(figure).contains("#dddddd"), "\(name): the grid")
            guard ["bars", "flat bars", "lines", "histogram", "points"].contains(name) else { continue }
            #expect(try svg(figure).contains("#123456") && figure.vegaLite.contains("#123456"), "\(name)")
        }
    }

    @Test func cellsOutsideAreNotOutlined() throws {
        let map = Heatmap(rowNames: ["a"], columnNames: ["x"]) { _, _ in 1 }
        #expect(throws: FigureError.self) { try map.outlining([.init(row: 1, column: 0)], meaning: "best") }
        #expect(throws: FigureError.self) { try map.marking(["*", "*"]) }
        #expect(try svg(map.marking(["*"])).contains(">1.00*</text>"))
    }
}

@Suite struct BracketTests {
    private let bars = ["V1", "V4"].flatMap { region in
        ["image", "text", "both"].enumerated().map {
            BarChart.Bar(region, 0.1 * Double($0 + 1), series: $1, error: 0.05)
        }
    }

    @Test func bracketsNameBarsOfTheChart() throws {
        let chart = BarChart(bars)
        #expect(try chart.bracketed([.init(in: "V1", "image", "text", label: "*")]).brackets.count == 1)
        #expect {
            try chart.bracketed([.init(in: "V1", "image", "sound", label: "*")])
        } throws: { "\($0)".contains("V1, sound") }
    }

    @Test func bracketsLieAbovePointsAndCeilings() throws {
        for (ceiling, points) in [(0.6, [0.1, 0.5]), (nil, [0.1, 0.7]), (0.3, [])] as [(Double?, [Double])] {
            let bars = ["image", "text"].map {
                BarChart.Bar("V1", 0.2, series: $0, error: 0.02, ceiling: ceiling, points: points)
            }
            let chart = try BarChart(bars).bracketed([.init(in: "V1", "image", "text", label: "q = 0.01")])
            let label = try channel(try #require(layers(specification(chart)).last), "y")
            #expect(try #require(label["datum"] as? Double) > max(ceiling ?? 0, points.max() ?? 0))
        }
    }

    /// Every bracket and label lies within the plot, above its bars, and no two lie on one another.
    @Test(arguments: [BarChart.Orientation.vertical, .horizontal])
    func bracketsDoNotMeet(_ orientation: BarChart.Orientation) throws {
        let pairs = [("image", "text"), ("image", "both"), ("text", "both")]
        let chart = try BarChart(bars, orientation: orientation).bracketed(
            ["V1", "V4"].flatMap { region in pairs.map { .init(in: region, $0.0, $0.1, label: "q = 0.012") } }
        )
        let text = try svg(chart)
        // A bracket is the only path of four points.
        let brackets = text.matches(of: #/<polyline points="([0-9.,\- ]+)"/#).compactMap {
            match -> [[Double]]? in
            let points = match.1.split(separator: " ").map {
                $0.split(separator: ",").compactMap { Double($0) }
            }
            return points.count == 4 ? points : nil
        }
        #expect(brackets.count == 6)
        let isVertical = orientation == .vertical
        let spans = brackets.map { points -> (level: Double, low: Double, high: Double) in
            let along = points.map { $0[isVertical ? 0 : 1] }
            return (points[1][isVertical ? 1 : 0], along.min() ?? 0, along.max() ?? 0)
        }
        for (index, one) in spans.enumerated() {
            for other in spans.dropFirst(index + 1) where one.low <= other.high && other.low <= one.high {
                #expect(abs(one.level - other.level) >= 10, "\(one) and \(other)")
            }
        }
        #expect(occurrences(of: ">q = 0.012</text>", in: text) == 6)
        #expect(occurrences(of: "q = 0.012", in: chart.vegaLite) >= 6)
        #expect(chart.description.contains("V1, image and text: q = 0.012"))
    }
}
