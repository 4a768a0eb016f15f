extension Heatmap {
    func drawing(in room: Room) -> Drawing {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let layout = layout(in: room)
        let (across, down) = (layout.columnAxis, layout.rowAxis)
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: across.length, height: down.length, left: layout.left,
            bottom: PlotFrame.bottom(across), side: .colorBar(layout.bar), in: room)
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight, isLegible: layout.isLegible
        ) { canvas in
            frame.drawHeader(on: canvas)
            for place in places {
                let x = frame.x + Double(place.column) * across.step
                let y = frame.y + Double(place.row) * down.step
                draw(place, x, y, layout, on: canvas)
            }
            frame.drawLeft(down, on: canvas)
            frame.drawBottom(across, on: canvas)
            // Outlines come last, so that no neighbor covers half of them; in the order of the cells, since a set has
            // another one in each process and where outlines meet the picture would differ.
            for place in places where outlined.contains(place) {
                let x = frame.x + Double(place.column) * across.step
                let y = frame.y + Double(place.row) * down.step
                canvas.stroke(rectangle: x + 1, y + 1, across.step - 2, down.step - 2, .white, lineWidth: 4)
                canvas.stroke(
                    rectangle: x + 1, y + 1, across.step - 2, down.step - 2, Heatmap.outline, lineWidth: 2)
            }
        }
    }

    /// Red stands out from every color of viridis, also to eyes that do not see it as red (it is dark there).
    static let outline = Color(0xD62728)

    private func draw(_ place: Place, _ x: Double, _ y: Double, _ layout: Layout, on canvas: any Canvas) {
        let (width, height) = (layout.columnAxis.step, layout.rowAxis.step)
        let value = value(place)
        var style = TextStyle.small
        guard value.isFinite else {
            if layout.showsNumbers {
                style.color = .softInk
                canvas.text("n/a", x + width / 2, y + height / 2, style, anchor: .middle)
            }
            return
        }
        let color = layout.scale.color(of: value)
        canvas.fill(cell: x, y, width, height, color)
        // Where numbers have no room, signs alone may.
        let text = layout.showsNumbers ? Digits.text(value, layout.decimals) + sign(place) : sign(place)
        style.color = color.readableText
        canvas.text(text, x + width / 2, y + height / 2, style, anchor: .middle)
    }
}
