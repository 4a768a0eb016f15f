import Foundation

/// The bytes of one of FreeSurfer's files, read from the beginning on; its numbers are big-endian.
struct FreeSurferBytes {
    let bytes: Bytes
    let url: URL
    private(set) var position = 0

    init(_ file: OpenFile) throws {
        bytes = try file.unpackedBytes()
        url = file.url
    }

    /// How many bytes are left.
    var rest: Int { bytes.count - position }

    mutating func number<T: FixedWidthInteger>(_: T.Type, _ what: String) throws -> T {
        guard let number = bytes.number(at: position, as: T.self, bigEndian: true) else {
            throw cutShort(what, MemoryLayout<T>.size)
        }
        position += MemoryLayout<T>.size
        return number
    }

    /// A number of three bytes.
    mutating func three(_ what: String) throws -> Int {
        let high = try number(UInt8.self, what)
        return try Int(high) << 16 | Int(number(UInt16.self, what))
    }

    /// How many of something follow, each of `size` bytes: no more than the file has.
    mutating func count(_ what: String, ofSize size: Int) throws -> Int {
        let count = try Int(number(Int32.self, what))
        guard count >= 0, count <= rest / size else {
            throw FormatError(
                url, what, expected: "from 0 to \(rest / size), for which there are bytes", found: "\(count)")
        }
        return count
    }

    /// The next `count` bytes.
    mutating func part(_ count: Int, _ what: String) throws -> Bytes {
        guard let part = bytes.part(at: position, count: count) else { throw cutShort(what, count) }
        position += count
        return part
    }

    /// `count` numbers of a type, which are converted later.
    mutating func numbers(_ type: NumberType, _ count: Int, _ what: String) throws -> StoredNumbers {
        let (size, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
        guard !overflow else { throw cutShort(what, Int.max) }
        return StoredNumbers(
            bytes: try part(size, what), type: type, shape: [count], isBigEndian: true, url: url, what: what)
    }

    /// A text of `count` bytes without the zeros at its end.
    mutating func text(_ count: Int, _ what: String) throws -> String {
        let part = try part(count, what)
        return withExtendedLifetime(part.owner) {
            String(decoding: part.buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// The text up to the next line end, which is passed over.
    mutating func line(_ what: String) throws -> String {
        let left = bytes.buffer[position...]
        guard let end = withExtendedLifetime(bytes.owner, { left.prefix(4096).firstIndex(of: 0x0a) }) else {
            throw FormatError(
                url, what, expected: "a line of at most 4096 bytes", found: "longer, or cut short")
        }
        defer { position = end + 1 }
        return withExtendedLifetime(bytes.owner) { String(decoding: left[..<end], as: UTF8.self) }
    }

    private func cutShort(_ what: String, _ size: Int) -> FormatError {
        FormatError(
            url, what, expected: "\(size) bytes from byte \(position) on",
            found: "\(rest) (the file may be cut short)")
    }
}
