import Foundation
import GyrusKernel
import Testing

@Suite("Text of a stream")
struct StreamTextTests {
    @Test("a character cut at any place arrives whole", arguments: ["aäb", "日本", "😀!", "plain"])
    func cuts(text: String) {
        let bytes = Data(text.utf8)
        for cut in 0...bytes.count {
            var stream = StreamText()
            #expect(stream.take(bytes.prefix(cut)) + stream.take(bytes.suffix(bytes.count - cut)) == text)
        }
    }

    @Test("what is not whole at the end is not lost")
    func end() {
        var stream = StreamText()
        let text = stream.take(Data([0x61, 0xC3]))
        let (rest, nothing) = (stream.end(), stream.end())
        #expect(text == "a" && rest == "\u{FFFD}" && nothing == "")
    }
}
