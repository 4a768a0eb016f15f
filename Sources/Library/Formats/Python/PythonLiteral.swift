import Foundation

/// Reads what Python's `repr` writes of lists, tuples, dictionaries, texts and numbers; nothing is evaluated.
///
/// Source: the lexical analysis of Python's reference; what `ast.literal_eval` takes, without arithmetic and sets.
package struct PythonLiteral {
    private let text: [UInt8]
    private var position = 0
    private static let depthLimit = 64

    private struct Malformed: Error { let reason: String }

    /// The value that a text writes, or why it is none, in words.
    package static func parse(_ text: String) -> Result<PythonValue, PythonLiteralError> {
        var parser = PythonLiteral(text: Array(text.utf8))
        do {
            let value = try parser.value(0)
            parser.skipBlanks()
            guard parser.position == parser.text.count else {
                throw Malformed(reason: "something follows the value")
            }
            return .success(value)
        } catch {
            let reason = (error as? Malformed)?.reason ?? "\(error)"
            return .failure(PythonLiteralError(reason: reason, offset: parser.position))
        }
    }

    private init(text: [UInt8]) { self.text = text }

    private mutating func skipBlanks() {
        while position < text.count, [0x20, 0x09, 0x0a, 0x0d, 0x0c].contains(text[position]) { position += 1 }
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(_ depth: Int) throws -> PythonValue {
        guard depth < Self.depthLimit else { throw Malformed(reason: "it is nested too deeply") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "["):
            position += 1
            return .list(try elements(until: UInt8(ascii: "]"), depth).values)
        case UInt8(ascii: "("):
            position += 1
            let (values, hasComma) = try elements(until: UInt8(ascii: ")"), depth)
            return values.count == 1 && !hasComma ? values[0] : .list(values)
        case UInt8(ascii: "{"):
            position += 1
            return try dictionary(depth)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return try texts()
        case nil: throw Malformed(reason: "it ends too early")
        default: return try word()
        }
    }

    private mutating func elements(until end: UInt8, _ depth: Int) throws -> (
        values: [PythonValue], hasComma: Bool
    ) {
        var values: [PythonValue] = []
        var hasComma = false
        while !take(end) {
            if !values.isEmpty, !hasComma { throw Malformed(reason: "a comma is missing") }
            values.append(try value(depth + 1))
            hasComma = take(UInt8(ascii: ","))
        }
        return (values, hasComma)
    }

    private mutating func dictionary(_ depth: Int) throws -> PythonValue {
        var entries: [PythonValue.Entry] = []
        var hasComma = true
        while !take(UInt8(ascii: "}")) {
            guard hasComma else { throw Malformed(reason: "a comma is missing") }
            let key = try value(depth + 1)
            guard take(UInt8(ascii: ":")) else { throw Malformed(reason: "a colon is missing") }
            entries.append(PythonValue.Entry(key: key, value: try value(depth + 1)))
            hasComma = take(UInt8(ascii: ","))
        }
        return .dictionary(entries)
    }

    /// Texts side by side are one, as in Python.
    private mutating func texts() throws -> PythonValue {
        var all = try quoted()
        skipBlanks()
        while next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") {
            all += try quoted()
            skipBlanks()
        }
        return .text(all)
    }

    private mutating func quoted() throws -> String {
        let quote = text[position]
        position += 1
        var bytes: [UInt8] = []
        while let byte = next, byte != quote {
            position += 1
            if byte == UInt8(ascii: "\\") { bytes += try escape() } else { bytes.append(byte) }
        }
        guard next == quote else { throw Malformed(reason: "a text has no end") }
        position += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func escape() throws -> [UInt8] {
        guard let code = next else { throw Malformed(reason: "a text has no end") }
        position += 1
        switch code {
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "0"): return [0]
        case UInt8(ascii: "\n"): return []
        case UInt8(ascii: "x"): return try scalar(digits: 2)
        case UInt8(ascii: "u"): return try scalar(digits: 4)
        case UInt8(ascii: "U"): return try scalar(digits: 8)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [code]
        default: return [UInt8(ascii: "\\"), code]
        }
    }

    private mutating func scalar(digits: Int) throws -> [UInt8] {
        guard position + digits <= text.count,
            let code = UInt32(String(decoding: text[position..<position + digits], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(code)
        else { throw Malformed(reason: "an escape is no character") }
        position += digits
        return Array(String(Character(scalar)).utf8)
    }

    /// A number, `True`, `False`, `None`, `nan`.
    private mutating func word() throws -> PythonValue {
        let start = position
        while let byte = next, byte < 128,
            Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
                || [UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
        { position += 1 }
        let word = String(decoding: text[start..<position], as: UTF8.self)
        switch word {
        case "True": return .boolean(true)
        case "False": return .boolean(false)
        case "None": return .none
        case "nan", "NaN", "-nan": return .number(.nan)
        case "inf": return .number(.infinity)
        case "-inf": return .number(-.infinity)
        default: break
        }
        // A file of Python 2 marks long numbers by an L.
        if let integer = Int(word.hasSuffix("L") ? String(word.dropLast()) : word) {
            return .integer(integer)
        }
        if let first = word.utf8.first(where: { $0 != UInt8(ascii: "-") }), first < UInt8(ascii: "A"),
            let number = Double(word)
        {
            return .number(number)
        }
        throw Malformed(reason: word.isEmpty ? "a value is missing" : "\"\(word.prefix(40))\" is no value")
    }
}

/// Why a text is no value of Python.
package struct PythonLiteralError: Error {
    package let reason: String
    /// How many bytes were read before.
    package let offset: Int
}
