import Foundation

/// A JSON value whose strings and keys are the bytes of the file, its objects in the order of the file.
///
/// `JSONDecoder` cannot read a vocabulary: it collects keys in a `Dictionary`, to which "é" written as one character
/// and as two are the same key.
enum OrderedJSON: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string([UInt8])
    case array([OrderedJSON])
    case object([(key: [UInt8], value: OrderedJSON)])

    /// Reads a whole document.
    init(_ data: Data) throws(JSONSyntaxError) {
        let bytes = Array(data)
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }

    /// The member of an object.
    subscript(key: String) -> OrderedJSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key.elementsEqual(key.utf8) }?.value
    }

    var text: String? {
        if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
    var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var items: [OrderedJSON]? { if case .array(let items) = self { items } else { nil } }
    var members: [(key: [UInt8], value: OrderedJSON)]? {
        if case .object(let members) = self { members } else { nil }
    }
    var integer: Int? {
        if case .number(let number) = self { Int(exactly: number) } else { nil }
    }
}

/// Text that is not JSON.
struct JSONSyntaxError: Error, CustomStringConvertible {
    let expected: String
    let offset: Int
    var description: String { "\(expected) expected at byte \(offset)" }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONSyntaxError) -> OrderedJSON {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw error("the end") }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> OrderedJSON {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONSyntaxError) -> OrderedJSON
    ) throws(JSONSyntaxError) -> OrderedJSON {
        // A hostile file must not exhaust the stack.
        guard depth < 256 else { throw error("fewer than 256 nested values") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try body(&self)
    }

    private mutating func object() throws(JSONSyntaxError) -> OrderedJSON {
        var members: [(key: [UInt8], value: OrderedJSON)] = []
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            let key = try string()
            guard take(":") else { throw error("':'") }
            members.append((key, try value()))
        } while take(",")
        guard take("}") else { throw error("',' or '}'") }
        return .object(members)
    }

    private mutating func array() throws(JSONSyntaxError) -> OrderedJSON {
        var items: [OrderedJSON] = []
        if take("]") { return .array(items) }
        repeat { items.append(try value()) } while take(",")
        guard take("]") else { throw error("',' or ']'") }
        return .array(items)
    }

    private mutating func string() throws(JSONSyntaxError) -> [UInt8] {
        guard peek == UInt8(ascii: "\"") else { throw error("a string") }
        position += 1
        var output: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return output
            case UInt8(ascii: "\\"): output.append(try escaped())
            default: output.append(byte)
            }
        }
        throw error("'\"'")
    }

    private mutating func escaped() throws(JSONSyntaxError) -> Unicode.Scalar {
        guard let byte = peek else { throw error("an escaped character") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"):
            var value = try hexadecimal()
            if (0xD800..<0xDC00).contains(value), peek == UInt8(ascii: "\\") {
                position += 2
                let low = try hexadecimal()
                value = 0x10000 + (value - 0xD800) << 10 + (low &- 0xDC00) & 0x3FF
            }
            return Unicode.Scalar(value) ?? "\u{FFFD}"
        default: return Unicode.Scalar(byte)
        }
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits") }
        position += 4
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> OrderedJSON {
        let start = position
        while let byte = peek, "+-.eE".utf8.contains(byte) || (48...57).contains(byte) { position += 1 }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw error("a value")
        }
        return .number(value)
    }

    private mutating func word(_ word: String, _ value: OrderedJSON) throws(JSONSyntaxError) -> OrderedJSON {
        guard bytes[position...].starts(with: word.utf8) else { throw error(word) }
        position += word.utf8.count
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 32 || (9...13).contains(byte) { position += 1 }
    }

    private func error(_ expected: String) -> JSONSyntaxError {
        JSONSyntaxError(expected: expected, offset: position)
    }
}
