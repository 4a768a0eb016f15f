internal import CCairo
import Foundation

/// How a piece of text is set.
struct TextStyle: Sendable {
    var size: Double
    var isBold = false
    var color = Color.ink

    static let title = TextStyle(size: 14, isBold: true)
    static let note = TextStyle(size: 11, color: .softInk)
    static let axisTitle = TextStyle(size: 12)
    static let label = TextStyle(size: 11)
    static let small = TextStyle(size: 9)
}

/// Where text lies about its point, across.
enum TextAnchor { case start, middle, end }

/// Measures text without a page, so that a layout is known before the page is made.
///
/// The face is "Arial" to fontconfig, which gives Liberation Sans (its metrics are Arial's) or, without that,
/// the nearest face of the system.
final class TextMeasure {
    static let face = "Arial"
    private let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
    private let context: OpaquePointer?

    init() { context = cairo_create(surface) }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// The width of a line of text.
    func width(_ text: String, _ style: TextStyle) -> Double {
        Canvas.select(style, in: context)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return extents.x_advance
    }

    /// The width of the widest of several lines.
    func width(_ texts: [String], _ style: TextStyle) -> Double { texts.map { width($0, style) }.max() ?? 0 }

    /// The text, or as much of its beginning as fits, ended by an ellipsis.
    func shortened(_ text: String, _ style: TextStyle, to limit: Double) -> String {
        if width(text, style) <= limit { return text }
        var kept = text
        while !kept.isEmpty {
            kept.removeLast()
            let candidate = kept.trimmingCharacters(in: .whitespaces) + "…"
            if width(candidate, style) <= limit { return candidate }
        }
        return "…"
    }

    /// The text in lines no wider than `limit`, broken at spaces.
    func wrapped(_ text: String, _ style: TextStyle, to limit: Double) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ") {
                let longer = line.isEmpty ? String(word) : line + " " + word
                if line.isEmpty || width(longer, style) <= limit {
                    line = longer
                } else {
                    lines.append(line)
                    line = String(word)
                }
            }
            lines.append(line)
        }
        return lines
    }
}

extension Canvas {
    static func select(_ style: TextStyle, in context: OpaquePointer?) {
        cairo_select_font_face(
            context, TextMeasure.face, CAIRO_FONT_SLANT_NORMAL,
            style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, style.size)
    }

    /// Writes a line of text at its middle height; `angle` is in degrees, clockwise.
    func text(
        _ text: String, _ x: Double, _ y: Double, _ style: TextStyle, anchor: TextAnchor = .start,
        angle: Double = 0
    ) {
        Canvas.select(style, in: context)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        let shift =
            switch anchor {
            case .start: 0.0
            case .middle: -extents.x_advance / 2
            case .end: -extents.x_advance
            }
        cairo_save(context)
        cairo_translate(context, x, y)
        cairo_rotate(context, angle * .pi / 180)
        // 0.36 of the size is half the height of a capital: text of one size then shares one baseline.
        cairo_move_to(context, shift, style.size * 0.36)
        cairo_set_source_rgb(context, style.color.red, style.color.green, style.color.blue)
        cairo_show_text(context, text)
        cairo_restore(context)
    }
}
