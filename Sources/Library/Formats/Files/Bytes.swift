import Foundation
import Tensors

/// A region of memory and what keeps it alive: bytes that were read or decompressed, or a part of them.
///
/// `@unchecked Sendable` because nothing writes the region once it exists.
package struct Bytes: @unchecked Sendable {
    package let buffer: UnsafeRawBufferPointer
    package let owner: AnyObject

    package init(buffer: UnsafeRawBufferPointer, owner: AnyObject) {
        self.buffer = buffer
        self.owner = owner
    }

    package var count: Int { buffer.count }

    /// The part from `offset` on of `count` bytes, or nil if it is not completely inside.
    package func part(at offset: Int, count: Int) -> Bytes? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        return Bytes(buffer: UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + count]), owner: owner)
    }

    /// The little-endian number at `offset`, or nil if it does not fit.
    package func number<T: FixedWidthInteger>(at offset: Int, as type: T.Type, bigEndian: Bool = false) -> T?
    {
        guard offset >= 0, offset <= count, MemoryLayout<T>.size <= count - offset else { return nil }
        let raw = withExtendedLifetime(owner) { buffer.loadUnaligned(fromByteOffset: offset, as: type) }
        return bigEndian ? T(bigEndian: raw) : T(littleEndian: raw)
    }

    /// A copy of the bytes.
    package var data: Data { withExtendedLifetime(owner) { Data(buffer) } }
}

extension Bytes {
    /// The whole of a file, read into memory.
    ///
    /// Throws `FormatError` if it cannot be opened or read, is empty, or is what Git LFS puts in the place of a file
    /// that was not fetched.
    package init(reading url: URL) throws {
        let file = try OpenFile(url)
        guard let bytes = try file.bytes(upTo: file.count) else { throw FormatError(url, "is empty") }
        self = bytes
    }

    /// Memory for `count` bytes, which `fill` writes; it returns how many it wrote.
    package init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        let storage = Storage(byteCount: count)
        let written = try fill(UnsafeMutableRawBufferPointer(start: storage.base, count: count))
        self.init(buffer: UnsafeRawBufferPointer(start: storage.base, count: written), owner: storage)
    }
}
