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

    /// How far below the middle of a line its baseline is: half the height of a capital, so that text of one size shares
    /// one baseline.
    var baseline: Double { size * 0.36 }
}

/// Where text lies about its point, across.
enum TextAnchor { case start, middle, end }

/// Measures text without a page, so that a layout is known before the page is made.
final class TextMeasure {
    private let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
    private let context: OpaquePointer?
    private let face = Typeface.current

    init() {
        context = cairo_create(surface)
        TextMeasure.unhint(context)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// Has widths be those of the outlines, not of whole pixels: a layout then holds at any resolution.
    static func unhint(_ context: OpaquePointer?) {
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
    }

    /// Chooses the face and the size of the text that is measured or written next.
    static func select(_ style: TextStyle, face: String, in context: OpaquePointer?) {
        cairo_select_font_face(
            context, face, CAIRO_FONT_SLANT_NORMAL,
            style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, style.size)
    }

    /// The width of a line of text.
    func width(_ text: String, _ style: TextStyle) -> Double {
        let text = text.drawable
        TextMeasure.select(style, face: Typeface.face(for: text, preferring: face), in: context)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return extents.x_advance
    }

    /// The width of the widest of several lines.
    func width(_ texts: [String], _ style: TextStyle) -> Double { texts.map { width($0, style) }.max() ?? 0 }

    /// The text, or as much of its beginning as fits, ended by an ellipsis.
    func shortened(_ text: String, _ style: TextStyle, to limit: Double) -> String {
        if width(text, style) <= limit { return text }
        let characters = Array(text)
        func beginning(_ count: Int) -> String {
            String(characters[..<count]).trimmingCharacters(in: .whitespaces) + "…"
        }
        // By halves: a name may be a whole sentence, and a layout is tried at many widths.
        var (fitting, tooLong) = (0, characters.count)
        while tooLong - fitting > 1 {
            let middle = (fitting + tooLong) / 2
            if width(beginning(middle), style) <= limit { fitting = middle } else { tooLong = middle }
        }
        return beginning(fitting)
    }

    /// The text in lines no wider than `limit`, broken at spaces and, where one word is wider, within it.
    func wrapped(_ text: String, _ style: TextStyle, to limit: Double) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ").flatMap({ pieces(of: String($0), style, to: limit) })
            {
                let longer = line.isEmpty ? word : line + " " + word
                if line.isEmpty || width(longer, style) <= limit {
                    line = longer
                } else {
                    lines.append(line)
                    line = word
                }
            }
            lines.append(line)
        }
        return lines
    }

    /// A word in pieces no wider than `limit`.
    private func pieces(of word: String, _ style: TextStyle, to limit: Double) -> [String] {
        guard width(word, style) > limit else { return [word] }
        var pieces: [String] = []
        var piece = ""
        for character in word {
            if !piece.isEmpty, width(piece + String(character), style) > limit {
                pieces.append(piece)
                piece = ""
            }
            piece.append(character)
        }
        return pieces + [piece]
    }
}

extension String {
    /// The text as one line: a space for what ends a line, and U+FFFD for what no font has a sign of and XML refuses.
    var drawable: String {
        func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
            switch scalar {
            case "\t", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": " "
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": "\u{FFFD}"
            default: scalar
            }
        }
        guard unicodeScalars.contains(where: { shown($0) != $0 }) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map(shown)))
    }
}
