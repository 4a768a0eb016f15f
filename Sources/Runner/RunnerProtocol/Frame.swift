import CRunnerProtocol
import Foundation

/// A message between the kernel and a process that works for it; see CRunnerProtocol.h for its bytes.
package struct Frame: Sendable, Equatable {
    package let kind: MessageKind
    /// The number of the request that the message belongs to.
    package let request: UInt32
    package var payload: Data

    package init(_ kind: MessageKind, request: UInt32 = 0, _ payload: Data) {
        self.kind = kind
        self.request = request
        self.payload = payload
    }

    /// The frame's bytes.
    package var encoded: Data {
        var bytes = [UInt8](repeating: 0, count: Int(FRAME_HEAD))
        let head = FrameHead(kind: kind.rawValue, request: request, length: UInt32(payload.count))
        frame_head_write(head, &bytes)
        return Data(bytes) + payload
    }

    /// Writes the frame; false if the other side has gone, or the payload is longer than a frame's can be.
    package func write(to descriptor: Int32) -> Bool {
        payload.count <= Int(UInt32.max) && encoded.write(to: descriptor)
    }

    /// Waits for a frame; nil if the other side has gone.
    package static func read(from descriptor: Int32) -> Frame? {
        guard let bytes = Data(reading: Int(FRAME_HEAD), from: descriptor) else { return nil }
        let head = bytes.withUnsafeBytes(frameHead)
        guard let kind = MessageKind(rawValue: head.kind),
            let payload = Data(reading: Int(head.length), from: descriptor)
        else { return nil }
        return Frame(kind, request: head.request, payload)
    }
}

/// The head at the beginning of bytes, of which there are enough.
func frameHead(_ bytes: UnsafeRawBufferPointer) -> FrameHead {
    frame_head_read(bytes.bindMemory(to: UInt8.self).baseAddress)
}

extension Data {
    /// Writes all of the bytes; false if the other side has gone.
    package func write(to descriptor: Int32) -> Bool {
        withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Foundation.write(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return false }
                sent += count
            }
            return true
        }
    }

    /// Waits for that many bytes; nil if the other side has gone.
    fileprivate init?(reading count: Int, from descriptor: Int32) {
        self.init(count: count)
        let isWhole = withUnsafeMutableBytes { buffer in
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
        if !isWhole { return nil }
    }
}
