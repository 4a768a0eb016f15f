import JSON

extension Heatmap {
    /// Above this many cells, their colors are a picture instead of a mark each: notebooks stay small, and Jupyter's
    /// server drops an output of several megabytes.
    private static let interactiveLimit = 16_000

    var specification: JSON {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout
        let (across, down) = (layout.columnAxis, layout.rowAxis)
        func channel(_ field: String, _ axis: CategoryAxis) -> JSON {
            [
                "field": .string(field), "type": "nominal", "sort": .strings(axis.names),
                "axis": axis.axisJSON,
                "scale": ["domain": .strings(axis.names), "paddingInner": 0, "paddingOuter": 0],
            ]
        }
        let isPicture = values.count > Heatmap.interactiveLimit
        let showsNumbers = layout.showsNumbers && !isPicture
        let marks: [String: JSON] = [
            "data": ["values": .array(cells(isPicture ? toldPlaces : places, layout, showsNumbers))],
            "encoding": ["x": channel("column", across), "y": channel("row", down)],
            "layer": .array([colors(layout)] + numbers(showsNumbers) + outlines),
        ]
        return VegaLite.plot(
            title: title, note: shownNote, width: across.length, height: down.length,
            isPicture ? ["layer": [picture(layout), .object(marks)]] : marks)
    }

    /// A pixel for each cell.
    private func picture(_ layout: Layout) -> JSON {
        var picture = Picture(width: columns.count, height: rows.count)
        for place in places where value(place).isFinite {
            picture.set(place.column, place.row, layout.scale.color(of: value(place)))
        }
        return VegaLite.image(
            picture.png(), x: 0, y: 0, width: layout.columnAxis.length, height: layout.rowAxis.length,
            isSmooth: false)
    }

    /// The cells that are marks over a picture: those with an outline or a sign, the lowest and the highest.
    private var toldPlaces: [Place] {
        let finite = values.filter(\.isFinite)
        let ends = [finite.min(), finite.max()].compactMap { $0.flatMap(values.firstIndex(of:)) }
        return places.enumerated().filter { index, place in
            ends.contains(index) || outlined.contains(place) || !sign(place).isEmpty
        }.map(\.element)
    }

    private func cells(_ places: [Place], _ layout: Layout, _ showsNumbers: Bool) -> [JSON] {
        places.map { place in
            let value = value(place)
            var row: [String: JSON] = [
                "row": .string(layout.rowAxis.names[place.row]),
                "column": .string(layout.columnAxis.names[place.column]),
                "value": .rounded(value, digits: layout.scale.domain.significantDigits),
            ]
            if value.isFinite {
                row["dark"] = .bool(layout.scale.color(of: value).wantsDarkText)
                let text =
                    showsNumbers
                    ? Digits.text(value, layout.decimals) + sign(place) : sign(place)
                if !text.isEmpty { row["text"] = .string(text) }
            }
            if outlined.contains(place) { row["outlined"] = true }
            return .object(row)
        }
    }

    private func colors(_ layout: Layout) -> JSON {
        [
            "transform": [["filter": "isValid(datum.value)"]],
            "mark": ["type": "rect", "tooltip": true],
            "encoding": [
                "color": layout.bar.channel(field: "value", plotHeight: layout.rowAxis.length),
                "tooltip": VegaLite.tooltip([
                    ("row", rowTitle.isEmpty ? "row" : rowTitle, nil),
                    ("column", columnTitle.isEmpty ? "column" : columnTitle, nil),
                    ("value", valueTitle.isEmpty ? "value" : valueTitle, Digits.format(values)),
                ]),
            ],
        ]
    }

    private func numbers(_ showsNumbers: Bool) -> [JSON] {
        var layers: [JSON] = []
        if showsNumbers || signs.contains(where: { !$0.isEmpty }) {
            layers.append([
                "transform": [["filter": "isValid(datum.text)"]],
                "mark": ["type": "text", "fontSize": 9, "baseline": "middle"],
                "encoding": [
                    "text": ["field": "text", "type": "nominal"],
                    "color": ["condition": ["test": "datum.dark", "value": "#000000"], "value": "#ffffff"],
                ],
            ])
        }
        if showsNumbers, values.contains(where: { !$0.isFinite }) {
            layers.append([
                "transform": [["filter": "!isValid(datum.value)"]],
                "mark": [
                    "type": "text", "color": "#888888", "fontSize": 9, "baseline": "middle",
                    "text": "n/a",
                ],
            ])
        }
        return layers
    }

    private var outlines: [JSON] {
        guard !outlined.isEmpty else { return [] }
        return [("#ffffff", 4.0), (Heatmap.outline.hex, 2.0)].map { color, width in
            [
                "transform": [["filter": "datum.outlined"]],
                "mark": [
                    "type": "rect", "fill": nil, "fillOpacity": 0, "stroke": .string(color),
                    "strokeWidth": .rounded(width), "tooltip": nil,
                ],
            ]
        }
    }
}
