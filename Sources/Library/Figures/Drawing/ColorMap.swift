import JSON

/// A scale of colors that color-blind people can read; between its stops colors mix linearly.
public struct ColorMap: Sendable, Equatable {
    /// The name, for instance `viridis`.
    public let name: String
    /// Evenly spaced colors, lowest value first.
    public let stops: [Color]
    /// Whether the middle color stands for zero.
    public let isDiverging: Bool

    /// A map of at least two evenly spaced colors; throws `FigureError.tooFew` for fewer.
    ///
    /// - Parameters:
    ///   - name: the name of the map.
    ///   - stops: evenly spaced colors, lowest value first.
    ///   - isDiverging: whether the middle color stands for zero.
    public init(name: String, stops: [Color], isDiverging: Bool = false) throws {
        guard stops.count >= 2 else {
            throw FigureError.tooFew(of: "colors of a color map", least: 2, got: stops.count)
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
            0x440154, 0x471365, 0x482475, 0x463480, 0x414487, 0x3B528B, 0x355F8D, 0x2F6C8E, 0x2A788E,
            0x25848E, 0x21918C, 0x1E9C89, 0x22A884, 0x2FB47C, 0x44BF70, 0x5EC962, 0x7AD151, 0x9BD93C,
            0xBDDF26, 0xDFE318, 0xFDE725,
        ])

    /// Matplotlib's plasma: blue, red, yellow; none of its colors is gray, so it stands out over an anatomy.
    public static let plasma = ColorMap(
        "plasma",
        [
            0x0D0887, 0x2A0593, 0x41049D, 0x5601A4, 0x6A00A8, 0x7E03A8, 0x8F0DA4, 0xA11B9B, 0xB12A90,
            0xBF3984, 0xCC4778, 0xD6556D, 0xE16462, 0xEA7457, 0xF2844B, 0xF89540, 0xFCA636, 0xFEBA2C,
            0xFCCE25, 0xF7E425, 0xF0F921,
        ])

    /// Blue below zero, pale at zero, brown above: perceptually uniform, for color-blind eyes too.
    ///
    /// Source: vik of Crameri's Scientific color maps (doi:10.5281/zenodo.1243862), 33 of its 256 colors.
    public static let vik = ColorMap(
        "vik",
        [
            0x001261, 0x021F69, 0x022B71, 0x023779, 0x034481, 0x055189, 0x0C5E92, 0x1C6D9C, 0x307DA6,
            0x488DB2, 0x619EBD, 0x7AAEC8, 0x94BED2, 0xADCDDD, 0xC6DBE6, 0xDEE6E9, 0xECE5E0, 0xEED9CD,
            0xE9CAB8, 0xE2BAA2, 0xDBAA8D, 0xD59B79, 0xCF8C66, 0xC97E53, 0xC27041, 0xBC622F, 0xB2511D,
            0xA33E0D, 0x912D06, 0x811F06, 0x731406, 0x650907, 0x590008,
        ], isDiverging: true)

    /// Blue below zero, white at zero, red above (ColorBrewer's RdBu, reversed).
    public static let blueRed = ColorMap(
        "blueRed",
        [
            0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D,
            0xB2182B, 0x67001F,
        ], isDiverging: true)

    /// Black to white.
    public static let gray = ColorMap("gray", [0x000000, 0xFFFFFF])

    @available(*, unavailable, renamed: "gray")
    public static var grey: ColorMap { gray }

    /// The color at a position from 0 to 1; positions outside are held at the ends.
    public func color(at position: Double) -> Color {
        let place = min(1, max(0, position)) * Double(stops.count - 1)
        let below = min(stops.count - 2, Int(place))
        return stops[below].mixed(with: stops[below + 1], place - Double(below))
    }
}

/// Values laid over a color map: what is drawn and what the color bar says.
struct ColorScale: Sendable {
    let map: ColorMap
    let domain: ClosedRange<Double>

    /// A scale over `domain`, or over the values if there is none; a diverging map is centered at zero.
    init(map: ColorMap, domain: ClosedRange<Double>?, values: some Sequence<Double>) {
        self.map = map
        var (low, high) = (domain?.lowerBound ?? 0, domain?.upperBound ?? 0)
        if domain == nil || !(low < high) || !(high - low).isFinite {
            let finite = values.filter(\.isFinite)
            (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        }
        if map.isDiverging {
            let reach = max(abs(low), abs(high))
            self.domain = reach > 0 ? -reach...reach : -1...1
        } else {
            // Numbers that differ by no more than rounding are one color.
            let size = max(abs(low), abs(high))
            let reach = max(0.5, size * 1e-6)
            let most = Double.greatestFiniteMagnitude
            self.domain =
                high - low > size * 1e-13 ? low...high : max(low - reach, -most)...min(low + reach, most)
        }
    }

    func color(of value: Double) -> Color {
        map.color(at: (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound))
    }

    /// The scale in Vega-Lite: one value for each stop, so that both renderers mix the same colors.
    var vegaLite: JSON {
        let last = Double(map.stops.count - 1)
        let span = domain.upperBound - domain.lowerBound
        return [
            "type": "linear", "interpolate": "rgb", "clamp": true,
            "domain": .numbers(
                map.stops.indices.map { domain.lowerBound + span * Double($0) / last },
                digits: domain.significantDigits),
            "range": .strings(map.stops.map(\.hex)),
        ]
    }
}
