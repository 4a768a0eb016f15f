internal import CZlib
import Foundation

/// The beginning of a gzipped file, as many bytes as `size` asks for once it has seen the first `prefix` bytes.
///
/// Throws `FormatError` where the file is damaged or ends earlier, what `size` throws, and `CancellationError`.
func gunzip(_ url: URL, prefix: Int, size: (Bytes) throws -> Int) throws -> Bytes {
    guard let file = gzopen(url.path, "rb") else { throw FormatError(url, cannot: "opened") }
    defer { gzclose(file) }
    gzbuffer(file, 1 << 18)
    let head = try Bytes(count: prefix) { try read(file, into: $0, url) }
    let total = try size(head)
    guard total >= head.count else { return head }
    // Deflate shrinks by at most 1,032 to 1, so a header that asks for more is false; it gets no memory.
    let packed = (try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
    guard total / 1032 <= packed else {
        throw FormatError(
            url, "the header asks for \(total) bytes, more than \(packed) gzipped bytes can hold")
    }
    let bytes = try Bytes(count: total) { target in
        target.copyMemory(from: head.buffer)
        return try head.count
            + read(file, into: UnsafeMutableRawBufferPointer(rebasing: target[head.count...]), url)
    }
    // zlib compares its checksum at the end of the stream, which one more byte makes it reach.
    var beyond: UInt8 = 0
    guard gzread(file, &beyond, 1) >= 0 else { throw damaged(file, url) }
    guard bytes.count == total else {
        throw FormatError(
            url, "the unpacked data", expected: "\(total) bytes", found: "\(bytes.count) (it is cut short)")
    }
    return bytes
}

/// Reads until `target` is full or the file ends, and returns how much that was.
private func read(_ file: gzFile, into target: UnsafeMutableRawBufferPointer, _ url: URL) throws -> Int {
    // About 20 ms of decompression between two looks for an interrupt.
    let piece = 4 << 20
    var position = 0
    while position < target.count {
        try Task.checkCancellation()
        let count = gzread(
            file, target.baseAddress?.advanced(by: position), UInt32(min(piece, target.count - position)))
        guard count >= 0 else { throw damaged(file, url) }
        guard count > 0 else { break }
        position += Int(count)
    }
    return position
}

private func damaged(_ file: gzFile, _ url: URL) -> FormatError {
    var code: Int32 = 0
    let reason = gzerror(file, &code).map { String(cString: $0) } ?? "error \(code)"
    return FormatError(url, "is damaged: its gzip data does not unpack (\(reason))")
}

/// Writes parts one after the other, gzipped where the name ends in `.gz`.
func writeParts(_ parts: [UnsafeRawBufferPointer], to temporary: URL, named url: URL) throws {
    let mode = url.pathExtension == "gz" ? "wb6" : "wbT"
    guard let file = gzopen(temporary.path, mode) else { throw FormatError(url, cannot: "created") }
    var whole = true
    for part in parts {
        let piece = 4 << 20
        for start in stride(from: 0, to: part.count, by: piece) where whole {
            let count = min(piece, part.count - start)
            whole = gzwrite(file, part.baseAddress?.advanced(by: start), UInt32(count)) == Int32(count)
        }
    }
    guard gzclose(file) == Z_OK, whole else { throw FormatError(url, cannot: "written") }
}
