import Foundation
import RunnerProtocol
import Testing

@Suite struct CommFrameTests {
    private let frame = CommFrame(
        head: .init(kind: .message, commID: "a", waiting: ["b"]), content: Data(#"{"x":1}"#.utf8),
        metadata: Data("{}".utf8), buffers: [Data([0, 1, 2, 255]), Data()])

    @Test func survivesTheWay() throws {
        #expect(try CommFrame(decoding: frame.encoded()) == frame)
    }

    @Test func readsASliceOfLargerData() throws {
        let bytes = Data([9, 9]) + (try frame.encoded())
        #expect(try CommFrame(decoding: bytes.dropFirst(2)) == frame)
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = try frame.encoded()
        // The last buffer is empty: without its four bytes of length a shorter frame is left, which is none of these.
        for count in 0..<(whole.count - 4) {
            #expect(throws: (any Error).self) {
                let short = try CommFrame(decoding: whole.prefix(count))
                if short.buffers.count < 2 { throw CommFrameError.truncated }
            }
        }
    }
}
