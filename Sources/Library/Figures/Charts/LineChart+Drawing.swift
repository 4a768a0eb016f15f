extension LineChart {
    func drawing() -> Drawing {
        guard hasPoints else { return EmptyPlot(title: title, message: emptyMessage).drawing() }
        let layout = layout
        let bottom =
            layout.categoryAxis.map(PlotFrame.bottom) ?? layout.numericAxis.map(PlotFrame.bottom) ?? 0
        let frame = PlotFrame(
            title: title, note: layout.note, width: layout.width, height: layout.height,
            left: max(PlotFrame.left(layout.valueAxis), layout.categoryAxis?.overhang ?? 0), bottom: bottom,
            right: layout.labelsBeside, side: layout.side)
        return Drawing(width: frame.totalWidth, height: frame.totalHeight) { canvas in
            frame.drawHeader(on: canvas)
            frame.drawLeft(layout.valueAxis, on: canvas)
            if let axis = layout.numericAxis {
                var plain = axis
                plain.showsGrid = false
                frame.drawBottom(plain, on: canvas)
            }
            if let axis = layout.categoryAxis { frame.drawBottom(axis, on: canvas) }
            for reference in references {
                let y = frame.y(reference.value, layout.valueAxis)
                canvas.line([(frame.x, y), (frame.x + frame.width, y)], .softInk, width: 1.2, dash: [4, 3])
                canvas.text(reference.label, frame.x + frame.width + 4, y, .note)
            }
            for (line, color) in zip(series, layout.colors) {
                drawErrors(line, color, layout, frame, on: canvas)
            }
            for (line, color) in zip(series, layout.colors) { draw(line, color, layout, frame, on: canvas) }
        }
    }

    /// The stretches of a line between its gaps.
    private func stretches(_ line: Series) -> [[Series.Point]] {
        line.points.split { !$0.x.isFinite || !$0.y.isFinite }.map(Array.init)
    }

    private func x(_ point: Series.Point, _ layout: Layout, _ frame: PlotFrame) -> Double {
        if let axis = layout.numericAxis { return frame.x(point.x, axis) }
        return frame.x + (point.x + 0.5) * (layout.categoryAxis?.step ?? 0)
    }

    private func drawErrors(
        _ line: Series, _ color: Color, _ layout: Layout, _ frame: PlotFrame, on canvas: Canvas
    ) {
        for stretch in stretches(line) {
            let bounds = stretch.filter { $0.error != nil }.map { point in
                (
                    x: x(point, layout, frame), low: point.y - (point.error ?? 0),
                    high: point.y + (point.error ?? 0)
                )
            }
            switch errorStyle {
            case .band:
                let upper = bounds.map { (x: $0.x, y: frame.y($0.high, layout.valueAxis)) }
                let lower = bounds.map { (x: $0.x, y: frame.y($0.low, layout.valueAxis)) }
                canvas.fill(polygon: upper + lower.reversed(), color, opacity: 0.18)
            case .bar:
                for bound in bounds {
                    let ends = [bound.low, bound.high].map { (x: bound.x, y: frame.y($0, layout.valueAxis)) }
                    canvas.line(ends, color, width: 1.5)
                }
            }
        }
    }

    private func draw(_ line: Series, _ color: Color, _ layout: Layout, _ frame: PlotFrame, on canvas: Canvas)
    {
        let isDense = line.points.count > 60
        for stretch in stretches(line) {
            let places = stretch.map { (x: x($0, layout, frame), y: frame.y($0.y, layout.valueAxis)) }
            canvas.line(places, color, width: isDense ? 1.4 : 2)
            if !isDense { for place in places { canvas.fill(disc: place.x, place.y, radius: 3.2, color) } }
        }
    }
}
