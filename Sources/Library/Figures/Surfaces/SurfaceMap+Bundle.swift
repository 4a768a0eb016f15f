import Display
import Foundation
import JSON

extension SurfaceMap {
    /// The live view, the picture and the numbers.
    ///
    /// There is no Vega-Lite among them, since JupyterLab would show that in place of the live view.
    public var mimeBundle: MIMEBundle {
        var bundle = MIMEBundle(["text/plain": .text(description)])
        guard hasValues else {
            bundle.contents["application/vnd.vegalite.v5+json"] = .json(Data(vegaLite.utf8))
            return bundle
        }
        do {
            bundle.add(try reducedPNG(scale: 2, colors: 256), scale: 2, altText: altText)
            bundle.contents["text/html"] = .text(try html)
        } catch {
            // A picture that cannot be drawn must not hide the numbers.
            bundle.contents["text/plain"] = .text("\(description)\nNo picture: \(error)")
        }
        return bundle
    }

    /// The live view as HTML that needs no network: part of a page, or its own page.
    ///
    /// Throws `FigureError` if its still picture cannot be drawn.
    public var html: String {
        get throws {
            var cortex = self
            cortex.below = nil
            return try LiveView(cortex, still: cortex.reducedPNG(scale: 1, colors: 64)).html + htmlBelow
        }
    }

    /// The picture in few colors, as a notebook holds it; PDF and SVG have all colors.
    private func reducedPNG(scale: Double, colors: Int) throws -> Data {
        try withFont(nil) {
            let drawing = drawing(in: .natural)
            let (width, height) = (drawing.width.rounded(.up) * scale, drawing.height.rounded(.up) * scale)
            try checkPixels(width, height, isGivenByScale: true)
            let canvas = CairoCanvas(pixels: Int(width), Int(height), scale: scale)
            drawing.draw(canvas)
            return IndexedPNG(canvas.picture, colors: colors).file()
        }
    }
}
