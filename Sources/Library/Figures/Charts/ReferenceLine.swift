import JSON

/// A line across a chart at a value that matters: chance, a noise ceiling, a published score.
public struct ReferenceLine: Sendable, Equatable {
    /// The value at which the line lies.
    public var value: Double
    /// What the value is.
    public var label: String

    /// A line at `value`.
    public init(_ value: Double, _ label: String) {
        self.value = value
        self.label = label
    }
}

extension Array where Element: Hashable {
    /// The distinct elements in order of first appearance.
    func distinct() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

/// A figure that has nothing to show says so in place of a plot.
struct EmptyPlot {
    let title: String
    let message: String

    func drawing() -> Drawing {
        let frame = PlotFrame(title: title, note: "", width: 320, height: 60, left: 0, bottom: 0)
        return Drawing(width: frame.totalWidth, height: frame.totalHeight) { canvas in
            frame.drawHeader(on: canvas)
            canvas.stroke(rectangle: frame.x, frame.y, frame.width, frame.height, .grid)
            canvas.text(
                message, frame.x + frame.width / 2, frame.y + frame.height / 2, .note, anchor: .middle)
        }
    }

    var specification: JSON {
        [
            "title": VegaLite.title(title, note: "", width: 320), "width": 320, "height": 60,
            "data": ["values": [["message": .string(message)]]],
            "mark": ["type": "text", "fontSize": 12, "color": "#888888"],
            "encoding": ["text": ["field": "message", "type": "nominal"]],
        ]
    }

    var description: String { title.isEmpty ? message : "\(title)\n\(message)" }
}
