import Formats
import Foundation
import Synchronization
import Tensors

/// The text of a file, unpacked and as valid UTF-8 without a byte-order mark.
struct SourceText {
    /// The file's path, or nil if the text comes from elsewhere.
    let file: String?
    private let bytes: Bytes
    private let start: Int

    /// The bytes of the text; they live as long as the value does.
    var buffer: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes.buffer.bindMemory(to: UInt8.self)[start...])
    }

    /// Reads a file; gzip is known by the file's first bytes.
    ///
    /// Throws `FormatError` if it cannot be read, and `TableError` if it is not text in the encoding.
    init(_ url: URL, encoding: String.Encoding) throws {
        let file = try OpenFile(url)
        let isGzipped = try file.bytes(upTo: 2)?.number(at: 0, as: UInt16.self) == 0x8b1f
        let raw = try isGzipped ? unpacked(file) : file.bytes(upTo: file.count)
        guard let raw, raw.count > 0 else { throw FormatError(url, "is empty") }
        try self.init(raw, file: url.path, encoding: encoding)
    }

    /// A text in memory.
    init(_ text: String) throws {
        var text = text
        try self.init(Self.copy(of: &text), file: nil, encoding: .utf8)
    }

    private init(_ raw: Bytes, file: String?, encoding: String.Encoding) throws {
        self.file = file
        let head = raw.buffer.prefix(4)
        let isWide = head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff])
        if encoding == .utf8 {
            guard !isWide else {
                let bits = raw.buffer.prefix(4).dropFirst(2).elementsEqual([0, 0]) ? 32 : 16
                throw TableError(
                    file: file, line: 1,
                    "the text begins with the byte-order mark of UTF-\(bits), and UTF-8 is expected: "
                        + "say encoding: .utf\(bits)")
            }
            bytes = raw
        } else {
            guard var text = String(data: raw.data, encoding: encoding) else {
                throw TableError(file: file, "the text is not in the encoding \(encoding)")
            }
            bytes = Self.copy(of: &text)
        }
        start = bytes.buffer.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        if let fault = TextFault.first(in: buffer) {
            // Another encoding would make text of it that means nothing.
            if let kind = Self.binaryKind(raw) {
                throw TableError(file: file, "is no text, and so no table: it is \(kind)")
            }
            throw error(fault)
        }
        let beginning = String(decoding: buffer.prefix(200), as: UTF8.self).lowercased().drop(
            while: \.isWhitespace)
        guard !beginning.hasPrefix("<!doctype"), !beginning.hasPrefix("<html") else {
            throw TableError(
                file: file, line: 1,
                "this is a web page and no table; was it saved in place of a file that needs a login, or is gone?"
            )
        }
    }

    /// What kind of file begins with bytes that no text in any encoding begins with; nil if it may be text.
    private static func binaryKind(_ raw: Bytes) -> String? {
        let head = raw.buffer.prefix(5)
        let isControl = { (byte: UInt8) in byte < 32 && ![9, 10, 13].contains(byte) }
        guard let first = head.first, first >= 0x80 || head.contains(where: isControl) else { return nil }
        return fileKind(raw)
    }

    private static func copy(of text: inout String) -> Bytes {
        text.withUTF8 { utf8 in
            Bytes(count: utf8.count) { target in
                target.copyMemory(from: UnsafeRawBufferPointer(utf8))
                return utf8.count
            }
        }
    }

    /// An error about the text at an offset.
    func error(at offset: Int, column: String? = nil, _ problem: String) -> TableError {
        TableError(file: file, line: line(at: offset), column: column, problem)
    }

    /// The line, from 1, in which a byte stands; LF, CR and CR LF end one.
    func line(at offset: Int) -> Int {
        let text = buffer
        var line = 1
        for index in 0..<min(offset, text.count) {
            let isEnd = text[index] == 10 && (index == 0 || text[index - 1] != 13) || text[index] == 13
            if isEnd { line += 1 }
        }
        return line
    }

    private func error(_ fault: TextFault) -> TableError {
        switch fault {
        case .nul(let offset):
            error(
                at: offset, "byte \(offset) is zero, which no text has: is this a table, and is it in UTF-8?")
        case .invalid(let offset):
            error(
                at: offset,
                "byte \(offset) (0x\(String(buffer[offset], radix: 16))) is not UTF-8; if the file is in another "
                    + "encoding, say which: encoding: .windowsCP1252, .isoLatin1, …")
        }
    }
}

