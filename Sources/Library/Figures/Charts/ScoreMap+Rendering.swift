import Foundation
import JSON

extension ScoreMap {
    func drawing(in room: Room) -> Drawing {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let layout = layout(in: room)
        let frame = PlotFrame(
            title: title ?? "", note: fullNote(note), width: layout.width, height: layout.height, left: 0,
            bottom: 0, side: .colorBar(layout.bar), in: room)
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight, isLegible: layout.width >= 60
        ) { canvas in
            frame.drawHeader(on: canvas)
            drawAnatomy(layout, x: frame.x, y: frame.y, on: canvas)
            drawScores(layout, x: frame.x, y: frame.y, on: canvas)
            for label in labels(layout) {
                var style = label.isSide ? TextStyle.note : TextStyle.label
                if label.isSide { style.color = .axis }
                canvas.text(label.text, frame.x + label.x, frame.y + label.y, style, anchor: label.anchor)
            }
        }
    }

    /// The anatomy: its 2nd to 98th percentile becomes dark gray to white, and what is nearly black, as the air around
    /// a head is, stays white.
    private func drawAnatomy(_ layout: Layout, x: Double, y: Double, on canvas: any Canvas) {
        for (slice, place) in zip(slices, layout.places) {
            guard let background = slice.background else { continue }
            let sorted = background.filter(\.isFinite).sorted()
            guard let low = sorted[safe: sorted.count / 50], let high = sorted[safe: sorted.count * 49 / 50]
            else {
                continue
            }
            let air = low >= 0 ? 0.15 * high : -.infinity
            for (position, value) in background.enumerated() where value >= air && value.isFinite {
                let (row, column) = position.quotientAndRemainder(dividingBy: slice.width)
                let part = high > low ? min(1, max(0, (value - low) / (high - low))) : 0.5
                let shade = 0.12 + 0.83 * part
                canvas.fill(
                    cell: x + place.x + Double(column) * place.pixelWidth,
                    y + place.y + Double(row) * place.pixelHeight, place.pixelWidth, place.pixelHeight,
                    Color(red: shade, green: shade, blue: shade))
            }
        }
    }

    private func drawScores(_ layout: Layout, x: Double, y: Double, on canvas: any Canvas) {
        for pixel in pixels(layout) {
            canvas.fill(
                cell: x + pixel.x, y + pixel.y, pixel.width, pixel.height,
                layout.bar.scale.color(of: pixel.value))
        }
    }

    private struct Label {
        let text: String
        let x: Double
        let y: Double
        let anchor: TextAnchor
        let isSide: Bool
    }

    /// The titles of the slices and the names of their sides.
    private func labels(_ layout: Layout) -> [Label] {
        zip(slices, layout.places).flatMap { slice, place -> [Label] in
            let width = Double(slice.width) * place.pixelWidth
            let height = Double(slice.height) * place.pixelHeight
            var labels: [Label] = []
            if !slice.title.isEmpty {
                labels.append(
                    Label(
                        text: slice.title, x: place.x + width / 2, y: place.y - 9, anchor: .middle,
                        isSide: false))
            }
            if slice.sides.count == 2 {
                let y = place.y + height - 8
                labels.append(Label(text: slice.sides[0], x: place.x + 4, y: y, anchor: .start, isSide: true))
                labels.append(
                    Label(text: slice.sides[1], x: place.x + width - 4, y: y, anchor: .end, isSide: true))
            }
            return labels
        }
    }
}

// MARK: - Vega-Lite

extension ScoreMap {
    /// Above this many voxels the scores are an image instead of a mark each, to keep notebooks small.
    private static let interactiveLimit = 8_000

    var specification: JSON {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout
        let pixels = pixels(layout)
        let isInteractive = pixels.count <= ScoreMap.interactiveLimit
        var layers: [JSON] = []
        if slices.contains(where: { $0.background != nil }) || !isInteractive {
            if let image = image(layout, withScores: !isInteractive) { layers.append(image) }
        }
        layers.append(isInteractive ? marks(pixels, layout) : colorBarAlone(layout))
        for label in labels(layout) {
            let align = label.anchor == .start ? "left" : label.anchor == .end ? "right" : "center"
            layers.append([
                "data": ["values": [[:]]],
                "mark": [
                    "type": "text", "text": .string(label.text), "align": .string(align),
                    "baseline": "middle",
                    "color": "#888888", "fontSize": 11,
                ],
                "encoding": ["x": ["value": .rounded(label.x)], "y": ["value": .rounded(label.y)]],
            ])
        }
        return VegaLite.plot(
            title: title, note: fullNote(note), width: layout.width, height: layout.height,
            ["layer": .array(layers)])
    }

