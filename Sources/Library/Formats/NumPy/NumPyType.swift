import Foundation

/// What an element of an array of NumPy is.
///
/// Source: `numpy.lib.format.descr_to_dtype` and NumPy's array interface.
indirect enum NumPyType: Sendable {
    case number(NumberType, bigEndian: Bool)
    /// Text of some characters of 32 bits.
    case unicode(count: Int, bigEndian: Bool)
    /// Text of some bytes.
    case bytes(count: Int)
    /// Two numbers, the real and the imaginary part.
    case complex(NumberType, bigEndian: Bool)
    case record([Member], byteCount: Int)
    /// A small array of its own extents.
    case array(NumPyType, shape: [Int])
    /// Values of Python, which a pickle holds.
    case objects
    /// What is not read: why, and how many bytes it takes.
    case unreadable(String, byteCount: Int)

    struct Member: Sendable {
        let name: String
        let offset: Int
        let type: NumPyType
    }

    /// How many bytes an element takes.
    var byteCount: Int {
        switch self {
        case .number(let type, _): type.byteCount
        case .unicode(let count, _): 4 * count
        case .bytes(let count): count
        case .complex(let type, _): 2 * type.byteCount
        case .record(_, let byteCount), .unreadable(_, let byteCount): byteCount
        case .array(let type, let shape): shape.reduce(type.byteCount, *)
        case .objects: 8
        }
    }

    /// In words.
    var kind: String {
        switch self {
        case .number(let type, _): type.rawValue
        case .unicode, .bytes: "text"
        case .complex(let type, _): type == .float32 ? "complex64" : "complex128"
        case .record(let members, _): "records of \(members.map(\.name).joined(separator: ", "))"
        case .array(let type, let shape): "arrays \(shape) of \(type.kind)"
        case .objects: "objects of Python"
        case .unreadable(let reason, _): reason
        }
    }

    private static let numbers: [String: NumberType] = [
        "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
        "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool, "?": .bool,
    ]
    private static let lengthLimit = 1 << 30

    /// The type of a code such as `<f4`, `|S12` or `>U5`; nil if it is none.
    init?(code text: String) {
        var code = text[...]
        var isBigEndian = false
        if let first = code.first, "<>=|".contains(first) {
            isBigEndian = first == ">"
            code = code.dropFirst()
        }
        if let type = Self.numbers[String(code)] {
            self = .number(type, bigEndian: isBigEndian)
            return
        }
        guard let letter = code.first else { return nil }
        let digits = code.dropFirst().prefix { $0.isNumber }
        guard let count = digits.isEmpty ? 0 : Int(digits), count <= Self.lengthLimit else { return nil }
        switch letter {
        case "U": self = .unicode(count: count, bigEndian: isBigEndian)
        case "S", "a": self = .bytes(count: count)
        case "O": self = .objects
        case "c" where count == 8: self = .complex(.float32, bigEndian: isBigEndian)
        case "c" where count == 16: self = .complex(.float64, bigEndian: isBigEndian)
        case "M":
            self = .unreadable("dates (\(text)); save them as text or as whole numbers", byteCount: count)
        case "m": self = .unreadable("durations (\(text)); save them as numbers", byteCount: count)
        case "V": self = .unreadable("raw bytes (\(text))", byteCount: count)
        case "f", "c", "g": self = .unreadable("numbers of \(count) bytes (\(text))", byteCount: count)
        default: return nil
        }
    }

    /// The type that a header's `descr` says: a code, or a list of (name, code, extents); nil if it says none.
    init?(_ description: PythonValue, depth: Int = 0) {
        switch description {
        case .text(let code): self.init(code: code)
        case .list(let parts):
            guard depth < 16, !parts.isEmpty else { return nil }
            // A code with extents is a small array.
            if parts.count == 2, parts[0].string != nil || !parts[0].elements.isEmpty,
                let shape = Self.shape(parts[1]), let base = NumPyType(parts[0], depth: depth + 1)
            {
                guard let array = Self.smallArray(of: base, shape: shape) else { return nil }
                self = array
                return
            }
            var members: [Member] = []
            var offset = 0
            for part in parts {
                let field = part.elements
                guard field.count == 2 || field.count == 3, let type = NumPyType(field[1], depth: depth + 1),
                    // A title may stand before the name.
                    let name = field[0].string ?? field[0].elements.last?.string
                else { return nil }
                var own = type
                if field.count == 3 {
                    guard let shape = Self.shape(field[2]),
                        let array = Self.smallArray(of: type, shape: shape)
                    else { return nil }
                    own = array
                }
                // A field without name only fills up.
                if !name.isEmpty { members.append(Member(name: name, offset: offset, type: own)) }
                offset += own.byteCount
                guard offset <= Self.lengthLimit else { return nil }
            }
            self = .record(members, byteCount: offset)
        default: return nil
        }
    }

    /// A small array of some extents; nil if an element of it would take more than a gigabyte.
    static func smallArray(of base: NumPyType, shape: [Int]) -> NumPyType? {
        guard let size = Formats.byteCount(of: shape + [max(1, base.byteCount)], .uint8), size <= lengthLimit
        else { return nil }
        return .array(base, shape: shape)
    }

    /// Extents: a number or a list of them; nil if it is neither or they are too many.
    static func shape(_ value: PythonValue) -> [Int]? {
        let shape = value.integer.map { [$0] } ?? value.elements.compactMap(\.integer)
        guard value.integer != nil || shape.count == value.elements.count, shape.count <= 64,
            shape.allSatisfy({ $0 >= 0 }), (byteCountOf(shape) ?? .max) <= lengthLimit
        else { return nil }
        return shape
    }

    private static func byteCountOf(_ shape: [Int]) -> Int? {
        Formats.byteCount(of: shape, .uint8)
    }

    /// The same type with another order of bytes.
    func with(bigEndian: Bool) -> NumPyType {
        switch self {
        case .number(let type, _): .number(type, bigEndian: bigEndian)
        case .unicode(let count, _): .unicode(count: count, bigEndian: bigEndian)
        case .complex(let type, _): .complex(type, bigEndian: bigEndian)
        default: self
        }
    }

    /// Whether an element is, or has within it, a value of Python.
    var hasObjects: Bool {
        switch self {
        case .objects: true
        case .record(let members, _): members.contains { $0.type.hasObjects }
        case .array(let type, _): type.hasObjects
        default: false
        }
    }
}
