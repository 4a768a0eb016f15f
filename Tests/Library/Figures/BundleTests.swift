import Display
import Figures
import Foundation
import Testing

@Suite struct BundleTests {
    @Test(arguments: 0..<8)
    func everyFigureHasChartPictureAndText(_ index: Int) throws {
        let (name, figure) = try everyFigure()[index]
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
        let shown = try #require(try JSONSerialization.jsonObject(with: metadata) as? [String: Any])
        #expect(shown["width"] as? Int == size.width / 2 && shown["height"] as? Int == size.height / 2)
        #expect(shown["alt"] as? String == figure.altText)
        #expect(specification["description"] as? String == figure.altText)
        #expect(!bundle.contents.keys.contains("text/html"), "JupyterLab would prefer the table to the chart")
    }

    /// At twice the screen's resolution it would be taller than cairo's pictures can be.
    @Test func aTallFigureHasItsPictureAtTheResolutionOfTheScreen() throws {
        let bundle = BarChart((0..<1_200).map { .init("parcel \($0)", Double($0)) }).mimeBundle
        guard case .binary(let png)? = bundle.contents["image/png"] else {
            Issue.record("no picture")
            return
        }
        let metadata = try #require(bundle.metadata["image/png"])
        let shown = try #require(try JSONSerialization.jsonObject(with: metadata) as? [String: Any])
        let size = try pngSize(png)
        #expect(size.height > 16_000 && shown["height"] as? Int == size.height)
    }

    /// No picture and no browser holds as many bars as there are voxels: their table is what is shown.
    @Test func aFigureThatNoBrowserDrawsIsItsNumbers() throws {
        let bundle = BarChart((0..<5_000).map { .init("parcel \($0)", Double($0)) }).mimeBundle
        #expect(Array(bundle.contents.keys) == ["text/plain"])
        #expect(bundle.plainText?.contains("4,800 more rows") == true)
        #expect(bundle.plainText?.contains("No picture: the size of a picture is") == true)
        let tall = BarChart((0..<3_000).map { .init("parcel \($0)", Double($0)) }).mimeBundle
        #expect(tall.contents["application/vnd.vegalite.v5+json"] != nil)
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

    @Test func theSameFigureGivesTheSameBytes() throws {
        let (first, second) = (BarChart([.init("V1", 0.3)]), BarChart([.init("V1", 0.3)]))
        #expect(try first.png(scale: 2) == second.png(scale: 2))
        #expect(first.vegaLite == second.vegaLite)
        #expect(try first.png(scale: 2) != BarChart([.init("V1", 0.4)]).png(scale: 2))
    }

    @Test func aPictureThatCannotBeDrawnIsTold() throws {
        var chart = BarChart([.init("V1", 0.3)])
        chart.style.font = "No Such Font"
        let bundle = chart.mimeBundle
        #expect(bundle.contents["image/png"] == nil)
        #expect(bundle.plainText?.contains("\"No Such Font\" is not installed") == true)
    }
}
