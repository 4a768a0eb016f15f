import Foundation

/// Colors for two values at once: gray where both are low, one hue for each, and a dark one where both are high.
///
/// ```swift
/// try space.mosaic(multimodalScores.r, against: unimodalScores.r)      // A against B, with the legend of their colors
/// ```
public struct ColorPlane: Sendable, Equatable {
    /// The colors of the corners: both low, the first high, the second high, both high.
    public let corners: [Color]

    /// A plane between the colors of its corners.
    ///
    /// - Parameters:
    ///   - bothLow: where both values are low.
    ///   - firstHigh: where the first alone is high.
    ///   - secondHigh: where the second alone is high.
    ///   - bothHigh: where both are high.
    public init(bothLow: Color, firstHigh: Color, secondHigh: Color, bothHigh: Color) {
        corners = [bothLow, firstHigh, secondHigh, bothHigh]
    }

    /// Purple for the first and teal for the second value, dark blue for both; color-blind people tell them apart.
    ///
    /// Source: Stevens, Bivariate choropleth maps (2015).
    public static let purpleTeal = ColorPlane(
        bothLow: Color(0xE8E8E8), firstHigh: Color(0xBE64AC), secondHigh: Color(0x5AC8C8),
        bothHigh: Color(0x3B4994))

    /// Orange for the first and blue for the second value, nearly black for both.
    public static let orangeBlue = ColorPlane(
        bothLow: Color(0xEFEFEF), firstHigh: Color(0xE69F00), secondHigh: Color(0x0072B2),
        bothHigh: Color(0x241A0E))

    /// The color at two positions from 0 to 1; positions outside are held at the edges.
    public func color(_ first: Double, _ second: Double) -> Color {
        let (x, y) = (min(1, max(0, first)), min(1, max(0, second)))
        return corners[0].mixed(with: corners[1], x).mixed(with: corners[2].mixed(with: corners[3], x), y)
    }
}

extension ColorPlane: CustomStringConvertible {
    /// The colors of the corners.
    public var description: String {
        "colors of two values: \(corners[0]) for neither, \(corners[1]) for the first, \(corners[2]) for the "
            + "second, \(corners[3]) for both"
    }
}

/// Which colors stand for which two values: a square with an axis for each.
struct ColorSquare {
    let plane: ColorPlane
    let domains: (first: ClosedRange<Double>, second: ClosedRange<Double>)
    let titles: (first: String, second: String)
    static let side = 84.0

    func color(_ first: Double, _ second: Double) -> Color {
        func part(_ value: Double, _ domain: ClosedRange<Double>) -> Double {
            (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        }
        return plane.color(part(first, domains.first), part(second, domains.second))
    }

    /// What the values of the ends are called.
    private var labels: (first: [String], second: [String]) {
        func ends(_ domain: ClosedRange<Double>) -> [String] {
            let span = domain.upperBound - domain.lowerBound
            let size = max(abs(domain.lowerBound), abs(domain.upperBound))
            let isByPower = size > 0 && (size < 1e-6 || size >= 1e7)
            let decimals = Int(max(0, min(15, (1 - log10(isByPower ? span / size : span)).rounded(.up))))
            return [domain.lowerBound, domain.upperBound].map {
                isByPower ? Ticks.byPower($0, decimals) : String(format: "%.\(decimals)f", $0)
            }
        }
        return (ends(domains.first), ends(domains.second))
    }

    private var titleLines: (first: [String], second: [String]) {
        let measure = TextMeasure()
        return (
            measure.wrapped(titles.first, .label, to: ColorSquare.side + 30),
            measure.wrapped(titles.second, .label, to: ColorSquare.side + 30)
        )
    }

    private var labelWidth: Double { TextMeasure().width(labels.second, .label) + 6 }
    var width: Double { labelWidth + ColorSquare.side + 14 }
    private var above: Double { Double(titleLines.second.count) * 14 + 6 }
    var height: Double { above + ColorSquare.side + 20 + Double(titleLines.first.count) * 14 }

    /// Every word of the legend and where it stands.
    func words(x: Double, y: Double) -> [(text: String, x: Double, y: Double, anchor: TextAnchor)] {
        let (left, top) = (x + labelWidth, y + above)
        let side = ColorSquare.side
        var words: [(text: String, x: Double, y: Double, anchor: TextAnchor)] = []
        for (index, line) in titleLines.second.enumerated() {
            words.append((line, x, y + 6 + Double(index) * 14, .start))
        }
        words.append((labels.second[1], left - 5, top + 5, .end))
        words.append((labels.second[0], left - 5, top + side - 5, .end))
        words.append((labels.first[0], left, top + side + 10, .start))
        words.append((labels.first[1], left + side, top + side + 10, .end))
        for (index, line) in titleLines.first.enumerated() {
            words.append((line, left + side / 2, top + side + 25 + Double(index) * 14, .middle))
        }
        return words
    }

    /// The square of colors, `steps` pixels wide.
    var picture: Picture {
        let steps = 24
        var picture = Picture(width: steps, height: steps)
        for row in 0..<steps {
            for column in 0..<steps {
                picture.set(
                    column, row,
                    plane.color(
                        (Double(column) + 0.5) / Double(steps), 1 - (Double(row) + 0.5) / Double(steps)))
            }
        }
        return picture
    }

    /// Where the square itself lies.
    func place(x: Double, y: Double) -> (x: Double, y: Double) { (x + labelWidth, y + above) }

    func draw(on canvas: any Canvas, x: Double, y: Double) {
        let corner = place(x: x, y: y)
        canvas.draw(
            picture, x: corner.x, y: corner.y, width: ColorSquare.side, height: ColorSquare.side,
            scaling: .cells)
        canvas.stroke(rectangle: corner.x, corner.y, ColorSquare.side, ColorSquare.side, .axis)
        for word in words(x: x, y: y) { canvas.text(word.text, word.x, word.y, .label, anchor: word.anchor) }
    }
}
