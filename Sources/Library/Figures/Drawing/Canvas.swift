internal import CCairo
import Foundation

/// A page that cairo draws on; one unit is one CSS pixel, the origin is the upper left corner.
final class Canvas {
    /// What the drawing becomes.
    enum Format {
        case png(scale: Double)
        case svg
        case pdf
    }

    let width: Double
    let height: Double
    private let format: Format
    private let surface: OpaquePointer
    let context: OpaquePointer
    private let sink: Sink

    /// Holds the bytes that cairo writes.
    private final class Sink { var bytes = Data() }

    /// A white page.
    init(width: Double, height: Double, format: Format) {
        self.width = width.rounded(.up)
        self.height = height.rounded(.up)
        self.format = format
        sink = Sink()
        let closure = Unmanaged.passUnretained(sink).toOpaque()
        switch format {
        case .png(let scale):
            surface = cairo_image_surface_create(
                CAIRO_FORMAT_RGB24, Int32((self.width * scale).rounded()),
                Int32((self.height * scale).rounded()))
            context = cairo_create(surface)
            cairo_scale(context, scale, scale)
        case .svg:
            surface = cairo_svg_surface_create_for_stream(Canvas.write, closure, self.width, self.height)
            context = cairo_create(surface)
        case .pdf:
            // A point of PDF is 1/72 inch, a CSS pixel 1/96.
            surface = cairo_pdf_surface_create_for_stream(
                Canvas.write, closure, self.width * 0.75, self.height * 0.75)
            context = cairo_create(surface)
            cairo_scale(context, 0.75, 0.75)
        }
        fill(rectangle: 0, 0, self.width, self.height, .white)
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

    /// Ends the drawing and gives its bytes; throws `FigureError` where cairo could not draw.
    func finish() throws -> Data {
        cairo_show_page(context)
        try check(cairo_status(context))
        if case .png = format {
            try check(
                cairo_surface_write_to_png_stream(
                    surface, Canvas.write, Unmanaged.passUnretained(sink).toOpaque()))
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
}

// MARK: - Shapes

extension Canvas {
    private func use(_ color: Color, _ opacity: Double) {
        cairo_set_source_rgba(context, color.red, color.green, color.blue, opacity)
    }

    /// Fills a rectangle; negative widths and heights are allowed.
    func fill(
        rectangle x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: Color,
        opacity: Double = 1
    ) {
        use(color, opacity)
        cairo_rectangle(context, x, y, width, height)
        cairo_fill(context)
    }

    /// Draws the outline of a rectangle.
    func stroke(
        rectangle x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: Color,
        lineWidth: Double = 1
    ) {
        use(color, 1)
        cairo_set_line_width(context, lineWidth)
        cairo_rectangle(context, x, y, width, height)
        cairo_stroke(context)
    }

    /// Draws a line from point to point; `dash` gives the lengths of marks and gaps.
    func line(
        _ points: [(x: Double, y: Double)], _ color: Color, width: Double = 1, dash: [Double] = [],
        opacity: Double = 1
    ) {
        guard let first = points.first else { return }
        use(color, opacity)
        cairo_set_line_width(context, width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_dash(context, dash, Int32(dash.count), 0)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_stroke(context)
        cairo_set_dash(context, nil, 0, 0)
    }

    /// Draws an error bar, with a halo that sets it off from the bar below.
    func errorBar(_ start: (x: Double, y: Double), _ end: (x: Double, y: Double)) {
        line([start, end], .white, width: 3.2, opacity: 0.6)
        line([start, end], .ink, width: 1.3)
    }

    /// Fills a polygon.
    func fill(polygon points: [(x: Double, y: Double)], _ color: Color, opacity: Double = 1) {
        guard let first = points.first else { return }
        use(color, opacity)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_close_path(context)
        cairo_fill(context)
    }

    /// Fills a disc.
    func fill(disc x: Double, _ y: Double, radius: Double, _ color: Color, opacity: Double = 1) {
        use(color, opacity)
        cairo_arc(context, x, y, radius, 0, 2 * .pi)
        cairo_fill(context)
    }

    /// Limits what `body` draws to a rectangle.
    func clipped(to x: Double, _ y: Double, _ width: Double, _ height: Double, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, x, y, width, height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }
}
