import JSON

/// A figure without data shows a message in place of a plot.
struct EmptyPlot {
    let title: String?
    let message: String
    /// Below the title of the specification: why there is no plot.
    var note = ""

    func drawing(in room: Room) -> Drawing {
        let width = room.plotWidth(natural: 320, left: 0)
        let frame = PlotFrame(
            title: title ?? "", note: "", width: width, height: 60, left: 0, bottom: 0, in: room)
        return Drawing(width: frame.totalWidth, height: frame.totalHeight) { canvas in
            frame.drawHeader(on: canvas)
            canvas.stroke(rectangle: frame.x, frame.y, frame.width, frame.height, .grid)
            let shown = TextMeasure().shortened(message, .note, to: frame.width - 8)
            canvas.text(
                shown, frame.x + frame.width / 2, frame.y + frame.height / 2, .note, anchor: .middle)
        }
    }

    var specification: JSON {
        VegaLite.plot(
            title: title, note: note, width: 320, height: 60,
            [
                "data": ["values": [["message": .string(message)]]],
                "mark": ["type": "text", "color": "#888888", "fontSize": 12],
                "encoding": ["text": ["field": "message", "type": "nominal"]],
            ])
    }

    var description: String { [title ?? "", message].filter { !$0.isEmpty }.joined(separator: "\n") }

    var altText: String { [title ?? "", message].filter { !$0.isEmpty }.joined(separator: ": ") + "." }
}
