import CodeCompletion
import Testing

@Suite("Offsets in a text")
struct TextOffsetsTests {
    // One byte, two, three, four, and a family of seven code points that is one character.
    static let text = "aé√🧠👨‍👩‍👧x\r\n"

    @Test("a code point is found by its first byte, and the byte by the code point")
    func bothWays() {
        let places = TextOffsets(Self.text)
        var bytes = 0
        for (place, scalar) in Self.text.unicodeScalars.enumerated() {
            #expect(places.byteOffset(ofCodePoint: place) == bytes)
            #expect(places.codePoint(ofByteOffset: bytes) == place)
            bytes += UTF8.width(scalar)
        }
    }

    @Test("a place beyond the text is its end, one before it its beginning")
    func outside() {
        let places = TextOffsets(Self.text)
        #expect(places.byteOffset(ofCodePoint: 1000) == Self.text.utf8.count)
        #expect(places.codePoint(ofByteOffset: 1000) == Self.text.unicodeScalars.count)
        #expect(places.byteOffset(ofCodePoint: -1) == 0)
    }

    @Test("a byte inside a code point belongs to it")
    func inside() {
        #expect(TextOffsets("🧠x").codePoint(ofByteOffset: 2) == 0)
        #expect(TextOffsets("🧠x").codePoint(ofByteOffset: 4) == 1)
    }
}
