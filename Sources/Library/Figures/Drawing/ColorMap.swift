import JSON

/// A scale of colours that colour-blind people can read; between its stops colours mix linearly.
public struct ColorMap: Sendable, Equatable {
    /// The name, for instance `viridis`.
    public let name: String
    /// Evenly spaced colours, lowest value first.
    public let stops: [Color]
    /// Whether the middle colour stands for zero.
    public let isDiverging: Bool

    /// A map of at least two evenly spaced colours; throws `FigureError.tooFew` for fewer.
    public init(name: String, stops: [Color], isDiverging: Bool = false) throws {
        guard stops.count >= 2 else {
            throw FigureError.tooFew(of: "colours of a colour map", least: 2, got: stops.count)
        }
        self.name = name
        self.stops = stops
        self.isDiverging = isDiverging
    }

    private init(_ name: String, _ codes: [UInt32], isDiverging: Bool = false) {
        self.name = name
        stops = codes.map { Color($0) }
        self.isDiverging = isDiverging
    }

    /// Matplotlib's viridis: purple, green, yellow.
    public static let viridis = ColorMap(
        "viridis",
        [
            0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B,
            0xFDE725,
        ])

    /// Matplotlib's plasma: blue, red, yellow; none of its colours is grey, so it stands out over an anatomy.
    public static let plasma = ColorMap(
        "plasma",
        [
            0x0D0887, 0x46039F, 0x7201A8, 0x9C179E, 0xBD3786, 0xD8576B, 0xED7953, 0xFB9F3A, 0xFDCA26,
            0xF0F921,
        ])

    /// Blue below zero, white at zero, red above (ColorBrewer's RdBu, reversed).
    public static let blueRed = ColorMap(
        "blueRed",
        [
            0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D,
            0xB2182B,
            0x67001F,
        ], isDiverging: true)

    /// Black to white.
    public static let grey = ColorMap("grey", [0x000000, 0xFFFFFF])

    /// The colour at a position from 0 to 1; positions outside are held at the ends.
    public func color(at position: Double) -> Color {
        let place = min(1, max(0, position)) * Double(stops.count - 1)
        let below = min(stops.count - 2, Int(place))
        return stops[below].mixed(with: stops[below + 1], place - Double(below))
    }
}

/// Values laid over a colour map: what is drawn and what the colour bar says.
struct ColorScale: Sendable {
    let map: ColorMap
    let domain: ClosedRange<Double>

    /// A scale over `domain`, or over the values if there is none; a diverging map is centred at zero.
    init(map: ColorMap, domain: ClosedRange<Double>?, values: some Sequence<Double>) {
        self.map = map
        if let domain, domain.lowerBound < domain.upperBound {
            self.domain = domain
            return
        }
        let finite = values.filter(\.isFinite)
        let low = finite.min() ?? 0
        let high = finite.max() ?? 1
        if map.isDiverging {
            let reach = max(abs(low), abs(high))
            self.domain = reach > 0 ? -reach...reach : -1...1
        } else {
            self.domain = low < high ? low...high : (low - 0.5)...(low + 0.5)
        }
    }

    func color(of value: Double) -> Color {
        map.color(at: (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound))
    }

    /// The scale in Vega-Lite: one value for each stop, so that both renderers mix the same colours.
    var vegaLite: JSON {
        let last = Double(map.stops.count - 1)
        let span = domain.upperBound - domain.lowerBound
        return [
            "type": "linear", "interpolate": "rgb", "clamp": true,
            "domain": .numbers(map.stops.indices.map { domain.lowerBound + span * Double($0) / last }),
            "range": .strings(map.stops.map(\.hex)),
        ]
    }
}
