import JSON

extension BarChart {
    var specification: JSON {
        guard !bars.isEmpty else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout
        let (along, across) = layout.isHorizontal ? ("x", "y") : ("y", "x")
        var band: [String: JSON] = [
            "field": "category", "type": "nominal", "sort": .strings(categories),
            "axis": layout.categoryAxis.axisJSON,
            "scale": ["paddingInner": .rounded(layout.gap), "paddingOuter": .rounded(layout.gap / 2)],
        ]
        if categoryTitle.isEmpty { band["title"] = nil as JSON }
        var encoding: [String: JSON] = [across: .object(band)]
        if layout.isGrouped {
            encoding[across + "Offset"] = [
                "field": "series", "sort": .strings(layout.series),
                "scale": ["domain": .strings(layout.series), "paddingInner": 0.06],
            ]
        }
        let value: JSON = [
            "field": "value", "type": "quantitative", "axis": layout.valueAxis.axisJSON,
            "scale": layout.valueAxis.scaleJSON, "stack": nil,
        ]
        var layers: [JSON] = [barLayer(layout, value: value, along: along)]
        if bars.contains(where: { $0.error != nil }) {
            let ends: JSON = [
                along: ["field": "low", "type": "quantitative"], along + "2": ["field": "high"],
            ]
            for mark in VegaLite.errorBarMarks { layers.append(["mark": mark, "encoding": ends]) }
        }
        layers += textLayers(layout, along: along)
        for reference in references {
            layers.append(contentsOf: referenceLayers(reference, layout, along: along))
        }
        return [
            "title": VegaLite.title(title, note: layout.note, width: layout.width),
            "width": .rounded(layout.width), "height": .rounded(layout.height),
            "data": ["values": .array(rows)], "encoding": .object(encoding), "layer": .array(layers),
        ]
    }

    private var rows: [JSON] {
        bars.map { bar in
            var row: [String: JSON] = [
                "category": .string(bar.category), "series": .string(bar.series),
                "value": .rounded(bar.value),
            ]
            if let error = bar.error {
                row["error"] = .rounded(error)
                row["low"] = .rounded(bar.value - error)
                row["high"] = .rounded(bar.value + error)
            }
            let end = bar.value >= 0 ? bar.value + (bar.error ?? 0) : bar.value - (bar.error ?? 0)
            if !bar.sign.isEmpty, end.isFinite {
                row["sign"] = .string(bar.sign)
                row["end"] = .rounded(end)
                row["below"] = .bool(bar.value < 0)
            }
            if !bar.detail.isEmpty { row["detail"] = .string(bar.detail) }
            return .object(row)
        }
    }

    private func barLayer(_ layout: Layout, value: JSON, along: String) -> JSON {
        var fields: [(field: String, title: String, format: String?)] = [
            ("category", categoryTitle.isEmpty ? "category" : categoryTitle, nil)
        ]
        if layout.series.count > 1 {
            fields.append(("series", seriesTitle.isEmpty ? "series" : seriesTitle, nil))
        }
        fields.append(("value", valueTitle.isEmpty ? "value" : valueTitle, ".3f"))
        if bars.contains(where: { $0.error != nil }) {
            fields.append(("error", errorMeaning.isEmpty ? "error" : errorMeaning, ".3f"))
        }
        if bars.contains(where: { !$0.detail.isEmpty }) { fields.append(("detail", "detail", nil)) }
        var encoding: [String: JSON] = [along: value, "tooltip": VegaLite.tooltip(fields)]
        if case .legend(let legend) = layout.side {
            encoding["color"] = legend.channel(field: "series", offset: layout.labelsBeside + 18)
        } else {
            encoding["color"] = ["value": .string(layout.colors[0].hex)]
        }
        return ["mark": ["type": "bar"], "encoding": .object(encoding)]
    }

    /// The signs at the ends of bars, and "n/a" where a bar has no value.
    private func textLayers(_ layout: Layout, along: String) -> [JSON] {
        var layers: [JSON] = []
        let shift = layout.isHorizontal ? "dx" : "dy"
        let outward = layout.isHorizontal ? 6.0 : -7.0
        if bars.contains(where: { !$0.sign.isEmpty }) {
            for below in [false, true]
            where bars.contains(where: { !$0.sign.isEmpty && ($0.value < 0) == below }) {
                layers.append([
                    "transform": [["filter": .string("datum.sign && datum.below === \(below)")]],
                    "mark": [
                        "type": "text", "color": "#777777", shift: .rounded(below ? -outward : outward),
                        "align": layout.isHorizontal ? (below ? "right" : "left") : "center",
                        "baseline": "middle",
                    ],
                    "encoding": [
                        along: ["field": "end", "type": "quantitative"],
                        "text": ["field": "sign", "type": "nominal"],
                    ],
                ])
            }
        }
        if bars.contains(where: { !$0.value.isFinite }) {
            layers.append([
                "transform": [["filter": "datum.value === null"]],
                "mark": [
                    "type": "text", "color": "#777777", "text": "n/a",
                    shift: .rounded(layout.isHorizontal ? 4 : -8),
                    "align": layout.isHorizontal ? "left" : "center", "baseline": "middle",
                ],
                "encoding": [along: ["datum": 0, "type": "quantitative"]],
            ])
        }
        return layers
    }

    private func referenceLayers(_ reference: ReferenceLine, _ layout: Layout, along: String) -> [JSON] {
        let place: JSON = ["datum": .rounded(reference.value), "type": "quantitative"]
        let across = layout.isHorizontal ? "y" : "x"
        let free: [String: JSON] = [across: nil, across + "Offset": nil]
        let end: JSON = layout.isHorizontal ? ["value": -9] : ["value": .rounded(layout.width + 4)]
        let mark: JSON = [
            "type": "text", "text": .string(reference.label), "color": "#777777", "baseline": "middle",
            "align": layout.isHorizontal ? "center" : "left",
        ]
        let single: JSON = ["values": [[:]]]
        return [
            [
                "data": single,
                "mark": ["type": "rule", "color": "#777777", "strokeDash": [4, 3], "strokeWidth": 1.2],
                "encoding": JSON.object(free).merging([along: place]),
            ],
            [
                "data": single, "mark": mark,
                "encoding": JSON.object(free).merging([along: place, across: end]),
            ],
        ]
    }
}
