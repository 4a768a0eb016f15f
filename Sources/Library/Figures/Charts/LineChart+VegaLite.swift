import JSON

extension LineChart {
    var specification: JSON {
        guard hasPoints else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout
        var layers = references.layers(
            isLevel: true, layout.valueAxis, width: layout.width, height: layout.height,
            digits: layout.valueAxis.domain.significantDigits)
        let y: JSON = [
            "field": "y", "type": "quantitative", "axis": layout.valueAxis.axisJSON,
            "scale": layout.valueAxis.scaleJSON,
        ]
        var (color, shape, dash): (JSON, JSON, JSON) = (
            ["value": .string(layout.entries[0].color.hex)], nil, nil
        )
        if case .legend(let legend) = layout.side {
            let offset = layout.labelsBeside + 18
            color = legend.channel(field: "series", offset: offset)
            if style.variesMarkers {
                if !isDense { shape = legend.shapeChannel(field: "series", offset: offset) }
                dash = legend.dashChannel(field: "series", offset: offset)
            }
        }
        // Vega-Lite would join a line across a gap if the rows of the gap were dropped, so they stay as nulls.
        let x = xChannel(layout)
        if hasErrors {
            let ends: JSON = [
                "x": x, "color": color, "y": ["field": "low", "type": "quantitative"],
                "y2": ["field": "high"],
            ]
            let bar: JSON = ["type": "rule", "strokeWidth": 1.5]
            switch errorStyle {
            case .band:
                layers.append(["mark": ["type": "area", "opacity": 0.18], "encoding": ends])
                if series.contains(where: { lonePoints($0).contains(true) }) {
                    layers.append([
                        "mark": bar, "transform": [["filter": "datum.lone"]], "encoding": ends,
                    ])
                }
            case .bar: layers.append(["mark": bar, "encoding": ends])
            }
        }
        var lineChannels: [String: JSON] = ["x": x, "y": y, "color": color]
        if case .object = dash { lineChannels["strokeDash"] = dash }
        layers.append([
            "mark": ["type": "line", "strokeWidth": isDense ? 1.4 : 2], "encoding": .object(lineChannels),
        ])
        var pointChannels: [String: JSON] = [
            "x": x, "y": y, "color": color, "tooltip": VegaLite.tooltip(tooltipFields),
        ]
        if case .object = shape { pointChannels["shape"] = shape }
        layers.append([
            // Many points would hide the line; unseen, they still tell their numbers on hover.
            "mark": ["type": "point", "filled": true, "size": 45, "opacity": isDense ? 0 : 1],
            "transform": [["filter": "isValid(datum.y)"]], "encoding": .object(pointChannels),
        ])
        return VegaLite.plot(
            title: title, note: shownNote, width: layout.width, height: layout.height,
            ["data": ["values": .array(rows(layout))], "layer": .array(layers)])
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
        return ["field": "x", "type": "quantitative", "axis": axis.axisJSON, "scale": axis.scaleJSON]
    }

    private var tooltipFields: [(field: String, title: String, format: String?)] {
        var fields: [(field: String, title: String, format: String?)] = [
            ("place", positionTitle.isEmpty ? "position" : positionTitle, nil)
        ]
        if series.count > 1 { fields.append(("series", seriesTitle.isEmpty ? "series" : seriesTitle, nil)) }
        let points = series.flatMap(\.points)
        fields.append(("y", valueTitle.isEmpty ? "value" : valueTitle, Digits.format(points.map(\.y))))
        if hasErrors {
            let format = Digits.format(points.compactMap(\.error))
            fields.append(("error", errorMeaning.isEmpty ? "error" : errorMeaning, format))
        }
        return fields
    }

    /// Which points of a line have an error and neighbors that have none: a band of one point has no width.
    private func lonePoints(_ line: Series) -> [Bool] {
        let isKnown = drawnPoints(line).map { $0.y.isFinite && $0.error?.isFinite == true }
        return isKnown.indices.map { index in
            isKnown[index] && !(index > 0 && isKnown[index - 1])
                && !(index + 1 < isKnown.count && isKnown[index + 1])
        }
    }

    private func rows(_ layout: Layout) -> [JSON] {
        let across = layout.numericAxis?.domain.significantDigits ?? 7
        let up = layout.valueAxis.domain.significantDigits
        return series.flatMap { line in
            zip(drawnPoints(line), lonePoints(line)).map { point, isLone in
                var row: [String: JSON] = [
                    "series": .string(line.name), "x": .rounded(point.x, digits: across),
                    "y": .rounded(point.y, digits: up),
                    "place": .string(name(of: point.x)),
                ]
                if let error = point.error {
                    row["error"] = .rounded(error)
                    row["low"] = .rounded(point.y - error, digits: up)
                    row["high"] = .rounded(point.y + error, digits: up)
                    if isLone { row["lone"] = true }
                }
                return .object(row)
            }
        }
    }
}
