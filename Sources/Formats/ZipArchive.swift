internal import CZlib
import Foundation

/// The members of a zip file (`.npz`, PyTorch's `.pt`), mapped; a member that is stored is not copied.
///
/// Source: PKWARE's APPNOTE 6.3, with the 64-bit extension; encryption and parts over several disks are refused.
package struct ZipArchive: Sendable {
    private struct Member {
        let method: UInt16
        let crc: UInt32
        let compressed: Int
        let size: Int
        let headerOffset: Int
    }

    package let url: URL
    private let file: Bytes
    private let members: [String: Member]

    /// The names of the members in alphabetical order.
    package var names: [String] { members.keys.sorted() }

    /// Reads the directory of a zip file. Throws `FormatError` where it is malformed or cut short.
    package init(_ url: URL) throws {
        let file = try Bytes(mapping: url)
        self.url = url
        self.file = file
        guard let (count, offset) = Self.directory(of: file) else {
            throw FormatError(url, "is no zip file, or is cut short: it has no directory at its end")
        }
        var members: [String: Member] = [:]
        var position = offset
        for number in 0..<count {
            guard let (name, member, next) = Self.member(of: file, at: position) else {
                throw FormatError(url, "member \(number) of \(count) in the directory is malformed")
            }
            members[name] = member
            position = next
        }
        self.members = members
    }

    /// The bytes of one member. Throws `FormatError` where there is none of that name or it is damaged.
    package func member(_ name: String) throws -> Bytes {
        guard let member = members[name] else { throw FormatError(url, "has no member \"\(name)\"") }
        // The local header's own name and extra field say where the data begins.
        guard file.number(at: member.headerOffset, as: UInt32.self) == 0x0403_4b50,
            let nameLength = file.number(at: member.headerOffset + 26, as: UInt16.self),
            let extraLength = file.number(at: member.headerOffset + 28, as: UInt16.self),
            let data = file.part(
                at: member.headerOffset + 30 + Int(nameLength) + Int(extraLength), count: member.compressed)
        else {
            throw FormatError(url, "member \"\(name)\" lies outside the file (it may be cut short)")
        }
        switch member.method {
        case 0:
            guard member.size == member.compressed else {
                throw FormatError(url, "member \"\(name)\" is stored, but its two sizes differ")
            }
            return data
        case 8:
            guard let bytes = inflated(data, size: member.size), crc(of: bytes) == member.crc else {
                throw FormatError(
                    url, "member \"\(name)\" is damaged: it does not decompress to what was stored")
            }
            return bytes
        default:
            throw FormatError(
                url, "the compression of member \"\(name)\"", expected: "0 (stored) or 8 (deflate)",
                found: "\(member.method)")
        }
    }
}

extension ZipArchive {
    /// How many members the directory has and where it begins: from the record at the end of the file.
    private static func directory(of file: Bytes) -> (count: Int, offset: Int)? {
        // The record is 22 bytes and a comment of at most 65,535.
        let earliest = max(0, file.count - 22 - 65_535)
        var end = file.count - 22
        while end >= earliest, file.number(at: end, as: UInt32.self) != 0x0605_4b50 { end -= 1 }
        guard end >= earliest, let count = file.number(at: end + 10, as: UInt16.self),
            let offset = file.number(at: end + 16, as: UInt32.self)
        else { return nil }
        guard count == .max || offset == .max else { return (Int(count), Int(offset)) }
        guard file.number(at: end - 20, as: UInt32.self) == 0x0706_4b50,
            let record = file.number(at: end - 12, as: UInt64.self).flatMap(Int.init(exactly:)),
            record <= file.count - 56, file.number(at: record, as: UInt32.self) == 0x0606_4b50,
            let longCount = file.number(at: record + 32, as: UInt64.self).flatMap(Int.init(exactly:)),
            let longOffset = file.number(at: record + 48, as: UInt64.self).flatMap(Int.init(exactly:)),
            // Each entry takes at least 46 bytes, which bounds what a false count can ask for.
            longCount <= file.count / 46
        else { return nil }
        return (longCount, longOffset)
    }

