internal import CHDF5
import Foundation

/// The bytes of a file that libhdf5 has open, for what must be checked before the library believes it.
///
/// The caller holds the library's lock for as long as it uses this. Source: HDF5 file format specification 3.0.
final class HDF5RawFile {
    let url: URL
    /// How many bytes an address has in the file.
    let addressSize: Int
    /// How many bytes a length has in the file.
    let lengthSize: Int
    private let file: HDF5Handle
    private let descriptor: Int32
    /// Where addresses count from: after a user block.
    private let base: Int
    private let count: Int
    /// The bytes that were read last, which lie from `windowStart` on.
    private var window = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var windowStart = 0
    /// How much is read at once at least.
    private let windowBytes: Int

    /// The file of an open object.
    ///
    /// - Parameters:
    ///   - object: any open object of the file, or the file itself.
    ///   - url: the file's name for errors.
    ///   - windowBytes: how much is read at once at least.
    ///
    /// Throws `FormatError` if it cannot be read beside the library.
    init(of object: HDF5Handle, _ url: URL, windowBytes: Int = 1 << 16) throws {
        self.url = url
        self.windowBytes = windowBytes
        file = try HDF5Handle.file(H5Iget_file_id(object.id), url, "reading it")
        // What this process has changed is to be in the file; one that is open for reading only has nothing to write.
        H5Fflush(file.id, H5F_SCOPE_LOCAL)
        descriptor = gyrus_h5_descriptor(file.id)
        guard descriptor >= 0 else { throw FormatError(url, cannot: "read") }
        let version = try FileVersion(descriptor, url)
        count = version.size
        let sizes =
            if let last = Self.last, last.version == version { last.sizes } else { try Sizes(file, url) }
        Self.last = (version, sizes)
        (base, addressSize, lengthSize) = (sizes.base, sizes.address, sizes.length)
    }

    private struct Sizes {
        let base: Int
        let address: Int
        let length: Int

        init(_ file: HDF5Handle, _ url: URL) throws {
            let creation = try HDF5Handle.properties(H5Fget_create_plist(file.id), url)
            var (block, address, length) = (hsize_t(0), 0, 0)
            H5Pget_userblock(creation.id, &block)
            H5Pget_sizes(creation.id, &address, &length)
            guard let base = Int(exactly: block), (2...8).contains(address), (2...8).contains(length) else {
                throw FormatError(
                    url, "its addresses and lengths", expected: "of 2 to 8 bytes",
                    found: "\(address), \(length)")
            }
            (self.base, self.address, self.length) = (base, address, length)
        }
    }

    /// The sizes of the file that was looked at last; to ask for them takes longer than to read a header.
    ///
    /// Unsafe because it is touched under the library's lock only.
    nonisolated(unsafe) private static var last: (version: FileVersion, sizes: Sizes)?

    /// Whether a number is an address; all ones stand for none.
    func isAddress(_ number: UInt64) -> Bool { number != UInt64.max >> UInt64(64 - 8 * addressSize) }

    /// How many bytes there are from `address` on; nil if it lies outside of the file.
    func bytes(after address: UInt64) -> Int? {
        guard let place = Int(exactly: address), place <= count, base <= count - place else { return nil }
        return count - base - place
    }

    /// `length` bytes from `address` on, which are there until the next call; nil if they are not all in the file.
    func read(_ address: UInt64, _ length: Int) throws -> UnsafeRawBufferPointer? {
        guard length >= 0, let left = bytes(after: address), length <= left else { return nil }
        let start = base + Int(address)
        if start < windowStart || start + length > windowStart + window.count {
            try fill(start, min(max(length, windowBytes), count - start))
        }
        let offset = start - windowStart
        return UnsafeRawBufferPointer(rebasing: window[offset..<offset + length])
    }

    private func fill(_ start: Int, _ length: Int) throws {
        window.deallocate()
        window = .allocate(byteCount: length, alignment: 16)
        windowStart = start
        var done = 0
        while done < length, let base = window.baseAddress {
            let got = pread(descriptor, base + done, length - done, off_t(start + done))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else {
                // What was not read must not be taken for bytes of the file.
                window.deallocate()
                window = UnsafeMutableRawBufferPointer(start: nil, count: 0)
                throw FormatError(url, cannot: "read")
            }
            done += got
        }
    }

    deinit { window.deallocate() }
}

extension UnsafeRawBufferPointer {
    /// The number of `size` bytes at an offset, the lowest byte first; the caller has made sure that it is there.
    func number(at offset: Int, _ size: Int) -> UInt64 {
        switch size {
        case 8: return UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        case 4: return UInt64(UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        case 2: return UInt64(UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
        default:
            var number: UInt64 = 0
            for byte in 0..<size { number |= UInt64(self[offset + byte]) << UInt64(8 * byte) }
            return number
        }
    }
}
