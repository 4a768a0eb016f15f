internal import CCairo
import Foundation

/// A page that cairo draws on, in pixels or as PDF.
final class CairoCanvas: Canvas {
    private let surface: OpaquePointer
    private let context: OpaquePointer
    private let isBitmap: Bool
    let pixelsPerUnit: Double
    private let face = Typeface.current
    private let sink = Sink()
    private let isTransparent: Bool
    private var hasPicture = false

    /// A white page of pixels, or one through which the page below shows; `scale` is pixels a unit.
    init(pixels width: Int, _ height: Int, scale: Double, isTransparent: Bool = false) {
        surface = cairo_image_surface_create(
            isTransparent ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        context = cairo_create(surface)
        isBitmap = true
        self.isTransparent = isTransparent
        pixelsPerUnit = scale
        TextMeasure.unhint(context)
        if !isTransparent {
            cairo_set_source_rgb(context, 1, 1, 1)
            cairo_paint(context)
        }
        cairo_scale(context, scale, scale)
    }

    /// A page of PDF; `scale` is points (1/72 inch) a unit.
    init(pdf page: Page, scale: Double, dpi: Double) {
        surface = cairo_pdf_surface_create_for_stream(
            Sink.write, Unmanaged.passUnretained(sink).toOpaque(), page.width * scale,
            page.height * scale)
        context = cairo_create(surface)
        isBitmap = false
        isTransparent = false
        pixelsPerUnit = scale / 72 * dpi
        TextMeasure.unhint(context)
        cairo_surface_set_fallback_resolution(surface, dpi, dpi)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, page.title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, page.altText)
        // The same figure gives the same file: it does not say when it was made.
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, nil)
        cairo_scale(context, scale, scale)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    func finish() throws -> Data {
        cairo_show_page(context)
        try check(cairo_status(context))
        if isBitmap, hasPicture, let data = cairo_image_surface_get_data(surface) {
            cairo_surface_flush(surface)
            // On white, 256 colors look the same in a fifth of the bytes.
            return isTransparent ? encoded(data) : IndexedPNG(picture, colors: 256).file()
        }
        if isBitmap {
            if let indexed { return indexed.file() }
            try check(
                cairo_surface_write_to_png_stream(
                    surface, Sink.write, Unmanaged.passUnretained(sink).toOpaque()))
        } else {
            cairo_surface_finish(surface)
        }
        try check(cairo_surface_status(surface))
        return sink.bytes
    }

