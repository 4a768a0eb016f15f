internal import CCairo
import Foundation

/// A page that cairo draws on, in pixels or as PDF.
final class CairoCanvas: Canvas {
    private let surface: OpaquePointer
    private let context: OpaquePointer
    private let isBitmap: Bool
    private let face = Typeface.current
    private let sink = Sink()

    /// Holds the bytes that cairo writes.
    private final class Sink { var bytes = Data() }

    /// A white page of pixels, or one through which the page below shows; `scale` is pixels a unit.
    init(pixels width: Int, _ height: Int, scale: Double, isTransparent: Bool = false) {
        surface = cairo_image_surface_create(
            isTransparent ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        context = cairo_create(surface)
        isBitmap = true
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
            CairoCanvas.write, Unmanaged.passUnretained(sink).toOpaque(), page.width * scale,
            page.height * scale)
        context = cairo_create(surface)
        isBitmap = false
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

    private static let write:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> cairo_status_t = {
            closure, bytes, count in
            guard let closure, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
            Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue().bytes.append(bytes, count: Int(count))
            return CAIRO_STATUS_SUCCESS
        }

    func finish() throws -> Data {
        cairo_show_page(context)
        try check(cairo_status(context))
        if isBitmap {
            try check(
                cairo_surface_write_to_png_stream(
                    surface, CairoCanvas.write, Unmanaged.passUnretained(sink).toOpaque()))
        } else {
            cairo_surface_finish(surface)
        }
        try check(cairo_surface_status(surface))
        return sink.bytes
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

    func write(_ text: String, at spot: Spot, _ style: TextStyle, _ anchor: TextAnchor, angle: Double) {
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
