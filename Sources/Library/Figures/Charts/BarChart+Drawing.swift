extension BarChart {
    func drawing() -> Drawing {
        guard !bars.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).drawing() }
        let layout = layout
        let (category, value) = (layout.categoryAxis, layout.valueAxis)
        let frame = PlotFrame(
            title: title, note: layout.note, width: layout.width, height: layout.height,
            left: layout.isHorizontal
                ? PlotFrame.left(category) : max(PlotFrame.left(value), category.overhang),
            bottom: layout.isHorizontal ? PlotFrame.bottom(value) : PlotFrame.bottom(category),
            top: layout.labelsAbove, right: layout.labelsBeside, side: layout.side)
        return Drawing(width: frame.totalWidth, height: frame.totalHeight) { canvas in
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
                draw(bar, lane: lane, center: category.center(place), layout, frame, on: canvas)
            }
            for reference in references { draw(reference, layout, frame, on: canvas) }
        }
    }

    private func draw(
        _ bar: Bar, lane: Int, center: Double, _ layout: Layout, _ frame: PlotFrame, on canvas: Canvas
    ) {
        let thickness = layout.thickness
        let shift = layout.isGrouped ? (Double(lane) - Double(layout.series.count - 1) / 2) * thickness : 0
        let across = center + shift
        let axis = layout.valueAxis
        let color = layout.colors[lane]
        guard bar.value.isFinite else {
            if layout.isHorizontal {
                canvas.text("n/a", frame.x(0, axis) + 4, frame.y + across, .note)
            } else {
                canvas.text("n/a", frame.x + across, frame.y(0, axis) - 8, .note, anchor: .middle)
            }
            return
        }
        let (low, high) = (bar.value - (bar.error ?? 0), bar.value + (bar.error ?? 0))
        let tip = bar.value >= 0 ? high : low
        let drawn = layout.isGrouped ? thickness * 0.94 : thickness
        if layout.isHorizontal {
            let y = frame.y + across
            let zero = frame.x(0, axis)
            canvas.fill(rectangle: zero, y - drawn / 2, frame.x(bar.value, axis) - zero, drawn, color)
            if bar.error != nil { canvas.errorBar((frame.x(low, axis), y), (frame.x(high, axis), y)) }
            canvas.text(
                bar.sign, frame.x(tip, axis) + (bar.value >= 0 ? 4 : -4), y, .label,
                anchor: bar.value >= 0 ? .start : .end)
        } else {
            let x = frame.x + across
            let zero = frame.y(0, axis)
            canvas.fill(rectangle: x - drawn / 2, zero, drawn, frame.y(bar.value, axis) - zero, color)
            if bar.error != nil { canvas.errorBar((x, frame.y(low, axis)), (x, frame.y(high, axis))) }
            canvas.text(bar.sign, x, frame.y(tip, axis) + (bar.value >= 0 ? -6 : 6), .label, anchor: .middle)
        }
    }

    private func draw(_ reference: ReferenceLine, _ layout: Layout, _ frame: PlotFrame, on canvas: Canvas) {
        let style = TextStyle.note
        if layout.isHorizontal {
            let x = frame.x(reference.value, layout.valueAxis)
            canvas.line([(x, frame.y), (x, frame.y + frame.height)], .softInk, width: 1.2, dash: [4, 3])
            canvas.text(reference.label, x, frame.y - 9, style, anchor: .middle)
        } else {
            let y = frame.y(reference.value, layout.valueAxis)
            canvas.line([(frame.x, y), (frame.x + frame.width, y)], .softInk, width: 1.2, dash: [4, 3])
            canvas.text(reference.label, frame.x + frame.width + 4, y, style)
        }
    }
}
