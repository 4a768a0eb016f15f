import Foundation

extension BrainPicture {
    /// Where a panel lies on the page.
    struct Place {
        let x: Double
        let y: Double
        /// Units of the page for each of the panel's.
        let unit: Double

        func spot(_ panel: BrainPanel, _ x: Double, _ y: Double) -> Spot {
            (self.x + (x - panel.bounds.left) * unit, self.y + (panel.bounds.top - y) * unit)
        }
    }

    struct Layout {
        let places: [Place]
        let width: Double
        let height: Double
        let side: SideNote
        /// Whether the names of the sides have a line of their own below the titles.
        let hasSideLine: Bool
    }

    private static let gap = 12.0
    private static let heading = 18.0
    private static let sideLine = 12.0
    /// In the corners of narrower panels, the names of the sides would lie on the brain.
    private static let leastWidthForCorners = 75.0

    var layout: Layout { layout(in: .natural) }

    func layout(in room: Room) -> Layout {
        let side: SideNote =
            square.map { .colorSquare($0) }
            ?? .colorBar(ColorBar(title: valueTitle, scale: scale, in: room))
        let natural = min(900, max(420, Double(columns) * (columns <= 3 ? 205 : 112)))
        let whole = room.plotWidth(natural: natural, left: 0, side: side)
        var rows = self.rows(of: columns)
        var (widths, unit) = sizes(rows, in: whole)
        if room.width != nil {
            // Fewer beside one another where their titles would meet.
            let title = TextMeasure().width(panels.map(\.title), .label)
            while widths.count > 1, (widths.min() ?? 0) * unit + BrainPicture.gap < title + 6 {
                rows = self.rows(of: widths.count - 1)
                (widths, unit) = sizes(rows, in: whole)
            }
        }
        let narrowest = panels.lazy.filter { $0.sides.count == 2 }.map { $0.bounds.width * unit }.min()
        let hasSideLine = narrowest.map { $0 < BrainPicture.leastWidthForCorners } ?? false
        let heading =
            (panels.contains { !$0.title.isEmpty } ? BrainPicture.heading : 0)
            + (hasSideLine ? BrainPicture.sideLine : 0)
        var places: [Place] = []
        var y = 0.0
        for row in rows {
            let tallest = row.map(\.bounds.height).max() ?? 0
            var x = 0.0
            for (column, panel) in row.enumerated() {
                places.append(
                    Place(
                        x: x + (widths[column] - panel.bounds.width) / 2 * unit,
                        y: y + heading + (tallest - panel.bounds.height) / 2 * unit, unit: unit))
                x += widths[column] * unit + BrainPicture.gap
            }
            // Rows of a mosaic are filled up with empty panels.
            if row.contains(where: { $0.columns > 0 }) { y += heading + tallest * unit + BrainPicture.gap }
        }
        return Layout(
            places: places, width: whole, height: max(1, y - BrainPicture.gap), side: side,
            hasSideLine: hasSideLine)
    }

    /// The panels side by side, at most `count`: each row of the picture in as many rows as it takes, about equally long.
    private func rows(of count: Int) -> [[BrainPanel]] {
        stride(from: 0, to: panels.count, by: columns).flatMap { first -> [[BrainPanel]] in
            let end = min(first + columns, panels.count)
            let lines = (end - first + count - 1) / count
            let length = (end - first + lines - 1) / lines
            return stride(from: first, to: end, by: length).map { Array(panels[$0..<min($0 + length, end)]) }
        }
    }

