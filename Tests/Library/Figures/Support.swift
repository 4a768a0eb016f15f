import Display
import Figures
import Foundation
import Testing

/// The Vega-Lite specification of a figure, parsed.
func specification(_ figure: some Figure) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(figure.vegaLite.utf8)) as? [String: Any])
}

/// The rows of the data of a specification.
func rows(_ specification: [String: Any]) throws -> [[String: Any]] {
    let data = try #require(specification["data"] as? [String: Any])
    return try #require(data["values"] as? [[String: Any]])
}

/// The layers of a specification that draw a mark; those of a layer of layers stand in its place, with its channels.
func layers(_ specification: [String: Any]) throws -> [[String: Any]] {
    try #require(specification["layer"] as? [[String: Any]]).flatMap { layer -> [[String: Any]] in
        guard layer["layer"] != nil else { return [layer] }
        let shared = layer["encoding"] as? [String: Any] ?? [:]
        return try layers(layer).map { inner in
            let own = inner["encoding"] as? [String: Any] ?? [:]
            return inner.merging(["encoding": shared.merging(own) { $1 }]) { $1 }
        }
    }
}

/// What a layer encodes on a channel.
func channel(_ layer: [String: Any], _ name: String) throws -> [String: Any] {
    let encoding = try #require(layer["encoding"] as? [String: Any])
    return try #require(encoding[name] as? [String: Any])
}

/// The width and height that a PNG's header states.
func pngSize(_ data: Data) throws -> (width: Int, height: Int) {
    #expect(Array(data.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func number(_ at: Int) -> Int { data[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
}

/// The picture as SVG, in which every shape can be found.
func svg(_ figure: some Figure, width: Double? = nil) throws -> String {
    String(decoding: try figure.data(.svg, width: width, dpi: 300, font: nil), as: UTF8.self)
}

/// A folder of its own, which is gone afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

/// One figure of every kind, by name.
func everyFigure(style: ChartStyle = .standard) throws -> [(String, any Figure)] {
    let slice = try ScoreMap.Slice(
        width: 4, height: 2, values: [0.1, .nan, -0.2, 0.3, 0.4, 0.1, 0, 0.2],
        background: [1, 2, 3, 4, 5, 6, 7, 8],
        title: "z = 3 mm", sides: ["L", "R"])
    let names = ["V1", "V4", "IT"]
    return [
        (
            "bars",
            try BarChart(
                names.flatMap { name in
                    ["image", "text"].enumerated().map {
                        .init(name, 0.3 - 0.1 * Double($0), series: $1, error: 0.05)
                    }
                }, title: "Bars", categoryTitle: "region", valueTitle: "Pearson r", seriesTitle: "model",
                errorMeaning: "SEM over 8 subjects", references: [ReferenceLine(0.4, "ceiling")], style: style
            ).bracketed([.init(in: "V1", "image", "text", label: "**")])
        ),
        (
            "flat bars",
            BarChart(
                names.map { .init($0, 0.2, error: 0.05, sign: "q = 0.012") }, title: "Flat bars",
                valueTitle: "r", references: [ReferenceLine(0.1, "chance")], orientation: .horizontal,
                style: style)
        ),
        (
            "lines",
            try LineChart(
                [.init("a", [0.1, .nan, 0.3], errors: [0.1, 0.1, 0.1]), .init("b", [0.2, 0.1, 0])],
                positions: ["layer 1", "layer 2", "layer 3"], title: "Lines", positionTitle: "layer",
                valueTitle: "R²", style: style)
        ),
        (
            "heat map",
            Heatmap(
                rowNames: ["a", "b"], columnNames: names, title: "Heat map", rowTitle: "layer",
                columnTitle: "region", valueTitle: "mean r", style: style
            ) { Double($0) * 0.3 - Double($1) * 0.1 }
        ),
        ("histogram", Histogram([1, 2, 2, 3], title: "Histogram", valueTitle: "r", style: style)),
        (
            "points",
            ScatterPlot(
                [.init(0, 1, series: "a"), .init(1, 0, series: "b")], title: "Points", xTitle: "one",
                yTitle: "two", showsIdentity: true, style: style)
        ),
        (
            "density",
            try DensityPlot(
                x: [0, 1, 2], y: [1, 0, 3], title: "Density", xTitle: "x", yTitle: "y", style: style)
        ),
        ("map", ScoreMap([slice], title: "Map", valueTitle: "Pearson r", style: style)),
        ("surface", try surfaceMap(style)),
    ]
}

/// How often one text holds another.
func occurrences(of part: String, in text: String) -> Int { text.components(separatedBy: part).count - 1 }

private func surfaceMap(_ style: ChartStyle) throws -> SurfaceMap {
    let (surface, left, right) = try spheres()
    return try SurfaceMap(
        left: left, right: right, on: surface, title: "Surface", valueTitle: "Pearson r", style: style)
}
