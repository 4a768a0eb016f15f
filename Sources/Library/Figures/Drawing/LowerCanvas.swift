import Foundation

/// A canvas on which everything is drawn further down, for a figure that stands below another on one page.
final class LowerCanvas: Canvas {
    private let page: any Canvas
    private let shift: Double

    init(_ page: any Canvas, by shift: Double) {
        self.page = page
        self.shift = shift
    }

    var pixelsPerUnit: Double { page.pixelsPerUnit }

    func draw(_ shape: Shape, _ paint: Paint) {
        func lower(_ spot: Spot) -> Spot { (spot.x, spot.y + shift) }
        let moved: Shape =
            switch shape {
            case .rectangle(let x, let y, let width, let height):
                .rectangle(x: x, y: y + shift, width: width, height: height)
            case .disc(let spot, let radius): .disc(lower(spot), radius: radius)
            case .polygon(let points): .polygon(points.map(lower))
            case .path(let points): .path(points.map(lower))
            }
        page.draw(moved, paint)
    }

    func draw(
        _ picture: Picture, x: Double, y: Double, width: Double, height: Double, scaling: PictureScaling
    ) {
        page.draw(picture, x: x, y: y + shift, width: width, height: height, scaling: scaling)
    }

    func write(_ text: String, at spot: Spot, _ style: TextStyle, _ anchor: TextAnchor, angle: Double) {
        page.write(text, at: (spot.x, spot.y + shift), style, anchor, angle: angle)
    }

    func finish() throws -> Data { try page.finish() }
}
