import Foundation

/// A message between the kernel and the assistant: its length and its number (4 bytes each, little-endian), then JSON.
package struct Frame {
    package let number: UInt32
    package let payload: Data

    private static let headerLength = 8

    package init(number: UInt32, payload: Data) {
        self.number = number
        self.payload = payload
    }

    /// Writes the frame; false where the other side has gone.
    package func write(to descriptor: Int32) -> Bool {
        var bytes = Data()
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(payload)
        return bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = Foundation.write(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return false }
                sent += count
            }
            return true
        }
    }

    /// Waits for a frame; nil if the other side has gone.
    package static func read(from descriptor: Int32) -> Frame? {
        guard let header = readBytes(headerLength, from: descriptor) else { return nil }
        let words = header.withUnsafeBytes { bytes in
            [0, 4].map { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)) }
        }
        guard let payload = readBytes(Int(words[0]), from: descriptor) else { return nil }
        return Frame(number: words[1], payload: payload)
    }

    private static func readBytes(_ count: Int, from descriptor: Int32) -> Data? {
        var data = Data(count: count)
        let isWhole = data.withUnsafeMutableBytes { buffer in
            var filled = 0
            while filled < count {
                let got = Foundation.read(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
                if got < 0, errno == EINTR { continue }
                if got <= 0 { return false }
                filled += got
            }
            return true
        }
        return isWhole ? data : nil
    }
}