    /// One entry of the directory, and where the next begins.
    private static func member(of file: Bytes, at start: Int) -> (name: String, member: Member, next: Int)? {
        guard start <= file.count, file.number(at: start, as: UInt32.self) == 0x0201_4b50,
            let flags = file.number(at: start + 8, as: UInt16.self), flags & 1 == 0,
            let method = file.number(at: start + 10, as: UInt16.self),
            let crc = file.number(at: start + 16, as: UInt32.self),
            let compressed = file.number(at: start + 20, as: UInt32.self),
            let size = file.number(at: start + 24, as: UInt32.self),
            let nameLength = file.number(at: start + 28, as: UInt16.self).map(Int.init),
            let extraLength = file.number(at: start + 30, as: UInt16.self).map(Int.init),
            let commentLength = file.number(at: start + 32, as: UInt16.self).map(Int.init),
            let offset = file.number(at: start + 42, as: UInt32.self),
            let name = file.part(at: start + 46, count: nameLength),
            let extra = file.part(at: start + 46 + nameLength, count: extraLength)
        else { return nil }
        // Numbers that do not fit 32 bits are all ones, and follow in the extra field 1 in this order.
        var sizes = [size, compressed, offset].map { Int($0) }
        var position = 0
        while let id = extra.number(at: position, as: UInt16.self),
            let length = extra.number(at: position + 2, as: UInt16.self)
        {
            if id == 1 {
                var field = position + 4
                for i in 0..<3 where sizes[i] == Int(UInt32.max) {
                    guard field + 8 <= position + 4 + Int(length),
                        let value = extra.number(at: field, as: UInt64.self).flatMap(Int.init(exactly:))
                    else { return nil }
                    sizes[i] = value
                    field += 8
                }
            }
            position += 4 + Int(length)
        }
        guard sizes[2] <= file.count else { return nil }
        let member = Member(
            method: method, crc: crc, compressed: sizes[1], size: sizes[0], headerOffset: sizes[2])
        return (
            String(decoding: name.data, as: UTF8.self), member,
            start + 46 + nameLength + extraLength + commentLength
        )
    }
}

/// The CRC-32 of some bytes.
private func crc(of bytes: Bytes) -> UInt32 {
    withExtendedLifetime(bytes.owner) {
        UInt32(
            truncatingIfNeeded: crc32_z(0, bytes.buffer.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }
}

/// What a raw deflate stream decompresses to, or nothing where it is damaged or not of that size.
private func inflated(_ data: Bytes, size: Int) -> Bytes? {
    // Deflate shrinks by at most 1,032 to 1, so a larger claim is false; it must not be believed with memory.
    guard size / 1032 <= data.count, size >= 0 else { return nil }
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        return nil
    }
    defer { inflateEnd(&stream) }
    var status = Z_OK
    let result = Bytes(count: size) { target in
        withExtendedLifetime(data.owner) {
            // zlib counts in 32 bits, so both sides are handed over piece by piece.
            let piece = 1 << 30
            var read = 0
            var written = 0
            while status == Z_OK {
                let input = UnsafeMutableRawPointer(mutating: data.buffer.baseAddress)
                let inputCount = min(piece, data.count - read)
                let outputCount = min(piece, size - written)
                stream.next_in = input?.advanced(by: read).assumingMemoryBound(to: UInt8.self)
                stream.avail_in = UInt32(inputCount)
                stream.next_out = target.baseAddress?.advanced(by: written).assumingMemoryBound(
                    to: UInt8.self)
                stream.avail_out = UInt32(outputCount)
                status = inflate(&stream, Z_NO_FLUSH)
                let consumed = inputCount - Int(stream.avail_in)
                let produced = outputCount - Int(stream.avail_out)
                read += consumed
                written += produced
                if consumed == 0 && produced == 0 { break }
            }
            return written
        }
    }
    return status == Z_STREAM_END && result.count == size ? result : nil
}
