import JSON

extension BarChart.Bar {
    /// The far end of all that is drawn of the bar, beyond which its sign is drawn.
    var tip: Double {
        let error = error ?? 0
        let ends = points + [ceiling].compactMap(\.self)
        return value >= 0
            ? ends.reduce(value + error) { max($0, $1) } : ends.reduce(value - error) { min($0, $1) }
    }

    /// How far a point lies from the middle of the bar, as a share of its thickness: points do not hide one another, and
    /// a subject has the same place in every bar.
    func spread(_ index: Int) -> Double {
        points.count < 2 ? 0 : (Double(index) / Double(points.count - 1) - 0.5) * 0.6
    }
}

extension Canvas {
    /// A subject's value over its bar: a disc with a white edge that sets it off.
    func dot(_ spot: Spot, _ color: Color) {
        draw(.disc(spot, radius: 2.6), Paint(color: .white, opacity: 0.9))
        draw(.disc(spot, radius: 1.9), Paint(color: color.mixed(with: .ink, 0.45)))
    }
}

extension BarChart {
    /// The chart with a line across each bar of a category: the largest value that a model could have reached there.
    ///
    /// ```swift
    /// let ceiling = try NoiseCeiling(of: repeats)
    /// try fit.scores.byRegion(study).chart().under(ceiling.byRegion(study).means)
    /// ```
    public func under(_ ceilings: [String: Double]) -> BarChart {
        var chart = self
        chart.setCeilings(ceilings)
        return chart
    }
}

// MARK: - Vega-Lite

extension BarChart {
    /// The points of bars, each at its own place: in pixels across, since marks that are placed by series take no shift.
    func pointLayers(_ layout: Layout, along: String) -> [JSON] {
        guard bars.contains(where: { !$0.points.isEmpty }) else { return [] }
        let across = along == "x" ? "y" : "x"
        var fields: [(field: String, title: String, format: String?)] = [
            ("category", categoryTitle.orElse("category"), nil)
        ]
        if layout.series.count > 1 { fields.append(("series", seriesTitle.orElse("series"), nil)) }
        fields.append(("point", valueTitle.orElse("value"), Digits.format(bars.flatMap(\.points))))
        return [
            [
                "transform": [
                    ["filter": "isValid(datum.points)"],
                    ["flatten": ["points", "places"], "as": ["point", "place"]],
                ],
                "mark": [
                    "type": "point", "filled": true, "size": 16, "color": "#333333", "stroke": "#ffffff",
                    "strokeWidth": 0.7, "opacity": 1, across: ["expr": "datum.place"],
                ],
                "encoding": [
                    along: ["field": "point", "type": "quantitative"], "tooltip": VegaLite.tooltip(fields),
                ],
            ]
        ]
    }

    /// The noise ceilings as lines across bars, placed as the bars are.
    func ceilingLayers(_ layout: Layout, along: String) -> [JSON] {
        guard hasCeilings else { return [] }
        return [
            [
                "mark": [
                    "type": "tick", "color": "#888888", "thickness": 1.8,
                    "size": .rounded(layout.barThickness),
                    "orient": layout.isHorizontal ? "vertical" : "horizontal",
                ],
                "encoding": [
                    along: ["field": "ceiling", "type": "quantitative"],
                    "tooltip": VegaLite.tooltip([
                        ("category", categoryTitle.orElse("category"), nil),
                        ("ceiling", "noise ceiling", Digits.format(bars.compactMap(\.ceiling))),
                    ]),
                ],
            ]
        ]
    }
}
