import Foundation

/// Text of a stream as it arrives in pieces; a character cut in two waits for its rest.
package struct StreamText {
    private var rest = Data()

    package init() {}

    /// The text that is complete by now.
    package mutating func take(_ data: Data) -> String {
        rest.append(data)
        let cut = rest.endIndex - incompleteTail()
        let text = String(decoding: rest[..<cut], as: UTF8.self)
        rest = Data(rest[cut...])
        return text
    }

    /// The text of what has no rest: the stream has ended.
    package mutating func end() -> String {
        defer { rest = Data() }
        return String(decoding: rest, as: UTF8.self)
    }

    /// How many bytes at the end begin a character that is not whole.
    private func incompleteTail() -> Int {
        for back in 1...3 where rest.count >= back {
            let byte = rest[rest.endIndex - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }
}
