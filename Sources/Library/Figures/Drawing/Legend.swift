import JSON

/// Which colour is which series.
struct Legend {
    struct Entry {
        let name: String
        let color: Color
    }

    enum Symbol { case square, line, disc }

    let title: String
    let entries: [Entry]
    let symbol: Symbol
    private let labels: [String]
    private static let labelLimit = 180.0
    private static let lineHeight = 17.0

    init(title: String, entries: [Entry], symbol: Symbol) {
        let measure = TextMeasure()
        self.title = title
        self.entries = entries
        self.symbol = symbol
        labels = entries.map { measure.shortened($0.name, .label, to: Legend.labelLimit) }
    }

    var width: Double {
        let measure = TextMeasure()
        return max(labelShift + measure.width(labels, .label), measure.width(title, .axisTitle))
    }

    private var labelShift: Double { symbol == .line ? 22 : 17 }

    var height: Double { (title.isEmpty ? 0 : 20) + Double(entries.count) * Legend.lineHeight }

    func draw(on canvas: Canvas, x: Double, y: Double) {
        var line = y + 6
        if !title.isEmpty {
            canvas.text(title, x, line, .axisTitle)
            line += 20
        }
        for (entry, label) in zip(entries, labels) {
            switch symbol {
            case .square: canvas.fill(rectangle: x + 1, line - 5.5, 11, 11, entry.color)
            case .disc: canvas.fill(disc: x + 6, line, radius: 4, entry.color)
            case .line:
                canvas.line([(x, line), (x + 16, line)], entry.color, width: 2)
                canvas.fill(disc: x + 8, line, radius: 3, entry.color)
            }
            canvas.text(label, x + labelShift, line, .label)
            line += Legend.lineHeight
        }
    }

    /// The scale and legend of a `color` channel in Vega-Lite.
    func channel(field: String, offset: Double = 18) -> JSON {
        [
            "field": .string(field), "type": "nominal",
            "sort": .strings(entries.map(\.name)),
            "scale": ["domain": .strings(entries.map(\.name)), "range": .strings(entries.map(\.color.hex))],
            "legend": [
                "title": title.isEmpty ? .null : .string(title), "labelLimit": .rounded(Legend.labelLimit),
                "offset": .rounded(offset), "symbolOpacity": 1,
                "symbolType": symbol == .square ? "square" : "circle",
            ],
        ]
    }
}

/// Which value is which colour.
struct ColorBar {
    let title: String
    let scale: ColorScale
    private let ticks: Ticks
    private static let barWidth = 13.0

    init(title: String, scale: ColorScale) {
        self.title = title
        self.scale = scale
        ticks = Ticks(covering: scale.domain, count: 4, extending: false)
    }

    private var titleLines: [String] { TextMeasure().wrapped(title, .axisTitle, to: 120) }
    private var titleHeight: Double { title.isEmpty ? 0 : Double(titleLines.count) * 15 + 6 }

    var width: Double {
        let measure = TextMeasure()
        return max(
            ColorBar.barWidth + 8 + measure.width(ticks.labels, .label), measure.width(titleLines, .axisTitle)
        )
    }

    /// How tall the bar is, without its title: as the plot, within limits.
    func barHeight(besides plotHeight: Double) -> Double { min(200, max(70, plotHeight - titleHeight)) }

    func height(besides plotHeight: Double) -> Double { titleHeight + barHeight(besides: plotHeight) + 6 }

    func draw(on canvas: Canvas, x: Double, y: Double, besides plotHeight: Double) {
        for (index, line) in titleLines.enumerated() {
            canvas.text(line, x, y + 6 + Double(index) * 15, .axisTitle)
        }
        let top = y + titleHeight
        let height = barHeight(besides: plotHeight)
        let steps = Int(height)
        for step in 0..<steps {
            let color = scale.map.color(at: 1 - (Double(step) + 0.5) / Double(steps))
            canvas.fill(rectangle: x, top + Double(step), ColorBar.barWidth, 1.2, color)
        }
        for (value, label) in zip(ticks.values, ticks.labels) {
            let part = (value - scale.domain.lowerBound) / (scale.domain.upperBound - scale.domain.lowerBound)
            let place = top + height * (1 - part)
            canvas.line([(x + ColorBar.barWidth, place), (x + ColorBar.barWidth + 3, place)], .axis)
            canvas.text(label, x + ColorBar.barWidth + 6, place, .label)
        }
    }

    /// The scale and legend of a `color` channel in Vega-Lite.
    func channel(field: String, plotHeight: Double) -> JSON {
        [
            "field": .string(field), "type": "quantitative", "scale": scale.vegaLite,
            "legend": [
                "title": title.isEmpty ? .null : .strings(titleLines),
                "values": .numbers(ticks.values), "tickCount": .rounded(Double(ticks.values.count)),
                "format": .string(".\(ticks.decimals)f"),
                "gradientLength": .rounded(barHeight(besides: plotHeight)), "gradientThickness": .rounded(13),
            ],
        ]
    }
}
