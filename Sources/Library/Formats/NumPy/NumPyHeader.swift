import Foundation

/// The dictionary at the head of a `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumPyHeader {
    let type: NumberType
    let isBigEndian: Bool
    let isFortran: Bool
    let shape: [Int]

    /// The most bytes of a file that a header is looked for in; numpy writes headers of 128 bytes.
    static let limit = 1 << 16

    /// The header of a `.npy` file, and where the numbers begin; `head` is the file or its beginning.
    static func read(_ head: Bytes, _ url: URL, _ what: String) throws -> (header: NumPyHeader, start: Int) {
        let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
        guard head.count >= 10, head.buffer[..<6].elementsEqual(magic) else {
            let hint =
                head.number(at: 0, as: UInt32.self) == 0x0403_4b50 ? "; NumPyArchive reads .npz files" : ""
            throw FormatError(
                url, "\(what) does not begin as a NumPy array (.npy) does\(kindNote(head))\(hint)")
        }
        let version = head.buffer[6]
        let isLong = version == 2 || version == 3
        guard version == 1 || isLong, head.buffer[7] == 0,
            let length = isLong
                ? head.number(at: 8, as: UInt32.self).map(Int.init)
                : head.number(at: 8, as: UInt16.self).map(Int.init)
        else {
            throw FormatError(
                url, "the version of \(what)", expected: "1.0, 2.0 or 3.0",
                found: "\(version).\(head.buffer[7])")
        }
        let start = isLong ? 12 : 10
        guard let text = head.part(at: start, count: length) else {
            throw FormatError(
                url, "the header of \(what)", expected: "inside its first \(head.count) bytes",
                found: "\(length) bytes long (the file may be cut short)")
        }
        return (try NumPyHeader(String(decoding: text.data, as: UTF8.self), url, what), start + length)
    }

    init(_ text: String, _ url: URL, _ what: String) throws {
        guard let description = Self.value(of: "descr", in: text),
            let order = Self.value(of: "fortran_order", in: text),
            let extents = Self.value(of: "shape", in: text)
        else {
            throw FormatError(
                url, "the header of \(what)", expected: "a dictionary of descr, fortran_order and shape",
                found: "\"\(text.prefix(200))\"")
        }
        let code = description.filter { $0 != "'" && $0 != "\"" }
        guard let first = code.first,
            let type = Self.types[String("<>=|".contains(first) ? code.dropFirst() : code[...])]
        else {
            let hint = Self.others.first { code.contains($0.key) }.map { " (\($0.value))" } ?? ""
            throw FormatError(url, "the type of \(what)", expected: "a plain number", found: "\(code)\(hint)")
        }
        guard order == "True" || order == "False" else {
            throw FormatError(url, "fortran_order of \(what)", expected: "True or False", found: order)
        }
        guard let shape = Self.shape(extents) else {
            throw FormatError(
                url, "the shape of \(what)", expected: "a tuple of counts", found: String(extents))
        }
        self.type = type
        self.isBigEndian = first == ">"
        self.isFortran = order == "True"
        self.shape = shape
    }

    private static let types: [String: NumberType] = [
        "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
        "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
    ]

    /// What a code of another kind of element stands for.
    private static let others = [
        "O": "Python objects, which only Python can read", "c": "complex numbers", "U": "text", "S": "text",
        "M": "dates", "m": "durations", "V": "raw bytes", "[": "records of several fields",
    ]

    /// The extents of a Python tuple: `()`, `(3,)`, `(3, 4)`, in old files `(3L, 4L)`.
    private static func shape(_ tuple: String) -> [Int]? {
        guard tuple.hasPrefix("("), tuple.hasSuffix(")") else { return nil }
        var parts = tuple.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        if parts == [""] { return [] }
        // One number in brackets is a number; behind the last of several a comma may follow.
        guard parts.count > 1 else { return nil }
        if parts.last == "" { parts.removeLast() }
        let shape = parts.compactMap { Int($0.hasSuffix("L") ? String($0.dropLast()) : $0) }
        guard shape.count == parts.count, shape.count <= 64, shape.allSatisfy({ $0 >= 0 }) else { return nil }
        return shape
    }

    /// The text of one value: a tuple up to its parenthesis, anything else up to the next comma or brace.
    private static func value(of key: String, in text: String) -> String? {
        guard let found = text.range(of: "'\(key)':") ?? text.range(of: "\"\(key)\":") else { return nil }
        let rest = text[found.upperBound...].drop { $0 == " " }
        let end =
            rest.first == "("
            ? rest.firstIndex(of: ")").map(rest.index(after:)) : rest.firstIndex { ",}".contains($0) }
        return end.map { String(rest[..<$0]).trimmingCharacters(in: .whitespaces) }
    }
}
