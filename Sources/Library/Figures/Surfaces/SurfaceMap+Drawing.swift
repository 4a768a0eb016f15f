import Display
import Foundation

extension SurfaceMap {
    /// Where the panels lie in the plot.
    struct Layout {
        struct Place {
            let panel: SurfacePanel
            let x: Double
            let y: Double
            let width: Double
            let height: Double
        }

        let places: [Place]
        let width: Double
        let height: Double
        let side: SideNote
        /// CSS pixels per mm.
        let scale: Double
    }

    private static let gap = 12.0
    private static let titleHeight = 16.0
    /// The pixels across or down beyond which a mesh looks no better, whatever the dpi.
    private static let mostPixels = 12_000.0

    private var side: (Room) -> SideNote {
        { room in
            guard let second else { return .colorBar(ColorBar(title: valueTitle, scale: scale, in: room)) }
            let unit = valueTitle.isEmpty ? "" : " (\(valueTitle))"
            return .colorSquare(
                ColorSquare(
                    plane: pairColors, domains: (scale.domain, scale.domain),
                    titles: (layers[0].name.orElse("first") + unit, second.name.orElse("second") + unit)))
        }
    }

    func layout(in room: Room) -> Layout {
        let side = side(room)
        let rows = panels()
        let widest = rows.map { row in
            (row.reduce(0) { $0 + $1.width }, Double(row.count - 1) * SurfaceMap.gap)
        }
        let natural = rows.map(\.count).max() ?? 1 > 2 ? 800.0 : 600
        let whole = room.plotWidth(natural: natural, left: 0, side: side)
        // One scale for all panels, so that sizes can be compared.
        let scale = widest.map { (whole - $0.1) / max(1e-6, $0.0) }.min() ?? 1
        var places: [Layout.Place] = []
        var y = 0.0
        for row in rows {
            let gaps = Double(row.count - 1) * SurfaceMap.gap
            var x = (whole - gaps - row.reduce(0) { $0 + $1.width } * scale) / 2
            let tallest = (row.map(\.height).max() ?? 0) * scale
            for panel in row {
                let height = panel.height * scale
                places.append(
                    .init(
                        panel: panel, x: x, y: y + SurfaceMap.titleHeight + (tallest - height) / 2,
                        width: panel.width * scale, height: height))
                x += panel.width * scale + SurfaceMap.gap
            }
            y += SurfaceMap.titleHeight + tallest + SurfaceMap.gap
        }
        return Layout(
            places: places, width: whole, height: max(1, y - SurfaceMap.gap), side: side, scale: scale)
    }

    func drawing(in room: Room) -> Drawing {
        let cortex = cortexDrawing(in: room)
        guard let below = below?.drawing(in: room) else { return cortex }
        return Drawing(
            width: max(cortex.width, below.width), height: cortex.height + below.height,
            isLegible: cortex.isLegible && below.isLegible
        ) { canvas in
            cortex.draw(canvas)
            below.draw(LowerCanvas(canvas, by: cortex.height))
        }
    }

    private func cortexDrawing(in room: Room) -> Drawing {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let layout = layout(in: room)
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: layout.width, height: layout.height, left: 0,
            bottom: 0, side: layout.side, in: room)
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight,
            isLegible: (layout.places.map(\.width).min() ?? 0) >= 40
        ) { canvas in
            frame.drawHeader(on: canvas)
            draw(layout, x: frame.x, y: frame.y, on: canvas)
        }
    }

    func draw(_ layout: Layout, x: Double, y: Double, on canvas: any Canvas) {
        let painter = SurfacePainter(self)
        let density = min(canvas.pixelsPerUnit, SurfaceMap.mostPixels / max(layout.width, layout.height))
        for place in layout.places {
            // Whole pixels, so that the picture need not be drawn again between them.
            let left = (((x + place.x) * density).rounded(.down) - 1) / density
            let top = (((y + place.y) * density).rounded(.down) - 1) / density
            let picture = painter.picture(
                of: place.panel, pixelsPerMM: layout.scale * density, pixelsPerUnit: density)
            canvas.draw(
                picture, x: left, y: top, width: Double(picture.width) / density,
                height: Double(picture.height) / density, scaling: .none)
            canvas.text(
                place.panel.title, x + place.x + place.width / 2,
                y + place.y - SurfaceMap.titleHeight / 2, .note, anchor: .middle)
        }
    }

    /// The note, with what the line and the fading mean.
    var shownNote: String {
        guard let threshold else { return fullNote(note) }
        return fullNote(
            note,
            "Line: \(isSigned ? "\u{B1}" : "")\(Number.short(threshold)); what is \(isSigned ? "nearer to zero" : "below") fades."
        )
    }
}