    /// The widths of the columns in units of the panels, and how large a unit is on a page that is so wide.
    private func sizes(_ rows: [[BrainPanel]], in whole: Double) -> (widths: [Double], unit: Double) {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.compactMap { $0.indices.contains(column) ? $0[column].bounds.width : nil }.max() ?? 0
        }
        let gaps = Double(max(0, count - 1)) * BrainPicture.gap
        return (widths, (whole - gaps) / max(widths.reduce(0, +), .leastNormalMagnitude))
    }

    func drawing(in room: Room) -> Drawing {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let layout = layout(in: room)
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: layout.width, height: layout.height, left: 0,
            bottom: 0, side: layout.side, in: room)
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight, isLegible: layout.width >= 90
        ) { canvas in
            frame.drawHeader(on: canvas)
            drawPanels(layout, x: frame.x, y: frame.y, on: canvas)
            for word in words(layout) {
                var style = word.isSide ? TextStyle.note : TextStyle.label
                if word.isSide { style.color = .axis }
                canvas.text(word.text, frame.x + word.x, frame.y + word.y, style, anchor: word.anchor)
            }
        }
    }

    /// Anatomy, areas, values and lines of all panels.
    func drawPanels(_ layout: Layout, x: Double, y: Double, on canvas: any Canvas) {
        let (scale, square) = (scale, square)
        let shades = shades
        for (panel, place) in zip(panels, layout.places) {
            let place = Place(x: place.x + x, y: place.y + y, unit: place.unit)
            for curve in panel.curves where curve.kind == .sulcus || curve.kind == .section {
                let points = zip(curve.xs, curve.ys).map { place.spot(panel, $0, $1) }
                canvas.fill(polygon: points, Color(curve.kind == .sulcus ? 0xDADADA : 0xECECEC))
            }
            if panel.columns > 0, panel.rows > 0 {
                let corner = place.spot(panel, panel.grid.left, panel.grid.top)
                // Voxels are seen as they are, unless they are smaller than a pixel.
                let cell = panel.grid.width / Double(panel.columns) * place.unit
                canvas.draw(
                    pixels(panel, scale, square, shades), x: corner.x, y: corner.y,
                    width: panel.grid.width * place.unit, height: panel.grid.height * place.unit,
                    scaling: cell < 1 ? .mixed : .cells)
            }
            for curve in panel.curves where curve.kind == .outline || curve.kind == .border {
                let points = zip(curve.xs, curve.ys).map { place.spot(panel, $0, $1) }
                let isOutline = curve.kind == .outline
                canvas.line(points, isOutline ? Color(0x777777) : .ink, width: isOutline ? 1.4 : 0.7)
            }
        }
    }

    /// The anatomy's values that are dark gray and white: its 2nd and 98th percentile.
    private var shades: (low: Double, high: Double)? {
        if let range = panels.lazy.compactMap(\.anatomyRange).first {
            return (range.lowerBound, range.upperBound)
        }
        let known = panels.flatMap { $0.anatomy.filter(\.isFinite) }.sorted()
        guard !known.isEmpty else { return nil }
        return (known[known.count / 50], known[known.count * 49 / 50])
    }

    /// The pixels of a panel: gray anatomy, and values over it.
    func pixels(
        _ panel: BrainPanel, _ scale: ColorScale, _ square: ColorSquare?,
        _ shades: (low: Double, high: Double)?
    ) -> Picture {
        var picture = Picture(width: panel.columns, height: panel.rows)
        if let shades, !panel.anatomy.isEmpty {
            for (index, value) in panel.anatomy.enumerated() where value.isFinite {
                let part = shades.high > shades.low ? (value - shades.low) / (shades.high - shades.low) : 0.5
                let shade = 0.2 + 0.75 * min(1, max(0, part))
                picture.set(
                    index % panel.columns, index / panel.columns, Color(red: shade, green: shade, blue: shade)
                )
            }
        }
        for (index, value) in panel.values.enumerated() where value.isFinite {
            let second = panel.seconds.isEmpty ? nil : panel.seconds[index]
            if let second, !second.isFinite { continue }
            let opacity = panel.opacities.isEmpty ? 1 : panel.opacities[index]
            guard opacity > 0 else { continue }
            picture.set(
                index % panel.columns, index / panel.columns, color(value, second, scale, square),
                opacity: opacity)
        }
        for (index, opacity) in panel.ink.enumerated() where opacity > 0 {
            picture.set(
                index % panel.columns, index / panel.columns, .black, opacity: min(1, opacity))
        }
        return picture
    }

    struct Word {
        let text: String
        let x: Double
        let y: Double
        let anchor: TextAnchor
        let isSide: Bool
    }

    /// The titles of the panels and the names of their sides.
    func words(_ layout: Layout) -> [Word] {
        zip(panels, layout.places).flatMap { panel, place -> [Word] in
            let width = panel.bounds.width * place.unit
            let sideLine = layout.hasSideLine ? BrainPicture.sideLine : 0
            var words: [Word] = []
            if !panel.title.isEmpty {
                words.append(
                    Word(
                        text: panel.title, x: place.x + width / 2, y: place.y - 9 - sideLine,
                        anchor: .middle, isSide: false))
            }
            if panel.sides.count == 2 {
                let y = layout.hasSideLine ? place.y - sideLine / 2 : place.y + 7
                words.append(
                    Word(text: panel.sides[0], x: place.x + 1, y: y, anchor: .start, isSide: true))
                words.append(
                    Word(text: panel.sides[1], x: place.x + width - 1, y: y, anchor: .end, isSide: true))
            }
            return words
        }
    }
}
