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
        // Only the layers of the bars have these channels: a layer cannot give back one that it inherits.
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
        layers += ceilingLayers(layout, along: along) + textLayers(layout, along: along)
        layers = [["encoding": .object(encoding), "layer": .array(layers)]]
        layers += pointLayers(layout, along: along)
        layers += references.layers(
            isLevel: !layout.isHorizontal, layout.valueAxis, width: layout.width, height: layout.height)
        layers += layout.brackets.flatMap { bracketLayers($0, layout, along: along) }
        return VegaLite.plot(
            title: title, note: shownNote, width: layout.width, height: layout.height,
            ["data": ["values": .array(rows(layout))], "layer": .array(layers)])
    }

    private func rows(_ layout: Layout) -> [JSON] {
        let places = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, $0) })
        let lanes = Dictionary(uniqueKeysWithValues: layout.series.enumerated().map { ($1, $0) })
        return bars.map { bar in
            var row: [String: JSON] = [
                "category": .string(bar.category), "series": .string(bar.series),
                "value": .rounded(bar.value),
            ]
            if let error = bar.error {
                row["error"] = .rounded(error)
                row["low"] = .rounded(bar.value - error)
                row["high"] = .rounded(bar.value + error)
            }
            // "n/a" stands alone, as in the picture.
            if let ceiling = bar.ceiling, bar.value.isFinite { row["ceiling"] = .rounded(ceiling) }
            if !bar.points.isEmpty, bar.value.isFinite {
                let middle = layout.middle(
                    category: places[bar.category] ?? 0, lane: lanes[bar.series] ?? 0)
                row["points"] = .numbers(bar.points)
                row["places"] = .numbers(
                    bar.points.indices.map { middle + bar.spread($0) * layout.barThickness })
            }
            let end = bar.tip
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
        fields.append(
            ("value", valueTitle.isEmpty ? "value" : valueTitle, Digits.format(bars.map(\.value))))
        if bars.contains(where: { $0.error != nil }) {
            fields.append(
                (
                    "error", errorMeaning.isEmpty ? "error" : errorMeaning,
                    Digits.format(bars.compactMap(\.error))
                ))
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
                        "type": "text", "color": VegaLite.sign, "fontSize": 11,
                        shift: .rounded(below ? -outward : outward),
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
                    "type": "text", "color": "#888888", "fontSize": 11, "text": "n/a",
                    shift: .rounded(layout.isHorizontal ? 4 : -8),
                    "align": layout.isHorizontal ? "left" : "center", "baseline": "middle",
                ],
                "encoding": [along: ["datum": 0, "type": "quantitative"]],
            ])
        }
        return layers
    }

    /// A bracket in three lines, and its label; places across are pixels, since no scale has the middle of two bars.
    private func bracketLayers(_ bracket: PlacedBracket, _ layout: Layout, along: String) -> [JSON] {
        let across = layout.isHorizontal ? "y" : "x"
        func pixel(_ place: Double) -> JSON { ["value": .rounded(place)] }
        func value(_ value: Double) -> JSON { ["datum": .rounded(value), "type": "quantitative"] }
        let (first, second) = bracket.ends
        let level = value(bracket.level)
        func layer(_ mark: JSON, _ encoding: [String: JSON]) -> JSON {
            ["data": VegaLite.single, "mark": mark, "encoding": .object(encoding)]
        }
        let line: JSON = ["type": "rule", "color": "#888888"]
        let label: JSON = [
            "type": "text", "text": .string(bracket.label), "color": VegaLite.sign, "fontSize": 11,
            "baseline": "middle",
            "align": layout.isHorizontal ? "left" : "center", "dx": layout.isHorizontal ? 4 : 0,
            "dy": layout.isHorizontal ? 0 : -6,
        ]
        return [
            layer(line, [across: pixel(first), across + "2": pixel(second), along: level]),
            layer(line, [across: pixel(first), along: level, along + "2": ["datum": .rounded(bracket.tip)]]),
            layer(
                line, [across: pixel(second), along: level, along + "2": ["datum": .rounded(bracket.tip)]]),
            layer(label, [across: pixel(bracket.labelPlace), along: level]),
        ]
    }
}
