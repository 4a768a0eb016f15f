import Foundation

/// A place in a drawing; one unit is one CSS pixel at the figure's own size, the origin is the upper left corner.
typealias Spot = (x: Double, y: Double)

/// What can be drawn.
enum Shape {
    /// Width and height are not negative.
    case rectangle(x: Double, y: Double, width: Double, height: Double)
    case polygon([Spot])
    case path([Spot])
    case disc(Spot, radius: Double)
}

/// How a shape is drawn: filled, or stroked where `lineWidth` is given.
struct Paint {
    let color: Color
    var opacity = 1.0
    var lineWidth: Double?
    /// The lengths of marks and gaps of a stroke.
    var dash: [Double] = []
    /// Whether the shape is one of many that lie edge to edge, between which no seam may show.
    var isCell = false
}

/// A page that figures draw on: cairo's for pixels and PDF, text for SVG.
protocol Canvas: AnyObject {
    /// How many pixels a picture in the page should have for each unit.
    var pixelsPerUnit: Double { get }
    /// Draws a picture into a rectangle.
    func draw(
        _ picture: Picture, x: Double, y: Double, width: Double, height: Double, scaling: PictureScaling)
    func draw(_ shape: Shape, _ paint: Paint)
    /// Writes a line of text at its middle height; `angle` is in degrees, clockwise.
    func write(_ text: String, at spot: Spot, _ style: TextStyle, _ anchor: TextAnchor, angle: Double)
    /// Ends the drawing and gives its bytes; throws `FigureError.drawing`.
    func finish() throws -> Data
}

extension Canvas {
    /// Fills a rectangle; negative widths and heights are allowed.
    func fill(
        rectangle x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: Color,
        opacity: Double = 1
    ) {
        draw(
            .rectangle(x: min(x, x + width), y: min(y, y + height), width: abs(width), height: abs(height)),
            Paint(color: color, opacity: opacity))
    }

    /// Fills one rectangle of many that lie edge to edge.
    func fill(cell x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: Color) {
        draw(.rectangle(x: x, y: y, width: width, height: height), Paint(color: color, isCell: true))
    }

    /// Draws the outline of a rectangle.
    func stroke(
        rectangle x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: Color,
        lineWidth: Double = 1
    ) {
        draw(
            .rectangle(x: x, y: y, width: max(0, width), height: max(0, height)),
            Paint(color: color, lineWidth: lineWidth))
    }

    /// Draws a line from point to point; `dash` gives the lengths of marks and gaps.
    func line(
        _ points: [Spot], _ color: Color, width: Double = 1, dash: [Double] = [], opacity: Double = 1
    ) {
        guard !points.isEmpty else { return }
        draw(.path(points), Paint(color: color, opacity: opacity, lineWidth: width, dash: dash))
    }

    /// Draws an error bar, with a halo that sets it off from the bar below.
    func errorBar(_ start: Spot, _ end: Spot) {
        line([start, end], .white, width: 3.2, opacity: 0.6)
        line([start, end], .ink, width: 1.3)
    }

    /// Fills a polygon.
    func fill(polygon points: [Spot], _ color: Color, opacity: Double = 1) {
        guard !points.isEmpty else { return }
        draw(.polygon(points), Paint(color: color, opacity: opacity))
    }

    /// Draws a marker about a point.
    func mark(_ marker: Marker, _ x: Double, _ y: Double, radius: Double, _ color: Color, opacity: Double = 1)
    {
        draw(marker.shape(at: (x, y), radius: radius), Paint(color: color, opacity: opacity))
    }

    /// Writes a line of text at its middle height; `angle` is in degrees, clockwise.
    func text(
        _ text: String, _ x: Double, _ y: Double, _ style: TextStyle, anchor: TextAnchor = .start,
        angle: Double = 0
    ) {
        guard !text.isEmpty else { return }
        write(text, at: (x, y), style, anchor, angle: angle)
    }
}
