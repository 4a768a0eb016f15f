import Foundation

/// The dictionary at the head of a `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumPyHeader {
    let type: NumberType
    let isBigEndian: Bool
    let isFortran: Bool
    let shape: [Int]

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
            let hint = code.contains("O") ? " (Python objects, which only Python can read)" : ""
            throw FormatError(url, "the type of \(what)", expected: "a plain number", found: "\(code)\(hint)")
        }
        guard order == "True" || order == "False" else {
            throw FormatError(url, "fortran_order of \(what)", expected: "True or False", found: order)
        }
        let parts = extents.dropFirst().dropLast().split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        let shape = parts.compactMap { Int($0) }
        guard extents.hasPrefix("("), extents.hasSuffix(")"), shape.count == parts.count,
            shape.allSatisfy({ $0 >= 0 })
        else {
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
