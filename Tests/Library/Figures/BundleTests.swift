import Display
import Figures
import Foundation
import Testing

private let figures: [(String, any Figure)] = [
    (
        "bars",
        BarChart([.init("V1", 0.3, error: 0.1), .init("V4", -0.2)], title: "a \"title\"\nof two lines")
    ),
    ("lines", LineChart([.init("a", [0.1, .nan, 0.3])], positions: ["1", "2", "3"])),
    ("heat map", Heatmap(rowNames: ["a"], columnNames: ["x", "y"]) { _, column in Double(column) }),
    ("histogram", Histogram([1, 2, 2, 3])),
    ("points", ScatterPlot([.init(0, 1), .init(1, 0)])),
]

@Suite struct BundleTests {
    @Test(arguments: figures.indices)
    func everyFigureHasChartPictureAndText(_ index: Int) throws {
        let (name, figure) = figures[index]
        let bundle = figure.mimeBundle
        #expect(bundle.plainText?.isEmpty == false, "\(name)")
        guard case .json(let json)? = bundle.contents["application/vnd.vegalite.v5+json"] else {
            Issue.record("no Vega-Lite in \(name)")
            return
        }
        let specification = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(specification["$schema"] as? String == "https://vega.github.io/schema/vega-lite/v5.json")
        guard case .binary(let png)? = bundle.contents["image/png"] else {
            Issue.record("no picture in \(name)")
            return
        }
        let size = try pngSize(png)
        let metadata = try #require(bundle.metadata["image/png"])
        let shown = try #require(try JSONSerialization.jsonObject(with: metadata) as? [String: Double])
        #expect(shown["width"] == Double(size.width) / 2 && shown["height"] == Double(size.height) / 2)
        #expect(!bundle.contents.keys.contains("text/html"), "JupyterLab would prefer the table to the chart")
    }

    @Test func emptyFiguresSaySo() throws {
        let empty: [any Figure] = [
            BarChart([]), LineChart([]), Histogram([.nan, .nan]), ScatterPlot([.init(.nan, 1)]), ScoreMap([]),
            Heatmap(rowNames: ["a"], columnNames: ["b"]) { _, _ in .nan }, try DensityPlot(x: [], y: []),
        ]
        for figure in empty {
            #expect(figure.description.contains("No"), "\(figure.description)")
            #expect(try figure.png(scale: 1).count > 100)
            let row = try #require(try rows(specification(figure)).first)
            #expect((row["message"] as? String)?.isEmpty == false)
        }
    }

    @Test func writesByTheEndingOfTheName() throws {
        let chart = BarChart([.init("V1", 0.3)])
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let beginnings = [
            "png": [0x89, 0x50], "pdf": Array("%PDF".utf8), "svg": Array("<?xml".utf8), "vl.json": [0x7B],
        ]
        for (ending, beginning) in beginnings {
            let file = folder.appendingPathComponent("figure." + ending)
            try chart.write(to: file.path)
            #expect(try Data(contentsOf: file).prefix(beginning.count) == Data(beginning), "\(ending)")
        }
        #expect(throws: FigureError.format(path: "figure.gif")) { try chart.write(to: "figure.gif") }
    }

    @Test func theSameFigureGivesTheSameBytes() throws {
        let (first, second) = (BarChart([.init("V1", 0.3)]), BarChart([.init("V1", 0.3)]))
        #expect(try first.png(scale: 2) == second.png(scale: 2))
        #expect(first.vegaLite == second.vegaLite)
        #expect(try first.png(scale: 2) != BarChart([.init("V1", 0.4)]).png(scale: 2))
    }
}