    private func channels(_ layout: Layout) -> [String: JSON] {
        [
            "x": VegaLite.pixels("x", layout.width),
            "y": VegaLite.pixels("y", layout.height, isDownward: true),
            "color": layout.bar.channel(field: "value", plotHeight: layout.height),
        ]
    }

    /// A mark for each voxel; places are worked out by Vega, which keeps a row of the data short.
    private func marks(_ pixels: [Pixel], _ layout: Layout) -> JSON {
        let digits = layout.bar.scale.domain.significantDigits
        let rows = pixels.map { pixel -> JSON in
            var row: [String: JSON] = [
                "column": .integer(pixel.column), "row": .integer(pixel.row),
                "value": .rounded(pixel.value, digits: digits),
            ]
            if slices.count > 1 { row["slice"] = .integer(pixel.slice) }
            return .object(row)
        }
        let slice = slices.count > 1 ? "datum.slice" : "0"
        func list(_ values: [Double]) -> String { JSON.numbers(values).encodedText + "[\(slice)]" }
        let widths = list(layout.places.map(\.pixelWidth))
        let heights = list(layout.places.map(\.pixelHeight))
        let names = JSON.strings(slices.map(\.title)).encodedText + "[\(slice)]"
        var fields: [(field: String, title: String, format: String?)] = [
            ("value", valueTitle.isEmpty ? "score" : valueTitle, Digits.format(pixels.map(\.value))),
            ("column", "column", "d"), ("row", "row", "d"),
        ]
        var steps: [(String, String)] = [
            ("\(list(layout.places.map(\.x))) + datum.column * \(widths)", "x"),
            ("\(list(layout.places.map(\.y))) + datum.row * \(heights)", "y"),
            // Vega smooths edges; half a pixel of overlap leaves no seam between voxels.
            ("datum.x + \(widths) + 0.5", "x2"), ("datum.y + \(heights) + 0.5", "y2"),
        ]
        if slices.contains(where: { !$0.title.isEmpty }) {
            steps.append((names, "name"))
            fields.append(("name", "slice", nil))
        }
        return [
            "data": ["values": .array(rows)],
            "transform": .array(steps.map { ["calculate": .string($0), "as": .string($1)] }),
            "mark": ["type": "rect"],
            "encoding": JSON.object(channels(layout)).merging([
                "x2": ["field": "x2"], "y2": ["field": "y2"], "tooltip": VegaLite.tooltip(fields),
            ]),
        ]
    }

    /// Two unseen points that bring the color bar with them.
    private func colorBarAlone(_ layout: Layout) -> JSON {
        let ends = [layout.bar.scale.domain.lowerBound, layout.bar.scale.domain.upperBound]
        return [
            "data": ["values": .array(ends.map { ["x": 0, "y": 0, "value": .rounded($0)] })],
            "mark": ["type": "point", "opacity": 0], "encoding": .object(channels(layout)),
        ]
    }

    private func image(_ layout: Layout, withScores: Bool) -> JSON? {
        let canvas = CairoCanvas(
            pixels: Int(layout.width.rounded(.up) * 2), Int(layout.height.rounded(.up) * 2), scale: 2,
            isTransparent: true)
        drawAnatomy(layout, x: 0, y: 0, on: canvas)
        if withScores { drawScores(layout, x: 0, y: 0, on: canvas) }
        guard let png = try? canvas.finish() else { return nil }
        let (width, height) = (layout.width.rounded(.up), layout.height.rounded(.up))
        return [
            "data": ["values": [["url": .string("data:image/png;base64," + png.base64EncodedString())]]],
            "mark": [
                "type": "image", "width": .rounded(width), "height": .rounded(height), "align": "left",
                "baseline": "top", "aspect": false,
            ],
            "encoding": ["url": ["field": "url", "type": "nominal"], "x": ["value": 0], "y": ["value": 0]],
        ]
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
