import JSON

/// What all Vega-Lite specifications share.
enum VegaLite {
    /// A specification with its schema and configuration.
    ///
    /// No colour of text or axis is set, so that JupyterLab's dark theme can choose its own.
    static func complete(_ specification: JSON) -> JSON {
        specification.merging([
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "config": [
                "font": "Arial, Liberation Sans, Helvetica, sans-serif",
                "title": [
                    "anchor": "start", "frame": "bounds", "fontSize": 14, "fontWeight": 700,
                    "subtitleFontSize": 11,
                    "offset": 10,
                ],
                "axis": [
                    "labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": 400,
                    "domainColor": "#888888",
                    "tickColor": "#888888", "tickSize": 4, "titlePadding": 6,
                ],
                "legend": [
                    "labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": 400, "titleLimit": 240,
                ],
                "view": ["stroke": nil],
                // d3's own minus is U+2212, which nothing that a chart's text is copied to can read.
                "locale": [
                    "number": [
                        "decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""],
                        "minus": "-",
                    ]
                ],
            ],
        ])
    }

    /// The `title` member: title and note, each broken into lines as the picture breaks them.
    static func title(_ title: String, note: String, width: Double) -> JSON {
        let measure = TextMeasure()
        var member: [String: JSON] = ["text": .strings(measure.wrapped(title, .title, to: max(260, width)))]
        if !note.isEmpty { member["subtitle"] = .strings(measure.wrapped(note, .note, to: max(260, width))) }
        return .object(member)
    }

    /// The `tooltip` channel: the fields with what they are called.
    static func tooltip(_ fields: [(field: String, title: String, format: String?)]) -> JSON {
        .array(
            fields.map { field in
                var channel: [String: JSON] = ["field": .string(field.field), "title": .string(field.title)]
                channel["type"] = field.format == nil ? "nominal" : "quantitative"
                if let format = field.format { channel["format"] = .string(format) }
                return .object(channel)
            })
    }

    /// An error bar with a halo that sets it off from the bar below, in light themes and dark ones.
    static let errorBarMarks: [JSON] = [
        ["type": "rule", "color": "#ffffff", "opacity": 0.6, "strokeWidth": 3.2],
        ["type": "rule", "color": "#222222", "strokeWidth": 1.3],
    ]
}
