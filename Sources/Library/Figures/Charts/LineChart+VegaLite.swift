import JSON

extension LineChart {
    var specification: JSON {
        guard hasPoints else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout
        var layers: [JSON] = []
        for reference in references {
            let place: JSON = ["datum": .rounded(reference.value), "type": "quantitative"]
            let single: JSON = ["values": [[:]]]
            layers.append([
                "data": single,
                "mark": ["type": "rule", "color": "#777777", "strokeDash": [4, 3], "strokeWidth": 1.2],
                "encoding": ["y": place],
            ])
            layers.append([
                "data": single,
                "mark": [
                    "type": "text", "text": .string(reference.label), "color": "#777777", "align": "left",
                    "baseline": "middle",
                ],
                "encoding": ["y": place, "x": ["value": .rounded(layout.width + 4)]],
            ])
        }
        let y: JSON = [
            "field": "y", "type": "quantitative", "axis": layout.valueAxis.axisJSON,
            "scale": layout.valueAxis.scaleJSON,
        ]
        let color: JSON =
            if case .legend(let legend) = layout.side {
                legend.channel(field: "series", offset: layout.labelsBeside + 18)
            } else {
                ["value": .string(layout.colors[0].hex)]
            }
        // Vega-Lite would join a line across a gap if the rows of the gap were dropped, so they stay as nulls.
        let x = xChannel(layout)
        if hasErrors {
            let mark: JSON =
                errorStyle == .band
                ? ["type": "area", "opacity": 0.18] : ["type": "rule", "strokeWidth": 1.5]
            layers.append([
                "mark": mark,
                "encoding": [
                    "x": x, "color": color, "y": ["field": "low", "type": "quantitative"],
                    "y2": ["field": "high"],
                ],
            ])
        }
        let isDense = series.contains { $0.points.count > 60 }
        layers.append([
            "mark": ["type": "line", "strokeWidth": isDense ? 1.4 : 2],
            "encoding": ["x": x, "y": y, "color": color],
        ])
        layers.append([
            // Many points would hide the line; unseen, they still tell their numbers on hover.
            "mark": ["type": "circle", "size": 45, "opacity": isDense ? 0 : 1],
            "transform": [["filter": "isValid(datum.y)"]],
            "encoding": ["x": x, "y": y, "color": color, "tooltip": VegaLite.tooltip(tooltipFields)],
        ])
        return [
            "title": VegaLite.title(title, note: layout.note, width: layout.width),
            "width": .rounded(layout.width), "height": .rounded(layout.height),
            "data": ["values": .array(rows)], "layer": .array(layers),
        ]
    }

    private func xChannel(_ layout: Layout) -> JSON {
        if let axis = layout.categoryAxis {
            return [
                "field": "place", "type": "nominal", "sort": .strings(axis.names),
                "axis": axis.axisJSON,
                "scale": ["type": "point", "padding": 0.5, "domain": .strings(axis.names)],
            ]
        }
        guard let axis = layout.numericAxis else { return nil }
        var plain = axis
        plain.showsGrid = false
        return ["field": "x", "type": "quantitative", "axis": plain.axisJSON, "scale": plain.scaleJSON]
    }

    private var tooltipFields: [(field: String, title: String, format: String?)] {
        var fields: [(field: String, title: String, format: String?)] = [
            ("place", positionTitle.isEmpty ? "position" : positionTitle, nil)
        ]
        if series.count > 1 { fields.append(("series", seriesTitle.isEmpty ? "series" : seriesTitle, nil)) }
        fields.append(("y", valueTitle.isEmpty ? "value" : valueTitle, ".3f"))
        if hasErrors { fields.append(("error", errorMeaning.isEmpty ? "error" : errorMeaning, ".3f")) }
        return fields
    }

    private var rows: [JSON] {
        series.flatMap { line in
            line.points.map { point in
                var row: [String: JSON] = [
                    "series": .string(line.name), "x": .rounded(point.x), "y": .rounded(point.y),
                    "place": .string(name(of: point.x)),
                ]
                if let error = point.error {
                    row["error"] = .rounded(error)
                    row["low"] = .rounded(point.y - error)
                    row["high"] = .rounded(point.y + error)
                }
                return .object(row)
            }
        }
    }
}
