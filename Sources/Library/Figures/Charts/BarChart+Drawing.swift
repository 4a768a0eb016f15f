extension BarChart {
    func drawing(in room: Room) -> Drawing {
        guard !bars.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let layout = layout(in: room)
        let (category, value) = (layout.categoryAxis, layout.valueAxis)
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: layout.width, height: layout.height,
            left: layout.left,
            bottom: layout.isHorizontal ? PlotFrame.bottom(value) : PlotFrame.bottom(category),
            top: layout.labelsAbove, right: layout.right, side: layout.side, in: room)
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight, isLegible: layout.isLegible
        ) { canvas in
            frame.drawHeader(on: canvas)
            if layout.isHorizontal {
                frame.drawBottom(value, on: canvas)
                frame.drawLeft(category, on: canvas)
            } else {
                frame.drawLeft(value, on: canvas)
                frame.drawBottom(category, on: canvas)
            }
            let places = Dictionary(uniqueKeysWithValues: category.names.enumerated().map { ($1, $0) })
            let lanes = Dictionary(uniqueKeysWithValues: layout.series.enumerated().map { ($1, $0) })
            for bar in bars {
                guard let place = places[bar.category], let lane = lanes[bar.series] else { continue }
                let across = layout.middle(category: place, lane: lane)
                draw(bar, layout.colors[lane], across: across, layout, frame, on: canvas)
            }
            for bracket in layout.brackets { draw(bracket, layout, frame, on: canvas) }
            frame.draw(references, isLevel: !layout.isHorizontal, value, on: canvas)
        }
    }

    private func draw(
        _ bar: Bar, _ color: Color, across: Double, _ layout: Layout, _ frame: PlotFrame,
        on canvas: any Canvas
    ) {
        let axis = layout.valueAxis
        guard bar.value.isFinite else {
            if layout.isHorizontal {
                canvas.text("n/a", frame.x(0, axis) + 4, frame.y + across, .note)
            } else {
                canvas.text("n/a", frame.x + across, frame.y(0, axis) - 8, .note, anchor: .middle)
            }
            return
        }
        let (low, high) = (bar.value - (bar.error ?? 0), bar.value + (bar.error ?? 0))
        let tip = bar.tip
        let drawn = layout.barThickness
        if layout.isHorizontal {
            let y = frame.y + across
            let zero = frame.x(0, axis)
            canvas.fill(rectangle: zero, y - drawn / 2, frame.x(bar.value, axis) - zero, drawn, color)
            for (index, value) in bar.points.enumerated() {
                let shift = bar.spread(index) * drawn
                canvas.dot((frame.x(value, axis), y + shift), color)
            }
            if bar.error != nil { canvas.errorBar((frame.x(low, axis), y), (frame.x(high, axis), y)) }
            if let ceiling = bar.ceiling.map({ frame.x($0, axis) }) {
                canvas.line([(ceiling, y - drawn / 2), (ceiling, y + drawn / 2)], .ink, width: 1.6)
            }
            canvas.text(
                bar.sign, frame.x(tip, axis) + (bar.value >= 0 ? 4 : -4), y, .label,
                anchor: bar.value >= 0 ? .start : .end)
        } else {
            let x = frame.x + across
            let zero = frame.y(0, axis)
            canvas.fill(rectangle: x - drawn / 2, zero, drawn, frame.y(bar.value, axis) - zero, color)
            for (index, value) in bar.points.enumerated() {
                let shift = bar.spread(index) * drawn
                canvas.dot((x + shift, frame.y(value, axis)), color)
            }
            if bar.error != nil { canvas.errorBar((x, frame.y(low, axis)), (x, frame.y(high, axis))) }
            if let ceiling = bar.ceiling.map({ frame.y($0, axis) }) {
                canvas.line([(x - drawn / 2, ceiling), (x + drawn / 2, ceiling)], .ink, width: 1.6)
            }
            canvas.text(bar.sign, x, frame.y(tip, axis) + (bar.value >= 0 ? -7 : 7), .label, anchor: .middle)
        }
    }

    private func draw(_ bracket: PlacedBracket, _ layout: Layout, _ frame: PlotFrame, on canvas: any Canvas) {
        let axis = layout.valueAxis
        if layout.isHorizontal {
            let (first, second) = (frame.y + bracket.ends.0, frame.y + bracket.ends.1)
            let level = frame.x(bracket.level, axis)
            canvas.line(
                [
                    (frame.x(bracket.tip, axis), first), (level, first), (level, second),
                    (frame.x(bracket.tip, axis), second),
                ], .ink)
            canvas.text(bracket.label, level + 4, frame.y + bracket.labelPlace, .label)
        } else {
            let (first, second) = (frame.x + bracket.ends.0, frame.x + bracket.ends.1)
            let level = frame.y(bracket.level, axis)
            canvas.line(
                [
                    (first, frame.y(bracket.tip, axis)), (first, level), (second, level),
                    (second, frame.y(bracket.tip, axis)),
                ], .ink)
            canvas.text(bracket.label, frame.x + bracket.labelPlace, level - 6, .label, anchor: .middle)
        }
    }
}
