import Foundation
import JSON

extension SurfaceMap {
    /// The cortex, and under it what lies below.
    var specification: JSON {
        guard let below else { return cortexSpecification }
        return [
            "vconcat": [cortexSpecification, below.specification],
            "resolve": ["scale": ["color": "independent", "x": "independent", "y": "independent"]],
        ]
    }

    /// The picture with its color bar: Vega draws no meshes.
    private var cortexSpecification: JSON {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout(in: .natural)
        var extent = (width: layout.width.rounded(.up), height: layout.height.rounded(.up))
        let pair: ColorSquare? = if case .colorSquare(let legend) = layout.side { legend } else { nil }
        if let pair {
            extent = (
                extent.width + 18 + pair.width.rounded(.up), max(extent.height, pair.height.rounded(.up))
            )
        }
        guard (try? checkPixels(extent.width * 2, extent.height * 2, isGivenByScale: true)) != nil else {
            return EmptyPlot(title: title, message: "The picture is too large to be drawn").specification
        }
        let canvas = CairoCanvas(
            pixels: Int(extent.width * 2), Int(extent.height * 2), scale: 2, isTransparent: true)
        draw(layout, x: 0, y: 0, on: canvas)
        pair?.draw(on: canvas, x: layout.width + 18, y: 0)
        let png = (try? canvas.finish()) ?? Data()
        let image: JSON = [
            "data": ["values": [["url": .string("data:image/png;base64," + png.base64EncodedString())]]],
            "mark": [
                "type": "image", "width": .rounded(extent.width), "height": .rounded(extent.height),
                "align": "left", "baseline": "top", "aspect": false,
            ],
            "encoding": ["url": ["field": "url", "type": "nominal"], "x": ["value": 0], "y": ["value": 0]],
        ]
        var layers = [image]
        if case .colorBar(let bar) = layout.side { layers.append(colorBarAlone(bar, extent)) }
        return VegaLite.plot(
            title: title, note: shownNote, width: extent.width, height: extent.height,
            ["layer": .array(layers)])
    }

    /// Two unseen points that bring the color bar with them.
    private func colorBarAlone(_ bar: ColorBar, _ extent: (width: Double, height: Double)) -> JSON {
        let ends = [bar.scale.domain.lowerBound, bar.scale.domain.upperBound]
        return [
            "data": ["values": .array(ends.map { ["x": 0, "y": 0, "value": .rounded($0)] })],
            "mark": ["type": "point", "opacity": 0],
            "encoding": [
                "x": VegaLite.pixels("x", extent.width), "y": VegaLite.pixels("y", extent.height),
                "color": bar.channel(field: "value", plotHeight: extent.height),
            ],
        ]
    }
}
