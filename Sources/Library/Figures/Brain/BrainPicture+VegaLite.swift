import Foundation
import JSON

extension BrainPicture {
    var specification: JSON {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout
        var layers: [JSON] = []
        if let image = image(layout) { layers.append(image) }
        layers.append(hoverLayer(layout))
        for word in words(layout) {
            layers.append(
                text(word.text, x: word.x, y: word.y, align: VegaLite.align(word.anchor)))
        }
        if case .colorSquare(let square) = layout.side { layers += legend(square, layout) }
        return VegaLite.plot(
            title: title, note: shownNote, width: layout.width, height: layout.height,
            ["layer": .array(layers)])
    }

    private func text(_ text: String, x: Double, y: Double, align: String) -> JSON {
        [
            "data": VegaLite.single,
            "mark": [
                "type": "text", "text": .string(text), "align": .string(align), "baseline": "middle",
                "color": "#888888", "fontSize": 11,
            ],
            "encoding": ["x": ["value": .rounded(x)], "y": ["value": .rounded(y)]],
        ]
    }

    /// All that is not text, as one picture through which the page shows.
    private func image(_ layout: Layout) -> JSON? {
        let scale = 1.5
        let (width, height) = (layout.width.rounded(.up), layout.height.rounded(.up))
        guard (try? checkPixels(width * scale, height * scale, isGivenByScale: true)) != nil else {
            return nil
        }
        let canvas = CairoCanvas(
            pixels: Int(width * scale), Int(height * scale), scale: scale, isTransparent: true)
        drawPanels(layout, x: 0, y: 0, on: canvas)
        guard let png = try? canvas.finish() else { return nil }
        return VegaLite.image(png, x: 0, y: 0, width: width, height: height)
    }

    /// Unseen places that say their value on hover, and bring the color bar with them.
    private func hoverLayer(_ layout: Layout) -> JSON {
        var rows = zip(panels, layout.places).flatMap { panel, place in
            panel.spots.map { spot -> JSON in
                let at = place.spot(panel, spot.x, spot.y)
                return [
                    "x": .number((at.x * 10).rounded() / 10), "y": .number((at.y * 10).rounded() / 10),
                    "value": .rounded(spot.value),
                    "place": .string(spot.text),
                ]
            }
        }
        var channels: [String: JSON] = [
            "x": VegaLite.pixels("x", layout.width),
            "y": VegaLite.pixels("y", layout.height, isDownward: true),
            "tooltip": VegaLite.tooltip([
                ("value", valueTitle.orElse("value"), Digits.format(values)), ("place", "at", nil),
            ]),
        ]
        if case .colorBar(let bar) = layout.side {
            let ends = [bar.scale.domain.lowerBound, bar.scale.domain.upperBound]
            rows += ends.map { ["x": -9, "y": -9, "value": .rounded($0), "place": ""] }
            channels["color"] = bar.channel(field: "value", plotHeight: layout.height)
        }
        return [
            "data": ["values": .array(rows)],
            "mark": ["type": "point", "filled": true, "size": 90, "opacity": 0, "clip": true],
            "encoding": .object(channels),
        ]
    }

    private func legend(_ square: ColorSquare, _ layout: Layout) -> [JSON] {
        let x = layout.width + 18
        let corner = square.place(x: x, y: 0)
        var layers = square.words(x: x, y: 0).map {
            text($0.text, x: $0.x, y: $0.y, align: VegaLite.align($0.anchor))
        }
        layers.append(
            VegaLite.image(
                square.picture.png(), x: corner.x, y: corner.y, width: ColorSquare.side,
                height: ColorSquare.side))
        return layers
    }
}

extension VegaLite {
    /// A picture that the specification holds whole; `isSmooth` has colors mix where it is drawn larger than it is.
    static func image(
        _ png: Data, x: Double, y: Double, width: Double, height: Double, isSmooth: Bool = true
    ) -> JSON {
        var mark: [String: JSON] = [
            "type": "image", "width": .rounded(width), "height": .rounded(height), "align": "left",
            "baseline": "top", "aspect": false,
        ]
        if !isSmooth { mark["smooth"] = false }
        return [
            "data": ["values": [["url": .string("data:image/png;base64," + png.base64EncodedString())]]],
            "mark": .object(mark),
            "encoding": [
                "url": ["field": "url", "type": "nominal"], "x": ["value": .rounded(x)],
                "y": ["value": .rounded(y)],
            ],
        ]
    }

    static func align(_ anchor: TextAnchor) -> String {
        anchor == .start ? "left" : anchor == .end ? "right" : "center"
    }
}
