import Foundation
import Tensors

/// A region of memory and what keeps it alive: a mapped file, a part of one, or bytes that were decompressed.
///
/// `@unchecked Sendable` because nobody writes the region once it exists.
package struct Bytes: @unchecked Sendable {
    package let buffer: UnsafeRawBufferPointer
    package let owner: AnyObject

    package var count: Int { buffer.count }

    /// The part from `offset` on of `count` bytes, or nothing where it is not wholly inside.
    package func part(at offset: Int, count: Int) -> Bytes? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        return Bytes(buffer: UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + count]), owner: owner)
    }

    /// The little-endian number at `offset`, or nothing where it does not fit.
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
    /// The whole of a file, mapped into memory: pages are read when they are touched, and nothing is copied.
    ///
    /// The file must not be shortened while it is in use. Throws `FormatError` where it cannot be opened, or is what
    /// Git LFS puts in the place of a file that was not fetched.
    package init(mapping url: URL) throws {
        let file = try MappedFile(url)
        guard !file.buffer.starts(with: "version https://git-lfs".utf8) else {
            throw FormatError(
                url, "is a pointer of Git LFS and not the file itself, which `git lfs pull` fetches")
        }
        self.init(buffer: file.buffer, owner: file)
    }

    /// Memory for `count` bytes, which `fill` writes; it returns how many it wrote.
    package init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        let storage = Storage(byteCount: count)
        let written = try fill(UnsafeMutableRawBufferPointer(start: storage.base, count: count))
        self.init(buffer: UnsafeRawBufferPointer(start: storage.base, count: written), owner: storage)
    }
}

/// A file in memory for as long as this object lives.
private final class MappedFile: FileMemory {
    let buffer: UnsafeRawBufferPointer

    init(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FormatError(url, cannot: "opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FormatError(url, cannot: "examined") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FormatError(url, "is not a regular file") }
        let count = Int(status.st_size)
        guard count > 0 else {
            buffer = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw FormatError(url, cannot: "mapped into memory")
        }
        buffer = UnsafeRawBufferPointer(start: base, count: count)
    }

    deinit {
        if let base = buffer.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), buffer.count) }
    }
}

/// Has `body` write a file under a temporary name beside `url`, and renames it once it is whole.
///
/// Throws what `body` throws, or `FormatError` where the renaming fails; either way no temporary file is left.
package func writeAtomically(to url: URL, _ body: (URL) throws -> Void) throws {
    let temporary = url.deletingLastPathComponent()
        .appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString).partial")
    do {
        try body(temporary)
        guard rename(temporary.path, url.path) == 0 else { throw FormatError(url, cannot: "written") }
    } catch {
        unlink(temporary.path)
        throw error
    }
}
