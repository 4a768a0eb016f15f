internal import CZlib
import Foundation

/// A gzipped file that is unpacked from its beginning on.
///
/// As Python's `gzip` does, it reads members one after another and zeros after the last, and refuses a file whose
/// length or checksum is another than it says, that ends early, or that has something else after it.
package final class GzipFile {
    private let file: OpenFile
    private var stream: InflateStream
    private var position = 0
    private let input: UnsafeMutableRawBufferPointer
    /// How many bytes of `input` were last filled.
    private var fed = 0
    private var isDone = false

    package init(_ file: OpenFile) throws {
        self.file = file
        stream = try InflateStream(.gzip, file.url)
        input = .allocate(byteCount: 1 << 18, alignment: 64)
    }

    deinit { input.deallocate() }

    /// Unpacks until `target` is full or the file ends, and returns how much that was.
    ///
    /// Throws `FormatError` if the file is damaged or cut short, and `CancellationError`.
    package func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        // About 20 ms of decompression between two looks for an interrupt.
        let piece = 4 << 20
        var written = 0
        while written < target.count, !isDone {
            try Task.checkCancellation()
            // A step may take in the next bytes of the file and give none.
            let end = min(written + piece, target.count)
            written += try step(UnsafeMutableRawBufferPointer(rebasing: target[written..<end]))
        }
        return written
    }

    /// Unpacks `count` bytes and forgets them; returns how many there were.
    @discardableResult
    func skip(_ count: Int) throws -> Int {
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { scratch.deallocate() }
        var skipped = 0
        while skipped < count {
            let part = UnsafeMutableRawBufferPointer(
                rebasing: scratch[..<min(scratch.count, count - skipped)])
            let got = try read(into: part)
            if got == 0 { break }
            skipped += got
        }
        return skipped
    }

    /// Unpacks what is left, so that all checksums are compared.
    func finish() throws { try skip(.max) }

    private func step(_ target: UnsafeMutableRawBufferPointer) throws -> Int {
        if stream.unused == 0 { try refill() }
        let isLast = stream.unused == 0
        let got = try stream.unpack(into: target)
        guard got > 0 || stream.isAtEnd || !isLast else {
            throw FormatError(
                file.url, "is cut short: its gzip data has no end (\(file.count) bytes are there)")
        }
        if stream.isAtEnd { try beginNextMember() }
        return got
    }

    private func refill() throws {
        let count = min(input.count, file.count - position)
        let part = UnsafeMutableRawBufferPointer(rebasing: input[..<count])
        try file.read(at: position, into: part)
        position += count
        fed = count
        stream.feed(UnsafeRawBufferPointer(part))
    }

    /// Passes over zeros; then either the file is at its end or another member begins.
    private func beginNextMember() throws {
        while true {
            if stream.unused == 0 { try refill() }
            guard stream.unused > 0 else {
                isDone = true
                return
            }
            let left = UnsafeRawBufferPointer(rebasing: input[fed - stream.unused..<fed])
            guard let start = left.firstIndex(where: { $0 != 0 }) else {
                stream.feed(UnsafeRawBufferPointer(start: nil, count: 0))
                continue
            }
            guard left[start] == 0x1f else {
                throw FormatError(
                    file.url,
                    "is damaged: behind its gzip data something else follows, \(left.count - start) bytes or more"
                )
            }
            stream.feed(UnsafeRawBufferPointer(rebasing: left[start...]))
            return stream.beginMember()
        }
    }
}

/// Writes parts one after the other, gzipped where the name ends in `.gz`.
func writeParts(_ parts: [UnsafeRawBufferPointer], to temporary: URL, named url: URL) throws {
    let file = try PartsFile(temporary, named: url)
    for part in parts { try file.write(part) }
    try file.close()
}

/// A file that is written part by part, gzipped where the name that it will have ends in `.gz`.
package final class PartsFile {
    private let url: URL
    private var file: gzFile?

    /// Creates the file under a temporary name; throws `FormatError` if that cannot be done.
    package init(_ temporary: URL, named url: URL) throws {
        self.url = url
        file = gzopen(temporary.path, url.pathExtension.lowercased() == "gz" ? "wb6" : "wbT")
        guard file != nil else { throw FormatError(url, cannot: "created") }
    }

    deinit { if let file { gzclose(file) } }

    /// Appends bytes; throws `FormatError` if the disk is full.
    package func write(_ part: UnsafeRawBufferPointer) throws {
        let piece = 4 << 20
        for start in stride(from: 0, to: part.count, by: piece) {
            let count = min(piece, part.count - start)
            guard gzwrite(file, part.baseAddress?.advanced(by: start), UInt32(count)) == Int32(count) else {
                throw FormatError(url, cannot: "written")
            }
        }
    }

    /// Ends the file; throws `FormatError` if what was written is not whole.
    package func close() throws {
        let closing = file
        file = nil
        guard gzclose(closing) == Z_OK else { throw FormatError(url, cannot: "written") }
    }
}
