import Foundation
import Tensors

/// The numbers of a `Data` element, decoded while they come: nothing but themselves is ever held.
final class GIFTIData {
    private let header: GIFTIArrayHeader
    private let size: Int
    private let storage: Storage
    private var written = 0
    private var text = NumberText()
    private var base64 = Base64Decoder()
    private let inflater: InflateStream?

    /// `limit` is how many letters the file can hold: what an array claims beyond that it does not have.
    init(_ header: GIFTIArrayHeader, limit: Int) throws {
        self.header = header
        size = header.byteCount
        let most =
            switch header.encoding {
            case .ascii: header.count
            case .base64, .external: size
            case .gzipped: size / 1032
            }
        guard most <= limit else {
            throw FormatError(
                header.url, "\(header.what) claims the shape \(header.shape), more than the file can hold")
        }
        try requireMemory(size, for: header.what, header.url)
        storage = Storage(byteCount: size)
        inflater = header.encoding == .gzipped ? try InflateStream(.zlib, header.url) : nil
    }

    /// Decodes the next part of the text.
    func append(_ part: UnsafeBufferPointer<UInt8>) throws {
        switch header.encoding {
        case .ascii: try text.read(part, store)
        case .external:
            guard part.allSatisfy({ $0 <= 0x20 }) else {
                throw problem("empty, since the numbers are in another file", "a text")
            }
        case .base64, .gzipped:
            // About 32 kB of bytes at a time, which stay in the processor's cache.
            let piece = 44_000
            try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: piece / 4 * 3 + 3) { bytes in
                guard let base = bytes.baseAddress else { return }
                for start in stride(from: 0, to: part.count, by: piece) {
                    let letters = UnsafeBufferPointer(
                        rebasing: part[start..<min(start + piece, part.count)])
                    let count: Int
                    do throws(Base64Error) { count = try base64.decode(letters, into: base) } catch {
                        throw problem("base64", error.description)
                    }
                    try take(UnsafeRawBufferPointer(start: base, count: count))
                }
            }
        }
    }

    /// The numbers; the text must be whole.
    func finish() throws -> StoredNumbers {
        switch header.encoding {
        case .ascii: try text.finish(store)
        case .external: return try externalNumbers()
        case .base64:
            guard base64.isWhole else { throw problem("whole base64", "cut short") }
        case .gzipped:
            guard base64.isWhole else { throw problem("whole base64", "cut short") }
            try take(UnsafeRawBufferPointer(start: nil, count: 0))
            guard inflater?.isAtEnd == true else { throw problem("whole zlib data", "cut short") }
        }
        guard written == size else {
            throw problem("\(header.count) numbers", "\(written / header.type.byteCount)")
        }
        return header.numbers(
            Bytes(buffer: UnsafeRawBufferPointer(start: storage.base, count: size), owner: storage),
            isFortran: header.isFortran && !textHasRows,
            isBigEndian: header.isBigEndian && header.encoding != .ascii)
    }

    /// Whether a text has a row of the array in each line, as nibabel writes it whatever the order is said to be.
    private var textHasRows: Bool {
        header.encoding == .ascii && header.shape.count == 2 && text.lines == header.shape[0]
            && text.lineWidth == header.shape[1]
    }

    private func store(_ index: Int, _ word: String) throws {
        guard index < header.count else { throw problem("\(header.count) numbers", "more") }
        guard header.type.store(word, at: storage.base + index * header.type.byteCount) else {
            throw problem(
                "numbers of \(header.type.rawValue)", "\"\(word.prefix(40))\" as its number \(index)")
        }
        written += header.type.byteCount
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws {
        guard let inflater else {
            guard bytes.count <= size - written else { throw problem("\(size) bytes", "more") }
            if let base = bytes.baseAddress {
                (storage.base + written).copyMemory(from: base, byteCount: bytes.count)
            }
            written += bytes.count
            return
        }
        inflater.feed(bytes)
        var spare: UInt8 = 0
        while true {
            guard !inflater.isAtEnd else {
                guard inflater.unused == 0 else {
                    throw problem("one stream of zlib", "that and something behind it")
                }
                return
            }
            // zlib counts in 32 bits.
            let room = min(size - written, 1 << 30)
            let got: Int
            if room > 0 {
                got = try inflater.unpack(into: .init(start: storage.base + written, count: room))
                written += got
            } else {
                got = try withUnsafeMutableBytes(of: &spare) { try inflater.unpack(into: $0) }
                guard got == 0 else { throw problem("\(size) bytes", "more") }
            }
            if got == 0 && inflater.unused == 0 { return }
        }
    }

    private func externalNumbers() throws -> StoredNumbers {
        let (name, offset) = try header.externalFile()
        let file = try OpenFile(header.url.deletingLastPathComponent().appendingPathComponent(name))
        guard let bytes = try file.bytes(at: offset, count: size) else {
            throw FormatError(
                file.url, "the data of \(header.what) in \(header.url.path)",
                expected: "\(size) bytes from byte \(offset) on", found: "a file of \(file.count) bytes")
        }
        return header.numbers(bytes, isFortran: header.isFortran, isBigEndian: header.isBigEndian)
    }

    private func problem(_ expected: String, _ found: String) -> FormatError {
        FormatError(header.url, "the data of \(header.what)", expected: expected, found: found)
    }
}
