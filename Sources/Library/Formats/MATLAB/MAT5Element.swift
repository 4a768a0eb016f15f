import Foundation

/// One element of a MATLAB file of version 5: the code of its type, and its bytes.
struct MAT5Element {
    let type: Int
    let data: Bytes

    static let int8 = 1
    static let uint8 = 2
    static let uint16 = 4
    static let int32 = 5
    static let uint32 = 6
    static let matrix = 14
    static let compressed = 15
    static let utf8 = 16
    static let utf16 = 17
    static let utf32 = 18

    /// The type of numbers; nil of text, matrices and compressed data.
    var numberType: NumberType? { Self.numberTypes[type] }

    private static let numberTypes: [Int: NumberType] = [
        1: .int8, 2: .uint8, 3: .int16, 4: .uint16, 5: .int32, 6: .uint32, 7: .float32, 9: .float64,
        12: .int64, 13: .uint64,
    ]
}

/// The tag of an element: its type, and where its bytes lie.
struct MAT5Tag {
    let type: Int
    let count: Int
    /// How many bytes the tag takes before the element's own; four bytes or fewer lie in the tag itself.
    let length: Int
    let isSmall: Bool

    /// The tag at a place; nil if it does not fit.
    init?(_ bytes: Bytes, at offset: Int, bigEndian: Bool) {
        guard let first = bytes.number(at: offset, as: UInt32.self, bigEndian: bigEndian),
            let second = bytes.number(at: offset + 4, as: UInt32.self, bigEndian: bigEndian)
        else { return nil }
        isSmall = first >> 16 != 0
        type = Int(isSmall ? first & 0xffff : first)
        count = Int(isSmall ? first >> 16 : second)
        length = isSmall ? 4 : 8
    }
}

/// Reads the elements that lie one after another in some bytes.
struct MAT5Elements {
    let bytes: Bytes
    let isBigEndian: Bool
    let place: MATPlace
    private(set) var position = 0

    init(_ bytes: Bytes, bigEndian: Bool, _ place: MATPlace) {
        self.bytes = bytes
        isBigEndian = bigEndian
        self.place = place
    }

    var left: Int { bytes.count - position }

    /// The next element; `what` names it in errors.
    mutating func next(_ what: String) throws -> MAT5Element {
        guard let tag = MAT5Tag(bytes, at: position, bigEndian: isBigEndian) else {
            throw place.error("is cut short before its \(what)")
        }
        guard (1...18).contains(tag.type), !tag.isSmall || tag.count <= 4 else {
            throw place.error("is damaged: its \(what) is of the unknown type \(tag.type)")
        }
        guard let data = bytes.part(at: position + tag.length, count: tag.count) else {
            throw place.error(
                "is damaged: its \(what) claims \(tag.count) bytes, and \(max(0, left - tag.length)) follow")
        }
        // Elements begin at multiples of 8 bytes; the last one of a file may lack what fills it up.
        position = tag.isSmall ? position + 8 : min(position + 8 + (tag.count + 7) & ~7, bytes.count)
        return MAT5Element(type: tag.type, data: data)
    }

    /// The whole numbers of the next element, which must be of 8 to 32 bits.
    mutating func integers(_ what: String) throws -> [Int] {
        let element = try next(what)
        guard let type = element.numberType, type.byteCount <= 4, type != .float32 else {
            throw place.error(
                "is damaged: its \(what) should be whole numbers, but is of type \(element.type)")
        }
        let count = element.data.count / type.byteCount
        guard count * type.byteCount == element.data.count,
            let integers = try element.data.integers(
                of: type, count: count, bigEndian: isBigEndian, place.url, what)
        else { throw place.error("is damaged: its \(what) takes \(element.data.count) bytes") }
        return integers
    }

    /// The text of the next element: a name in ASCII or UTF-8.
    mutating func name(_ what: String) throws -> String {
        let element = try next(what)
        guard [MAT5Element.int8, MAT5Element.uint8, MAT5Element.utf8].contains(element.type),
            let text = String(validatingUTF8Bytes: element.data.data.prefix { $0 != 0 })
        else { throw place.error("is damaged: its \(what) is no text") }
        return text
    }
}

extension String {
    /// The text that some bytes are in UTF-8; nil if they are not.
    init?(validatingUTF8Bytes bytes: some Sequence<UInt8>) {
        guard let text = String(bytes: Array(bytes), encoding: .utf8) else { return nil }
        self = text
    }
}
