import Foundation

extension JSON {
    /// The value that UTF-8 JSON text stands for, with its numbers as they are written: Python's `1.0` stays `1.0`,
    /// whole numbers keep all of their digits, and NaN, Infinity and -Infinity, which Python writes, are literals, too.
    /// Throws `DecodingError` if it is not JSON.
    ///
    /// - Parameter data: UTF-8 text.
    package init(keepingNumbersOf data: Data) throws {
        let marked = NumberMark.marking(data)
        let value = try JSON(parsing: marked ?? data)
        self = marked == nil ? value : value.withLiterals
    }

    /// This value with a literal in place of each text that is marked as one.
    private var withLiterals: JSON {
        switch self {
        case .string(let text) where text.hasPrefix(NumberMark.start):
            .literal(String(text.dropFirst(NumberMark.start.count)))
        case .array(let items): .array(items.map(\.withLiterals))
        case .object(let members): .object(members.mapValues(\.withLiterals))
        default: self
        }
    }
}

/// Marks the numbers of a JSON text that would be written in another way than they are.
private enum NumberMark {
    /// How a string begins that stands for a number.
    static let start = "\u{1}number:"
    /// The same as JSON writes it.
    private static let written = Array("\\u0001number:".utf8)
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// The text with such numbers as marked strings; nil if it has none, or if it has the mark already, which nobody
    /// writes by chance.
    static func marking(_ data: Data) -> Data? {
        let bytes = [UInt8](data)
        var marked = Data()
        /// How many bytes are in `marked` already.
        var done = 0
        var index = 0
        var isQuoted = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte == quote { isQuoted.toggle() }
            if isQuoted, byte == backslash {
                if bytes[index...].starts(with: written) { return nil }
                // What it stands before ends no string.
                index += 2
                continue
            }
            guard !isQuoted, isOfWord(byte) else {
                index += 1
                continue
            }
            let end = bytes[index...].firstIndex { !isOfWord($0) } ?? bytes.count
            let word = String(decoding: bytes[index..<end], as: UTF8.self)
            if !isWrittenSo(word), isNumber(word) {
                marked.append(contentsOf: bytes[done..<index])
                marked.append(quote)
                marked.append(contentsOf: written)
                marked.append(contentsOf: bytes[index..<end])
                marked.append(quote)
                done = end
            }
            index = end
        }
        if done == 0 { return nil }
        marked.append(contentsOf: bytes[done...])
        return marked
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Whether a number is written so by `encodedText` when it was read by `init(parsing:)`, which takes `1.0` for 1.
    private static func isWrittenSo(_ word: String) -> Bool {
        if let whole = Int(word) { return String(whole) == word }
        guard let value = Double(word), value.isFinite, Int(exactly: value) == nil else { return false }
        return JSON.number(value).encodedText == word
    }

    private static func isNumber(_ word: String) -> Bool {
        ["NaN", "Infinity", "-Infinity"].contains(word)
            || word.wholeMatch(of: #/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?/#) != nil
    }
}
