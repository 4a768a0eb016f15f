import Display
import Formats
import Foundation

extension Figure {
    /// Saves the figure in the format that the name ends in: `.pdf`, `.svg`, `.png` or `.vl.json`.
    ///
    /// ```swift
    /// try chart.save("~/paper/regions.pdf", width: 8.5)
    /// try chart.save("regions.png", width: 17, dpi: 600, font: "Liberation Serif")
    /// ```
    ///
    /// - Parameters:
    ///   - path: where to; `~` is the home folder. An existing file is replaced once the new one is complete.
    ///   - width: in centimeters, as journals give it (8.5 for a column, 17 to 18 for a page). The figure is laid out
    ///     again for this width, with labels of 7 to 8 points; without it a figure is as large as on the screen.
    ///   - dpi: pixels per inch of a PNG, and of pictures within PDF and SVG; 300 as journals ask for photographs.
    ///   - font: the name of an installed font, for this file.
    ///
    /// Throws `FigureError` if the name has another suffix, the font is not installed or the figure cannot be read at
    /// the width, `FormatError` if the file cannot be written.
    public func save(_ path: String, width: Double? = nil, dpi: Double = 300, font: String? = nil) throws {
        _ = try FigureFormat(of: path)
        try save(
            URL(fileURLWithPath: (path as NSString).expandingTildeInPath), width: width, dpi: dpi, font: font)
    }

    /// Saves the figure at a file URL; see `save` with a path.
    ///
    /// - Parameters:
    ///   - url: where to: a file URL that ends in `.pdf`, `.svg`, `.png` or `.vl.json`.
    ///   - width: in centimeters; nil for the size that the figure has on the screen.
    ///   - dpi: pixels per inch of a PNG.
    ///   - font: the name of an installed font; nil for that of the figure's style.
    public func save(_ url: URL, width: Double? = nil, dpi: Double = 300, font: String? = nil) throws {
        guard url.isFileURL else {
            throw FigureError.value(what: "the place of a figure", got: "\(url)", expected: "a file")
        }
        let data = try data(FigureFormat(of: url.path), width: width, dpi: dpi, font: font)
        let folder = url.deletingLastPathComponent()
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw FormatError(url, "the folder \(folder.path) does not exist")
        }
        try writeAtomically(to: url) { temporary in
            do {
                try data.write(to: temporary)
            } catch {
                throw FormatError(url, cannot: "written")
            }
        }
    }

    @available(*, unavailable, renamed: "save(_:)")
    public func write(to path: String) throws {}
}

extension DrawnFigure {
    public func data(_ format: FigureFormat, width: Double?, dpi: Double, font: String?) throws -> Data {
        try check(format, width: width, dpi: dpi, font: font)
        try checkNumbers()
        if format == .vegaLite { return Data(vegaLite.utf8) }
        return try withFont(font) {
            let drawing = try drawing(width: width)
            let page = Page(width: drawing.width, height: drawing.height, title: title, altText: altText)
            // Points (1/72 inch) a unit; a CSS pixel is 1/96 inch.
            let points = width.map { $0 / 2.54 * 72 / drawing.width } ?? 0.75
            switch format {
            case .pdf: return try finished(drawing, on: CairoCanvas(pdf: page, scale: points, dpi: dpi))
            case .svg:
                return try finished(
                    drawing, on: SVGCanvas(page, physicalWidth: width, pixelsPerUnit: points / 72 * dpi))
            case .png, .vegaLite:
                let scale = points / 72 * dpi
                let png = try pixels(
                    drawing, (drawing.width * scale).rounded(), (drawing.height * scale).rounded(),
                    scale: scale)
                return PNGFile.adding(dpi: dpi, description: altText, to: png)
            }
        }
    }

    private func check(_ format: FigureFormat, width: Double?, dpi: Double, font: String?) throws {
        if let width, !(4...60).contains(width) {
            throw FigureError.value(
                what: "the width of a figure", got: "\(width)", expected: "4 to 60, in centimeters")
        }
        guard (36...2400).contains(dpi) else {
            throw FigureError.value(what: "the dpi of a figure", got: "\(dpi)", expected: "36 to 2400")
        }
        if let size = style.fontSize, !(3...72).contains(size) {
            throw FigureError.value(
                what: "the font size of a figure", got: "\(size)", expected: "3 to 72, in points")
        }
        if format == .vegaLite, width != nil || font != nil {
            throw FigureError.value(
                what: "the \(width != nil ? "width" : "font") of a .vl.json file", got: "given",
                expected: "left out: only .pdf, .svg and .png have one")
        }
    }

    /// Lays out, measures and draws in a font, or in that of the style; throws `FigureError.font`.
    func withFont<Result>(_ font: String?, _ body: () throws -> Result) throws -> Result {
        let font = font ?? style.font
        if let font { try Typeface.require(font) }
        return try Typeface.$current.withValue(font ?? Typeface.standard, operation: body)
    }

    /// The drawing laid out for a width in centimeters, in the largest type, from 7 or 8 points down to 5.5, at which
    /// it can be read; throws `FigureError.width`.
    private func drawing(width: Double?) throws -> Drawing {
        guard let width else { return drawing(in: .natural) }
        if let drawing = legibleDrawing(width: width) { return drawing }
        throw FigureError.width(width, least: leastWidth(from: width))
    }

    /// The least width at which the figure can be read, in steps of half a centimeter; nil if none is enough.
    private func leastWidth(from width: Double) -> Double? {
        var (low, high) = (Int((width * 2).rounded(.up)), 120)
        guard legibleDrawing(width: Double(high) / 2) != nil else { return nil }
        while low < high {
            let middle = (low + high) / 2
            if legibleDrawing(width: Double(middle) / 2) != nil { high = middle } else { low = middle + 1 }
        }
        return Double(high) / 2
    }

    private func legibleDrawing(width: Double) -> Drawing? {
        let preferred = style.fontSize ?? min(8, max(7, 7 + (width - 9) / 8))
        let sizes = style.fontSize != nil ? [preferred] : [preferred, 6.5, 6, 5.5]
        return sizes.lazy.map { size in
            // Labels are 11 units.
            drawing(in: Room(width: width / 2.54 * 72 / (size / TextStyle.label.size)))
        }.first(where: \.isLegible)
    }

    private func finished(_ drawing: Drawing, on canvas: any Canvas) throws -> Data {
        drawing.draw(canvas)
        return try canvas.finish()
    }

    func pixels(
        _ drawing: Drawing, _ width: Double, _ height: Double, scale: Double, isGivenByScale: Bool = false
    ) throws -> Data {
        try checkPixels(width, height, isGivenByScale: isGivenByScale)
        return try finished(
            drawing, on: CairoCanvas(pixels: Int(max(1, width)), Int(max(1, height)), scale: scale))
    }

    /// Throws `FigureError.value` if a picture has more pixels than cairo's own limit.
    func checkPixels(_ width: Double, _ height: Double, isGivenByScale: Bool) throws {
        guard max(width, height) <= 32_767 else {
            throw FigureError.value(
                what: "the size of a picture",
                got: "\(Number.fixed(width, 0)) x \(Number.fixed(height, 0)) pixels",
                expected: "at most 32,767 pixels wide and tall; lower the \(isGivenByScale ? "scale" : "dpi")"
            )
        }
    }
}
