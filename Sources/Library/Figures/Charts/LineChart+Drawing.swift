extension LineChart {
    func drawing(in room: Room) -> Drawing {
        guard hasPoints else { return EmptyPlot(title: title, message: emptyMessage).drawing(in: room) }
        let layout = layout(in: room)
        let bottom =
            layout.categoryAxis.map(PlotFrame.bottom) ?? layout.numericAxis.map(PlotFrame.bottom) ?? 0
        let frame = PlotFrame(
            title: title ?? "", note: shownNote, width: layout.width, height: layout.height,
            left: layout.left,
            bottom: bottom, right: layout.labelsBeside, side: layout.side, in: room)
        return Drawing(
            width: frame.totalWidth, height: frame.totalHeight, isLegible: layout.isLegible
        ) { canvas in
            frame.drawHeader(on: canvas)
            frame.drawLeft(layout.valueAxis, on: canvas)
            if let axis = layout.numericAxis { frame.drawBottom(axis, on: canvas) }
            if let axis = layout.categoryAxis { frame.drawBottom(axis, on: canvas) }
            frame.draw(references, isLevel: true, layout.valueAxis, on: canvas)
            for (line, entry) in zip(series, layout.entries) {
                drawErrors(line, entry.color, layout, frame, on: canvas)
            }
            for (line, entry) in zip(series, layout.entries) { draw(line, entry, layout, frame, on: canvas) }
        }
    }

    /// The stretches of a line between its gaps.
    private func stretches(_ line: Series) -> [[Series.Point]] {
        drawnPoints(line).split { !$0.y.isFinite }.map(Array.init)
    }

    private func x(_ point: Series.Point, _ layout: Layout, _ frame: PlotFrame) -> Double {
        if let axis = layout.numericAxis { return frame.x(point.x, axis) }
        return frame.x + (point.x + 0.5) * (layout.categoryAxis?.step ?? 0)
    }

    private func drawErrors(
        _ line: Series, _ color: Color, _ layout: Layout, _ frame: PlotFrame, on canvas: any Canvas
    ) {
        // A point without an error leaves a gap, as in Vega-Lite.
        let known = stretches(line).flatMap { stretch in stretch.split { $0.error?.isFinite != true } }
        for stretch in known {
            let bounds = stretch.map { point in
                (
                    x: x(point, layout, frame), low: point.y - (point.error ?? 0),
                    high: point.y + (point.error ?? 0)
                )
            }
            // A band of one point has no width.
            switch bounds.count > 1 ? errorStyle : .bar {
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

    private func draw(
        _ line: Series, _ entry: Legend.Entry, _ layout: Layout, _ frame: PlotFrame, on canvas: any Canvas
    ) {
        for stretch in stretches(line) {
            let places = stretch.map { (x: x($0, layout, frame), y: frame.y($0.y, layout.valueAxis)) }
            canvas.line(places, entry.color, width: isDense ? 1.4 : 2, dash: entry.dash)
            if !isDense {
                for place in places { canvas.mark(entry.marker, place.x, place.y, radius: 3.4, entry.color) }
            }
        }
    }
}
