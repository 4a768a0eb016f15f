import Display
import Foundation
import JSON

/// An axis of numbers, decided once and drawn the same way by both renderers.
struct ValueAxis: Sendable {
    var title: String
    let domain: ClosedRange<Double>
    let ticks: [Double]
    let labels: [String]
    private let format: String
    /// What Vega writes at zero if not what `format` says.
    private let zeroExpression: String?
    var showsGrid: Bool

    /// An axis that covers the finite ones of `values`; `extending` as in `Ticks`.
    init(
        _ title: String, covering values: [Double], includingZero: Bool, count: Int = 5,
        minimumStep: Double = 0, extending: Bool = true, showsGrid: Bool = true
    ) {
        self.showsGrid = showsGrid
        let finite = values.filter(\.isFinite) + (includingZero ? [0] : [])
        let low = finite.min() ?? 0
        let high = finite.max() ?? 1
        let ticks = Ticks(
            covering: low < high || !includingZero ? low...high : low...(low + 1), count: count,
            minimumStep: minimumStep, extending: extending)
        self.title = title
        domain = ticks.domain
        self.ticks = ticks.values
        labels = ticks.labels.map(ValueAxis.grouped)
        format = ticks.format
        zeroExpression = ticks.isByPower ? ticks.zeroExpression : nil
    }

    /// A label with commas between thousands, as `axisJSON` has Vega write it.
    private static func grouped(_ label: String) -> String {
        let parts = label.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first.flatMap({ Int($0) }), abs(whole) >= 1_000 else { return label }
        return ([Number.grouped(whole)] + parts.dropFirst().map { String($0) }).joined(separator: ".")
    }

    /// Where a value lies, 0 at the lower end and 1 at the upper.
    func fraction(_ value: Double) -> Double {
        (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    }

    var axisJSON: JSON {
        let axis: JSON = [
            "title": .string(title), "values": .numbers(ticks, digits: domain.significantDigits),
            "format": .string(",\(format)"),
            // Vega drops every other one of the values if they are more than its own count for the height.
            "tickCount": .rounded(Double(ticks.count)),
            "grid": .bool(showsGrid), "labelFlush": false,
            "gridColor": [
                "condition": ["test": "datum.value === 0", "value": "#888888"],
                "value": "rgba(136,136,136,0.3)",
            ],
        ]
        guard let zeroExpression else { return axis }
        return axis.merging(["labelExpr": .string("datum.value === 0 ? \(zeroExpression) : datum.label")])
    }

    var scaleJSON: JSON {
        [
            "domain": .numbers([domain.lowerBound, domain.upperBound], digits: domain.significantDigits),
            "nice": false, "zero": false,
        ]
    }
}

/// An axis of names, each in its own band.
struct CategoryAxis: Sendable {
    enum Side { case left, bottom }

    var title: String
    /// The full names, in order.
    let names: [String]
    /// The names as they fit beside the axis.
    let labels: [String]
    /// The width of a band in CSS pixels.
    let step: Double
    /// How far labels are turned, in degrees: 0, -45 or -90.
    let angle: Double
    /// The longest a label may be, in CSS pixels.
    let labelLimit: Double
    /// How far the labels reach from the axis.
    let reach: Double
    /// How far the first label of a turned axis sticks out to the left of its band.
    let overhang: Double

    init(_ title: String, names: [String], step: Double, side: Side, in room: Room) {
        let measure = TextMeasure()
        self.title = title
        self.names = names
        self.step = step
        labelLimit = side == .left ? room.limit(220, share: 0.35) : 150
        let limit = labelLimit
        labels = names.map { measure.shortened($0, .label, to: limit) }
        let widest = measure.width(labels, .label)
        switch side {
        case .left:
            angle = 0
            reach = widest
            overhang = 0
        case .bottom where widest <= step - 4:
            angle = 0
            reach = 11
            overhang = 0
        case .bottom:
            angle = step < 15 ? -90 : -45
            reach = angle == -90 ? widest : widest * 0.71 + 8
            overhang = angle == -90 ? 0 : max(0, measure.width(labels.first ?? "", .label) * 0.71 - step / 2)
        }
    }

    /// The length of all bands together.
    var length: Double { step * Double(names.count) }

    /// The middle of a band.
    func center(_ index: Int) -> Double { (Double(index) + 0.5) * step }

    var axisJSON: JSON {
        var axis: [String: JSON] = [
            "title": title.isEmpty ? .null : .string(title), "labelLimit": .rounded(labelLimit),
            "labelAngle": .rounded(angle), "ticks": false, "labelPadding": 6, "domain": true, "grid": false,
            "labelOverlap": false,
        ]
        if angle != 0 {
            axis["labelAlign"] = "right"
            axis["labelBaseline"] = "middle"
        }
        return .object(axis)
    }
}
