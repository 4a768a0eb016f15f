/// Offsets in a text, as Jupyter counts them (Unicode code points) and as the compiler does (UTF-8 bytes).
package struct TextOffsets {
    private let scalars: String.UnicodeScalarView
    private let utf8: String.UTF8View

    package init(_ text: String) {
        scalars = text.unicodeScalars
        utf8 = text.utf8
    }

    /// The bytes before a code point; a place beyond the text is its end.
    package func byteOffset(ofCodePoint place: Int) -> Int {
        let index = scalars.index(scalars.startIndex, offsetBy: max(0, place), limitedBy: scalars.endIndex)
        return utf8.distance(from: utf8.startIndex, to: index ?? scalars.endIndex)
    }

    /// The code points before a byte; a place beyond the text is its end, one inside a code point its beginning.
    package func codePoint(ofByteOffset offset: Int) -> Int {
        let bytes = utf8.index(utf8.startIndex, offsetBy: max(0, offset), limitedBy: utf8.endIndex)
        return scalars.distance(from: scalars.startIndex, to: bytes ?? utf8.endIndex)
    }
}