    /// The pixels with a palette, where 256 colors are enough for them.
    private var indexed: IndexedPNG? {
        cairo_surface_flush(surface)
        guard let bytes = cairo_image_surface_get_data(surface) else { return nil }
        let (width, height) = (
            cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface)
        )
        let stride = Int(cairo_image_surface_get_stride(surface)) / 4
        return bytes.withMemoryRebound(to: UInt32.self, capacity: stride * Int(height)) { pixels in
            IndexedPNG(
                pixels, width: Int(width), height: Int(height), stride: stride,
                isOpaque: cairo_image_surface_get_format(surface) == CAIRO_FORMAT_RGB24)
        }
    }

    /// The pixels of the page so far.
    var picture: Picture {
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface)) / 4
        var picture = Picture(
            width: Int(cairo_image_surface_get_width(surface)),
            height: Int(cairo_image_surface_get_height(surface)))
        cairo_image_surface_get_data(surface)?.withMemoryRebound(
            to: UInt32.self, capacity: stride * picture.height
        ) { source in
            let (width, height) = (picture.width, picture.height)
            picture.pixels.withUnsafeMutableBufferPointer { pixels in
                for y in 0..<height {
                    for x in 0..<width { pixels[y * width + x] = source[y * stride + x] }
                }
            }
        }
        return picture
    }

    private func encoded(_ data: UnsafeMutablePointer<UInt8>) -> Data {
        let stride = Int(cairo_image_surface_get_stride(surface)) / 4
        let (width, height) = (
            Int(cairo_image_surface_get_width(surface)), Int(cairo_image_surface_get_height(surface))
        )
        return data.withMemoryRebound(to: UInt32.self, capacity: stride * height) {
            PNGFile.encoded($0, width: width, height: height, stride: stride, isOpaque: false)
        }
    }

    private func check(_ status: cairo_status_t) throws {
        guard status != CAIRO_STATUS_SUCCESS else { return }
        throw FigureError.drawing(String(cString: cairo_status_to_string(status)))
    }

    func draw(_ shape: Shape, _ paint: Paint) {
        cairo_set_source_rgba(context, paint.color.red, paint.color.green, paint.color.blue, paint.opacity)
        // Smoothed edges let what lies below show between two cells.
        cairo_set_antialias(context, paint.isCell ? CAIRO_ANTIALIAS_NONE : CAIRO_ANTIALIAS_DEFAULT)
        outline(paint.isCell ? overlapping(shape) : shape)
        guard let lineWidth = paint.lineWidth else {
            cairo_fill(context)
            return
        }
        cairo_set_line_width(context, lineWidth)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_dash(context, paint.dash, Int32(paint.dash.count), 0)
        cairo_stroke(context)
    }

    /// A cell that reaches a little below the next ones, which are drawn over it.
    ///
    /// What shows a PDF smooths edges as it likes, so that the overlap must be a pixel of a screen; in a picture it only
    /// makes up for rounding.
    private func overlapping(_ cell: Shape) -> Shape {
        guard case .rectangle(let x, let y, let width, let height) = cell else { return cell }
        let overlap = isBitmap ? 0.01 : 0.6
        return .rectangle(x: x, y: y, width: width + overlap, height: height + overlap)
    }

    private func outline(_ shape: Shape) {
        switch shape {
        case .rectangle(let x, let y, let width, let height): cairo_rectangle(context, x, y, width, height)
        case .disc(let spot, let radius): cairo_arc(context, spot.x, spot.y, radius, 0, 2 * .pi)
        case .polygon(let points), .path(let points):
            for (index, point) in points.enumerated() {
                if index == 0 {
                    cairo_move_to(context, point.x, point.y)
                } else {
                    cairo_line_to(context, point.x, point.y)
                }
            }
            if case .polygon = shape { cairo_close_path(context) }
        }
    }

    func draw(
        _ picture: Picture, x: Double, y: Double, width: Double, height: Double, scaling: PictureScaling
    ) {
        guard picture.width > 0, picture.height > 0 else { return }
        // Lit surfaces have more colors than a palette holds.
        if scaling == .none { hasPicture = true }
        var pixels = picture.pixels
        pixels.withUnsafeMutableBytes { bytes in
            // A row of ARGB32 has no gap at its end.
            let image = cairo_image_surface_create_for_data(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), CAIRO_FORMAT_ARGB32,
                Int32(picture.width), Int32(picture.height), Int32(picture.width * 4))
            cairo_save(context)
            cairo_translate(context, x, y)
            cairo_scale(context, width / Double(picture.width), height / Double(picture.height))
            cairo_set_source_surface(context, image, 0, 0)
            let pattern = cairo_get_source(context)
            // Where a pixel of the picture is one of the page, the nearest is exact and the quickest.
            let isExact = isBitmap && abs(width * pixelsPerUnit - Double(picture.width)) < 0.01
            if scaling == .cells || isExact {
                cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST)
            } else if scaling == .mixed {
                cairo_pattern_set_filter(pattern, CAIRO_FILTER_BILINEAR)
            }
            if scaling == .none {
                cairo_paint(context)
            } else {
                // Without this, edges are mixed with what lies outside, which is transparent.
                cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
                cairo_rectangle(context, 0, 0, Double(picture.width), Double(picture.height))
                cairo_fill(context)
            }
            cairo_restore(context)
            // PDF reads the pixels when the page is finished, unless they are copied now.
            cairo_surface_flush(surface)
            cairo_surface_finish(image)
            cairo_surface_destroy(image)
        }
    }

    func write(_ text: String, at spot: Spot, _ style: TextStyle, _ anchor: TextAnchor, angle: Double) {
        let text = text.drawable
        TextMeasure.select(style, face: Typeface.face(for: text, preferring: face), in: context)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        let shift =
            switch anchor {
            case .start: 0.0
            case .middle: -extents.x_advance / 2
            case .end: -extents.x_advance
            }
        cairo_save(context)
        cairo_translate(context, spot.x, spot.y)
        cairo_rotate(context, angle * .pi / 180)
        cairo_move_to(context, shift, style.baseline)
        cairo_set_source_rgb(context, style.color.red, style.color.green, style.color.blue)
        cairo_show_text(context, text)
        cairo_restore(context)
    }
}
