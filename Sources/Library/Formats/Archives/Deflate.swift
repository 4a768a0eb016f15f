internal import CZlib
import Foundation
import Tensors

/// The bytes as a zlib stream (RFC 1950).
///
/// Pieces of 256 kB are compressed by several threads; the stream is the same with any number of them.
package func zlibStream(of bytes: Data, level: Int = 6, filtered: Bool = false) -> Data {
    let piece = 1 << 18
    let count = max(1, (bytes.count + piece - 1) / piece)
    let parts = Parts(count: count)
    bytes.withUnsafeBytes { bytes in
        let address = UInt(bitPattern: bytes.baseAddress)
        let total = bytes.count
        parallelEach(count) { index, _ in
            let range = index * piece..<min((index + 1) * piece, total)
            let start = UnsafePointer<UInt8>(bitPattern: address)?.advanced(by: range.lowerBound)
            parts[index] = deflated(
                UnsafeBufferPointer(start: start, count: range.count), level: level, filtered: filtered,
                isLast: index == count - 1)
        }
    }
    // The header says 32 kB of window and the default effort.
    var stream = Data([0x78, 0x9C])
    for part in parts.all { stream.append(part) }
    let sum = bytes.withUnsafeBytes {
        adler32_z(1, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: bytes.isEmpty ? 1 : sum).bigEndian) {
        stream.append(contentsOf: $0)
    }
    return stream
}

/// A piece of a raw deflate stream, ended at a whole byte.
private func deflated(
    _ bytes: UnsafeBufferPointer<UInt8>, level: Int, filtered: Bool, isLast: Bool
) -> Data {
    var stream = z_stream()
    let status = deflateInit2_(
        &stream, Int32(level), Z_DEFLATED, -MAX_WBITS, 9, filtered ? Z_FILTERED : Z_DEFAULT_STRATEGY,
        ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib has no memory for its tables")
    defer { deflateEnd(&stream) }
    // The bound holds for one call that ends the stream; a flush adds a few bytes.
    var packed = Data(count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
    let room = packed.count
    packed.withUnsafeMutableBytes { target in
        stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.avail_in = UInt32(bytes.count)
        stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(room)
        deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
    }
    return packed.prefix(room - Int(stream.avail_out))
}

/// What several threads give, each its own part.
private final class Parts: @unchecked Sendable {
    // No two threads write the same element, and none reads before all have ended.
    private let parts: UnsafeMutableBufferPointer<Data>

    init(count: Int) {
        parts = .allocate(capacity: count)
        parts.initialize(repeating: Data())
    }

    deinit {
        parts.deinitialize()
        parts.deallocate()
    }

    subscript(_ index: Int) -> Data {
        get { parts[index] }
        set { parts[index] = newValue }
    }

    var all: [Data] { Array(parts) }
}
