import Foundation
import JSON
import Jupyter
import Testing

@Suite struct WireTests {
    private let identity = Data([0, 1, 2, 3])

    private func wire(key: String = "secret") throws -> Wire {
        Wire(signer: try Signer(scheme: "hmac-sha256", key: key), session: "here")
    }

    private func frames(key: String = "secret", buffers: [Data] = []) throws -> [Data] {
        try wire(key: key).frames(
            to: [identity], type: "comm_msg", parent: Data(#"{"msg_id":"p","msg_type":"q"}"#.utf8),
            metadata: Data(#"{"m":2}"#.utf8), content: Data(#"{"comm_id":"c"}"#.utf8), buffers: buffers)
    }

    @Test func readsWhatItWrites() throws {
        let buffers = [Data([9, 8]), Data()]
        let message = try wire().message(from: frames(buffers: buffers))
        #expect(message.identities == [identity])
        #expect(message.header.type == "comm_msg")
        #expect(message.header.session == "here")
        #expect(message.header.version == "5.5")
        #expect(message.parentHeader?.messageID == "p")
        #expect(message.metadata == ["m": 2])
        #expect(try message.content(as: CommMessage.self).commID == "c")
        #expect(message.buffers == buffers)
    }

    @Test func dropsAForgery() throws {
        let forged = try frames(key: "another")
        #expect(throws: WireError.badSignature) { try wire().message(from: forged) }
        var unsigned = try frames()
        unsigned[2] = Data()
        #expect(throws: WireError.badSignature) { try wire().message(from: unsigned) }
    }

    @Test func dropsAReplay() throws {
        let wire = try wire()
        let frames = try frames()
        _ = try wire.message(from: frames)
        #expect(throws: WireError.replayed) { try wire.message(from: frames) }
    }

    @Test func dropsWhatIsMalformed() throws {
        let wire = try wire(key: "")
        let good = try frames(key: "")
        for bad in [[], [identity], Array(good.prefix(6)), good.filter { $0 != Wire.delimiter }] {
            #expect(throws: WireError.self) { try wire.message(from: bad) }
        }
        for header in ["", "{", "[]", "{}", #"{"msg_id":1,"msg_type":"x"}"#] {
            var bad = good
            bad[3] = Data(header.utf8)
            #expect(throws: WireError.self) { try wire.message(from: bad) }
        }
    }

    @Test func dropsWhatIsOversized() throws {
        let large = Data(count: Wire.sizeLimit)
        let (frames, wire) = (try frames(buffers: [large]), try wire())
        #expect(throws: WireError.self) { try wire.message(from: frames) }
        let head = try wire.head(of: frames)
        #expect(head.header.type == "comm_msg" && head.identities == [identity] && head.buffers.isEmpty)
        #expect(throws: WireError.replayed) { try wire.head(of: frames) }
        #expect(throws: WireError.badSignature) { try self.wire(key: "another").head(of: frames) }
    }

    @Test func keepsEveryKindOfJSON() throws {
        let text = #"{"a":[1,-2.5,true,null,"ü\n"],"b":{},"c":9007199254740993}"#
        let value = try JSON(parsing: Data(text.utf8))
        #expect(value["a"] == [1, -2.5, true, .null, "ü\n"])
        #expect(value["c"] == .integer(9_007_199_254_740_993))
        #expect(try JSON(parsing: value.encoded()) == value)
    }
}
