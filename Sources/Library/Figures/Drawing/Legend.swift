import JSON

/// Which color, marker and dashes are which series.
struct Legend {
    struct Entry {
        let name: String
        let color: Color
        var marker = Marker.circle
        var dash: [Double] = []
    }

    /// A plain line has no markers, as the lines of many points.
    enum Symbol { case square, line, plainLine, point }

    let title: String
    let entries: [Entry]
    let symbol: Symbol
    /// Whether the legend is below the plot, where a narrow figure has no room beside it.
    let isBelow: Bool
    private let labels: [String]
    private static let labelLimit = 180.0
    private static let lineHeight = 17.0

    init(title: String, entries: [Entry], symbol: Symbol, in room: Room) {
        let measure = TextMeasure()
        self.title = title
        self.entries = entries
        self.symbol = symbol
        let widest = max(measure.width(entries.map(\.name), .label), measure.width(title, .axisTitle))
        isBelow = room.width.map { min(widest, Legend.labelLimit) > $0 * 0.22 } ?? false
        let limit = isBelow ? (room.width ?? 0) * 0.7 : Legend.labelLimit
        labels = entries.map { measure.shortened($0.name, .label, to: limit) }
    }

    var width: Double {
        let measure = TextMeasure()
        return max(labelShift + measure.width(labels, .label), measure.width(title, .axisTitle))
    }

    private var labelShift: Double { symbol == .line || symbol == .plainLine ? 36 : 17 }

    var height: Double { (title.isEmpty ? 0 : 20) + Double(entries.count) * Legend.lineHeight }

    func draw(on canvas: any Canvas, x: Double, y: Double) {
        var line = y + 6
        if !title.isEmpty {
            canvas.text(title, x, line, .axisTitle)
            line += 20
        }
        for (entry, label) in zip(entries, labels) {
            switch symbol {
            case .square: canvas.fill(rectangle: x + 1, line - 5.5, 11, 11, entry.color)
            case .point: canvas.mark(entry.marker, x + 6, line, radius: 4, entry.color)
            case .plainLine:
                canvas.line([(x, line), (x + 30, line)], entry.color, width: 1.4, dash: entry.dash)
            case .line:
                canvas.line([(x, line), (x + 30, line)], entry.color, width: 2, dash: entry.dash)
                canvas.mark(entry.marker, x + 15, line, radius: 3.4, entry.color)
            }
            canvas.text(label, x + labelShift, line, .label)
            line += Legend.lineHeight
        }
    }

    // MARK: Vega-Lite

    private func scale(_ range: [JSON]) -> JSON {
        ["domain": .strings(entries.map(\.name)), "range": .array(range)]
    }

    private func channel(field: String, range: [JSON], offset: Double) -> JSON {
        var legend: [String: JSON] = [
            "title": title.isEmpty ? .null : .string(title), "labelLimit": .rounded(Legend.labelLimit),
            "offset": .rounded(offset), "symbolOpacity": 1,
        ]
        // Vega leaves out what is beyond 30.
        if entries.count > 30 { legend["symbolLimit"] = .integer(entries.count) }
        switch symbol {
        case .square: legend["symbolType"] = "square"
        case .point: break
        // A line as long as its dashes need to be told apart.
        case .line: legend["symbolSize"] = 120
        case .plainLine:
            legend["symbolType"] = "stroke"
            legend["symbolSize"] = 400
        }
        return [
            "field": .string(field), "type": "nominal", "sort": .strings(entries.map(\.name)),
            "scale": scale(range), "legend": .object(legend),
        ]
    }

    /// The `color` channel with its scale and legend.
    func channel(field: String, offset: Double = 18) -> JSON {
        channel(field: field, range: entries.map { .string($0.color.hex) }, offset: offset)
    }

    /// The `shape` channel; Vega-Lite joins its legend with that of the colors.
    func shapeChannel(field: String, offset: Double = 18) -> JSON {
        channel(field: field, range: entries.map { .string($0.marker.vegaName) }, offset: offset)
    }

    /// The `strokeDash` channel; Vega-Lite joins its legend with that of the colors.
    func dashChannel(field: String, offset: Double = 18) -> JSON {
        channel(
            field: field, range: entries.map { .numbers($0.dash.isEmpty ? [1, 0] : $0.dash) }, offset: offset)
    }
}
