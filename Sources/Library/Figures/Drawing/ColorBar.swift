import JSON

/// Which value is which color; zero is marked where it lies between the ends.
struct ColorBar {
    let title: String
    let scale: ColorScale
    private let ticks: Ticks
    private let titleLines: [String]
    private static let barWidth = 13.0

    init(title: String, scale: ColorScale, in room: Room) {
        self.title = title
        self.scale = scale
        ticks = Ticks(covering: scale.domain, count: 4, extending: false)
        titleLines =
            title.isEmpty ? [] : TextMeasure().wrapped(title, .axisTitle, to: room.limit(120, share: 0.2))
    }

    /// Whether zero lies between the ends, so that colors tell signs.
    private var marksZero: Bool { scale.domain.lowerBound < 0 && scale.domain.upperBound > 0 }

    private var titleHeight: Double { titleLines.isEmpty ? 0 : Double(titleLines.count) * 15 + 6 }

    var width: Double {
        let measure = TextMeasure()
        return max(
            ColorBar.barWidth + 8 + measure.width(ticks.labels, .label), measure.width(titleLines, .axisTitle)
        )
    }

    /// How tall the bar is, without its title: as the plot, within limits.
    func barHeight(besides plotHeight: Double) -> Double { min(200, max(70, plotHeight - titleHeight)) }

    func height(besides plotHeight: Double) -> Double { titleHeight + barHeight(besides: plotHeight) + 6 }

    func draw(on canvas: any Canvas, x: Double, y: Double, besides plotHeight: Double) {
        for (index, line) in titleLines.enumerated() {
            canvas.text(line, x, y + 6 + Double(index) * 15, .axisTitle)
        }
        let top = y + titleHeight
        let height = barHeight(besides: plotHeight)
        let steps = Int(height)
        for step in 0..<steps {
            let color = scale.map.color(at: 1 - (Double(step) + 0.5) / Double(steps))
            canvas.fill(
                cell: x, top + Double(step) * height / Double(steps), ColorBar.barWidth,
                height / Double(steps), color)
        }
        for (value, label) in zip(ticks.values, ticks.labels) {
            let part = (value - scale.domain.lowerBound) / (scale.domain.upperBound - scale.domain.lowerBound)
            let place = top + height * (1 - part)
            if value == 0, marksZero {
                canvas.line([(x - 3, place), (x + ColorBar.barWidth + 3, place)], .ink, width: 1.4)
            } else {
                canvas.line([(x + ColorBar.barWidth, place), (x + ColorBar.barWidth + 3, place)], .axis)
            }
            canvas.text(label, x + ColorBar.barWidth + 6, place, .label)
        }
    }

    /// The scale and legend of a `color` channel in Vega-Lite.
    func channel(field: String, plotHeight: Double) -> JSON {
        var legend: [String: JSON] = [
            "title": title.isEmpty ? .null : .strings(titleLines),
            "values": .numbers(ticks.values, digits: scale.domain.significantDigits),
            "tickCount": .rounded(Double(ticks.values.count)),
            "format": .string(ticks.format),
            "gradientLength": .rounded(barHeight(besides: plotHeight)), "gradientThickness": .rounded(13),
        ]
        if marksZero || ticks.isByPower {
            // Vega has no mark for one value of a gradient, so that its label points at it.
            let zero = (marksZero ? "'◂ ' + " : "") + ticks.zeroExpression
            legend["labelExpr"] = .string("datum.value === 0 ? \(zero) : datum.label")
        }
        return [
            "field": .string(field), "type": "quantitative", "scale": scale.vegaLite,
            "legend": .object(legend),
        ]
    }
}
