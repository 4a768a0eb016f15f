import Display
import JSON

extension Heatmap {
    func drawing() -> Drawing {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).drawing() }
        let layout = layout
        let (across, down) = (layout.columnAxis, layout.rowAxis)
        let frame = PlotFrame(
            title: title, note: layout.note, width: across.length, height: down.length,
            left: max(PlotFrame.left(down), across.overhang), bottom: PlotFrame.bottom(across),
            side: .colorBar(layout.bar))
        return Drawing(width: frame.totalWidth, height: frame.totalHeight) { canvas in
            frame.drawHeader(on: canvas)
            for place in places {
                let x = frame.x + Double(place.column) * across.step
                let y = frame.y + Double(place.row) * down.step
                draw(place, x, y, layout, on: canvas)
            }
            frame.drawLeft(down, on: canvas)
            frame.drawBottom(across, on: canvas)
            // Outlines come last, so that no neighbour covers half of them; in the order of the cells, since a set has
            // another one in each process and where outlines meet the picture would differ.
            for place in places where outlined.contains(place) {
                let x = frame.x + Double(place.column) * across.step
                let y = frame.y + Double(place.row) * down.step
                canvas.stroke(rectangle: x + 1, y + 1, across.step - 2, down.step - 2, .white, lineWidth: 4)
                canvas.stroke(
                    rectangle: x + 1, y + 1, across.step - 2, down.step - 2, Heatmap.outline, lineWidth: 2)
            }
        }
    }

    /// Red stands out from every colour of viridis, also to eyes that do not see it as red (it is dark there).
    private static let outline = Color(0xD62728)

    private func draw(_ place: Place, _ x: Double, _ y: Double, _ layout: Layout, on canvas: Canvas) {
        let (width, height) = (layout.columnAxis.step, layout.rowAxis.step)
        let value = value(place)
        guard value.isFinite else {
            if layout.showsNumbers {
                var style = TextStyle.small
                style.color = .softInk
                canvas.text("n/a", x + width / 2, y + height / 2, style, anchor: .middle)
            }
            return
        }
        let color = layout.scale.color(of: value)
        // A little overlap leaves no seam between cells.
        canvas.fill(rectangle: x, y, width + 0.3, height + 0.3, color)
        if layout.showsNumbers {
            var style = TextStyle.small
            style.color = color.wantsDarkText ? .ink : .white
            canvas.text(
                Number.fixed(value, layout.decimals), x + width / 2, y + height / 2, style, anchor: .middle)
        }
    }

    var specification: JSON {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).specification }
        let layout = layout
        let (across, down) = (layout.columnAxis, layout.rowAxis)
        let data = places.map { place -> JSON in
            let value = value(place)
            var row: [String: JSON] = [
                "row": .string(down.names[place.row]), "column": .string(across.names[place.column]),
                "value": .rounded(value),
            ]
            if value.isFinite { row["dark"] = .bool(layout.scale.color(of: value).wantsDarkText) }
            if outlined.contains(place) { row["outlined"] = true }
            return .object(row)
        }
        func channel(_ field: String, _ axis: CategoryAxis) -> JSON {
            [
                "field": .string(field), "type": "nominal", "sort": .strings(axis.names),
                "axis": axis.axisJSON,
                "scale": ["domain": .strings(axis.names), "paddingInner": 0, "paddingOuter": 0],
            ]
        }
        var layers: [JSON] = [
            [
                "transform": [["filter": "isValid(datum.value)"]],
                "mark": ["type": "rect", "tooltip": true],
                "encoding": [
                    "color": layout.bar.channel(field: "value", plotHeight: down.length),
                    "tooltip": VegaLite.tooltip([
                        ("row", rowTitle.isEmpty ? "row" : rowTitle, nil),
                        ("column", columnTitle.isEmpty ? "column" : columnTitle, nil),
                        ("value", valueTitle.isEmpty ? "value" : valueTitle, ".3f"),
                    ]),
                ],
            ]
        ]
        if layout.showsNumbers {
            layers.append([
                "transform": [["filter": "isValid(datum.value)"]],
                "mark": ["type": "text", "fontSize": 9, "baseline": "middle"],
                "encoding": [
                    "text": [
                        "field": "value", "type": "quantitative", "format": .string(".\(layout.decimals)f"),
                    ],
                    "color": ["condition": ["test": "datum.dark", "value": "#222222"], "value": "#ffffff"],
                ],
            ])
        }
        if layout.showsNumbers, values.contains(where: { !$0.isFinite }) {
            layers.append([
                "transform": [["filter": "!isValid(datum.value)"]],
                "mark": [
                    "type": "text", "fontSize": 9, "baseline": "middle", "text": "n/a", "color": "#777777",
                ],
            ])
        }
        if !outlined.isEmpty {
            for (color, width) in [("#ffffff", 4.0), (Heatmap.outline.hex, 2.0)] {
                layers.append([
                    "transform": [["filter": "datum.outlined"]],
                    "mark": [
                        "type": "rect", "fill": nil, "fillOpacity": 0, "stroke": .string(color),
                        "strokeWidth": .rounded(width), "tooltip": nil,
                    ],
                ])
            }
        }
        return [
            "title": VegaLite.title(title, note: layout.note, width: across.length),
            "width": .rounded(across.length), "height": .rounded(down.length),
            "data": ["values": .array(data)],
            "encoding": ["x": channel("column", across), "y": channel("row", down)], "layer": .array(layers),
        ]
    }
}
