import Foundation

extension JSONLines {
    /// Reads objects without nesting, whose keys become columns in the order in which they come up; a key that a line has
    /// not is a missing value there.
    static func read(_ source: SourceText, types: [String: DataTable.ColumnType]) throws -> DataTable {
        let text = source.buffer
        var names: [String] = []
        var indices: [String: Int] = [:]
        var columns: [[DataTable.Value]] = []
        var rows = 0
        var parser = JSONLineParser(text: text)
        do {
            while parser.skipToObject() {
                if rows % 10_000 == 0 { try Task.checkCancellation() }
                try parser.object { name, value in
                    let index = indices[name] ?? names.count
                    if index == names.count {
                        indices[name] = index
                        names.append(name)
                        columns.append([])
                    }
                    guard columns[index].count <= rows else { return false }
                    columns[index] += [DataTable.Value](
                        repeating: .missing, count: rows - columns[index].count)
                    columns[index].append(value)
                    return true
                }
                rows += 1
            }
        } catch let fault as JSONLineParser.Fault {
            throw source.error(at: fault.offset, fault.problem)
        }
        for name in types.keys.sorted() where indices[name] == nil {
            throw TableError(file: source.file, "types: " + TableError.noColumn(name, among: names).problem)
        }
        let table = try zip(names, columns).map { name, values in
            let padded = values + [DataTable.Value](repeating: .missing, count: rows - values.count)
            do {
                let column = try DataTable.Column(name, values: padded)
                return try types[name].map { try column.converted(to: $0) } ?? column
            } catch let error as TableError {
                throw TableError(file: source.file, column: name, error.problem)
            }
        }
        return DataTable(fitting: table, rowCount: rows)
    }
}

/// Parses the objects of JSON lines (RFC 8259), without nesting, and the three numbers beyond JSON that Python's `json`
/// writes: `NaN`, `Infinity` and `-Infinity`.
struct JSONLineParser {
    let text: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    struct Fault: Error {
        let offset: Int
        let problem: String
    }

    /// Passes over white space; false at the end.
    mutating func skipToObject() -> Bool {
        while position < text.count, [9, 10, 13, 32].contains(text[position]) { position += 1 }
        return position < text.count
    }

    /// Parses one object, up to the end of its line, and hands each member over; `take` says whether the name is new.
    mutating func object(_ take: (String, DataTable.Value) -> Bool) throws {
        let line = "each line should be a JSON object, {\"name\": value, …}"
        guard accept("{") else { throw fault(line) }
        skipBlanks()
        if !accept("}") {
            repeat {
                skipBlanks()
                let start = position
                guard peek == UInt8(ascii: "\"") else { throw fault("a name in quotes should stand here") }
                let name = try string()
                skipBlanks()
                guard accept(":") else { throw fault("a colon should follow the name \"\(name)\"") }
                skipBlanks()
                let value = try value(of: name)
                guard take(name, value) else {
                    throw Fault(offset: start, problem: "the name \"\(name)\" is there twice in one object")
                }
                skipBlanks()
            } while accept(",")
            guard accept("}") else { throw fault("a comma or } should stand here") }
        }
        skipBlanks()
        guard position == text.count || text[position] == 10 || text[position] == 13 else {
            throw fault("the line should end behind its object")
        }
    }

    private mutating func value(of name: String) throws -> DataTable.Value {
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): if word("true") { return .bool(true) }
        case UInt8(ascii: "f"): if word("false") { return .bool(false) }
        case UInt8(ascii: "n"): if word("null") { return .missing }
        case UInt8(ascii: "N"): if word("NaN") { return .missing }
        case UInt8(ascii: "I"): if word("Infinity") { return .double(.infinity) }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            throw fault(
                "\"\(name)\" holds an object or an array; the values of a table are numbers, texts and truth values"
            )
        default: return word("-Infinity") ? .double(-.infinity) : try number(of: name)
        }
        throw fault("a value should stand here")
    }

    private mutating func number(of name: String) throws -> DataTable.Value {
        let start = position
        while position < text.count, text[position] > 32, ![44, 125].contains(text[position]) {
            position += 1
        }
        let number = UnsafeBufferPointer(rebasing: text[start..<position])
        let isDecimal = number.contains { [46, 69, 101].contains($0) }
        // JSON has no plus sign, and no other word for infinity than Python's.
        let isJSON = number.first.map { $0 == 45 || (48...57).contains($0) } == true && !number.contains(105)
        if isJSON {
            if !isDecimal, let value = CellNumbers.int(number) { return .int(value) }
            if isDecimal, let value = CellNumbers(decimal: 46).double(number) { return .double(value) }
        }
        let shown = String(decoding: number.prefix(40), as: UTF8.self)
        throw Fault(
            offset: start,
            problem:
                "\"\(name)\" should be a number that Int or Double holds, a text, true, false or null, but is \(shown)"
        )
    }

    private mutating func string() throws -> String {
        let start = position
        position += 1
        var bytes: [UInt8] = []
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            let byte = text[position]
            guard byte >= 32 else { throw fault("a control character should be escaped in a text") }
            if byte == UInt8(ascii: "\\") {
                try escape(into: &bytes)
            } else {
                bytes.append(byte)
                position += 1
            }
        }
        guard accept("\"") else {
            throw Fault(offset: start, problem: "a quote opens here and is never closed")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func escape(into bytes: inout [UInt8]) throws {
        position += 1
        let plain: [UInt8: UInt8] = [34: 34, 92: 92, 47: 47, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9]
        guard let letter = peek else { throw fault("the text ends in an escape") }
        position += 1
        if let byte = plain[letter] { return bytes.append(byte) }
        guard letter == UInt8(ascii: "u"), var code = hexadecimal() else {
            throw fault("an escape is not one of JSON's")
        }
        if (0xd800...0xdbff).contains(code), word("\\u"), let low = hexadecimal(),
            (0xdc00...0xdfff).contains(low)
        {
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("half a surrogate pair is no character") }
        bytes += String(scalar).utf8
    }

    private mutating func hexadecimal() -> UInt32? {
        guard position + 4 <= text.count else { return nil }
        let digits = String(decoding: text[position..<position + 4], as: UTF8.self)
        guard digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else { return nil }
        position += 4
        return value
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }

    private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func word(_ word: String) -> Bool {
        guard text[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 32 || byte == 9 { position += 1 }
    }

    private func fault(_ problem: String) -> Fault { Fault(offset: position, problem: problem) }
}
