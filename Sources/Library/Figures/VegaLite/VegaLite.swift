import JSON

/// What all Vega-Lite specifications share.
enum VegaLite {
    /// A specification with its schema, description and configuration.
    ///
    /// No color of text or axis is set, so that JupyterLab's dark theme can choose its own. Lines among the marks,
    /// to which no theme gives a color, are #888888: as clear on the dark background (#333333) as on white; so is text among
    /// the marks, which Vega-Lite draws in black whatever the theme.
    static func complete(_ specification: JSON, altText: String) -> JSON {
        specification.merging([
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "description": .string(altText),
            "config": [
                "font": .string(Typeface.css(Typeface.current)),
                "title": [
                    "anchor": "start", "frame": "bounds", "fontSize": 14, "fontWeight": 700,
                    "subtitleFontSize": 11, "offset": 10,
                ],
                "axis": [
                    "labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": 400,
                    "domainColor": "#888888", "tickColor": "#888888", "tickSize": 4, "titlePadding": 6,
                ],
                "axisX": ["titleLimit": titleLimit(specification["width"])],
                "axisY": ["titleLimit": titleLimit(specification["height"])],
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

    /// The longest that the title of an axis of some length may be; a longer one would make the figure as long as itself.
    private static func titleLimit(_ length: JSON?) -> JSON { .rounded(max(260, (length?.double ?? 0) + 20)) }

    /// The channel of a field that counts the pixels of a picture, without an axis.
    static func pixels(_ field: String, _ length: Double, isDownward: Bool = false) -> JSON {
        var scale: [String: JSON] = ["domain": [0, .rounded(length)], "nice": false, "zero": false]
        if isDownward { scale["reverse"] = true }
        return [
            "field": .string(field), "type": "quantitative", "axis": nil, "scale": .object(scale),
        ]
    }

    /// A specification of a plot: title and note, broken into lines as the picture breaks them, its size, and its parts.
    static func plot(
        title: String?, note: String, width: Double, height: Double, _ parts: [String: JSON]
    ) -> JSON {
        let measure = TextMeasure()
        var members: [String: JSON] = ["width": .rounded(width), "height": .rounded(height)]
        let title = title ?? ""
        if !title.isEmpty || !note.isEmpty {
            var header: [String: JSON] = [
                "text": .strings(measure.wrapped(title, .title, to: max(260, width)))
            ]
            if !note.isEmpty {
                header["subtitle"] = .strings(measure.wrapped(note, .note, to: max(260, width)))
            }
            members["title"] = .object(header)
        }
        return JSON.object(members).merging(parts)
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

    /// The color of text among the marks. The style of labels would not do: Vega-Lite takes from a style what is called
    /// "color", and themes give labels a "fill".
    static let sign: JSON = "#888888"

    /// The data of a layer that draws one mark.
    static let single: JSON = ["values": [[:]]]
}
