import Foundation

/// One member of a zip file as the directory describes it.
struct ZipMember: Sendable {
    let name: String
    let crc: UInt32
    let size: Int
    let isStored: Bool
    private let compressed: Int
    private let headerOffset: Int

    /// Where the member's bytes lie. Throws `FormatError` if they are not inside the file, or the header before them
    /// is not that of this member.
    func region(in file: OpenFile) throws -> FileRegion {
        // The local header's own name and extra field say where the data begins.
        guard let header = try file.bytes(at: headerOffset, count: 30),
            header.number(at: 0, as: UInt32.self) == 0x0403_4b50,
            let nameLength = header.number(at: 26, as: UInt16.self).map(Int.init),
            let extraLength = header.number(at: 28, as: UInt16.self).map(Int.init),
            let name = try file.bytes(at: headerOffset + 30, count: nameLength),
            let region = FileRegion(file, at: headerOffset + 30 + nameLength + extraLength, count: compressed)
        else {
            throw FormatError(file.url, "member \"\(self.name)\" lies outside the file (it may be cut short)")
        }
        guard String(decoding: name.buffer, as: UTF8.self) == self.name else {
            throw FormatError(
                file.url, "the header of member \"\(self.name)\"", expected: "of that name",
                found: "of \"\(String(decoding: name.buffer, as: UTF8.self))\"")
        }
        return region
    }

    /// One entry of the directory, and where the next begins; nil if it is malformed.
    ///
    /// Throws `FormatError` if the member is encrypted or compressed otherwise than by deflate.
    static func read(_ directory: Bytes, at start: Int, in file: OpenFile) throws -> (ZipMember, next: Int)? {
        guard directory.number(at: start, as: UInt32.self) == 0x0201_4b50,
            let flags = directory.number(at: start + 8, as: UInt16.self),
            let method = directory.number(at: start + 10, as: UInt16.self),
            let crc = directory.number(at: start + 16, as: UInt32.self),
            let compressed = directory.number(at: start + 20, as: UInt32.self),
            let size = directory.number(at: start + 24, as: UInt32.self),
            let nameLength = directory.number(at: start + 28, as: UInt16.self).map(Int.init),
            let extraLength = directory.number(at: start + 30, as: UInt16.self).map(Int.init),
            let commentLength = directory.number(at: start + 32, as: UInt16.self).map(Int.init),
            let offset = directory.number(at: start + 42, as: UInt32.self),
            let nameBytes = directory.part(at: start + 46, count: nameLength),
            let extra = directory.part(at: start + 46 + nameLength, count: extraLength),
            let sizes = wideSizes([size, compressed, offset], extra)
        else { return nil }
        let name = String(decoding: nameBytes.buffer, as: UTF8.self)
        guard flags & 1 == 0 else { throw FormatError(file.url, "member \"\(name)\" is encrypted") }
        guard method == 0 || method == 8 else {
            throw FormatError(
                file.url, "the compression of member \"\(name)\"",
                expected: "0 (stored) or 8 (deflate)", found: "\(method)")
        }
        guard method == 8 || sizes[0] == sizes[1] else {
            throw FormatError(file.url, "member \"\(name)\" is stored, but its two sizes differ")
        }
        guard sizes.allSatisfy({ $0 >= 0 }), sizes[1] <= file.count, sizes[2] <= file.count else {
            throw FormatError(file.url, "member \"\(name)\" lies outside the file (it may be cut short)")
        }
        let member = ZipMember(
            name: name, crc: crc, size: sizes[0], isStored: method == 0, compressed: sizes[1],
            headerOffset: sizes[2])
        return (member, start + 46 + nameLength + extraLength + commentLength)
    }

    /// Numbers that do not fit 32 bits are all ones, and follow in the extra field 1 in this order.
    private static func wideSizes(_ short: [UInt32], _ extra: Bytes) -> [Int]? {
        var sizes = short.map { Int($0) }
        var position = 0
        while let id = extra.number(at: position, as: UInt16.self),
            let length = extra.number(at: position + 2, as: UInt16.self).map(Int.init)
        {
            if id == 1 {
                var field = position + 4
                for i in 0..<3 where sizes[i] == Int(UInt32.max) {
                    guard field + 8 <= position + 4 + length,
                        let value = extra.number(at: field, as: UInt64.self).flatMap(Int.init(exactly:))
                    else { return nil }
                    sizes[i] = value
                    field += 8
                }
            }
            position += 4 + length
        }
        return sizes
    }
}

/// The directory at the end of a zip file.
enum ZipDirectory {
    /// How many members there are, and where the directory of them lies.
    static func find(in file: OpenFile) throws -> (count: Int, FileRegion) {
        // The record at the end is 22 bytes and a comment of at most 65,535.
        let start = max(0, file.count - 22 - 65_535)
        guard let tail = try file.bytes(at: start, count: file.count - start) else { throw missing(file) }
        var end = tail.count - 22
        while end >= 0, tail.number(at: end, as: UInt32.self) != 0x0605_4b50 { end -= 1 }
        guard end >= 0, let count = tail.number(at: end + 10, as: UInt16.self),
            let size = tail.number(at: end + 12, as: UInt32.self),
            let offset = tail.number(at: end + 16, as: UInt32.self)
        else { throw missing(file) }
        var found = (count: Int(count), size: Int(size), offset: Int(offset), end: start + end)
        // PyTorch writes the record of 64 bits even if the numbers fit into 32.
        if let wide = try wideRecord(tail, before: end, file) {
            found = wide
        } else if count == .max || size == .max || offset == .max {
            throw missing(file)
        }
        guard let region = FileRegion(file, at: found.offset, count: found.size),
            found.offset + found.size == found.end,
            // Each entry takes at least 46 bytes, which bounds what a false count can ask for.
            found.count <= found.size / 46
        else {
            throw FormatError(
                file.url, "its directory of \(found.count) members",
                expected: "in the bytes before \(found.end), where the record of its end is",
                found: "\(found.size) bytes at \(found.offset)")
        }
        return (found.count, region)
    }

    private static func wideRecord(_ tail: Bytes, before end: Int, _ file: OpenFile) throws -> (
        count: Int, size: Int, offset: Int, end: Int
    )? {
        guard tail.number(at: end - 20, as: UInt32.self) == 0x0706_4b50,
            let place = tail.number(at: end - 12, as: UInt64.self).flatMap(Int.init(exactly:)),
            let record = try file.bytes(at: place, count: 56),
            record.number(at: 0, as: UInt32.self) == 0x0606_4b50,
            let count = record.number(at: 32, as: UInt64.self).flatMap(Int.init(exactly:)),
            let size = record.number(at: 40, as: UInt64.self).flatMap(Int.init(exactly:)),
            let offset = record.number(at: 48, as: UInt64.self).flatMap(Int.init(exactly:))
        else { return nil }
        return (count, size, offset, place)
    }

    private static func missing(_ file: OpenFile) -> FormatError {
        let head = try? file.bytes(upTo: 560)
        let isZip = head?.number(at: 0, as: UInt16.self) == 0x4b50
        return FormatError(
            file.url,
            isZip
                ? "is cut short: it begins as a zip file and has no directory at its end"
                : "is not a zip file: it has no directory at its end\(kindNote(head))")
    }
}
