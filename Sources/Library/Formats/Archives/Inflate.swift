internal import CZlib
import Foundation
import Synchronization
import Tensors

/// The CRC-32 of some bytes, a megabyte per thread at a time.
package func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress else { return 0 }
    let piece = 1 << 20
    let count = (bytes.count + piece - 1) / piece
    let parts = Mutex([UInt32](repeating: 0, count: count))
    let address = UInt(bitPattern: base)
    parallelFor(count, grain: 1) { range in
        for part in range {
            let start = UnsafePointer<UInt8>(bitPattern: address)?.advanced(by: part * piece)
            let crc = crc32_z(0, start, min(piece, bytes.count - part * piece))
            parts.withLock { $0[part] = UInt32(truncatingIfNeeded: crc) }
        }
    }
    return parts.withLock { parts in
        var whole: UInt = 0
        for (part, crc) in parts.enumerated() {
            whole = crc32_combine(whole, UInt(crc), min(piece, bytes.count - part * piece))
        }
        return UInt32(truncatingIfNeeded: whole)
    }
}

/// What a raw deflate stream unpacks to.
///
/// Throws `FormatError` if it is damaged or not of that size, and `CancellationError`.
func inflated(_ data: Bytes, size: Int, _ url: URL, _ what: String) throws -> Bytes {
    // Deflate shrinks by at most 1,032 to 1, so a larger claim is false; it must not be believed with memory.
    guard size / 1032 <= data.count else {
        throw FormatError(
            url, "\(what) claims \(size) bytes, more than its \(data.count) compressed bytes can hold")
    }
    try requireMemory(size, for: what, url)
    let stream = try InflateStream(.none, url)
    return try Bytes(count: size) { target in
        let input = UnsafeRawBufferPointer(rebasing: data.buffer[...])
        let written = try withExtendedLifetime(data.owner) { try stream.unpack(input, into: target) }
        var spare: UInt8 = 0
        if !stream.isAtEnd {
            // The end of the stream may still be to come; a byte more would be too many.
            let more = try withUnsafeMutableBytes(of: &spare) {
                try stream.unpack(.init(start: nil, count: 0), into: $0)
            }
            guard more == 0 else { throw stream.damaged(what, "it is longer than \(size) bytes") }
        }
        guard stream.isAtEnd, written == size else {
            throw stream.damaged(what, "it unpacks to \(written) bytes instead of \(size)")
        }
        return written
    }
}

/// zlib's decompressor.
final class InflateStream {
    private var stream = z_stream()
    private let url: URL
    private(set) var isAtEnd = false

    /// What lies about the deflated data: a header and a checksum, or nothing.
    enum Wrapping { case none, zlib, gzip }

    init(_ wrapping: Wrapping, _ url: URL) throws {
        self.url = url
        let window =
            switch wrapping {
            case .none: -MAX_WBITS
            case .zlib: MAX_WBITS
            case .gzip: MAX_WBITS + 16
            }
        guard inflateInit2_(&stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw FormatError(url, "no memory for decompression")
        }
    }

    deinit { inflateEnd(&stream) }

    /// How many of the bytes that were handed over have not been used.
    var unused: Int { Int(stream.avail_in) }

    /// Begins with the next member of a gzip file, which lies in what is unused.
    func beginMember() {
        inflateReset(&stream)
        isAtEnd = false
    }

    /// Hands over the next packed bytes, which must stay where they are until they are used up.
    func feed(_ input: UnsafeRawBufferPointer) {
        stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(
            to: UInt8.self)
        stream.avail_in = UInt32(input.count)
    }

    /// Unpacks what was handed over until `target` is full, the input is used up or the stream ends; returns how much.
    func unpack(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(target.count)
        let status = inflate(&stream, Z_NO_FLUSH)
        switch status {
        case Z_STREAM_END: isAtEnd = true
        case Z_OK, Z_BUF_ERROR: break
        default:
            throw damaged("its compressed data", stream.msg.map { String(cString: $0) } ?? "error \(status)")
        }
        return target.count - Int(stream.avail_out)
    }

    /// Unpacks all of `input` into `target`, piece by piece, since zlib counts in 32 bits; returns how much that was.
    func unpack(_ input: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        // About 20 ms between two looks for an interrupt.
        let piece = 4 << 20
        var read = 0
        var written = 0
        while !isAtEnd {
            try Task.checkCancellation()
            if unused == 0, read < input.count {
                let end = min(read + (1 << 30), input.count)
                feed(UnsafeRawBufferPointer(rebasing: input[read..<end]))
                read = end
            }
            let before = unused
            let end = min(written + piece, target.count)
            let got = try unpack(into: UnsafeMutableRawBufferPointer(rebasing: target[written..<end]))
            written += got
            if got == 0 && (unused == before || unused == 0 && read == input.count) { break }
        }
        return written
    }

    func damaged(_ what: String, _ reason: String) -> FormatError {
        FormatError(url, "\(what) is damaged: \(reason)")
    }
}
