import CRunnerProtocol
import Foundation

/// Cuts bytes into frames; text of one stream that arrives together becomes one frame.
package struct FrameReader {
    private var pending = Data()

    package init() {}

    package mutating func append(_ data: Data) { pending.append(data) }

    /// Whether somebody waits for what has arrived: the end of a cell or a handler, or an answer.
    package var holdsAnEnd: Bool {
        pending.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while let (head, end) = Self.head(of: rest) {
                switch MessageKind(rawValue: head.kind) {
                case .finished, .handled, .answer: return true
                default: rest = rest.dropFirst(end)
                }
            }
            return false
        }
    }

    /// Takes the frames that have arrived whole.
    package mutating func take() -> [Frame] {
        var frames: [Frame] = []
        var taken = 0
        pending.withUnsafeBytes { bytes in
            while let (head, length) = Self.head(of: bytes[taken...]), bytes.count - taken >= length {
                let payload = bytes[(taken + Int(FRAME_HEAD))..<(taken + length)]
                taken += length
                guard let kind = MessageKind(rawValue: head.kind) else { continue }
                let isText = kind == .stdout || kind == .stderr
                if isText, let last = frames.last, last.kind == kind, last.request == head.request {
                    frames[frames.count - 1].payload.append(contentsOf: payload)
                } else {
                    frames.append(Frame(kind, request: head.request, Data(payload)))
                }
            }
        }
        // A large frame comes in many parts, with each of which all of it would be copied.
        if taken > 0 { pending = Data(pending.dropFirst(taken)) }
        return frames
    }

    /// The head of the next frame and the number of bytes of the whole frame; nil until all of the head has arrived.
    private static func head(of bytes: Slice<UnsafeRawBufferPointer>) -> (FrameHead, length: Int)? {
        guard bytes.count >= Int(FRAME_HEAD) else { return nil }
        let head = frameHead(UnsafeRawBufferPointer(rebasing: bytes))
        return (head, Int(FRAME_HEAD) + Int(head.length))
    }
}
