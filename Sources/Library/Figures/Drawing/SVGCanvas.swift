import Foundation
import Text

/// A page of SVG 1.1 whose text stays text, so that it can be searched, edited and read aloud.
final class SVGCanvas: Canvas {
    private var body = ""
    let pixelsPerUnit: Double
    private let head: String

    /// A white page; `physicalWidth` is in centimeters, without it a unit is a CSS pixel. `pixelsPerUnit` is for pictures in
    /// the page.
    init(_ page: Page, physicalWidth: Double?, pixelsPerUnit: Double) {
        self.pixelsPerUnit = pixelsPerUnit
        let (width, height) = (SVGCanvas.number(page.width), SVGCanvas.number(page.height))
        let size =
            if let physicalWidth {
                (
                    SVGCanvas.number(physicalWidth, decimals: 3) + "cm",
                    SVGCanvas.number(physicalWidth * page.height / page.width, decimals: 3) + "cm"
                )
            } else { (width, height) }
        let face = SVGCanvas.escaped(Typeface.css(Typeface.current))
        head = """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" \
            xmlns:xlink="http://www.w3.org/1999/xlink" width="\(size.0)" height="\(size.1)" \
            viewBox="0 0 \(width) \(height)" role="img" font-family="\(face)">
            <title>\(SVGCanvas.escaped(page.title))</title>
            <desc>\(SVGCanvas.escaped(page.altText))</desc>
            <rect width="100%" height="100%" fill="#ffffff"/>

            """
    }

    func finish() -> Data { Data((head + body + "</svg>\n").utf8) }

    func draw(_ shape: Shape, _ paint: Paint) {
        let color = paint.color.hex
        var attributes: String
        if let lineWidth = paint.lineWidth {
            attributes = "fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(SVGCanvas.number(lineWidth))\""
            attributes += " stroke-linejoin=\"round\""
            if !paint.dash.isEmpty {
                attributes +=
                    " stroke-dasharray=\"\(paint.dash.map { SVGCanvas.number($0) }.joined(separator: " "))\""
            }
        } else {
            attributes = "fill=\"\(color)\""
        }
        // Smoothed edges let what lies below show between two cells.
        if paint.isCell { attributes += " shape-rendering=\"crispEdges\"" }
        if paint.opacity < 1 { attributes += " opacity=\"\(SVGCanvas.number(paint.opacity))\"" }
        body += "<\(element(shape)) \(attributes)/>\n"
    }

    private func element(_ shape: Shape) -> String {
        func list(_ points: [Spot]) -> String {
            points.map { "\(SVGCanvas.number($0.x)),\(SVGCanvas.number($0.y))" }.joined(separator: " ")
        }
        return switch shape {
        case .rectangle(let x, let y, let width, let height):
            "rect x=\"\(SVGCanvas.number(x))\" y=\"\(SVGCanvas.number(y))\" "
                + "width=\"\(SVGCanvas.number(width))\" height=\"\(SVGCanvas.number(height))\""
        case .disc(let spot, let radius):
            "circle cx=\"\(SVGCanvas.number(spot.x))\" cy=\"\(SVGCanvas.number(spot.y))\" "
                + "r=\"\(SVGCanvas.number(radius))\""
        case .polygon(let points): "polygon points=\"\(list(points))\""
        case .path(let points): "polyline points=\"\(list(points))\""
        }
    }

    func draw(
        _ picture: Picture, x: Double, y: Double, width: Double, height: Double, scaling: PictureScaling
    ) {
        let rendering = scaling == .cells ? " image-rendering=\"pixelated\"" : ""
        body +=
            "<image x=\"\(SVGCanvas.number(x))\" y=\"\(SVGCanvas.number(y))\" "
            + "width=\"\(SVGCanvas.number(width))\" height=\"\(SVGCanvas.number(height))\" "
            + "preserveAspectRatio=\"none\"\(rendering) xlink:href=\"\(picture.dataURL)\"/>\n"
    }

    func write(_ text: String, at spot: Spot, _ style: TextStyle, _ anchor: TextAnchor, angle: Double) {
        var attributes = "font-size=\"\(SVGCanvas.number(style.size))\" fill=\"\(style.color.hex)\""
        if style.isBold { attributes += " font-weight=\"bold\"" }
        switch anchor {
        case .start: break
        case .middle: attributes += " text-anchor=\"middle\""
        case .end: attributes += " text-anchor=\"end\""
        }
        let (x, y) = (SVGCanvas.number(spot.x), SVGCanvas.number(spot.y))
        let place =
            angle == 0
            ? "x=\"\(x)\" y=\"\(SVGCanvas.number(spot.y + style.baseline))\""
            : "transform=\"translate(\(x) \(y)) rotate(\(SVGCanvas.number(angle)))\" "
                + "y=\"\(SVGCanvas.number(style.baseline))\""
        body += "<text \(place) \(attributes) xml:space=\"preserve\">\(SVGCanvas.escaped(text))</text>\n"
    }

    /// A number without needless digits, the same in every locale.
    private static func number(_ value: Double, decimals: Int = 2) -> String {
        guard value.isFinite else { return "0" }
        var text = String(format: "%.\(decimals)f", value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    /// Text as XML holds it; characters that XML cannot hold become the sign for them.
    private static func escaped(_ text: String) -> String { text.drawable.escapedHTML }
}
