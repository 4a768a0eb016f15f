import Foundation

extension OpenFile {
    /// Whether the file begins as a gzipped one does.
    var isGzipped: Bool {
        get throws { try bytes(upTo: 2)?.number(at: 0, as: UInt16.self) == 0x8b1f }
    }

    /// The first bytes of the file, unpacked if it is gzipped: enough to know its kind.
    func head() throws -> Bytes {
        guard try isGzipped else {
            guard let head = try bytes(upTo: 560) else { throw FormatError(url, "is empty") }
            return head
        }
        let gzip = try GzipFile(self)
        return try Bytes(count: 560) { try gzip.read(into: $0) }
    }

    /// Hands over the file's bytes a piece at a time, unpacked if it is gzipped, and at last an empty piece.
    ///
    /// Throws what `body` throws, `FormatError` if the file cannot be read or is damaged, and `CancellationError`.
    func forEachPiece(_ body: (_ piece: UnsafeRawBufferPointer, _ isLast: Bool) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        let gzip = try isGzipped ? GzipFile(self) : nil
        var position = 0
        while true {
            try Task.checkCancellation()
            let got: Int
            if let gzip {
                got = try gzip.read(into: buffer)
            } else {
                got = min(buffer.count, count - position)
                try read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<got]))
            }
            position += got
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<got]), got == 0)
            if got == 0 { return }
        }
    }

    /// All bytes of the file, unpacked if it is gzipped.
    ///
    /// Throws as `forEachPiece(_:)`, and `FormatError` if they take more memory than there is.
    func unpackedBytes() throws -> Bytes {
        guard try isGzipped else {
            guard let bytes = try bytes(upTo: count) else { throw FormatError(url, "is empty") }
            return bytes
        }
        var all: [UInt8] = []
        try forEachPiece { piece, _ in
            // The array grows by doubling, and while it grows there are two of it.
            if all.count + piece.count > all.capacity {
                try requireMemory(3 * all.count, for: "what it unpacks to", url)
            }
            all.append(contentsOf: piece)
        }
        return all.withUnsafeBytes { source in
            Bytes(count: source.count) { target in
                target.copyMemory(from: source)
                return source.count
            }
        }
    }
}