/// All of a gzipped file.
private func unpacked(_ file: OpenFile) throws -> Bytes {
    let gzip = try GzipFile(file)
    let buffer = GrowingBuffer()
    while true {
        let target = try buffer.space(atLeast: max(1 << 20, buffer.count), file.url)
        let got = try gzip.read(into: target)
        buffer.count += got
        if got < target.count { break }
    }
    return Bytes(buffer: UnsafeRawBufferPointer(rebasing: buffer.memory[..<buffer.count]), owner: buffer)
}

/// Memory that grows at its end.
private final class GrowingBuffer {
    private(set) var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    var count = 0

    func space(atLeast wanted: Int, _ url: URL) throws -> UnsafeMutableRawBufferPointer {
        try requireMemory(wanted, for: "more than \(count) bytes of text that it unpacks to", url)
        let base = realloc(memory.baseAddress, count + wanted)
        guard let base else { fatalError("no memory for \(count + wanted) bytes of text") }
        memory = UnsafeMutableRawBufferPointer(start: base, count: count + wanted)
        return UnsafeMutableRawBufferPointer(rebasing: memory[count...])
    }

    deinit { free(memory.baseAddress) }
}

/// Where bytes stop being text.
enum TextFault: Equatable {
    case nul(Int)
    case invalid(Int)

    /// The first byte that is zero or no UTF-8 (the Unicode Standard, table 3-7), or nil if all is well.
    static func first(in text: UnsafeBufferPointer<UInt8>) -> TextFault? {
        let size = 1 << 20
        let faults = Mutex<[Int: TextFault]>([:])
        parallelFor((text.count + size - 1) / size, grain: 4) { pieces in
            // A character that begins in one piece may end in the next.
            let end = start(of: pieces.upperBound * size, in: text)
            let found = first(in: text, from: start(of: pieces.lowerBound * size, in: text), to: end)
            if let found { faults.withLock { $0[pieces.lowerBound] = found } }
        }
        return faults.withLock { faults in faults.keys.min().flatMap { faults[$0] } }
    }

    /// Where the first character begins from an offset on.
    private static func start(of offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var offset = min(offset, text.count)
        let limit = min(offset + 3, text.count)
        while offset > 0, offset < limit, text[offset] & 0xc0 == 0x80 { offset += 1 }
        return offset
    }

    private static func first(
        in text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> TextFault? {
        let raw = UnsafeRawBufferPointer(text)
        var position = start
        while position < end {
            while position + 8 <= end {
                let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
                if (word & 0x8080_8080_8080_8080) | zeros != 0 { break }
                position += 8
            }
            guard position < end else { break }
            let byte = text[position]
            if byte == 0 { return .nul(position) }
            guard byte >= 0x80 else {
                position += 1
                continue
            }
            guard let length = sequenceLength(text, at: position) else { return .invalid(position) }
            position += length
        }
        return nil
    }

    private static func sequenceLength(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
        let byte = text[position]
        let (length, second): (Int, ClosedRange<UInt8>)
        switch byte {
        case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
        case 0xe0: (length, second) = (3, 0xa0...0xbf)
        case 0xed: (length, second) = (3, 0x80...0x9f)
        case 0xe1...0xef: (length, second) = (3, 0x80...0xbf)
        case 0xf0: (length, second) = (4, 0x90...0xbf)
        case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
        case 0xf4: (length, second) = (4, 0x80...0x8f)
        default: return nil
        }
        guard position + length <= text.count, second.contains(text[position + 1]) else { return nil }
        for offset in 2..<max(2, length) where !(0x80...0xbf).contains(text[position + offset]) { return nil }
        return length
    }
}
